"""Writes the theme's fonts: subsets of npm's @fontsource-variable packages, their style sheets and their licences. `make vendor` calls it."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables import otTables
from fontTools.varLib import instancer

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "node_modules/@fontsource-variable"
ASSETS = ROOT / "templates/assets"
# The fonts of the cards, which no page loads: whole alphabets in one file, and one weight.
CARD_FONTS = ROOT / "templates/fonts"
# What a page in English needs is in the first file; the second one has the accented letters of western Europe.
CORE = (
    "U+0020-007E,U+00A0,U+00A9,U+00B7,U+00D7,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026,U+2190-2193,U+2212"
)
WEST = "U+00A1-00A8,U+00AA-00B6,U+00B8-00D6,U+00D8-00FF,U+0131,U+0152,U+0153,U+0160,U+0161,U+0178,U+017D,U+017E,U+201A,U+201E,U+2039,U+203A,U+20AC"
# The pages' fonts have this many units to an em, so that most coordinates take one byte: a pixel of the largest title is six of them.
UNITS = 500
# Kerning that is finer than this part of an em is below a quarter of a pixel in a text.
FINEST_KERNING = 0.01
# How frequent letters are in English, per thousand, with the space: the width of a text is that of its letters.
FREQUENCY = dict(zip(" etaoinshrdlcumwfgypbvk", (
    170, 102, 75, 65, 62, 58, 56, 52, 51, 48, 35, 33, 23, 23, 20, 19, 18, 16, 16, 16, 12, 8, 6,
), strict=True))  # fmt: skip


@dataclass(frozen=True)
class Face:
    """A font of the theme. ``axes`` are the ranges of its variations that stay; a number fixes one."""

    name: str
    family: str
    package: str
    file: str
    axes: tuple[tuple[str, float | tuple[float, float]], ...]
    style: str = "normal"
    weight: str = "400"


@dataclass(frozen=True)
class Local:
    """Fonts of operating systems that all have one average width, in em."""

    suffix: str
    names: tuple[str, ...]
    width: float


DISPLAY = Face(
    "newsreader",
    "Newsreader",
    "newsreader",
    "newsreader-latin-opsz-normal",
    (("opsz", 60), ("wght", 450)),
    weight="450",
)
TEXT = Face(
    "source-serif",
    "Source Serif",
    "source-serif-4",
    "source-serif-4-latin-wght-normal",
    (("wght", (400, 700)),),
    weight="400 700",
)
ITALIC = Face(
    "source-serif-italic",
    "Source Serif",
    "source-serif-4",
    "source-serif-4-latin-wght-italic",
    (("wght", 400),),
    "italic",
)
SANS = Face("inter", "Inter", "inter", "inter-latin-wght-normal", (("wght", (400, 650)),), weight="400 650")
MONO = Face(
    "jetbrains-mono",
    "JetBrains Mono",
    "jetbrains-mono",
    "jetbrains-mono-latin-wght-normal",
    (("wght", (400, 700)),),
    weight="400 700",
)
# Code is hardly ever bold, so that browsers may embolden it.
CODE = replace(MONO, name="jetbrains-mono-code", axes=(("wght", 400),), weight="400")
# The faces that each look uses.
LOOKS = {"paper": (DISPLAY, TEXT, ITALIC, CODE), "quiet": (SANS, CODE), "typewriter": (MONO,)}
# The fonts of the cards: the weight of each, and the alphabets that the package has.
_ALPHABETS = ("latin", "latin-ext", "vietnamese", "cyrillic", "greek")
CARD_FACES = {
    DISPLAY: (450, _ALPHABETS[:3]),
    TEXT: (450, _ALPHABETS),
    SANS: (560, _ALPHABETS),
    MONO: (560, _ALPHABETS),
}
GEORGIA = Local("a", ("Georgia",), 0.4413)
TIMES = Local("b", ("Times New Roman", "Liberation Serif", "Tinos"), 0.4014)
DEJAVU_SERIF = Local("c", ("DejaVu Serif",), 0.5138)
ARIAL = Local("a", ("Arial", "Helvetica", "Liberation Sans", "Arimo"), 0.4428)
DEJAVU_SANS = Local("b", ("DejaVu Sans",), 0.5084)
SERIFS = (GEORGIA, TIMES, DEJAVU_SERIF)
FALLBACKS = {DISPLAY.name: SERIFS, TEXT.name: SERIFS, SANS.name: (ARIAL, DEJAVU_SANS)}


def characters(text: str) -> list[int]:
    return sorted(subset.parse_unicodes(text))


@cache
def limited(face: Face) -> bytes:
    """The font of a face with its axes limited, as a file: the subsetter needs the tables that a file has."""
    font = TTFont(PACKAGES / face.package / f"files/{face.file}.woff2", recalcTimestamp=False)
    shaped = instancer.instantiateVariableFont(font, dict(face.axes))
    shaped.flavor = None
    file = io.BytesIO()
    shaped.save(file)
    return file.getvalue()


def options_for(face: Face) -> subset.Options:
    options = subset.Options()
    options.hinting, options.notdef_outline = False, True
    # Code is shown without ligatures.
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"] + ([] if face in {CODE, MONO} else ["liga"])
    return options


def thin_kerning(font: TTFont) -> None:
    """Take kerning out that is too fine to be seen, and what of it differs between weights."""
    finest = FINEST_KERNING * font["head"].unitsPerEm
    lookups = font["GPOS"].table.LookupList.Lookup if "GPOS" in font else ()
    for table in (getattr(table, "ExtSubTable", table) for lookup in lookups for table in lookup.SubTable):
        if not isinstance(table, otTables.PairPos):
            continue
        table.ValueFormat1 = 4  # XAdvance alone
        for row in table.PairSet if table.Format == 1 else ():
            row.PairValueRecord = [pair for pair in row.PairValueRecord if abs(pair.Value1.XAdvance) >= finest]
        for pair in pairs(table):
            advance = getattr(pair.Value1, "XAdvance", 0)
            pair.Value1 = otTables.ValueRecord(4)
            pair.Value1.XAdvance = advance if abs(advance) >= finest else 0


def pairs(table: otTables.PairPos) -> Iterator[otTables.PairValueRecord | otTables.Class2Record]:
    rows = table.PairSet if table.Format == 1 else table.Class1Record
    for row in rows:
        yield from row.PairValueRecord if table.Format == 1 else row.Class2Record


def write_part(face: Face, unicodes: str, target: Path) -> None:
    options = options_for(face)
    options.flavor = "woff2"
    options.name_IDs = []
    font = TTFont(io.BytesIO(limited(face)), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters(unicodes))
    subsetter.subset(font)
    thin_kerning(font)
    scale_upem(font, UNITS)
    font.flavor = "woff2"
    font.save(target)


def write_for_cards(face: Face, weight: int, alphabets: tuple[str, ...]) -> None:
    """Write the font of a face with all of its alphabets, without the variations: a card is drawn in one size."""
    axes = tuple({**dict(face.axes), "wght": weight}.items())
    with TemporaryDirectory() as folder:
        parts = []
        for alphabet in alphabets:
            part = replace(face, file=face.file.replace("-latin-", f"-{alphabet}-"), axes=axes)
            font = TTFont(io.BytesIO(limited(part)), recalcTimestamp=False)
            subsetter = subset.Subsetter(options_for(face))
            subsetter.populate(unicodes=list(font.getBestCmap()))
            subsetter.subset(font)
            parts.append(str(Path(folder) / f"{alphabet}.ttf"))
            font.save(parts[-1])
        merged = Merger().merge(parts)
        merged["head"].created = merged["head"].modified = font["head"].modified
        merged.recalcTimestamp = False
        merged.flavor = "woff2"
        merged.save(CARD_FONTS / f"{face.name}.woff2")


def rule(face: Face, file: str, unicodes: str, display: str) -> str:
    return (
        f"@font-face {{ font-family: {json.dumps(face.family)}; font-style: {face.style}; font-weight: {face.weight}; font-display: {display}; "
        f'src: url({file}) format("woff2"); unicode-range: {unicodes}; }}'
    )


def fallback(face: Face, local: Local) -> str:
    """A font of the operating system, scaled so that its lines are as wide and as high as those of the face."""
    font = TTFont(io.BytesIO(limited(face)), recalcTimestamp=False)
    names, em = font.getBestCmap(), font["head"].unitsPerEm
    width = (
        sum(times * font["hmtx"][names[ord(letter)]][0] for letter, times in FREQUENCY.items())
        / sum(FREQUENCY.values())
        / em
    )
    scale = width / local.width
    sources = ", ".join(f"local({json.dumps(name)})" for name in local.names)
    ascent, descent = (abs(getattr(font["hhea"], side)) / em / scale for side in ("ascent", "descent"))
    return (
        f'@font-face {{ font-family: "{face.family} {local.suffix}"; src: {sources}; size-adjust: {scale:.1%}; '
        f"ascent-override: {ascent:.1%}; descent-override: {descent:.1%}; line-gap-override: 0%; }}"
    )


def style_sheet(faces: tuple[Face, ...]) -> Iterator[str]:
    yield "/* Written by .ci/fonts.py. The fallbacks have the widths and heights of the fonts, so that nothing moves when those arrive. */"
    for face in faces:
        # Code that is shown in another font stays so on that page: one that arrives late would break its lines elsewhere.
        display = "optional" if face is CODE else "swap"
        yield rule(face, f"{face.name}.woff2", CORE, display)
        yield rule(face, f"{face.name}-west.woff2", WEST, display)
        yield from (fallback(face, local) for local in FALLBACKS.get(face.name, ()))


def licence(faces: Mapping[str, Face]) -> str:
    """The licence, which is the same for all of the fonts, below the copyright of each."""
    texts = {face.package: (PACKAGES / face.package / "LICENSE").read_text(encoding="utf-8") for face in faces.values()}
    heads, bodies = zip(*(text.split("\n\n", 1) for text in texts.values()), strict=True)
    assert len(set(bodies)) == 1, "the licences differ: keep one file for each package"
    versions = (
        json.loads((PACKAGES / package / "package.json").read_text(encoding="utf-8"))["version"] for package in texts
    )
    about = [
        f"@fontsource-variable/{package} {version}: {head.strip()}"
        for package, version, head in zip(texts, versions, heads, strict=True)
    ]
    files = ", ".join(f"{name}.woff2, {name}-west.woff2" for name in faces)
    return "\n".join([f"Subsets of fonts in npm packages, made by `make vendor`: {files}.", "", *about, "", bodies[0]])


def main() -> None:
    faces = {face.name: face for look in LOOKS.values() for face in look}
    for face in faces.values():
        write_part(face, CORE, ASSETS / f"{face.name}.woff2")
        write_part(face, WEST, ASSETS / f"{face.name}-west.woff2")
    CARD_FONTS.mkdir(exist_ok=True)
    for face, (weight, alphabets) in CARD_FACES.items():
        write_for_cards(face, weight, alphabets)
    for name, used in LOOKS.items():
        (ASSETS / f"fonts-{name}.css").write_text("\n".join(style_sheet(used)) + "\n", encoding="utf-8")
    (ASSETS / "fonts.LICENSE.txt").write_text(licence(faces), encoding="utf-8")


if __name__ == "__main__":
    main()
