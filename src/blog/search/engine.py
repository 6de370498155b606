"""The search in one index. It is used by one thread at a time."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from blog.search.answers import Answer, Hit, Nearest, Section
from blog.search.attempt import Attempt, Found
from blog.search.catalogue import IndexedText, passes, tag_counts, tag_names, texts_in, year_counts
from blog.search.index import made, opened, section_of, updated
from blog.search.passages import best_sections
from blog.search.query import Query
from blog.search.snippets import Marker
from blog.search.stems import MOST_LANGUAGES, code_of
from blog.search.texts import PackedText

# The first hits of a page are shown with several sections.
_FIRST_HITS, _MOST_SECTIONS = 3, 3
_MOST_NEAREST = 3
# A term may have several words: those between which there is no space, or of several scripts.
MAX_WORDS = 64
# A step of SQLite may look at a whole text.
_STEPS_BETWEEN_CHECKS = 500


class TooSlowError(Exception):
    """A query took longer than it may."""


class Search:
    """Answers queries from the index of one edition."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts = {text.number: text for text in texts_in(connection)}
        self._tag_names = tag_names(self._texts.values())
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
            ValueError: the bytes are no index.
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
        self._markers: dict[tuple[int, str], Marker] = {}
        try:
            return self._answer(query, limit, offset, tag, year)
        except sqlite3.OperationalError as problem:
            if "interrupted" in str(problem):
                raise TooSlowError from problem
            raise

    def _answer(self, query: Query, limit: int, offset: int, tag: str | None, year: int | None) -> Answer:
        if query.refusal or (query.is_empty and not tag and not year):
            return Answer(query=query)
        search = Attempt(self._connection, query, self._languages)
        if search.words > MAX_WORDS:
            return Answer(query=replace(query, terms=(), refusal=f"A query has at most {MAX_WORDS} words."))
        texts = self._texts
        if query.filters or tag or year:
            texts = {number: text for number, text in texts.items() if passes(text, query, tag, year)}
        found = self._newest(texts.values()) if not query.terms else search.found(texts)
        if not found:
            nearest = self._nearest(search)
            return Answer(query=query, suggestion=search.suggestion(), nearest=nearest)
        shown = found[offset : offset + limit]
        best = best_sections(self._connection, shown, in_code=query.in_code)
        return Answer(
            query=query,
            total=len(found),
            hits=tuple(
                self._hit(it, query, best[it.text.number][: _MOST_SECTIONS if number < _FIRST_HITS else 1])
                for number, it in enumerate(shown)
            ),
            tags=tag_counts([it.text for it in found], self._tag_names),
            years=year_counts([it.text for it in found]),
            suggestion=search.suggestion(),
        )

    def _newest(self, texts: Iterable[IndexedText]) -> list[Found]:
        return [Found(text, 0.0, ()) for text in sorted(texts, key=lambda it: it.order)]

    def _nearest(self, search: Attempt) -> tuple[Nearest, ...]:
        """The texts with words of the query or like them, or else the newest ones."""
        found = search.nearest(self._texts) or self._newest(self._texts.values())
        texts = [it.text for it in found[:_MOST_NEAREST]]
        return tuple(Nearest(text.path, text.title, text.language) for text in texts)

    def _hit(self, found: Found, query: Query, sections: list[int]) -> Hit:
        if time.monotonic() > self._deadline:
            raise TooSlowError
        text = found.text
        return Hit(
            path=text.path,
            title=text.title,
            kind=text.kind,
            date=text.date,
            language=text.language,
            tags=tuple(name for name, _ in text.tags),
            sections=tuple(self._sections(found, query, sections)),
            score=round(found.score, 4),
        )

    def _sections(self, found: Found, query: Query, numbers: list[int]) -> Iterator[Section]:
        """Some sections of a text in their order, or else its first one."""
        text, marker = found.text, self._marker(found)
        for number in sorted(numbers) or [text.first] * (text.first <= text.last):
            section = section_of(self._connection, number)
            yield Section(section.heading, section.anchor, marker.snippet(section, in_code=query.in_code))

    def _marker(self, found: Found) -> Marker:
        """The marker for a text. The texts of a query share those of their languages."""
        known = id(found.wanted), found.text.language
        if known not in self._markers:
            self._markers[known] = Marker(found.wanted, found.text.language)
        return self._markers[known]
