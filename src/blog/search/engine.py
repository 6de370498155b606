"""The search in one index. It is used by one thread at a time."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from blog.content.slugs import slugify
from blog.search.answers import Answer, Hit, Nearest, Section, TagCount, YearCount
from blog.search.index import date_of, made, opened, section_of, updated
from blog.search.query import Query
from blog.search.snippets import Marker
from blog.search.stems import MOST_LANGUAGES, code_of
from blog.search.texts import PackedText
from blog.search.vocabulary import Near, near, texts_with
from blog.search.wanted import Alternative, Wanted, expression, wanted
from blog.search.words import folded, words_of

# The weights of the columns: title, tags, headings, body, code.
_RANKED = """
    SELECT rowid, bm25(text_words, 12.0, 8.0, 5.0, 1.0, 0.6) FROM text_words WHERE text_words MATCH ?
"""
_SECTIONS = "SELECT rowid FROM section_words WHERE section_words MATCH ? AND rowid BETWEEN ? AND ? LIMIT 100"
# With fewer texts than these, those with words that may have been meant follow.
_ENOUGH = 3
_MOST_SECTIONS = 3
_MOST_TAGS, _MOST_NEAREST = 20, 3
_STEPS_BETWEEN_CHECKS = 20_000
_SHORTEST_BEGINNING = 2
_IN_HEADING = 0.5


class TooSlowError(Exception):
    """A query took longer than it may."""


@dataclass(frozen=True, slots=True)
class _Text:
    number: int
    path: str
    title: str
    kind: str
    date: datetime | None
    language: str
    tags: tuple[tuple[str, str], ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A text that was found, its score, and what in it is marked."""

    text: _Text
    score: float
    wanted: Sequence[Wanted]


class Search:
    """Answers queries from the index of one edition."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts = {text.number: text for text in _texts(connection)}
        languages = Counter(code_of(text.language) for text in self._texts.values())
        self._languages = [language for language, _ in languages.most_common(MOST_LANGUAGES)]
        self._deadline = float("inf")
        connection.set_progress_handler(lambda: time.monotonic() > self._deadline, _STEPS_BETWEEN_CHECKS)

    @classmethod
    def of(cls, texts: Iterable[PackedText]) -> "Search":
        """A search in a new index of these texts."""
        return cls(made(texts))

    @classmethod
    def open(cls, data: bytes) -> "Search":
        """A search in an index that `data` returned.

        Raises:
            sqlite3.DatabaseError: the bytes are no index.
        """
        return cls(opened(data))

    def updated(self, texts: Iterable[PackedText]) -> "Search":
        """A search in these texts; only those that this one does not have are analysed."""
        return Search(updated(self._connection, texts))

    @property
    def data(self) -> bytes:
        """The index as bytes."""
        return self._connection.serialize()

    def close(self) -> None:
        self._connection.close()

    def answer(
        self,
        query: Query,
        *,
        limit: int = 10,
        offset: int = 0,
        tag: str | None = None,
        year: int | None = None,
        seconds: float = float("inf"),
    ) -> Answer:
        """What a query finds: ``limit`` texts after the first ``offset``. ``tag`` and ``year`` narrow it further.

        Raises:
            TooSlowError: it took longer than ``seconds``.
        """
        self._deadline = time.monotonic() + seconds
        try:
            return self._answer(query, limit, offset, tag, year)
        except sqlite3.OperationalError as problem:
            if "interrupted" in str(problem):
                raise TooSlowError from problem
            raise

    def _answer(self, query: Query, limit: int, offset: int, tag: str | None, year: int | None) -> Answer:
        if query.refusal or (query.is_empty and not tag and not year):
            return Answer(query=query)
        search = _Attempt(self._connection, query, self._languages)
        texts = {text.number: text for text in self._texts.values() if _passes(text, query, tag, year)}
        found = self._newest(texts.values()) if not query.terms else search.found(texts)
        if not found:
            return Answer(
                query=query,
                suggestion=search.suggestion(),
                nearest=self._nearest(texts.values() or self._texts.values()),
            )
        return Answer(
            query=query,
            total=len(found),
            hits=tuple(self._hit(it, query) for it in found[offset : offset + limit]),
            tags=_tag_counts(it.text for it in found),
            years=_year_counts(it.text for it in found),
            suggestion=search.suggestion(),
        )

    def _newest(self, texts: Iterable[_Text]) -> list[_Found]:
        return [_Found(text, 0.0, ()) for text in sorted(texts, key=_newest_first)]

    def _nearest(self, texts: Iterable[_Text]) -> tuple[Nearest, ...]:
        newest = sorted((text for text in texts if text.date), key=_newest_first)
        return tuple(Nearest(text.path, text.title) for text in newest[:_MOST_NEAREST])

    def _hit(self, found: _Found, query: Query) -> Hit:
        text = found.text
        return Hit(
            path=text.path,
            title=text.title,
            kind=text.kind,
            date=text.date,
            language=text.language,
            tags=tuple(name for name, _ in text.tags),
            sections=tuple(self._sections(found, query)),
            score=round(found.score, 4),
        )

    def _sections(self, found: _Found, query: Query) -> Iterator[Section]:
        """The sections with most of the words, in the order of the text."""
        text, marker = found.text, Marker(found.wanted, found.text.language)
        for number in sorted(self._best_sections(found, query)) or [text.first] * (text.first <= text.last):
            section = section_of(self._connection, number)
            yield Section(section.heading, section.anchor, marker.snippet(section, in_code=query.in_code))

    def _best_sections(self, found: _Found, query: Query) -> list[int]:
        scores: Counter[int] = Counter()
        for it in found.wanted:
            column = "{code} : " if query.in_code else ""
            for number in self._sections_with(f"{column}{it.words}", found.text):
                scores[number] += 2
        if scores and not query.in_code:
            for number in self._sections_with(
                f"{{heading}} : ({' OR '.join(it.words for it in found.wanted)})", found.text
            ):
                scores[number] += 1
        best = sorted(scores, key=lambda number: (-scores[number], number))
        return best[:_MOST_SECTIONS]

    def _sections_with(self, matched: str, text: _Text) -> list[int]:
        return [number for (number,) in self._connection.execute(_SECTIONS, (matched, text.first, text.last))]


class _Attempt:
    """Finds texts for one query: with its words, then with words that may have been meant, then with only some of them."""

    def __init__(self, connection: sqlite3.Connection, query: Query, languages: Sequence[str]) -> None:
        self._connection = connection
        self._query = query
        self._wanted = [it for term in query.terms if not term.excluded for it in wanted(term, languages)]
        self._excluded = [it for term in query.terms if term.excluded for it in wanted(term, languages)]
        self._corrections: dict[str, Near] = {}

    def found(self, texts: dict[int, _Text]) -> list[_Found]:
        if not self._wanted:
            return self._without(texts)
        found = self._matched(self._wanted, "AND", texts)
        if len(found) < _ENOUGH:
            meant = self._meant()
            if meant != self._wanted:
                found = _and_then(found, self._matched(meant, "AND", texts))
            if not found and (len(meant) > 1 or meant[0].run):
                found = self._matched(_in_parts(meant), "OR", texts)
        return found

    def suggestion(self) -> str | None:
        """The query with the nearest known words, if some of its words are in no text."""
        text = self._query.text
        for form, correction in self._corrections.items():
            for start, end in _places(text, form):
                text = text[:start] + correction.shown + text[end:]
                break
        return text if text != self._query.text else None

    def _without(self, texts: dict[int, _Text]) -> list[_Found]:
        """The texts that do not have the excluded words, for a query of nothing else."""
        if not self._excluded:
            return []
        with_them = " OR ".join(it.expression for it in self._excluded)
        numbers = {number for number, _ in self._connection.execute(_RANKED, (with_them,))}
        left = (text for number, text in texts.items() if number not in numbers)
        return [_Found(text, 0.0, ()) for text in sorted(left, key=_newest_first)]

    def _matched(self, found: Sequence[Wanted], operator: str, texts: dict[int, _Text]) -> list[_Found]:
        matched = expression(found, self._excluded, operator, in_code=self._query.in_code)
        rows = self._connection.execute(_RANKED, (matched,)).fetchall()
        hits = [_Found(texts[number], -score, found) for number, score in rows if number in texts]
        return sorted(hits, key=lambda hit: (-hit.score, _newest_first(hit.text)))

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
            return [Alternative((other.form,)) for other in corrected[0]]
        best = (nearest[0].form if nearest else form for form, nearest in zip(it.forms, corrected, strict=True))
        return [Alternative(tuple(best))]

    def _is_known(self, form: str) -> bool:
        return texts_with(self._connection, form) > 0


def _in_parts(found: Sequence[Wanted]) -> list[Wanted]:
    """The terms with runs of scripts without spaces taken apart into pairs of characters."""
    parts: list[Wanted] = []
    for it in found:
        if it.run and it.term.kind == "word" and len(it.alternatives[0].keys) > 1:
            keys = it.alternatives[0].keys
            parts += (Wanted(it.term, (Alternative((key,)),), run=key) for key in keys)
        else:
            parts.append(it)
    return parts


def _and_then(first: list[_Found], others: list[_Found]) -> list[_Found]:
    known = {it.text.number for it in first}
    return [*first, *(it for it in others if it.text.number not in known)]


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    for start, end, word in words_of(text):
        if form in word.keys and folded(text[start:end]) == form:
            yield start, end


def _texts(connection: sqlite3.Connection) -> Iterator[_Text]:
    rows = connection.execute("SELECT id, path, title, kind, date, language, tags, first, last FROM texts")
    for number, path, title, kind, date, language, tags, first, last in rows:
        pairs = tuple((name, slug) for name, slug in json.loads(tags))
        yield _Text(number, path, title, kind, date_of(date), language, pairs, first, last)


def _passes(text: _Text, query: Query, tag: str | None, year: int | None) -> bool:
    """Whether a text is among those that the filters leave."""
    slugs = {slug for _, slug in text.tags}
    its_year = text.date.year if text.date else 0
    return (
        all(slugify(name) in slugs for name in (*query.tags, *([tag] if tag else [])))
        and not any(slugify(name) in slugs for name in query.without_tags)
        and (not query.years or any(first <= its_year <= last for first, last in query.years))
        and not any(first <= its_year <= last for first, last in query.without_years)
        and (year is None or year == its_year)
    )


def _newest_first(text: _Text) -> tuple[float, str]:
    return (-text.date.timestamp() if text.date else 0.0, text.path)


def _tag_counts(texts: Iterable[_Text]) -> tuple[TagCount, ...]:
    counts, names = Counter[str](), dict[str, str]()
    for text in texts:
        for name, slug in text.tags:
            counts[slug] += 1
            names.setdefault(slug, name)
    best = sorted(counts.items(), key=lambda it: (-it[1], it[0]))[:_MOST_TAGS]
    return tuple(TagCount(names[slug], slug, count) for slug, count in best)


def _year_counts(texts: Iterable[_Text]) -> tuple[YearCount, ...]:
    counts = Counter(text.date.year for text in texts if text.date)
    return tuple(YearCount(year, counts[year]) for year in sorted(counts, reverse=True))
