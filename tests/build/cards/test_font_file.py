"""Which characters a font file has, compared with what fontTools says."""

import io
import struct
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

from blog.build.cards.font_file import Coverage, coverage

TEMPLATES = Path(__file__).parents[3] / "templates"
SHIPPED = sorted([*TEMPLATES.glob("fonts/*.woff2"), *TEMPLATES.glob("assets/*.woff2")])


def characters(covered: Coverage) -> set[int]:
    return {point for point in range(0x110000) if chr(point) in covered}


def built(points: list[int], **tables: object) -> TTFont:
    """A font with a square for each of some characters."""
    pen = TTGlyphPen(None)
    for place in ((0, 0), (0, 500), (500, 500), (500, 0)):
        (pen.lineTo if pen.points else pen.moveTo)(place)
    pen.closePath()
    names = [".notdef", *(f"g{point:x}" for point in points)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({point: f"g{point:x}" for point in points})
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    font: TTFont = builder.font
    for tag, data in tables.items():
        font[tag] = table = newTable(tag)
        table.data = data
        table.decompile = None
    return font


def saved(font: TTFont, flavor: str | None = None) -> bytes:
    buffer = io.BytesIO()
    font.flavor = flavor
    font.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_characters_of_a_shipped_font_are_those_that_fonttools_finds(path: Path) -> None:
    assert characters(coverage(path.read_bytes())) == set(TTFont(path).getBestCmap())


@pytest.mark.parametrize("flavor", [None, "woff", "woff2"])
@pytest.mark.parametrize("points", [[0x41, 0x42, 0x645], [0x41, 0x1F389, 0x20000]], ids=["16-bits", "beyond-16-bits"])
def test_every_container_says_which_characters_it_has(flavor: str | None, points: list[int]) -> None:
    assert characters(coverage(saved(built(points), flavor))) == set(points)


def test_a_collection_has_the_characters_of_its_first_font() -> None:
    collection = TTCollection()
    collection.fonts = [built([0x41]), built([0x42])]
    buffer = io.BytesIO()
    collection.save(buffer)
    assert characters(coverage(buffer.getvalue())) == {0x41}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\3\4" + b"\0" * 200, id="another-format"),
        pytest.param(saved(built([0x41]))[:300], id="cut-off"),
        pytest.param(saved(built([0x41]), "woff2")[:120], id="cut-off-woff2"),
        pytest.param(b"wOF2" + b"\xff" * 100, id="nonsense-woff2"),
        pytest.param(b"\0\1\0\0" + struct.pack(">H", 65535) + b"\0" * 6, id="tables-that-are-not-there"),
    ],
)
def test_what_is_no_font_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"is not a|has no"):
        coverage(body)


def test_a_font_whose_glyphs_would_be_drawn_as_nothing_is_refused() -> None:
    font = built([0x1F389])
    body = saved(font)
    # Fonts of the kind COLRv1 have empty outlines, and a table that Pillow does not read.
    count = struct.unpack_from(">H", body, 4)[0]
    records = [struct.unpack_from(">4sIII", body, 12 + 16 * number) for number in range(count)]
    tag, _, offset, length = records[-1]
    at = 12 + 16 * (count - 1)
    changed = body[:at] + struct.pack(">4sIII", b"COLR", 0, len(body), 4) + body[at + 16 :] + struct.pack(">HH", 1, 0)
    assert tag
    assert offset + length <= len(body)
    with pytest.raises(ValueError, match="COLRv1, which are not drawn; take NotoColorEmoji"):
        coverage(changed)
