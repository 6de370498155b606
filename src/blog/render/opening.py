"""Opening: the first paragraphs of a text, for a page that leads to it."""

import re

from markupsafe import Markup

_CHARACTERS = 850
_PARAGRAPH = re.compile(r"<p>(.*?)</p>\n?", re.DOTALL)
_NOTE = re.compile(r"<sup>.*?</sup>", re.DOTALL)
_OWN = re.compile(r' id="[^"]*"')
_LINK = re.compile(r"</?a\b[^>]*>")


def opening(html: str) -> Markup | None:
    r"""The paragraphs that a text begins with, without their links, ids and notes; none if it begins with something else.

    >>> opening('<p>One <a href="/x">link</a>.</p>\n<p>Two.</p>\n<h2>Three</h2>')
    Markup('<p>One link.</p>\n<p>Two.</p>')
    """
    paragraphs: list[str] = []
    place, left = 0, _CHARACTERS
    while (found := _PARAGRAPH.match(html, place)) and left > 0 and "<img" not in found[1]:
        inner = _LINK.sub("", _OWN.sub("", _NOTE.sub("", found[1])))
        paragraphs.append(f"<p>{inner}</p>")
        place, left = found.end(), left - len(inner)
    return Markup("\n".join(paragraphs)) if paragraphs else None  # noqa: S704 -- HTML of the text, which the writer has escaped
