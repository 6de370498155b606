"""Opening: the first paragraphs of a text, for a page that leads to it."""

import re

from markupsafe import Markup

_CHARACTERS = 850
_PARAGRAPH = re.compile(r"<p>(.*?)</p>\n?", re.DOTALL)
_NOTE = re.compile(r"<sup>.*?</sup>", re.DOTALL)
_OWN = re.compile(r' id="[^"]*"')
_COLON = re.compile(r"[:\uff1a]</p>$")
_LINK = re.compile(r"</?a\b[^>]*>")


def opening(html: str) -> Markup | None:
    r"""The paragraphs that a text begins with, without their links, ids and notes; none if it begins with something else.

    >>> opening('<p>One <a href="/x">link</a>.</p>\n<p>Two.</p>\n<h2>Three</h2>')
    Markup('<p>One link.</p>\n<p>Two.</p>')
    >>> opening('<p>Like this:</p>\n<pre>code</pre>')
    Markup('<p>Like this…</p>')
    """
    paragraphs: list[str] = []
    place, left = 0, _CHARACTERS
    while (found := _PARAGRAPH.match(html, place)) and left > 0 and "<img" not in found[1]:
        inner = _LINK.sub("", _OWN.sub("", _NOTE.sub("", found[1])))
        paragraphs.append(f"<p>{inner}</p>")
        place, left = found.end(), left - len(inner)
    if paragraphs and (announced := _COLON.search(paragraphs[-1])):
        # What it announces is not shown here.
        paragraphs[-1] = paragraphs[-1][: announced.start()] + "…</p>"
    return Markup("\n".join(paragraphs)) if paragraphs else None  # noqa: S704 -- HTML of the text, which the writer has escaped
