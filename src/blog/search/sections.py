"""Sections of a text: the plain words of its HTML under each heading."""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

from blog.search.texts import TextSection

_TAG = re.compile(r"""<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.DOTALL)
_ID = re.compile(r"""\sid=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
# Highlighted code has hundreds of these in a text, and nothing in them matters to its words.
_HIGHLIGHTS = re.compile(r'</?span(?: class="[\w -]*")?>')
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# What is in them is no text, or the text of a drawing whose source is not in the page.
_SKIPPED = frozenset({"script", "style", "svg", "template", "annotation"})
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strong",
    "sub", "sup", "u", "var", "wbr", "mi", "mo", "mn",
})  # fmt: skip


class _Reader:
    """Collects the words of HTML, section by section."""

    def __init__(self) -> None:
        self.sections: list[TextSection] = []
        self._heading, self._anchor = "", ""
        self._body: list[str] = []
        self._code: list[str] = []
        self._title: list[str] | None = None
        self._skipped = ""
        self._pre = self._inline_code = 0

    def text(self, text: str) -> None:
        if self._skipped:
            return
        if self._title is not None:
            self._title.append(text)
        elif self._pre:
            self._code.append(text)
        else:
            self._body.append(text)
            if self._inline_code:
                self._code.append(text)

    def tag(self, name: str, attributes: str, *, closes: bool) -> None:
        if self._skipped:
            if closes and name == self._skipped:
                self._skipped = ""
        elif name in _SKIPPED and not attributes.endswith("/"):
            self._skipped = "" if closes else name
        elif name in _HEADINGS:
            self._at_heading(attributes, closes=closes)
        elif name == "pre":
            self._pre = max(0, self._pre + (-1 if closes else 1))
            self._code.append("\n")
        elif name == "code" and not self._pre:
            self._inline_code = max(0, self._inline_code + (-1 if closes else 1))
            if closes:
                self._code.append("\n")
        elif name not in _INLINE:
            self.text("\n" if self._pre else " ")

    def _at_heading(self, attributes: str, *, closes: bool) -> None:
        if not closes:
            self.end()
            anchor = _ID.search(attributes)
            self._anchor = unescape(next(filter(None, anchor.groups()), "")) if anchor else ""
            self._title = []
        elif self._title is not None:
            self._heading, self._title = _plain(self._title), None

    def end(self) -> None:
        """End the section."""
        if self._title is not None:
            self._heading, self._title = _plain(self._title), None
        section = TextSection(self._heading, self._anchor, _plain(self._body), _lines(self._code))
        if section.heading or section.body or section.code:
            self.sections.append(section)
        self._heading, self._anchor, self._body, self._code = "", "", [], []


def sections_of(html: str) -> tuple[TextSection, ...]:
    """The sections of the HTML of a text, in its order.

    >>> sections_of('<p>Fast &amp; <em>sm</em>all</p><h2 id="use">Use</h2><pre><code>run()</code></pre>')
    (TextSection(heading='', anchor='', body='Fast & small', code=''), TextSection(heading='Use', anchor='use', body='', code='run()'))
    """
    reader = _Reader()
    for text, name, attributes, closes in _pieces(_HIGHLIGHTS.sub("", html)):
        if text:
            reader.text(unescape(text))
        if name:
            reader.tag(name, attributes, closes=closes)
    reader.end()
    return tuple(reader.sections)


def _pieces(html: str) -> Iterator[tuple[str, str, str, bool]]:
    at = 0
    for found in _TAG.finditer(html):
        yield html[at : found.start()], (found[2] or "").lower(), found[3] or "", bool(found[1])
        at = found.end()
    yield html[at:], "", "", False


def _plain(pieces: list[str]) -> str:
    return unicodedata.normalize("NFC", " ".join("".join(pieces).split()))


def _lines(pieces: list[str]) -> str:
    """Code with its lines, but without empty ones."""
    lines = (line.rstrip() for line in "".join(pieces).splitlines())
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))
