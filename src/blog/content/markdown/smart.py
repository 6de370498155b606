"""Typographic punctuation: quotation marks by the language of the text, apostrophes, dashes and ellipses."""

import re
from collections.abc import Callable, Sequence
from typing import cast

from mistune import InlineParser
from mistune.core import InlineState

from blog.content.markdown.inline_state import Inline

Rule = Callable[[InlineParser, "re.Match[str]", InlineState], "int | None"]
_APOSTROPHE = "\u2019"
_NARROW = "\u202f"
# For each language what begins and ends a quotation between double quotes, and between single ones. French has spaces within.
_MARKS = {
    "en": "\u201c \u201d \u2018 \u2019", "de": "\u201e \u201c \u201a \u2018", "de-ch": "« » ‹ ›", "fr": f"«{_NARROW} {_NARROW}» \u201c \u201d",
    "fr-ch": "« » ‹ ›", "es": "« » \u201c \u201d", "pt": "\u201c \u201d \u2018 \u2019", "pt-pt": "« » \u201c \u201d", "it": "« » \u201c \u201d",
    "nl": "\u201c \u201d \u2018 \u2019", "pl": "\u201e \u201d « »", "ru": "« » \u201e \u201c", "uk": "« » \u201e \u201c", "sv": "\u201d \u201d \u2019 \u2019",
    "fi": "\u201d \u201d \u2019 \u2019", "da": "\u201c \u201d \u2018 \u2019", "nb": "« » \u2018 \u2019", "nn": "« » \u2018 \u2019", "no": "« » \u2018 \u2019",
    "cs": "\u201e \u201c \u201a \u2018", "sk": "\u201e \u201c \u201a \u2018", "hu": "\u201e \u201d » «", "ro": "\u201e \u201d « »", "ja": "「 」 『 』",
    "zh-tw": "「 」 『 』",
}  # fmt: skip
_WITHOUT_SPACES = "\u2e80"  # from this character on, scripts have no spaces between words
_MARKUP = "*_~="
_BRACKETS = frozenset("([{<")
# Words that begin with an apostrophe, where a quotation could begin.
_ELIDED = re.compile(r"(?:tis|twas|em|til|cause|round|bout|n|s|t|ne|nen|nem)\b", re.IGNORECASE)
_SINGLE_END = re.compile(r"(?<=[^\s'])'(?!\w)")
_NEAR = 60


def rules(lang: str) -> dict[str, tuple[str, Rule, Sequence[str]]]:
    """The pattern, the rule and the first characters of each, for mistune."""
    marks = _marks(lang)
    return {
        "quote": (r"[\"']", lambda _parser, m, state: _quote(m, cast("Inline", state), marks), ("'", '"')),
        "dashes": (r"-{2,}", lambda _parser, m, state: _dash(m, state), "-"),
        "ellipsis": (r"\.{3,}", lambda _parser, m, state: _put(m, state, "…" if len(m[0]) == 3 else m[0]), "."),  # noqa: PLR2004
    }


def _marks(lang: str) -> list[str]:
    """
    >>> _marks("de-AT"), _marks("de_CH"), _marks("xx")
    (['„', '“', '‚', '‘'], ['«', '»', '‹', '›'], ['“', '”', '‘', '’'])
    """
    tag = lang.lower().replace("_", "-")
    return (_MARKS.get(tag) or _MARKS.get(tag.partition("-")[0]) or _MARKS["en"]).split(" ")


def _put(m: re.Match[str], state: InlineState, shown: str) -> int:
    state.append_token({"type": "text", "raw": shown})
    return m.end()


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The characters beside a mark, without the markup between; "" at the ends."""
    for _ in range(3):
        start -= bool(start and text[start - 1] in _MARKUP)
        end += text[end : end + 1] in _MARKUP and end < len(text)
    return text[start - 1 : start] if start else "", text[end : end + 1]


def _quote(m: re.Match[str], state: Inline, marks: list[str]) -> int | None:
    mark = m[0]
    before, after = _around(state.src, m.start(), m.end())
    if mark == "'" and _is_apostrophe(m, state, before, after):
        return _put(m, state, _APOSTROPHE)
    begins, ends = marks[:2] if mark == '"' else marks[2:]
    is_open = mark in state.quotes
    can_open = bool(after.strip()) and (not before.isalnum() or before >= _WITHOUT_SPACES)
    if is_open and before.strip() and before not in _BRACKETS:
        del state.quotes[state.quotes.index(mark) :]
        return _put(m, state, ends)
    # What follows a number, such as 6", is a unit.
    if is_open or not can_open:
        return None
    state.quotes.append(mark)
    return _put(m, state, begins)


def _is_apostrophe(m: re.Match[str], state: Inline, before: str, after: str) -> bool:
    if before.isalnum() and (after.isalnum() or "'" not in state.quotes):
        return before < _WITHOUT_SPACES and not before.isdecimal()
    if before.isalnum() or not after.isalnum() or "'" in state.quotes:
        return False
    return after.isdecimal() or _ELIDED.match(state.src, m.end()) is not None or not _ends(state, m.end())


def _ends(state: Inline, place: int) -> bool:
    """Whether a quotation that begins at this place could end. What was found before is kept, so that a text is searched once."""
    if 0 <= state.quote_end < place:
        found = state.find(_SINGLE_END, place)
        state.quote_end = found.start() if found else -1
    return state.quote_end >= place


def _dash(m: re.Match[str], state: InlineState) -> int:
    """A dash for two or three hyphens, except in an arrow, an option such as --force, and an address."""
    before, after = _around(state.src, m.start(), m.end())
    is_option = after.isalnum() and not before.strip()
    if len(m[0]) > 3 or before == "<" or after == ">" or is_option or _is_in_address(state.src, m):  # noqa: PLR2004
        return _put(m, state, m[0])
    return _put(m, state, "–" if len(m[0]) == 2 else "—")  # noqa: PLR2004


def _is_in_address(text: str, m: re.Match[str]) -> bool:
    before = text[max(0, m.start() - _NEAR) : m.start()].rpartition(" ")[2]
    after = text[m.end() : m.end() + _NEAR].partition(" ")[0]
    return any(mark in word for word in (before, after) for mark in "@/\\") or before.lower().endswith("xn")
