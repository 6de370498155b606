"""Abbreviations of PHP Markdown Extra: ``*[HTML]: Hyper Text Markup Language`` explains each HTML in a text."""

import re
from typing import Any

from blog.content.markdown.tree import Token

_WORD = re.compile(r"[^\W_]+")
# A word in code, and one in the alternative text of a picture, is shown as it is.
_WITHOUT = frozenset({"codespan", "image", "abbreviation"})
_TOO_MANY = (
    "abbreviations are explained with more characters than the whole text has; this one and those after it are not"
)


class Abbreviations:
    """Explanations by abbreviation, found by the first word of each."""

    def __init__(self) -> None:
        self._meanings: dict[str, str] = {}
        self._lengths: dict[str, list[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._meanings)

    def add(self, name: str, meaning: str) -> None:
        first = _WORD.search(name)
        if first is None or first.start():
            return
        self._meanings[name] = meaning
        lengths = self._lengths.setdefault(first[0], [])
        if len(name) not in lengths:
            lengths.append(len(name))
            lengths.sort(reverse=True)

    def marked(self, tokens: list[Token], env: Any, line: int) -> list[Token]:
        """Inline tokens in which each abbreviation is one."""
        found: list[Token] = []
        for token in tokens:
            if token["type"] == "text":
                found += self._split(token["raw"], env, line)
            elif "children" in token and token["type"] not in _WITHOUT and not _is_address(token):
                found.append({**token, "children": self.marked(token["children"], env, token.get("line", line))})
            else:
                found.append(token)
        return found

    def _split(self, text: str, env: Any, line: int) -> list[Token]:
        tokens: list[Token] = []
        place = 0
        for word in _WORD.finditer(text):
            if word.start() < place:
                continue
            name = self._at(text, word)
            if name is None or not _may_explain(env, len(self._meanings[name]), line):
                continue
            tokens += [{"type": "text", "raw": text[place : word.start()]}] if word.start() > place else []
            child = {"type": "text", "raw": name}
            tokens.append({"type": "abbreviation", "children": [child], "title": self._meanings[name], "depth": 1})
            place = word.start() + len(name)
        return [*tokens, {"type": "text", "raw": text[place:]}] if place < len(text) else tokens

    def _at(self, text: str, word: re.Match[str]) -> str | None:
        """The longest abbreviation that begins with this word and ends where a word ends."""
        for length in self._lengths.get(word[0], ()):
            end = word.start() + length
            name = text[word.start() : end]
            after = text[end : end + 1]
            if name in self._meanings and not (after.isalnum() and name[-1].isalnum()):
                return name
        return None


def _is_address(token: Token) -> bool:
    """Whether it is a link whose text is its address."""
    texts = [child.get("raw", "") for child in token["children"]] if token["type"] == "link" else []
    return len(texts) == 1 and bool(texts[0]) and token["attrs"]["url"].endswith(texts[0])


def _may_explain(env: Any, length: int, line: int) -> bool:
    """Take ``length`` characters from what explanations may have: they could make a page many times the text's length."""
    if env["explainable"] < 0:
        return False
    env["explainable"] -= length
    if env["explainable"] < 0:
        env["problems"].append((line, _TOO_MANY))
        return False
    return True
