"""Finds the texts for a query: with its words, then with words that may have been meant, then with only some of them."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from operator import itemgetter
from typing import NamedTuple

from blog.content.slugs import slugify
from blog.search.catalogue import IndexedText
from blog.search.query import Query, Term
from blog.search.stems import stems
from blog.search.vocabulary import Near, far, near, texts_with
from blog.search.wanted import Alternative, Wanted, expression, wanted
from blog.search.words import folded, words_of

# The weights of the columns: title, tags, headings, body, code.
_RANKED = """
    SELECT rowid, bm25(text_words, 12.0, 8.0, 5.0, 1.0, 0.6) FROM text_words WHERE text_words MATCH ?
"""
# With fewer texts than these, those with words that may have been meant follow.
_ENOUGH = 3
_MOST_CORRECTIONS = 3
_SHORTEST_BEGINNING = 2
# SQLite refuses an expression of more than 256 parts.
_MOST_PARTS = 64


class Found(NamedTuple):
    """A text that was found, its score, and what in it is marked."""

    text: IndexedText
    score: float
    wanted: Sequence[Wanted]


class Attempt:
    """Finds texts for one query: with its words, then with words that may have been meant, then with only some of them."""

    def __init__(self, connection: sqlite3.Connection, query: Query, languages: Sequence[str]) -> None:
        self._connection = connection
        self._query = query
        self._languages = languages
        self._wanted = [it for term in query.terms if not term.excluded for it in wanted(term, languages)]
        self._excluded = [it for term in query.terms if term.excluded for it in wanted(term, languages)]
        self._corrections: dict[str, Near] = {}
        self._nearest: dict[tuple[str, ...], list[tuple[Alternative, ...]]] = {}

    @property
    def words(self) -> int:
        """How many words are looked for, together and apart."""
        return len(self._wanted) + len(self._excluded)

    def found(self, texts: dict[int, IndexedText]) -> list[Found]:
        if not self._wanted:
            return self._without(texts)
        found = self._matched(self._wanted, "AND", texts)
        if len(found) < _ENOUGH:
            meant = self._meant()
            if meant != self._wanted:
                found = _and_then(found, self._of_each_correction(meant, texts))
                found = _and_then(found, self._matched(meant, "AND", texts))
            if not found and (len(meant) > 1 or meant[0].run):
                found = self._matched(_in_parts(meant), "OR", texts)
        return found

    def nearest(self, texts: dict[int, IndexedText]) -> list[Found]:
        """The texts with any of the words of a query that finds nothing, without its filters and what it excludes, or with words like them."""
        terms = [Term("word", it.text) for it in self._query.terms if not it.excluded]
        terms += [Term("word", self._tag(name, texts)) for name in self._query.tags]
        words = [self._with_far(it) for term in terms for it in wanted(term, self._languages)]
        return self._matched(_in_parts(words), "OR", texts, bounded=False) if words else []

    def suggestion(self) -> str | None:
        """The query with the nearest known words, if some of its words are in no text."""
        text = self._query.text
        for form, correction in self._corrections.items():
            for start, end in _places(text, form):
                text = text[:start] + correction.shown + text[end:]
                break
        return text if text != self._query.text else None

    def _without(self, texts: dict[int, IndexedText]) -> list[Found]:
        """The texts that do not have the excluded words, for a query of nothing else."""
        if not self._excluded:
            return []
        with_them = " OR ".join(it.expression for it in self._excluded)
        numbers = {number for number, _ in self._connection.execute(_RANKED, (with_them,))}
        left = (text for number, text in texts.items() if number not in numbers)
        return [Found(text, 0.0, ()) for text in sorted(left, key=lambda it: it.order)]

    def _matched(
        self, found: Sequence[Wanted], operator: str, texts: dict[int, IndexedText], *, bounded: bool = True
    ) -> list[Found]:
        """The texts with all or one of the terms, the best first; ``bounded`` by what the query excludes and by in:code."""
        excluded, in_code = (self._excluded, self._query.in_code) if bounded else ((), False)
        matched = expression(found, excluded, operator, in_code=in_code)
        ranked = [row for row in self._connection.execute(_RANKED, (matched,)) if row[0] in texts]
        if len({score for _, score in ranked}) < len(ranked):
            ranked.sort(key=lambda row: texts[row[0]].order)
        ranked.sort(key=itemgetter(1))
        return [Found(texts[number], -score, found) for number, score in ranked]

    def _of_each_correction(self, meant: Sequence[Wanted], texts: dict[int, IndexedText]) -> list[Found]:
        """The best text for each of the likeliest corrections, where one word is mistyped: any of them may be meant."""
        corrected = [index for index, it in enumerate(meant) if len(self._nearest.get(it.forms, ())) > 1]
        if len(corrected) != 1:
            return []
        index = corrected[0]
        best: list[Found] = []
        for correction in self._nearest[meant[index].forms][:_MOST_CORRECTIONS]:
            only = replace(meant[index], alternatives=correction)
            tried = [*meant[:index], only, *meant[index + 1 :]]
            best = _and_then(best, self._matched(tried, "AND", texts)[:1])
        return best

    def _meant(self) -> list[Wanted]:
        """The terms with words that may have been meant: the last one may be unfinished, all may be mistyped."""
        unknown = [it for it in self._wanted if any(not self._is_known(form) for form in it.forms)]
        last = self._wanted[-1]
        return [self._with_meant(it, unknown or self._wanted, is_last=it is last) for it in self._wanted]

    def _with_meant(self, it: Wanted, to_correct: Sequence[Wanted], *, is_last: bool) -> Wanted:
        others: list[Alternative] = []
        if is_last and it.term.kind == "word" and it.forms and len(it.forms[-1]) >= _SHORTEST_BEGINNING:
            others.append(Alternative(it.forms, prefix=True))
        if it in to_correct and it.term.kind == "word" and it.forms:
            others += self._corrected(it)
        return it.with_others(others)

    def _corrected(self, it: Wanted) -> list[Alternative]:
        corrected = [near(self._connection, form) for form in it.forms]
        for form, nearest in zip(it.forms, corrected, strict=True):
            if nearest and not self._is_known(form):
                self._corrections[form] = nearest[0]
        if len(it.forms) == 1:
            meant = self._nearest[it.forms] = [self._meaning(other) for other in corrected[0]]
            return [alternative for alternatives in meant for alternative in alternatives]
        best = (_best(form, nearest) for form, nearest in zip(it.forms, corrected, strict=True))
        return [Alternative(tuple(best))]

    def _meaning(self, word: Near) -> tuple[Alternative, ...]:
        """A word of the index and its stems, as for one that was typed so."""
        stemmed = [Alternative((key,)) for key in stems(word.shown, self._languages)]
        return (*([] if word.is_stem else [Alternative((word.form,))]), *stemmed)

    def _tag(self, name: str, texts: dict[int, IndexedText]) -> str:
        """A tag that texts have for one that a query names."""
        slug, known = slugify(name), {slug for text in texts.values() for slug in text.slugs}
        near = get_close_matches(slug, known, n=1)
        if not near or near[0] == slug:
            return name
        self._corrections[folded(name)] = Near(near[0], near[0], 0, 0)
        return near[0]

    def _with_far(self, it: Wanted) -> Wanted:
        """A term with the words that are nearest to its unknown ones, which may be far."""
        meant: list[Alternative] = []
        for form in it.forms:
            if not self._is_known(form) and (word := self._corrections.get(form) or far(self._connection, form)):
                self._corrections.setdefault(form, word)
                meant += self._meaning(word)
        return it.with_others(meant)

    def _is_known(self, form: str) -> bool:
        return texts_with(self._connection, form) > 0


def _best(form: str, near: Sequence[Near]) -> str:
    """The nearest word for one of several that follow each other, in whose place no stem can stand."""
    return next((it.form for it in near if not it.is_stem), form)


def _in_parts(found: Sequence[Wanted]) -> list[Wanted]:
    """The terms with runs of scripts without spaces taken apart into pairs of characters."""
    parts: list[Wanted] = []
    for it in found:
        if it.run and it.term.kind == "word" and len(it.alternatives[0].keys) > 1:
            keys = it.alternatives[0].keys
            parts += (Wanted(it.term, (Alternative((key,)),), run=key) for key in keys)
        else:
            parts.append(it)
    return parts[:_MOST_PARTS]


def _and_then(first: list[Found], others: list[Found]) -> list[Found]:
    known = {it.text.number for it in first}
    return [*first, *(it for it in others if it.text.number not in known)]


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    for start, end, word in words_of(text):
        if form in word.keys and folded(text[start:end]) == form:
            yield start, end
