"""GitHub-flavoured Markdown to a Document, by mistune with rules of our own.

The text is parsed to tokens, and only then written, so that everything known about a text is collected in one walk.
Sources: CommonMark 0.31.2, GitHub Flavored Markdown 0.29 with cmark-gfm's footnotes, GitHub's alerts.
"""

from collections.abc import Mapping

from blog.content.document import Document
from blog.content.markdown import parser
from blog.content.markdown.labels import ENGLISH
from blog.content.markdown.text import plain
from blog.content.markdown.tree import Token
from blog.content.markdown.writer import Writer


def parse(text: str, title: str = "", labels: Mapping[str, str] = ENGLISH) -> Document:
    r"""Parse one body. A first heading of level 1 that repeats the title is left out.

    >>> parse("Hello *you*").markup
    '<p>Hello <em>you</em></p>\n'
    """
    parsed = parser.parse(text.replace("\0", "\ufffd"))
    return Writer(labels).document(parser.Parsed(_without_title(parsed.tokens, title), parsed.notes, parsed.remarks))


def _without_title(tokens: list[Token], title: str) -> list[Token]:
    first = tokens[0] if tokens else None
    if first is None or first["type"] != "heading" or first["attrs"]["level"] != 1:
        return tokens
    words = title.split()
    return tokens[1:] if words and plain(first["children"]).split() == words else tokens
