"""Words of the index that a mistyped word may mean."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from blog.search.words import folded

_ONE_ERROR_FROM, _TWO_ERRORS_FROM = 4, 8
_LAST = "\U0010ffff"
_MOST = 8
# Farther words are offered, but not searched for: with an error for every three letters.
_SHORTEST_FAR, _LETTERS_FOR_AN_ERROR, _MOST_FAR_ERRORS, _SHORTEST_BEGINNING = 3, 3, 4, 4
_BEGINNING = "SELECT form FROM vocabulary WHERE form >= ? AND form < ? AND length(form) BETWEEN ? AND ?"
_ENDING = "SELECT reversed FROM endings WHERE reversed >= ? AND reversed < ? AND length(reversed) BETWEEN ? AND ?"
_BEGINS_IT = (
    "SELECT form FROM vocabulary WHERE form IN (SELECT value FROM json_each(?)) ORDER BY length(form) DESC LIMIT 1"
)
_MIDDLE = "SELECT form FROM vocabulary WHERE length(form) BETWEEN ? AND ? AND instr(form, ?)"


@dataclass(frozen=True, slots=True)
class Near:
    """A word of the index: its folded form, how it is written, how many texts have it, and its distance from a mistyped one.

    The form may be a stem; what is shown is then a word that has it.
    """

    form: str
    shown: str
    texts: int
    distance: int

    @property
    def is_stem(self) -> bool:
        return folded(self.shown) != self.form


def texts_with(connection: sqlite3.Connection, form: str) -> int:
    """How many texts have a word."""
    row = connection.execute("SELECT texts FROM vocabulary WHERE form = ?", (form,)).fetchone()
    return row[0] if row else 0


def near(connection: sqlite3.Connection, form: str) -> list[Near]:
    """The words with one error from four letters on, or two from eight: those with fewer errors only, the likeliest first."""
    if len(form) < _ONE_ERROR_FROM or form.isdigit():
        return []
    most = 1 if len(form) < _TWO_ERRORS_FROM else 2
    found = _within(_likely(connection, form, most), form, most)
    if not found and most > 1:
        found = _within(_with_middle(connection, form), form, most)
    return _best(connection, form, found)


def far(connection: sqlite3.Connection, form: str) -> Near | None:
    """The word to offer for one to which no word is `near`: that with the fewest errors, or else the longest beginning."""
    if len(form) < _SHORTEST_FAR or form.isdigit():
        return None
    most = min(_MOST_FAR_ERRORS, (len(form) + 1) // _LETTERS_FOR_AN_ERROR)
    best = _best(connection, form, _within(_likely(connection, form, most), form, most))
    return best[0] if best else _beginning(connection, form)


def _beginning(connection: sqlite3.Connection, form: str) -> Near | None:
    """The longest word that another one begins with, as a compound does."""
    beginnings = json.dumps([form[:end] for end in range(_SHORTEST_BEGINNING, len(form))])
    row = connection.execute(_BEGINS_IT, (beginnings,)).fetchone()
    return _described(connection, row[0], len(form) - len(row[0])) if row else None


def _best(connection: sqlite3.Connection, form: str, found: Mapping[str, int]) -> list[Near]:
    """Of words with their distances those with the fewest errors, the likeliest first."""
    least = min(found.values(), default=0)
    best = [_described(connection, other, distance) for other, distance in found.items() if distance == least]
    # A word stands for its stem.
    words = {it.form for it in best}
    best = [it for it in best if not it.is_stem or folded(it.shown) not in words]
    return _in_turn(form, best)[:_MOST]


def _in_turn(form: str, best: list[Near]) -> list[Near]:
    """The words in the order in which they are likely: of each kind of error the most frequent one, then the next of each.

    People rarely mistype the first letter.
    """
    best = sorted(best, key=lambda it: (it.form[0] != form[0], -it.texts, it.form))
    kinds: defaultdict[object, count[int]] = defaultdict(count)
    turns = {it.form: next(kinds[_kind_of_error(form, it.form)]) for it in best}
    return sorted(best, key=lambda it: (it.form[0] != form[0], turns[it.form]))


def _kind_of_error(form: str, meant: str) -> str | int:
    """Letters that are swapped or doubled are a kind of their own, because few words differ so."""
    if sorted(form) == sorted(meant) or (len(form) > len(meant) and set(form) == set(meant)):
        return "swapped or doubled"
    return len(form) - len(meant)


def _within(candidates: Iterator[str], form: str, most: int) -> dict[str, int]:
    found = {other: distance(form, other, most) for other in set(candidates) if other != form}
    return {other: errors for other, errors in found.items() if errors <= most}


def _likely(connection: sqlite3.Connection, form: str, most: int) -> Iterator[str]:
    """The words of about the length that begin or end as the form does: errors leave one of its pieces as it is."""
    size, piece = len(form), len(form) // (most + 1)
    lengths = (size - most, size + most)
    start, end = form[:piece], form[size - (piece if most > 1 else size - piece) :][::-1]
    yield from (other for (other,) in connection.execute(_BEGINNING, (start, start + _LAST, *lengths)))
    yield from (other[::-1] for (other,) in connection.execute(_ENDING, (end, end + _LAST, *lengths)))
    # Two letters that changed places where the pieces meet are in neither.
    swapped = form[: piece - 1] + form[piece] + form[piece - 1] + form[piece + 1 :]
    if texts_with(connection, swapped):
        yield swapped


def _with_middle(connection: sqlite3.Connection, form: str) -> Iterator[str]:
    piece = len(form) // 3
    lengths = (len(form) - 2, len(form) + 2)
    yield from (other for (other,) in connection.execute(_MIDDLE, (*lengths, form[piece:-piece])))


def _described(connection: sqlite3.Connection, form: str, errors: int) -> Near:
    shown, texts = connection.execute("SELECT shown, texts FROM vocabulary WHERE form = ?", (form,)).fetchone()
    return Near(form, shown or form, texts, errors)


def distance(one: str, other: str, most: int) -> int:
    """The number of letters that are wrong, missing, added or swapped with their neighbour; ``most + 1`` if there are more.

    >>> distance("kuberentes", "kubernetes", 2), distance("probe", "robot", 1)
    (1, 2)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    one, other = _without_common(one, other)
    if not one or not other:
        return min(most + 1, len(one) + len(other))
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, its in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == its:
                cost = min(cost, before_last[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before_last, last = last, line
    return min(most + 1, last[-1])


def _without_common(one: str, other: str) -> tuple[str, str]:
    """Two words without the letters that both begin and end with."""
    end = min(len(one), len(other))
    start = 0
    while start < end and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other
