"""Snippets: the part of a section with the most of the words that were found, which are marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from blog.search.answers import Snippet
from blog.search.stems import code_of, stem
from blog.search.texts import TextSection
from blog.search.wanted import Wanted
from blog.search.words import PART, WORD, beginning_of, to_search, word

_LENGTH = 180
_BEFORE = 60
# A section may be as long as a book; the words in its first characters are as good as others.
_MOST_CHARACTERS = 12_000
_MOST_MARKS = 200


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place where a word was found, and the number of the term that it belongs to."""

    start: int
    end: int
    term: int


class Marker:
    """Marks what was found by the terms of a query in texts of one language."""

    def __init__(self, found: Sequence[Wanted], language: str) -> None:
        self._language = code_of(language)
        self._keys: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._runs: list[tuple[str, int]] = []
        for number, it in enumerate(found):
            self._add(it, number)
        # Analysing every word of a text takes twenty times as long, and a regular expression for the beginnings twice.
        self._beginnings = {beginning_of(key) for key in (*self._keys, *self._prefixes)} - {""}

    def _add(self, wanted: Wanted, number: int) -> None:
        if wanted.run:
            self._runs.append((wanted.run, number))
        for alternative in () if wanted.run else wanted.alternatives:
            *whole, last = alternative.keys
            (self._prefixes if alternative.prefix else self._keys).setdefault(last, number)
            for key in whole:
                self._keys.setdefault(key, number)

    def snippet(self, section: TextSection, *, in_code: bool) -> Snippet:
        """The best part of a section: of its text if words were found there, otherwise of its code, otherwise its beginning."""
        for text in (section.code,) if in_code else (section.body, section.code):
            marks = self._marks(text[:_MOST_CHARACTERS])
            if marks:
                return _cut(text, marks)
        return _cut(section.body or section.code, [])

    def _marks(self, text: str) -> list[_Mark]:
        marks = [*islice(self._words(text), _MOST_MARKS), *self._parts_of_runs(text)]
        return sorted(marks, key=lambda mark: mark.start)[:_MOST_MARKS]

    def _words(self, text: str) -> Iterator[_Mark]:
        end, lower = 0, to_search(text)
        for start in sorted({at for beginning in self._beginnings for at in _places(lower, beginning)}):
            if start < end or not _begins_word(text, start):
                continue
            # A part of a word is marked alone if it was found alone.
            for pattern in (PART, WORD):
                found = pattern.match(text, start)
                term = self._term(found[0]) if found else None
                if found and term is not None:
                    end = found.end()
                    yield _Mark(start, end, term)
                    break

    def _term(self, written: str) -> int | None:
        known = keys_of(written, self._language)
        for key in known:
            if key in self._keys:
                return self._keys[key]
        for prefix, number in self._prefixes.items():
            if any(key.startswith(prefix) for key in known):
                return number
        return None

    def _parts_of_runs(self, text: str) -> Iterator[_Mark]:
        for run, number in self._runs:
            for at in _places(text, run):
                yield _Mark(at, at + len(run), number)


def _places(text: str, part: str) -> Iterator[int]:
    """Where a part of at least one character begins in a text."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _begins_word(text: str, at: int) -> bool:
    """Whether a word begins there, or a part of one such as readinessProbe."""
    before = text[at - 1] if at else " "
    return not before.isalnum() or (before.islower() and text[at].isupper())


@lru_cache(4096)
def keys_of(written: str, language: str) -> tuple[str, ...]:
    """All keys by which a word of a text is found."""
    known = word(written)
    return (*known.keys, *known.others, *(stem(shown, language) for _, shown in known.forms))


def _cut(text: str, marks: Sequence[_Mark]) -> Snippet:
    start = _start(text, marks)
    end = min(len(text), start + _LENGTH)
    if end < len(text):
        space = text.rfind(" ", start + _LENGTH // 2, end)
        end = space if space > 0 else end
    return tuple(_pieces(text, start, end, marks))


def _start(text: str, marks: Sequence[_Mark]) -> int:
    """Where to begin, so that most terms are in what is shown; at the beginning if it has as many."""
    first = max(marks, key=lambda mark: (_terms_from(marks, mark.start), -mark.start), default=None)
    if first is None or _terms_from(marks, 0) >= _terms_from(marks, first.start):
        return 0
    start = max(0, first.start - _BEFORE)
    space = text.find(" ", start, first.start)
    return space + 1 if start and space >= 0 else start


def _terms_from(marks: Sequence[_Mark], start: int) -> int:
    return len({mark.term for mark in marks if start <= mark.start and mark.end <= start + _LENGTH - _BEFORE})


def _pieces(text: str, start: int, end: int, marks: Sequence[_Mark]) -> Iterator[tuple[str, bool]]:
    at, before, after = start, "…" if start else "", "…" if end < len(text) else ""
    for mark in marks:
        if mark.start < at or mark.end > end:
            continue
        if plain := before + text[at : mark.start]:
            yield plain, False
        yield text[mark.start : mark.end], True
        at, before = mark.end, ""
    if rest := before + text[at:end] + after:
        yield rest, False
