"""GitHub-flavoured Markdown to a Document, by mistune with rules of our own.

The text is parsed to tokens, and only then written, so that everything known about a text is collected in one walk.
Sources: CommonMark 0.31.2, GitHub Flavored Markdown 0.29 with cmark-gfm's footnotes, GitHub's alerts.
"""

import re
import sys
from dataclasses import replace

from blog.content.characters import UNUSABLE, description
from blog.content.document import Dialect, Document, Remark
from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown import parser
from blog.content.markdown.text import plain
from blog.content.markdown.tree import Token
from blog.content.markdown.writer import Writer

_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
# What typographic punctuation replaces, and what it is replaced by.
_PUNCTUATION = dict.fromkeys(
    map(ord, "\"'-.\u2013\u2014\u2026\u2018\u2019\u201a\u201c\u201d\u201e«»\u2039\u203a「」『』")
)
# NUL is left: it encloses the markers of references.
_UNUSABLE_IN_MARKUP = re.compile(UNUSABLE.pattern.replace("\0", "\1", 1))


def parse(
    text: str,
    title: str = "",
    dialect: Dialect = "markdown",
    extensions: Extensions = DEFAULT,
) -> Document:
    r"""Parse one body. A first heading of level 1 that repeats the title is left out.

    >>> parse("Hello *you*").markup
    '<p>Hello <em>you</em></p>\n'
    """
    parsed = parser.parse(text.replace("\0", "\ufffd"), dialect, extensions)
    tokens = _without_title(parsed.tokens, title)
    return _usable(Writer().document(parser.Parsed(tokens, parsed.notes, parsed.remarks)), text)


def _usable(document: Document, text: str) -> Document:
    """The document with U+FFFD for each control character that the text writes as a character reference, such as &#27;."""
    if not _UNUSABLE_IN_MARKUP.search(document.markup):
        return document
    written = next((found for found in _REFERENCE.finditer(text) if UNUSABLE.match(_character(found))), None)
    line = text.count("\n", 0, written.start()) + 1 if written else 1
    what = description(_character(written)) if written else "a control character"
    remark = Remark(line, f"contains {what}, which is shown as U+FFFD")
    return replace(
        document,
        markup=_UNUSABLE_IN_MARKUP.sub("\ufffd", document.markup),
        headings=tuple(replace(heading, text=UNUSABLE.sub("\ufffd", heading.text)) for heading in document.headings),
        summary=UNUSABLE.sub("\ufffd", document.summary),
        remarks=tuple(sorted([*document.remarks, remark], key=lambda remark: remark.line)),
    )


def _character(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return chr(code) if code <= sys.maxunicode else ""


def _without_title(tokens: list[Token], title: str) -> list[Token]:
    first = tokens[0] if tokens else None
    if first is None or first["type"] != "heading" or first["attrs"]["level"] != 1:
        return tokens
    words = _words(title)
    return tokens[1:] if words and _words(plain(first["children"])) == words else tokens


def _words(text: str) -> list[str]:
    """Words without their punctuation, which may be typographic in one of two texts."""
    return text.translate(_PUNCTUATION).split() or text.split()
