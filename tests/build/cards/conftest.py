"""Fixtures of the cards: the theme's fonts, and those of other scripts that the development packages of npm have."""

import io
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import newTable
from fontTools.ttLib.tables.BitmapGlyphMetrics import SmallGlyphMetrics
from fontTools.ttLib.tables.C_B_D_T_ import cbdt_bitmap_format_17
from fontTools.ttLib.tables.E_B_L_C_ import BitmapSizeTable, SbitLineMetrics, Strike, eblc_index_sub_table_1
from PIL import Image

from blog.build.cards.card import Card, CardStyle
from blog.build.cards.design import Fonts, draw
from blog.build.cards.fonts import Faces, faces_of, font_paths, read_fonts
from blog.content.config import Look

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "templates"
PACKAGES = ROOT / "node_modules"
_OTHER_SCRIPTS = (
    "@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-500-normal.woff2",
    "@fontsource-variable/noto-emoji/files/*.woff2",
    "@fontsource-variable/noto-sans-jp/files/*.woff2",
)
GROUND, RAISED, INK, SOFT, LINE, ACCENT, SPARK = "#fbf9f4", "#f2eee4", "#211d18", "#645c51", "#ddd6c6", "#a8431f", "#c07a12"  # fmt: skip


@dataclass(frozen=True, slots=True)
class Studio:
    """Draws cards with the fonts of some folders."""

    title: Faces
    text: Faces

    def style(self, **values: Any) -> CardStyle:
        colours = {"ground": GROUND, "raised": RAISED, "ink": INK, "soft": SOFT, "line": LINE, "accent": ACCENT, "spark": SPARK}  # fmt: skip
        fonts = {"title_fonts": self.title.names, "text_fonts": self.text.names}
        return CardStyle(**({"site": "Field notes", **colours, **fonts} | values))

    def card(self, title: str, lang: str = "en", **values: Any) -> Card:
        given = {"eyebrow": "http", "lead": "What was seen.", "author": "Ada", "facts": "1 March 2026 · 5 min read"}
        return Card(style=self.style(), lang=lang, title=title, **(given | values))

    def draw(self, card: Card, portrait: Image.Image | None = None) -> Image.Image:
        return draw(card, Fonts(self.title, self.text), portrait)


def studio_of(*folders: Path, theme: str = "paper") -> Studio:
    fonts, faults = read_fonts(font_paths(folders))
    assert faults == []
    return Studio(*faces_of(fonts, Look(theme)))


@pytest.fixture(scope="session")
def studio() -> Studio:
    """With the theme's fonts."""
    return studio_of(TEMPLATES)


@pytest.fixture(scope="session")
def all_scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A theme with fonts for Arabic, Japanese and emoji."""
    theme = tmp_path_factory.mktemp("theme")
    (theme / "fonts").mkdir()
    for pattern in _OTHER_SCRIPTS:
        found = sorted(PACKAGES.glob(pattern))
        if not found:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("fonts are missing; install with: npm ci")
        for path in found:
            shutil.copy(path, theme / "fonts")
    return theme


@pytest.fixture(scope="session")
def polyglot(all_scripts: Path) -> Studio:
    """With the fonts of all scripts."""
    return studio_of(all_scripts, TEMPLATES)


@pytest.fixture(scope="session")
def ink() -> Callable[[Image.Image], int]:
    """How many pixels of a picture have the colour of the title."""

    def count(image: Image.Image) -> int:
        colours = image.getcolors(image.width * image.height)
        assert colours
        return sum(number for number, colour in colours if colour == (0x21, 0x1D, 0x18))

    return count


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """The bytes of a picture of some size and format."""

    def made(width: int, height: int, kind: str = "png") -> bytes:
        buffer = io.BytesIO()
        Image.linear_gradient("L").resize((width, height)).convert("RGB").save(buffer, {"jpg": "JPEG"}.get(kind, kind))
        return buffer.getvalue()

    return made


def _with(values: object, **attributes: object) -> Any:
    for name, value in attributes.items():
        setattr(values, name, value)
    return values


@pytest.fixture(scope="session")
def bitmap_emoji() -> bytes:
    """A font without outlines, whose one glyph is a red square of 109 pixels for U+1F389, as Noto Color Emoji has it in CBDT."""
    size, rise, names = 109, 87, [".notdef", "party"]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x1F389: "party"})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    font, png, buffer = builder.font, io.BytesIO(), io.BytesIO()
    Image.new("RGBA", (size, size), (255, 0, 0, 255)).save(png, "PNG")
    metrics = _with(SmallGlyphMetrics(), height=size, width=size, BearingX=0, BearingY=rise, Advance=size)
    glyph = _with(cbdt_bitmap_format_17(b"", font), imageData=png.getvalue(), metrics=metrics)
    fields = "caretSlopeNumerator caretSlopeDenominator caretOffset minOriginSB minAdvanceSB maxBeforeBL minAfterBL pad1 pad2"
    lines = [_with(SbitLineMetrics(), **dict.fromkeys(fields.split(), 0)) for _ in range(2)]
    hori, vert = (_with(line, ascender=rise, descender=rise - size, widthMax=size) for line in lines)
    where = {"startGlyphIndex": 1, "endGlyphIndex": 1, "ppemX": size, "ppemY": size, "bitDepth": 32, "flags": 1}
    table = _with(BitmapSizeTable(), colorRef=0, hori=hori, vert=vert, **where)
    place = _with(eblc_index_sub_table_1(b"", font), names=["party"], indexFormat=1, imageFormat=17)
    strike = _with(Strike(), bitmapSizeTable=table, indexSubTables=[_with(place, firstGlyphIndex=1, lastGlyphIndex=1)])
    font["CBDT"] = _with(newTable("CBDT"), version=3.0, strikeData=[{"party": glyph}])
    font["CBLC"] = _with(newTable("CBLC"), version=3.0, strikes=[strike])
    font.save(buffer)
    return buffer.getvalue()
