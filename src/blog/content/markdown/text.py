"""What a text says: its words without markup, how many there are, and its summary."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from blog.content.markdown.tree import Token

_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_]+(?:['\u2019.-][^\W_]+)*")
_CJK_CHARACTERS_PER_WORD = 2
# Where Hugo, Zola, Jekyll and WordPress end the summary.
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)


def plain(tokens: Iterable[Token]) -> str:
    """The words of inline tokens without their markup."""
    return "".join(_plain_parts(tokens))


def _plain_parts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        match token["type"]:
            case "text" | "codespan" | "formula":
                yield token["raw"]
            case "softbreak" | "linebreak":
                yield " "
            case "footnote_ref" | "inline_html":
                pass
            case _:
                yield from _plain_parts(token.get("children", ()))


def summary(tokens: Iterable[Token]) -> str:
    """The paragraphs before ``<!--more-->``, or else the first that says something besides a picture, as plain text."""
    tokens = list(tokens)
    if any(map(_has_more, tokens)):
        return " ".join(_paragraphs(_before_more(tokens)))
    return next(_paragraphs(tokens), "")


def _has_more(token: Token) -> bool:
    if token["type"] in {"block_html", "inline_html"}:
        return _MORE.fullmatch(token["raw"].strip()) is not None
    return token["type"] == "paragraph" and any(map(_has_more, token["children"]))


def _before_more(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if _has_more(token):
            if token["type"] == "paragraph":
                yield {**token, "children": list(_before_more(token["children"]))}
            return
        yield token


def _paragraphs(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token["type"] == "component":
            yield from _paragraphs(token["children"])
        elif token["type"] in {"paragraph", "bare_paragraph"}:
            parts = [part for part in token["children"] if part["type"] != "figure"]
            if plain(part for part in parts if part["type"] != "image").strip():
                yield " ".join(plain(parts).split())


def count_words(tokens: Iterable[Token]) -> int:
    """Words of text and inline code; two ideographs are one word."""
    count = 0
    for token in tokens:
        if token["type"] in {"text", "codespan"}:
            found = _WORD.findall(_without_marks(token["raw"]))
            ideographs = sum(len(word) == 1 and word > "\u3000" for word in found)
            count += len(found) - ideographs + ideographs // _CJK_CHARACTERS_PER_WORD
        elif token["type"] not in {"block_code", "block_html", "inline_html"}:
            count += count_words(token.get("children", ()))
    return count


def _without_marks(text: str) -> str:
    """The text without combining marks: Python takes them for the end of a word."""
    if text.isascii():
        return text
    return "".join(character for character in text if unicodedata.category(character)[0] != "M")
