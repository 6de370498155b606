"""What a text says: its words without markup, how many there are, and its summary."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from blog.content.markdown.tree import Token

_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_]+(?:['\u2019.-][^\W_]+)*")
_CJK_CHARACTERS_PER_WORD = 2


def plain(tokens: Iterable[Token]) -> str:
    """The words of inline tokens without their markup."""
    return "".join(_plain_parts(tokens))


def _plain_parts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        match token["type"]:
            case "text" | "codespan":
                yield token["raw"]
            case "softbreak" | "linebreak":
                yield " "
            case "footnote_ref" | "inline_html":
                pass
            case _:
                yield from _plain_parts(token.get("children", ()))


def summary(tokens: Iterable[Token]) -> str:
    """The first paragraph that says something besides a picture, as plain text."""
    for token in tokens:
        if token["type"] == "component" and (words := summary(token["children"])):
            return words
        if (
            token["type"] in {"paragraph", "bare_paragraph"}
            and plain(part for part in token["children"] if part["type"] != "image").strip()
        ):
            return " ".join(plain(token["children"]).split())
    return ""


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
