"""The table of contents that a paragraph such as ``[TOC]`` stands for."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from blog.content.markdown.definitions import key

if TYPE_CHECKING:
    from blog.content.document import Heading

_MARKER = re.compile(r"(?:\[(toc)\]|\[\[_?toc_?\]\]|\{\{[ \t]*toc[ \t]*\}\})[ \t]*", re.IGNORECASE)
# Stands for the table in the markup until all headings are known; no Markdown text can contain a NUL.
PLACE = "\0contents\0"


def is_marker(text: str, env: Any) -> bool:
    """Whether a paragraph stands for a table of contents, and is no reference to a definition."""
    found = _MARKER.fullmatch(text)
    return found is not None and not (found[1] and key(found[1]) in env["ref_links"])


def nested(headings: Sequence["Heading"], links: Sequence[str]) -> str:
    """Nested lists of the links to headings, by their levels."""
    parts: list[str] = []
    levels: list[int] = []
    for heading, link in zip(headings, links, strict=True):
        while len(levels) > 1 and heading.level <= levels[-2]:
            levels.pop()
            parts.append("</li>\n</ul>\n")
        if levels and heading.level > levels[-1]:
            levels.append(heading.level)
            parts.append("\n<ul>\n<li>")
        elif levels:
            levels[-1] = heading.level
            parts.append("</li>\n<li>")
        else:
            levels.append(heading.level)
            parts.append("<ul>\n<li>")
        parts.append(link)
    return "".join([*parts, "</li>\n</ul>\n" * len(levels)])
