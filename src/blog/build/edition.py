"""Edition: all pages of a site at one moment, ready to be served. Publishing one replaces a single reference.

An edition holds only what requests need. The texts and templates that it was built from are freed after rendering.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from operator import itemgetter
from typing import TypedDict

import zstandard
from pydantic import JsonValue

from blog import urls
from blog.build.cards.card import Card
from blog.build.dates import Dated, Dates
from blog.build.encodings import Encoded, shrunk_to_fit
from blog.build.index_source import IndexSource
from blog.build.not_found import NotFound
from blog.build.response import Resource, make_resource, without_rarely_asked
from blog.errors import Fault
from blog.render import security
from blog.render.page import HTML, Rendered
from blog.render.search_page import SearchFrame
from blog.settings import Settings

# Bodies that are sent as they are to clients that take no encoding: a few bots and scripts. Beyond this they are kept compressed, in br and gzip alone.
_UNCOMPRESSED_BYTES = 8 * 1024 * 1024
# Level 12 takes twice the time to save less than 1 %.
_CONTENT_LEVEL = 9


class Section(TypedDict):
    """A heading of a post."""

    level: int
    anchor: str
    text: str


class Writer(TypedDict):
    """An author of a post; ``url`` may be empty."""

    name: str
    url: str


class Details(TypedDict):
    """The content of a post: its HTML with absolute addresses, its headings, its own authors, and what its front matter has besides."""

    html: str
    sections: list[Section]
    authors: list[Writer]
    extra: dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the API says of a post. ``url`` is its path; times are UTC; ``tags`` are their slugs by their names.

    ``content`` are its `Details` as JSON, compressed.
    """

    slug: str
    url: str
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

    @property
    def details(self) -> Details:
        details: Details = json.loads(zstandard.ZstdDecompressor().decompress(self.content))
        return details


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """All pages, redirects and API entries of a site. ``pages`` and ``redirects`` are keyed by decoded path; ``posts`` are sorted newest first.

    ``previews`` are the pages and files of unpublished texts, by decoded path. They are apart, because a request needs a key for them.
    ``search`` has the published texts alone. ``cards`` are the pictures for social networks by decoded path, which are drawn when they are asked for.

    ``states`` counts the published, scheduled and draft posts. The edition is valid from ``since``, when a date
    in the content last came, until ``until``, when the next one does. ``made`` is when it was built, in seconds since the epoch. ``warnings`` are the faults of the content
    that did not stop the build. ``provisional`` are the paths of pages whose encodings were made quickly; `blog.build.recompression` replaces these pages
    one by one while the edition is served, and nothing else changes in an edition.
    """

    posts: tuple[Entry, ...]
    pages: MutableMapping[str, Resource]
    redirects: Mapping[str, str]
    not_found: NotFound
    search_frame: SearchFrame
    states: Mapping[str, int]
    since: datetime | None
    until: datetime | None
    made: int
    warnings: tuple[Fault, ...]
    previews: Mapping[str, Resource] = field(default_factory=dict)
    search: IndexSource = field(default_factory=IndexSource)
    cards: Mapping[str, Card] = field(default_factory=dict)
    provisional: frozenset[str] = frozenset()
    by_slug: Mapping[str, Entry] = field(init=False)
    by_tag: Mapping[str, tuple[Entry, ...]] = field(init=False)

    def __post_init__(self) -> None:
        tagged: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.posts:
            for slug in set(entry.tags.values()):
                tagged[slug].append(entry)
        # The class is frozen; both fields are derived from ``posts``.
        object.__setattr__(self, "by_slug", {entry.slug: entry for entry in self.posts})
        object.__setattr__(self, "by_tag", {slug: tuple(entries) for slug, entries in tagged.items()})

    @property
    def digest(self) -> str:
        """A digest of all pages, which is the same wherever the same pages are served. It takes a microsecond a page."""
        tags = (
            f"{path} {page.identity.etag.decode()}\n" for path, page in sorted(self.pages.items(), key=itemgetter(0))
        )
        return sha256("".join(tags).encode(errors="surrogatepass")).hexdigest()[:12]

    @property
    def dated(self) -> Dated:
        """The date of responses that depend on the whole edition."""
        return Dates.of_existing(self.made).of("", b"")


def compressed_details(details: Details) -> bytes:
    """The ``content`` of an entry with these details."""
    described = json.dumps(details, ensure_ascii=False).encode()
    return shrunk_to_fit(zstandard.ZstdCompressor(level=_CONTENT_LEVEL).compress(described))


@dataclass(frozen=True, slots=True)
class Bound:
    """The resources of an edition by decoded path: those that everyone may ask for, and the previews."""

    pages: dict[str, Resource]
    previews: dict[str, Resource]


def bind(rendered: Iterable[tuple[Rendered, Encoded]], dates: Dates, settings: Settings) -> Bound:
    """The resources of pages with their encodings; without BLOG_PREVIEW_KEY no previews."""
    bound = Bound({}, {})
    for path, resource in _resources(rendered, dates, secure=settings.secure):
        if resource.route not in urls.PREVIEW_ROUTES:
            bound.pages[path] = resource
        elif settings.preview_key:
            bound.previews[path] = resource
    return bound


def _resources(
    rendered: Iterable[tuple[Rendered, Encoded]], dates: Dates, *, secure: bool
) -> Iterator[tuple[str, Resource]]:
    security_fields, left = security.for_anything(secure=secure), _UNCOMPRESSED_BYTES
    for page, encoded in rendered:
        missing_fields = {} if "x-content-type-options" in page.headers else security_fields
        resource = make_resource(page, encoded, missing_fields, dates)
        fits = page.media_type == HTML and len(page.body) <= left
        left -= len(page.body) if fits else 0
        yield page.path, resource if fits or not encoded else without_rarely_asked(resource)
