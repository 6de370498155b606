"""The looks of the shipped theme: their fonts, colours and contrast."""

import re
from itertools import product
from pathlib import Path

import brotli
import pytest

from blog.content.colours import rgb
from blog.content.config import Look
from blog.render.accent import AA, AAA, readable
from blog.render.look import STYLE
from blog.render.theme import Theme

TEMPLATES = Path(__file__).parents[2] / "templates"
ASSETS = TEMPLATES / "assets"
LOOKS = ("paper", "quiet", "typewriter")
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{3,6}),\s*(#[0-9a-f]{3,6})\)")
MORE_CONTRAST = re.compile(r"@media \(prefers-contrast: more\) \{(.*?\})\s*(?:a \{.*?\}\s*)?\}", re.DOTALL)
GROUNDS = ("ground", "raised")
TEXT = ("ink", "soft", "accent", "cool", "keyword", "string", "number", "name", "deleted", "inserted")
ON_MARKS = ("ink", "soft", "keyword", "string", "number", "name")


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        digits = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(digits))
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def style(look: Look) -> str:
    return Theme(TEMPLATES, look=look).assets[STYLE].decode()


def colours(css: str) -> dict[str, tuple[str, str]]:
    """Each colour in the light and in the dark, as the last rule for it says."""
    return {name: (light, dark) for name, light, dark in PAIR.findall(css)}


def usual_and_high(css: str) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """The colours, and those of readers who ask for more contrast."""
    asked = MORE_CONTRAST.findall(css)
    usual = colours(MORE_CONTRAST.sub("", css))
    return usual, usual | colours("\n".join(asked))


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("accent", ["", "#ffff00", "#000080", "#808080", "#ffffff"])
def test_every_text_can_be_read_on_every_ground_in_both_themes(name: str, accent: str) -> None:
    for palette, wanted in zip(usual_and_high(style(Look(name, accent=accent))), (AA, AAA), strict=True):
        for text, ground, theme in product(TEXT, GROUNDS, (0, 1)):
            found = contrast(palette[text][theme], palette[ground][theme])
            assert found >= wanted, f"--{text} on --{ground}: {found:.2f}"
        marks = product(ON_MARKS, ("mark", "inserted-ground", "deleted-ground"), (0, 1))
        for text, ground, theme in marks:
            assert contrast(palette[text][theme], palette[ground][theme]) >= AA, f"--{text} on --{ground}"


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#fbf9f4", "#161412"])
def test_an_accent_keeps_its_hue_and_gets_its_contrast(ground: str) -> None:
    for colour in ("#ff0000", "#00ff00", "#0000ff", "#ffff00", "#888888"):
        for wanted in (AA, AAA):
            assert contrast(readable(colour, [ground], wanted), ground) >= wanted
    red, green, blue = rgb(readable("#ff9999", ["#ffffff"]))
    assert red > green == pytest.approx(blue, abs=0.1)


def test_the_script_and_the_style_are_served_without_comments() -> None:
    assets = Theme(TEMPLATES).assets
    assert b"\n// " not in assets["site.js"]
    assert b"/*" not in assets[STYLE]
    scripts = ("site.js", "notes.js", "search.js")
    sizes = {name: len(brotli.compress(assets[name])) for name in scripts}
    assert sum(sizes.values()) <= 6 * 1024
    assert sizes["search.js"] <= 2 * 1024


def test_an_accent_that_can_be_read_is_left_as_it_is() -> None:
    assert "light-dark(#a8431f," in style(Look(accent="#a8431f")).splitlines()[-2]


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_is_served_with_its_fonts_alone_and_they_are_small(name: str) -> None:
    theme = Theme(TEMPLATES, look=Look(name))
    fonts = {file for file in theme.assets if file.endswith(".woff2")} - {"stix-two-math.woff2"}
    assert fonts
    assert all(f"/{file.partition('.')[0]}." in theme.assets[STYLE].decode() for file in fonts)
    assert sum(len(theme.assets[file]) for file in fonts) <= 90_000
    first = [file for file in fonts if "west" not in file]
    assert sum(len(theme.assets[file]) for file in first) <= 45_000
    assert theme.fonts
    assert not {f"fonts-{name}.css", f"look-{name}.css"} & set(theme.assets)


def test_system_fonts_need_no_font() -> None:
    theme = Theme(TEMPLATES, look=Look(fonts="system"))
    assert [file for file in theme.assets if file.endswith(".woff2")] == ["stix-two-math.woff2"]
    assert theme.fonts == ()
    assert b"@font-face" not in theme.assets[STYLE]


def test_a_theme_folder_needs_no_parts_of_a_look(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/site.css").write_text("p { color: red }")
    theme = Theme(tmp_path, look=Look("quiet", accent="#123456"))
    assert theme.fonts == ()
    assert theme.assets[STYLE].startswith(b"p{color: red}\n")


@pytest.mark.parametrize("text", ['" ; "', "' { } '", '"/* shown */"', r'" \" ; \A "'])
def test_a_string_of_a_style_sheet_keeps_its_spaces(tmp_path: Path, text: str) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/site.css").write_text(f"/* it's */ p::after {{ content: {text} ; }}\n/* end */")
    assert Theme(tmp_path).assets[STYLE].startswith(f"p::after{{content: {text}}}".encode())


@pytest.mark.parametrize("name", LOOKS)
def test_no_look_names_a_side_of_the_page_by_left_or_right(name: str) -> None:
    physical = re.compile(r"(?:margin|padding|border)-(?:left|right)\b|\b(?:float|text-align):\s*(?:left|right)")
    allowed = re.compile(r"^\.(?:line|code|pre|alert|copy|numbered|shade|equation|link-card)", re.MULTILINE)
    for line in (ASSETS / "site.css").read_text().splitlines() + style(Look(name)).splitlines():
        assert not physical.search(line) or allowed.match(line.strip()), line
