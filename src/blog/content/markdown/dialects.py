"""Constructs of other site generators that mean nothing here: each is named, and stays visible as text."""

import re
from collections.abc import Iterable, Iterator

from blog.content.markdown.escapes import is_escaped

_SHORTCODE = "a shortcode of Hugo or Zola"
# A text that every match contains, the pattern, and the name.
_CONSTRUCTS = (
    ("{{", re.compile(r"\{\{[<%][^{}]*[>%]\}\}"), _SHORTCODE),
    ("{%", re.compile(r"\{%[^{}]*%\}"), "a tag of Liquid or Jinja"),
    ("{{", re.compile(r"\{\{[^\n{}]*\}\}"), "a template expression"),
    ("{/*", re.compile(r"\{/\*"), "a comment of MDX"),
    ("import", re.compile(r"^[ \t]*import[ \t]+(?:[\w{*][^\n;]{0,200}[ \t]from[ \t]+)?['\"][^\n'\"]+['\"][ \t]*;?[ \t]*$", re.MULTILINE), "an import of MDX"),
    ("export", re.compile(r"^[ \t]*export[ \t]+(?:default|const|let|var|function|async)\b", re.MULTILINE), "an export of MDX"),
    (":::", re.compile(r"^:::+[ \t]*\{?[\w.-]+", re.MULTILINE), "a directive"),
    ("[^", re.compile(r"^\[\^[^\[\] \t\n]*[ \t][^\[\]\n]*\]:", re.MULTILINE), "a footnote whose name contains a space"),
    ("^[", re.compile(r"(?<=\w)\^\[[^\[\] \t\n]*[ \t][^\[\]\n]*\]"), "an inline footnote"),
    (" =", re.compile(r"!\[[^\[\]\n]*\]\([^\s()]+ =\d*x\d*\)"), "a picture with a size"),
    (
        "](",
        re.compile(r"!?\[[^\[\]\n]*\]\((?=[^\s()<>\"']+ )[^()<>\"'\n]*\.\w{2,5}(?:#[^\s()#]*)?\)"),
        "a link whose address contains a space and must stand between < and >",
    ),
    ("[", re.compile(r"^\[\[?_?toc_?\]\]?[ \t]*$", re.MULTILINE | re.IGNORECASE), "a table of contents marker"),
    ("%%", re.compile(r"%%(?![%\s])[^%\n]*[^%\s]%%(?!%)|^%%[ \t]*$", re.MULTILINE), "a comment of Obsidian"),
    ("^", re.compile(r"[ \t]\^(?=[\w-]*[a-z])[\w-]{3,40}[ \t]*\Z"), "a block id of Obsidian"),
    ("{:", re.compile(r"\{:[:/][^\n{}]*\}"), "an extension of kramdown"),
    ("](http", re.compile(r"\[[^\[\]\n]+\]\(https?://[^\s()<>]+ [^()<>\"'\n]*\)"), "a link whose address contains a space and must be %20"),
    ("{:", re.compile(r"\{:[ \t]*[.#\w][^\n{}]*\}"), "an attribute list of kramdown"),
    ("{", re.compile(r"(?:(?<=\))|(?<=[\]`*_\w \x00]))\{[ \t]*(?:[.#][\w-]+|[\w-]+=[^\s{}]+)(?:[ \t]+[^\n{}]*)?\}"), "an attribute list"),
)  # fmt: skip
_SHOWN = 60
_SHOWS_CODE = re.compile(r"<(?:code|pre|samp|kbd)\b", re.IGNORECASE)
_HINTS = ("{", ":::", "[", "import", "export", "%%", " ^")


def find(text: str, understood: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The place of each construct outside of what is understood, and what to say of it."""
    if not any(hint in text for hint in _HINTS):
        return
    shown = _blanked(text, understood)
    for mark, pattern, name in _CONSTRUCTS:
        if mark not in shown:
            continue
        found = [
            (match.start(), match.end()) for match in pattern.finditer(shown) if not is_escaped(shown, match.start())
        ]
        for start, end in found:
            yield start, _remark(text[start:end], name)
        # What one construct is made of is no other.
        shown = _blanked(shown, found) if found else shown


def shortcodes(html: str, understood: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The same for the shortcodes in raw HTML, unless it shows code."""
    if "{" in html and not _SHOWS_CODE.search(html):
        shown = _blanked(html, understood)
        for _, pattern, name in _CONSTRUCTS[:3]:
            for found in pattern.finditer(shown):
                yield found.start(), _remark(html[found.start() : found.end()], name)
            shown = pattern.sub(lambda found: "\x00" * len(found[0]), shown)


def _remark(source: str, name: str) -> str:
    return f"{source.strip()[:_SHOWN]!r} is {name}, which is not understood here and shown as text"


def _blanked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    pieces, place = [], 0
    for start, end in ranges:
        if start < place:
            continue  # in one that is blanked already
        pieces += [text[place:start], "\x00" * (end - start)]
        place = end
    return "".join([*pieces, text[place:]])
