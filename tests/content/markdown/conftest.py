"""What HTML means, so that two renderings can be compared, and our own rendering of a text."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from urllib.parse import quote, unquote

import pytest

from blog.content.document import Reference
from blog.content.markdown import parse
from tests.english import label

_BLOCKS = frozenset(
    [
        "p",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "table",
        "tr",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "div",
        "section",
        "details",
        "summary",
        "dl",
        "dt",
        "dd",
        "body",
        "html",
        "head",
        "article",
        "aside",
        "main",
        "nav",
        "form",
        "figure",
        "fieldset",
        "br",
    ]
)
_SPACE = re.compile(r"[ \t\r\n]+")
# What a picture with a title becomes when it stands alone in a paragraph.
_FIGURE = re.compile(r"<figure>\n(<img [^>]*)>\n<figcaption>(.*?)</figcaption>\n</figure>", re.DOTALL)

# Ids, classes and return links of footnotes: ours, then those of cmark-gfm.
_NOTE_MARKUP = (
    (re.compile(r' ?<a class="footnote-back"[^>]*>↩</a>'), ""),
    (re.compile(r'<sup><a id="_fnref[^>]*>(\d+)</a></sup>'), r"<sup>\1</sup>"),
    (re.compile(r'<li id="_fn-\d+">'), "<li>"),
    (re.compile(r' ?<a href="[^"]*" class="footnote-backref"[^>]*>↩(?:<sup class="footnote-ref">\d+</sup>)?</a>'), ""),
    (re.compile(r'<sup class="footnote-ref"><a [^>]*>(\d+)</a></sup>'), r"<sup>\1</sup>"),
    (re.compile(r'<li id="fn-[^"]*">'), "<li>"),
    (re.compile(r'<section class="footnotes"[^>]*>'), "<section>"),
    (re.compile(r"<p></p>"), ""),
    (re.compile(r"<li[^>]*><p>(<input [^>]*>)"), r"<li>\1<p>"),
)


class _Meaning(HTMLParser):
    """A canonical form: no white space that a browser does not show, no attribute that only the site's markup has."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self._pre = 0
        # Of each open div, whether it is the one that our markup puts around a table.
        self._table_divs: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"thead", "tbody"} or (tag == "span" and self._pre):
            return
        if tag == "div":
            self._table_divs.append(dict(attrs).get("class") == "table")
            if self._table_divs[-1]:
                return
        self._pre += tag == "pre"
        kept = sorted(filter(None, (_attribute_of(tag, name, value or "") for name, value in attrs)))
        self._edge(tag)
        self.out.append(f"<{' '.join([tag, *kept])}>")
        self._line(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"thead", "tbody"} or (tag == "span" and self._pre):
            return
        if tag == "div" and self._table_divs and self._table_divs.pop():
            return
        self._pre -= tag == "pre"
        self._edge(tag)
        self.out.append(f"</{tag}>")
        self._line(tag)

    def handle_data(self, data: str) -> None:
        if self._pre:
            self.out.append(data)
            return
        data = _SPACE.sub(" ", data)
        if not self.out or self.out[-1] == "\n" or self.out[-1].endswith(" "):
            data = data.lstrip(" ")
        if data:
            self.out.append(data)

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def _edge(self, tag: str) -> None:
        if tag in _BLOCKS and not self._pre:
            while self.out and not self.out[-1].strip(" \n"):
                self.out.pop()
            if self.out:
                self.out[-1] = self.out[-1].rstrip(" ")

    def _line(self, tag: str) -> None:
        if tag in _BLOCKS and not self._pre:
            self.out.append("\n")


def _attribute_of(tag: str, name: str, value: str) -> str | None:
    if (
        tag in {"pre", "code"}
        or (tag == "p" and value == "picture")
        or name in {"loading", "decoding", "scope", "aria-label"}
    ):
        return None
    if (tag[0] == "h" and name == "id") or (tag == "li" and name == "class"):
        return None
    if name in {"href", "src"}:
        value = quote(unquote(value))
    if tag in {"th", "td"} and name == "class":
        name, value = "align", value.removeprefix("align-")
    return f'{name}="{_SPACE.sub(" ", value) if name == "alt" else value}"'


def _attribute(reference: Reference) -> str:
    if reference.kind == "image address":
        return escape(reference.target)
    return f'{"href" if reference.kind == "link" else "src"}="{escape(reference.target)}"'


def _meaning(markup: str) -> str:
    reader = _Meaning()
    reader.feed(_FIGURE.sub(r'<p>\1 title="\2"></p>', markup))
    reader.close()
    return "".join(reader.out).strip()


def _without_note_markup(markup: str) -> str:
    for pattern, replacement in _NOTE_MARKUP:
        markup = pattern.sub(replacement, markup)
    return markup


@pytest.fixture(scope="session")
def without_note_markup() -> Callable[[str], str]:
    return _without_note_markup


@pytest.fixture(scope="session")
def meaning() -> Callable[[str], str]:
    return _meaning


@pytest.fixture(scope="session")
def html() -> Callable[[str], str]:
    """The HTML of a text, each reference filled in as it is written."""
    return lambda text: parse(text).html(_attribute, label)


@pytest.fixture(scope="session")
def attribute() -> Callable[[Reference], str]:
    """Fills in a reference as it is written."""
    return _attribute
