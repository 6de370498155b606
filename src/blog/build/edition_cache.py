"""Cache of whole editions on disk. A start that finds its edition there builds nothing and does not import the builder.

The key of an entry contains everything that its edition is built from: the texts, the theme, the settings that pages show, this program and the
libraries that it renders with. An entry consists of a head and of parts with some pages each, and each has its own checksum. If one of them is
missing, damaged or malformed, the whole entry is a miss.
"""

import json
import logging
import os
import struct
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath

import brotli
import zstandard

from blog.build.cards.card import packed, unpacked
from blog.build.dates import Dates
from blog.build.edition import Edition, Entry, bind
from blog.build.edition_name import edition_name
from blog.build.edition_part import Json, moment_of, part_bytes, read_part
from blog.build.encodings import Encoded
from blog.build.index_source import IndexSource
from blog.build.not_found import NotFound
from blog.content.folder import MAX_FILE_BYTES, Folder
from blog.errors import Fault, Severity
from blog.machine.cache import Cache, key
from blog.machine.cache_pruning import EDITIONS, HEAD, Needed
from blog.render.page import Rendered
from blog.render.search_page import SearchFrame
from blog.search.texts import PackedText, joined, split
from blog.settings import Settings

_CACHE_KEYS = key("needs")
# The edition that is served, and an older one that another replica may be starting from.
_EDITIONS_KEPT = 2
# What reading an entry of another form may raise.
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, struct.error, zlib.error, zstandard.ZstdError,
              brotli.error)  # fmt: skip

logger = logging.getLogger(__name__)


class EditionCache:
    """The cache entry of one edition: that of the content as it is on disk now."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        """Read everything that the edition depends on, to find its key.

        Raises:
            ContentError: there is no posts folder.
        """
        self._settings = settings
        self._folder = Folder(settings.posts_dir)
        self._editions = cache.within(EDITIONS)
        name = edition_name(settings, self._folder)
        self._cache = self._editions.within(name) if name else Cache(None)
        self._parts = 0

    def read(self, moment: datetime, *, whole: bool = False) -> Edition | None:
        """The stored edition; None if it is missing, damaged, or not valid at this moment.

        With ``whole``, None too if smaller versions of its pictures were not made, or if encodings are provisional.
        """
        head = self._cache.get(HEAD)
        if head is None:
            return None
        try:
            values = json.loads(head)
            return None if whole and (values["unmade"] or values["provisional"]) else self._edition(values, moment)
        except _MALFORMED as problem:
            logger.info(
                "the cached edition cannot be used (%s: %s); building it again", type(problem).__name__, problem
            )
            return None

    def write_part(
        self, since: datetime | None, pages: Sequence[tuple[Rendered, Encoded]], entries: Sequence[Entry]
    ) -> None:
        """Write the next part of an edition while it is built; `read` does not find it before `finish`."""
        if self._cache.writable:
            self._cache.put(_part_key(since, self._parts), part_bytes(pages, entries))
        self._parts += 1

    def finish(
        self,
        edition: Edition,
        referenced: Sequence[PurePosixPath],
        cache_keys: Collection[str] = (),
        unmade: int = 0,
    ) -> None:
        """Write the head and remove older editions.

        ``referenced`` are the files that the texts refer to, ``cache_keys`` the keys of the cache entries that the build used,
        ``unmade`` the number of pictures whose smaller versions are not made yet.
        """
        self._cache.put(_search_key(edition.since, "texts"), joined(edition.search.texts))
        self._cache.put(_CACHE_KEYS, "\n".join(sorted(cache_keys)).encode())
        # The head is written last, so that it never refers to parts that are not written yet.
        self._cache.put(HEAD, _head_bytes(self._head(edition, self._parts, referenced) | {"unmade": unmade}))
        self._parts = 0
        if self._cache.writable:
            self._editions.keep_newest(_EDITIONS_KEPT)

    @property
    def entry(self) -> Cache:
        """Where the edition is stored."""
        return self._cache

    def needed(self) -> Needed:
        """The parts of the cache that this edition and the next start with the same content need."""
        folder = self._cache.folder
        return Needed((self._cache.get(_CACHE_KEYS) or b"").decode().split(), [folder] if folder else [])

    def _head(self, edition: Edition, parts: int, referenced: Sequence[PurePosixPath]) -> Json:
        not_found, frame = edition.not_found, edition.search_frame
        return {
            "parts": parts,
            "made": edition.made,
            "since": edition.since.isoformat() if edition.since else None,
            "until": edition.until.isoformat() if edition.until else None,
            "files": {str(path): digest_of(self._folder, path) for path in referenced},
            "redirects": dict(edition.redirects),
            "provisional": sorted(edition.provisional),
            "states": dict(edition.states),
            "warnings": [
                [os.path.relpath(it.file, self._folder.path), it.line, it.problem, it.severity.name]
                for it in edition.warnings
            ],
            "not_found": _page_values(not_found.page),
            "list": not_found.list,
            "items": dict(not_found.items),
            "cards": packed(edition.cards),
            "search_frame": {**asdict(frame), "page": _page_values(frame.page)},
        }

    def _edition(self, head: Json, moment: datetime) -> Edition | None:
        since, until = moment_of(head["since"]), moment_of(head["until"])
        if (since and moment < since) or (until and moment >= until):
            return None
        if any(digest_of(self._folder, PurePosixPath(path)) != digest for path, digest in head["files"].items()):
            return None
        entries: list[Entry] = []
        dates = Dates.of_existing(int(head["made"]))
        bound = bind(self._rendered(since, head["parts"], entries), dates, self._settings)
        return Edition(
            posts=tuple(entries),
            pages=bound.pages,
            previews=bound.previews,
            redirects=head["redirects"],
            not_found=NotFound(_page(head["not_found"]), head["list"], head["items"]),
            search_frame=SearchFrame(**{**head["search_frame"], "page": _page(head["search_frame"]["page"])}),
            states=head["states"],
            since=since,
            until=until,
            made=dates.made,
            cards=unpacked(head["cards"]),
            provisional=frozenset(head["provisional"]) & bound.pages.keys(),
            search=self.index_source(since, self._texts(since)),
            warnings=tuple(
                Fault(self._folder.path / file, line, problem, Severity[severity])
                for file, line, problem, severity in head["warnings"]
            ),
        )

    def index_source(self, since: datetime | None, texts: tuple[PackedText, ...]) -> IndexSource:
        """These texts, and the place of their index in the entry."""
        name = _search_key(since, "index")
        return IndexSource(texts, partial(self._cache.get, name), partial(self._cache.put, name))

    def _texts(self, since: datetime | None) -> tuple[PackedText, ...]:
        stored = self._cache.get(_search_key(since, "texts"))
        if stored is None:
            raise ValueError("the texts for the search are missing")
        return tuple(split(stored))

    def _rendered(self, since: datetime | None, parts: int, entries: list[Entry]) -> Iterator[tuple[Rendered, Encoded]]:
        """Read pages part by part, so that a large site is never in memory twice."""
        for number in range(parts):
            yield from _part(self._cache, since, number, entries)


def put_encodings(entry: Cache, edition: Edition) -> None:
    """Replace the encodings in an entry by those of the served edition that it was made from, if the entry is still there."""
    head = entry.get(HEAD) if entry.writable else None
    if head is None:
        return
    try:
        values = json.loads(head)
        for number in range(values["parts"]):
            entries: list[Entry] = []
            pages = [_as_served(*stored, edition) for stored in _part(entry, edition.since, number, entries)]
            entry.put(_part_key(edition.since, number), part_bytes(pages, entries))
        entry.put(HEAD, _head_bytes(values | {"provisional": []}))
    except _MALFORMED as problem:
        logger.info("the cached edition keeps its quick encodings (%s: %s)", type(problem).__name__, problem)


def _part(
    entry: Cache, since: datetime | None, number: int, entries: list[Entry]
) -> Iterator[tuple[Rendered, Encoded]]:
    part = entry.get(_part_key(since, number))
    if part is None:
        raise ValueError(f"part {number} is missing")
    return read_part(part, entries)


def _as_served(page: Rendered, encoded: Encoded, edition: Edition) -> tuple[Rendered, Encoded]:
    served = edition.pages.get(page.path)
    return page, {coding: it.body for coding, it in served.encoded.items()} if served else encoded


def digest_of(folder: Folder, path: PurePosixPath) -> str | None:
    """The SHA-256 of a file that texts refer to; None if it is missing or cannot be read."""
    body = folder.body(path, MAX_FILE_BYTES) if folder.is_there(path) else None
    return None if body is None else sha256(body).hexdigest()


def _page_values(page: Rendered) -> Json:
    return {**asdict(page), "body": page.body.decode()}


def _page(values: Json) -> Rendered:
    return Rendered(
        path=values["path"],
        route=values["route"],
        media_type=values["media_type"],
        body=values["body"].encode(),
        cache=values["cache"],
        headers=values["headers"],
    )


def _part_key(since: datetime | None, number: int) -> str:
    # The publication of a scheduled post changes the edition of the same content, and the parts of the two editions must not mix.
    return key("part", str(since), str(number))


def _search_key(since: datetime | None, what: str) -> str:
    return key("search", str(since), what)


def _head_bytes(head: Json) -> bytes:
    # A warning may name a file whose name is not UTF-8; surrogatepass lets json.loads restore it.
    return json.dumps(head, ensure_ascii=False).encode(errors="surrogatepass")
