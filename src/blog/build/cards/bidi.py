"""The order in which a line is drawn: the bidirectional algorithm (Unicode Standard Annex 9) for text without formatting characters.

Pillow orders a text that one font draws. A line that several fonts draw has to be ordered before it is given to them.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

Direction = Literal["ltr", "rtl"]

_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN"})
_STRONG = frozenset({"L", "R", "AL"})
_BRACKETS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    "\u3010": "\u3011",
    "\u2329": "\u232a",
    "\u3008": "\u3009",
}


def base_direction(text: str, default: Direction) -> Direction:
    """The direction of the first letter (rules P2 and P3).

    >>> base_direction("1. مرحبا", "ltr"), base_direction("1.", "rtl")
    ('rtl', 'rtl')
    """
    first = next((it for it in map(unicodedata.bidirectional, text) if it in _STRONG), None)
    return default if first is None else "ltr" if first == "L" else "rtl"


def visual_runs(text: str, base: Direction) -> list[tuple[str, Direction]]:
    """The parts of a line from left to right, each with its direction and in its logical order.

    >>> visual_runs("a אב 12", "ltr")
    [('a ', 'ltr'), ('12', 'ltr'), ('אב ', 'rtl')]
    """
    levels = _levels(text, 0 if base == "ltr" else 1)
    order = _reordered(levels)
    runs: list[tuple[int, int, int]] = []
    for place in order:
        level = levels[place]
        first, last, before = runs[-1] if runs else (-2, -2, -1)
        if before == level and place == last + 1 and level % 2 == 0:
            runs[-1] = (first, place, level)
        elif before == level and place == first - 1 and level % 2:
            runs[-1] = (place, last, level)
        else:
            runs.append((place, place, level))
    return [(text[first : last + 1], "rtl" if level % 2 else "ltr") for first, last, level in runs]


def _levels(text: str, base: int) -> list[int]:
    kinds = [unicodedata.bidirectional(character) or "L" for character in text]
    embedding = "R" if base else "L"
    _resolve_weak(kinds, embedding)
    _resolve_numbers(kinds, embedding)
    _resolve_brackets(text, kinds, embedding)
    _resolve_neutral(kinds, embedding)
    levels = [_level(kind, base) for kind in kinds]
    # Spaces at the end of a line have the level of the paragraph (rule L1).
    for place in range(len(text) - 1, -1, -1):
        if not text[place].isspace():
            break
        levels[place] = base
    return levels


def _level(kind: str, base: int) -> int:
    """The level of a resolved character (rules I1 and I2)."""
    if base == 0:
        return {"L": 0, "R": 1}.get(kind, 2)
    return {"R": 1}.get(kind, 2)


def _resolve_weak(kinds: list[str], start: str) -> None:
    """Marks, and numbers behind Arabic letters (rules W1 to W3)."""
    before, strong = start, start
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kind = kinds[place] = before  # noqa: PLW2901
        before = kind
        if kind in _STRONG:
            strong = kind
        if kind == "EN" and strong == "AL":
            kinds[place] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]


def _resolve_numbers(kinds: list[str], start: str) -> None:
    """The signs of numbers, and numbers behind Latin letters (rules W4 to W7)."""
    for place in range(1, len(kinds) - 1):
        left, kind, right = kinds[place - 1 : place + 2]
        if left == right and ((kind == "ES" and left == "EN") or (kind == "CS" and left in {"EN", "AN"})):
            kinds[place] = left
    for first, last in _spans(kinds, frozenset({"ET"})):
        touches = (first and kinds[first - 1] == "EN") or (last < len(kinds) and kinds[last] == "EN")
        kinds[first:last] = ["EN" if touches else "ON"] * (last - first)
    strong = start
    for place, kind in enumerate(kinds):
        if kind in {"ES", "CS"}:
            kinds[place] = "ON"
        elif kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"


def _resolve_brackets(text: str, kinds: list[str], embedding: str) -> None:
    """Brackets, which have the direction of what is in them or before them (rule N0)."""
    for opening, closing in _pairs(text, kinds):
        inside = {_side(kind) for kind in kinds[opening + 1 : closing] if kind not in _NEUTRAL}
        if embedding in inside:
            kinds[opening] = kinds[closing] = embedding
        elif inside:
            before = next((_side(kind) for kind in reversed(kinds[:opening]) if kind not in _NEUTRAL), embedding)
            kinds[opening] = kinds[closing] = before


def _pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """The places of each opening bracket and of the one that closes it, in the order of the opening ones."""
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, character in enumerate(text):
        if kinds[place] != "ON":
            continue
        if character in _BRACKETS:
            opened.append(place)
            continue
        matching = [at for at, opening in enumerate(opened) if _BRACKETS[text[opening]] == character]
        if matching:
            found.append((opened[matching[-1]], place))
            del opened[matching[-1] :]
    return sorted(found)


def _resolve_neutral(kinds: list[str], embedding: str) -> None:
    """What is between letters (rules N1 and N2); a number counts as a letter that is written from right to left."""
    for first, last in _spans(kinds, _NEUTRAL):
        left = _side(kinds[first - 1]) if first else embedding
        right = _side(kinds[last]) if last < len(kinds) else embedding
        kinds[first:last] = [left if left == right else embedding] * (last - first)


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _spans(kinds: Sequence[str], wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where runs of these kinds begin and end."""
    first = None
    for place, kind in enumerate([*kinds, ""]):
        if kind in wanted and first is None:
            first = place
        elif kind not in wanted and first is not None:
            yield first, place
            first = None


def _reordered(levels: Sequence[int]) -> list[int]:
    """The places in the order in which they are seen (rule L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = None
        for at in range(len(order) + 1):
            inside = at < len(order) and levels[order[at]] >= level
            if inside and start is None:
                start = at
            elif not inside and start is not None:
                order[start:at] = order[start:at][::-1]
                start = None
    return order
