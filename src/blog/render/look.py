"""The look of a site: which of the theme's characters, fonts and accent colour its style sheet has."""

import re
from collections.abc import Iterator, Mapping

from blog.content.config import Look
from blog.render.accent import AA, AAA, readable

STYLE, SCRIPT = "site.css", "site.js"
# A comment, or a string, which may contain what looks like one and keeps its spaces.
_COMMENT_OR_STRING = re.compile(r"""/\*.*?\*/\s*|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""", re.DOTALL)
_REMARK = re.compile(rb"^\s*// .*\n", re.MULTILINE)
_SPACE = re.compile(r"\s*([{};])\s*")
_INDENT = re.compile(r"\n\s+")
_PART = re.compile(r"(?:fonts|look)-[\w-]+\.css")
_FONT = re.compile(r"/assets/([\w-]+)\.[0-9a-f]+\.woff2")
_GROUND = re.compile(r"--(?:ground|raised):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
_PAGE = re.compile(r"--ground:\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
_CONTRAST = re.compile(r"@media \(prefers-contrast: more\)\s*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_COLOUR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),")
# The fonts of a page's first view, which browsers load before they have read the style sheet.
_FIRST = {
    "paper": ("newsreader.woff2", "source-serif.woff2"),
    "quiet": ("inter.woff2",),
    "typewriter": ("jetbrains-mono.woff2",),
}


def dressed(assets: Mapping[str, bytes], look: Look) -> dict[str, bytes]:
    """The assets that a site with this look serves: one style sheet made of its parts, and the fonts that it uses."""
    if STYLE not in assets:
        return dict(assets)
    style = "\n".join(_parts(assets, look))
    # Comments are for who reads the theme, not for who loads the page.
    script = {SCRIPT: _REMARK.sub(b"", assets[SCRIPT])} if SCRIPT in assets else {}
    others = {
        name: _compact(body.decode()).encode() if name.endswith(".css") else body
        for name, body in assets.items()
        if not _PART.fullmatch(name)
    }
    served = others | {STYLE: style.encode()} | script
    unused = _fonts(body for name, body in assets.items() if _PART.fullmatch(name))
    used = _fonts(body for name, body in served.items() if name.endswith(".css"))
    return {name: body for name, body in served.items() if name not in unused - used}


def preloaded(assets: Mapping[str, bytes], look: Look) -> tuple[str, ...]:
    """The names of the fonts that a page loads first."""
    return tuple(name for name in _FIRST[look.theme] if name in assets) if look.fonts == "theme" else ()


def grounds(assets: Mapping[str, bytes]) -> tuple[str, ...]:
    """The colour of the page in the light and in the dark, as the last rule of the style sheet says."""
    found = _PAGE.findall(assets.get(STYLE, b"").decode())
    return found[-1] if found else ()


def colours(assets: Mapping[str, bytes]) -> dict[str, str]:
    """The colours of the light page by the names of their variables, as the last rules of the style sheet say."""
    return dict(_COLOUR.findall(_CONTRAST.sub("", assets.get(STYLE, b"").decode())))


def _parts(assets: Mapping[str, bytes], look: Look) -> Iterator[str]:
    fonts = f"fonts-{look.theme}.css" if look.fonts == "theme" else ""
    for name in (fonts, STYLE, f"look-{look.theme}.css"):
        if name in assets:
            yield _compact(assets[name].decode())
    if look.accent:
        yield _accent(
            look.accent, "".join(assets[name].decode() for name in (STYLE, f"look-{look.theme}.css") if name in assets)
        )


def _compact(style: str) -> str:
    parts = _COMMENT_OR_STRING.split(style)
    parts[::2] = (_SPACE.sub(r"\1", _INDENT.sub("\n", part)).replace(";}", "}\n") for part in parts[::2])
    return "".join(part or "" for part in parts).strip()


def _accent(accent: str, style: str) -> str:
    """The rules that set the accent, readable on the grounds that a style sheet has."""
    light, dark = zip(*_GROUND.findall(style) or [("#ffffff", "#000000")], strict=True)
    usual, high = (f"light-dark({readable(accent, light, it)}, {readable(accent, dark, it)})" for it in (AA, AAA))
    return f":root {{ --accent: {usual}; }}\n@media (prefers-contrast: more) {{ :root {{ --accent: {high}; }} }}"


def _fonts(sheets: Iterator[bytes]) -> set[str]:
    return {f"{name}.woff2" for sheet in sheets for name in _FONT.findall(sheet.decode())}
