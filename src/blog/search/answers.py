"""What a search finds: plain values, which the API and the page turn into JSON and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blog.search.query import Query

# Pieces of a snippet with whether each is marked as found. They are plain text, not HTML.
Snippet = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text in which words were found. Before the first heading ``heading`` and ``anchor`` are empty."""

    heading: str
    anchor: str
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A text that was found. ``path`` is percent-encoded; ``kind`` is "post", "page" or "note"."""

    path: str
    title: str
    kind: str
    date: datetime | None
    language: str
    tags: tuple[str, ...]
    sections: tuple[Section, ...]
    score: float


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many of the texts found have it."""

    name: str
    slug: str
    count: int


@dataclass(frozen=True, slots=True)
class YearCount:
    """A year and how many of the texts found are from it."""

    year: int
    count: int


@dataclass(frozen=True, slots=True)
class Nearest:
    """A text to offer where nothing was found."""

    path: str
    title: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of a query. ``total`` and the counts are of everything found, ``hits`` is one page of it.

    ``suggestion`` is the query with the nearest known words, where some of its words are unknown. ``nearest`` are the texts with any
    of the words, where nothing is found.
    """

    query: Query
    total: int = 0
    hits: tuple[Hit, ...] = ()
    tags: tuple[TagCount, ...] = ()
    years: tuple[YearCount, ...] = ()
    suggestion: str | None = None
    nearest: Sequence[Nearest] = field(default=())
