"""Superscript (``x^2^``), subscript (``H~2~O``) and short codes of emoji (``:tada:``)."""

import re
from functools import cache
from typing import cast

from mistune import InlineParser
from mistune.core import InlineState

from blog.content.markdown.emphasis import depth
from blog.content.markdown.inline_state import Inline

SUPERSCRIPT_MARK = r"\^"
SHORT_CODE = r":[a-z0-9_+\-]{1,50}:"
# No white space, because 2^10 and 2^20 is none; and none of what other constructs begin with.
_CONTENT = r"((?:\\.|[^\s\[\]`<>$|\\{mark}]){{1,100}}){mark}"
_CONTENTS = {mark: re.compile(_CONTENT.format(mark=re.escape(mark))) for mark in "^~"}
_NODES = {"^": "superscript", "~": "subscript"}
_AFTER = frozenset(")]}*_~^`'\"\u2019\u201d")
_SIGNS = frozenset("+-\u2212*\u2217\u2020\u2021")


def raised(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    """Superscript between two carets."""
    return lowered_or_raised(cast("Inline", state), m.start())


def lowered_or_raised(state: Inline, place: int) -> int | None:
    """Take what stands between two marks, the first of which is at this place, and give its end; None if nothing does."""
    mark = state.src[place]
    found = _CONTENTS[mark].match(state.src, place + 1)
    if found is None or state.src.startswith(mark, found.end()) or not _is_meant(state.src, place, found[1]):
        return None
    line = state.line_at(place)
    children = state.read(found[1].replace("\\ ", "\N{NO-BREAK SPACE}"), state.env, line).tokens
    state.append_token({"type": _NODES[mark], "children": children, "depth": depth(children) + 1})
    return found.end()


def _is_meant(text: str, place: int, content: str) -> bool:
    """Whether it is no face (^_^, ^o^): it follows a word, or is a number or more than a letter."""
    before = text[place - 1 : place]
    is_attached = before.isalnum() or before in _AFTER if before else False
    has_word = any(map(str.isalnum, content))
    return (has_word and (is_attached or len(content) > 1 or content.isdigit())) or (is_attached and content in _SIGNS)


def emoji(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    """The emoji of a short code of GitHub; 10:100:20 has none."""
    name = m[0][1:-1]
    around = state.src[m.start() - 1 : m.start()] + state.src[m.end() : m.end() + 1]
    if name.isdecimal() and any(map(str.isalnum, around)):
        return None
    shown = _emoji().get(name)
    if shown is None:
        return None
    state.append_token({"type": "text", "raw": shown})
    return m.end()


def is_short_code(name: str) -> bool:
    """Whether an emoji has this name."""
    return name in _emoji()


@cache
def _emoji() -> dict[str, str]:
    # Most texts have no short code, and need no list of them.
    from blog.content.markdown.emoji_names import NAMES  # noqa: PLC0415

    words = NAMES.split()
    return dict(zip(words[::2], words[1::2], strict=True))
