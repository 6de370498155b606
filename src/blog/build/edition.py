"""All pages of a site at one moment, ready to be served; swapped as one reference.

What is needed to answer is here, and nothing of what it was made from: texts and templates are let go once they are rendered.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import zstandard

from blog.build.compressed import without_identity
from blog.build.dates import Dated, Dates
from blog.build.encodings import Encoded, fitted
from blog.build.not_found import NotFound
from blog.build.response import Resource, make_resource
from blog.errors import Fault
from blog.render import security
from blog.render.page import HTML, Rendered

# Bodies that are sent as they are to clients that take no encoding: a few bots and scripts. Beyond this they are kept compressed.
_KEPT_WHOLE_BYTES = 8 * 1024 * 1024
_DIFFERENCE_LEVEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the API says of a post. ``path`` is its page's; times are UTC; ``tags`` are their slugs by their names.

    ``content`` is a JSON object with its absolute HTML and its sections, as the difference to its page.
    """

    slug: str
    path: str
    title: str
    description: str
    published: datetime
    updated: datetime | None
    tags: Mapping[str, str]
    series: str | None
    lang: str
    words: int
    minutes: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """``pages`` and ``redirects`` are keyed by decoded path; ``posts`` come newest first.

    ``states`` counts the posts that are published, scheduled and drafts. It is right from the moment ``since``, when its newest post
    appeared, and before ``until``, when the next one will. ``made`` is when it was made, in seconds since the epoch. ``warnings`` is what its
    author should still mend.
    """

    posts: tuple[Entry, ...]
    pages: Mapping[str, Resource]
    redirects: Mapping[str, str]
    not_found: NotFound
    states: Mapping[str, int]
    since: datetime | None
    until: datetime | None
    made: int
    warnings: tuple[Fault, ...]
    by_slug: Mapping[str, Entry] = field(init=False)
    by_tag: Mapping[str, tuple[Entry, ...]] = field(init=False)

    def __post_init__(self) -> None:
        tagged: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.posts:
            for slug in set(entry.tags.values()):
                tagged[slug].append(entry)
        # Assigned around the frozen class, because both are derived from ``posts``.
        object.__setattr__(self, "by_slug", {entry.slug: entry for entry in self.posts})
        object.__setattr__(self, "by_tag", {slug: tuple(entries) for slug, entries in tagged.items()})

    @property
    def dated(self) -> Dated:
        """The date of what is made from all of it."""
        return Dates.kept(self.made).of("", b"")

    def content(self, entry: Entry) -> Mapping[str, Any]:
        """The ``html`` of a post and its ``sections``."""
        page = zstandard.ZstdCompressionDict(self.pages[entry.path].identity.body, zstandard.DICT_TYPE_RAWCONTENT)
        content: Mapping[str, Any] = json.loads(zstandard.ZstdDecompressor(dict_data=page).decompress(entry.content))
        return content


def difference(content: bytes, page: bytes) -> bytes:
    """A text that says nearly the same as a page, as what it takes to make it of that page: a fiftieth of its size."""
    known = zstandard.ZstdCompressionDict(page, zstandard.DICT_TYPE_RAWCONTENT)
    return fitted(zstandard.ZstdCompressor(level=_DIFFERENCE_LEVEL, dict_data=known).compress(content))


def bind(rendered: Iterable[tuple[Rendered, Encoded]], dates: Dates, *, secure: bool) -> Iterator[tuple[str, Resource]]:
    """Pages by path, with every header that each can be answered with."""
    plain, left = security.for_anything(secure=secure), _KEPT_WHOLE_BYTES
    for page, encoded in rendered:
        made = make_resource(page, encoded, {} if "x-content-type-options" in page.headers else plain, dates)
        whole = page.media_type == HTML and len(page.body) <= left
        left -= len(page.body) if whole else 0
        yield page.path, made if whole or not encoded else without_identity(made)
