"""What the terms of a query look for in the index: for each of them alternatives, as an expression of SQLite's FTS5."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from blog.search.query import Term
from blog.search.stems import stems
from blog.search.words import Word, folded, lowered, words_of

_SHORTEST_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Alternative:
    """Keys that follow each other in a text; with ``prefix`` the last one is the beginning of a key."""

    keys: tuple[str, ...]
    prefix: bool = False

    @property
    def expression(self) -> str:
        # No key contains a quotation mark.
        return f'"{" ".join(self.keys)}"{"*" if self.prefix else ""}'

    @property
    def words(self) -> str:
        """The same without order, for the index of sections, which has none."""
        ends = "*" if self.prefix else ""
        return "(" + " AND ".join(f'"{key}"' for key in self.keys) + ends + ")"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term and what may stand for it. ``forms`` are the words in it that may be mistyped, ``run`` is text of a script without spaces."""

    term: Term
    alternatives: tuple[Alternative, ...]
    forms: tuple[str, ...] = ()
    run: str = ""

    @property
    def expression(self) -> str:
        return "(" + " OR ".join(it.expression for it in self.alternatives) + ")"

    @property
    def words(self) -> str:
        return "(" + " OR ".join(it.words for it in self.alternatives) + ")"

    def with_others(self, others: Iterable[Alternative]) -> "Wanted":
        return replace(self, alternatives=tuple(dict.fromkeys((*self.alternatives, *others))))


def wanted(term: Term, languages: Sequence[str]) -> list[Wanted]:
    """What a term looks for; each word and each run of a script without spaces is looked for apart, unless it is a phrase."""
    words = [(term.text[start:end], word) for start, end, word in words_of(term.text) if word.keys]
    if term.kind == "phrase":
        return _phrase(term, words)
    found = [_run(term, text, word) if word.is_run else _word(term, text, word, languages) for text, word in words]
    if term.kind == "prefix" and found:
        last, (text, word) = found[-1], words[-1]
        if not word.is_run and len(word.keys[-1]) >= _SHORTEST_PREFIX:
            found[-1] = replace(last, alternatives=(Alternative(word.keys, prefix=True), *_accented(text, prefix=True)))
    return found


def _phrase(term: Term, words: Sequence[tuple[str, Word]]) -> list[Wanted]:
    keys: list[str] = []
    for _, word in words:
        keys += word.keys[:-1] if word.is_run and len(word.keys) > 1 else word.keys
    if not keys:
        return []
    # The last character of a text without spaces is the beginning of a pair.
    only_one = words[-1][1].is_run and len(words[-1][1].keys) == 1
    runs = [text for text, word in words if word.is_run]
    return [Wanted(term, (Alternative(tuple(keys), prefix=only_one),), run=runs[0] if len(runs) == 1 else "")]


def _run(term: Term, text: str, word: Word) -> Wanted:
    keys = word.keys[:-1] or word.keys
    return Wanted(term, (Alternative(keys, prefix=len(word.keys) == 1),), run=text)


def _word(term: Term, text: str, word: Word, languages: Sequence[str]) -> Wanted:
    # Without what words are joined by, which is in no key of the index: _kè.
    shown = word.forms[0][1] if len(word.keys) == 1 and word.forms else text
    found = [Alternative(word.keys), *_accented(shown)]
    joined = "".join(word.keys)
    if len(word.keys) > 1:
        found.append(Alternative((joined,)))
    elif word.others:
        parts = tuple(form for form, shown in word.forms[1:])
        found += [Alternative(parts)] if len(parts) > 1 else []
    if len(word.keys) == 1:
        found += [Alternative((it,)) for it in stems(shown, languages)]
    return Wanted(term, tuple(dict.fromkeys(found)), forms=word.keys)


def _accented(text: str, *, prefix: bool = False) -> list[Alternative]:
    """A word with accents prefers texts that have them."""
    lower = lowered(text)
    return [Alternative((lower,), prefix)] if lower != folded(text) and lower.isalnum() else []


def expression(found: Sequence[Wanted], excluded: Sequence[Wanted], operator: str, *, in_code: bool) -> str:
    """The expression for texts with all (AND) or one (OR) of the terms, and with none of those that are excluded."""
    parts = [it.expression for it in found]
    if operator == "AND":
        parts = _preferring_neighbours(found)
    joined = f"({f' {operator} '.join(parts)})"
    if in_code:
        joined = f"{{code}} : {joined}"
    if excluded:
        joined = f"({joined}) NOT ({' OR '.join(it.expression for it in excluded)})"
    return joined


def _preferring_neighbours(found: Sequence[Wanted]) -> list[str]:
    """The expressions of the terms, of which those before another one count more where both stand side by side."""
    parts = [it.expression for it in found]
    for index, (one, other) in enumerate(pairwise(found)):
        together = Alternative((*one.alternatives[0].keys, *other.alternatives[0].keys), other.alternatives[0].prefix)
        if not one.alternatives[0].prefix:
            parts[index] = f"({parts[index][1:-1]} OR ({together.expression}))"
    return parts
