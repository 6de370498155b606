"""The texts of an index with what is shown of them, and what filters and counts ask."""

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from blog.content.slugs import slugify
from blog.search.answers import TagCount, YearCount
from blog.search.query import Query

_MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class IndexedText:
    """A text of the index; ``slugs`` are those of its tags, ``first`` and ``last`` number its sections, ``order`` sorts the newest first."""

    number: int
    path: str
    title: str
    kind: str
    date: datetime | None
    language: str
    tags: tuple[tuple[str, str], ...]
    slugs: tuple[str, ...]
    first: int
    last: int
    order: tuple[float, str]
    year: int | None


def texts_in(connection: sqlite3.Connection) -> Iterator[IndexedText]:
    rows = connection.execute("SELECT id, path, title, kind, date, language, tags, first, last FROM texts")
    for number, path, title, kind, date, language, tags, first, last in rows:
        # Equal slugs are one object, so that they are counted without comparing their letters.
        pairs = tuple((name, sys.intern(slug)) for name, slug in json.loads(tags))
        moment = datetime.fromisoformat(date) if date else None
        order = (-moment.timestamp() if moment else 0.0, path)
        slugs = tuple(slug for _, slug in pairs)
        year = moment.year if moment else None
        yield IndexedText(number, path, title, kind, moment, language, pairs, slugs, first, last, order, year)


def passes(text: IndexedText, query: Query, tag: str | None, year: int | None) -> bool:
    """Whether a text is among those that the filters leave."""
    slugs = text.slugs
    its_year = text.year or 0
    return (
        all(slugify(name) in slugs for name in (*query.tags, *([tag] if tag else [])))
        and not any(slugify(name) in slugs for name in query.without_tags)
        and (not query.years or any(first <= its_year <= last for first, last in query.years))
        and not any(first <= its_year <= last for first, last in query.without_years)
        and (year is None or year == its_year)
    )


def tag_names(texts: Iterable[IndexedText]) -> dict[str, str]:
    """The names of tags by their slugs, each as the newest text writes it."""
    oldest_first = sorted(texts, key=lambda it: it.order, reverse=True)
    return {slug: name for text in oldest_first for name, slug in text.tags}


def tag_counts(texts: Sequence[IndexedText], names: Mapping[str, str]) -> tuple[TagCount, ...]:
    """The most frequent tags."""
    counts = Counter(chain.from_iterable([text.slugs for text in texts]))
    best = sorted(counts.items(), key=lambda it: (-it[1], it[0]))[:_MOST_TAGS]
    return tuple(TagCount(names[slug], slug, count) for slug, count in best)


def year_counts(texts: Iterable[IndexedText]) -> tuple[YearCount, ...]:
    counts = Counter([text.year for text in texts])
    return tuple(YearCount(year, counts[year]) for year in sorted(filter(None, counts), reverse=True))
