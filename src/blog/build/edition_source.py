"""Source of editions: the cache if it has the edition, otherwise the builder."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from blog.build.cards.card import keys_of
from blog.build.cards.drawer import CardDrawer
from blog.build.dates import Dates
from blog.build.edition import Edition
from blog.build.edition_cache import EditionCache, digest_of, put_encodings
from blog.build.edition_name import edition_name
from blog.build.encodings import cached as cached_encodings
from blog.build.garbage import without_collections
from blog.build.listener import BuildListener
from blog.build.memory_estimate import warn_if_short
from blog.build.recompression import recompress
from blog.build.refusals import report
from blog.content.folder import Folder
from blog.errors import ContentError
from blog.machine.allocator import release_free_memory
from blog.machine.cache import Cache
from blog.machine.cache_pruning import Needed
from blog.machine.clock import Clock, utc_now
from blog.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from blog.build.builder import Builder


@dataclass(frozen=True, slots=True)
class _Origin:
    """What an edition was built from: the name of its texts, theme and settings, and a digest of each file that the texts refer to."""

    edition: Edition
    name: str | None
    digests: "Mapping[PurePosixPath, str | None]"


class EditionSource:
    """Makes the editions of one process. ``needed`` are the entries of the cache that the last one and the next start need.

    With ``makes_pictures`` an edition waits for the smaller versions of its pictures.
    """

    def __init__(
        self,
        settings: Settings,
        cache: Cache,
        clock: Clock = utc_now,
        listener: BuildListener | None = None,
        *,
        makes_pictures: bool = False,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._clock = clock
        self._makes_pictures = makes_pictures
        self._listener = listener or BuildListener()
        self._last_builder: Builder | None = None
        self._origin: _Origin | None = None
        # The entry of the first edition in the cache, until its encodings are the thorough ones.
        self._unfinished: Cache | None = None
        self.needed = Needed()

    def first(self, made: int | None = None) -> Edition:
        """The edition of now, from the cache if it is there; otherwise it is built and cached.

        ``made`` is the date of a new edition, in seconds since the epoch; the default is now.

        Raises:
            ContentError: with every fault.
        """
        if self._settings.refreshes_browsers:
            # A cached edition does not have the texts, which later ones fall back to.
            edition = self.next(self._clock(), None)
            assert edition is not None  # noqa: S101 -- nothing is unchanged before the first edition
            return edition
        with self._listener.start("blog build"), without_collections():
            cached, moment = EditionCache(self._settings, self._cache), self._clock()
            entry = cached.entry
            with self._listener.stage("open") as note:
                edition = cached.read(moment, whole=self._makes_pictures)
                note("pages", len(edition.pages) if edition else 0)
            if edition is None:
                edition = self._built(cached, moment, made)
                del cached
                self._forget_sources(edition)
            if self._makes_pictures:
                with self._listener.stage("cards") as note:
                    note("cards", CardDrawer(self._settings, self._cache).draw_missing(edition))
            self._unfinished = entry if edition.provisional else None
        report(edition.warnings)
        return edition

    def _built(self, cached: EditionCache, moment: datetime, made: int | None) -> Edition:
        warn_if_short(self._settings.posts_dir)
        builder = self._builder()
        new = builder.make(moment, self._listener.stage, Dates.following(None, made), cached.write_part)
        cache_keys = builder.cache_keys() | keys_of(new.edition.cards)
        cached.finish(new.edition, new.referenced, cache_keys, new.unmade)
        self.needed = Needed(cache_keys, cached.needed().editions)
        return self._with_index(new.edition, cached)

    def _with_index(self, edition: Edition, cached: EditionCache) -> Edition:
        """The edition with the place of its search index, which `blog build` makes at once."""
        source = cached.index_source(edition.since, edition.search.texts)
        if self._makes_pictures:
            from blog.search.engine import Search  # noqa: PLC0415 -- a start that serves opens the index with the first query

            with self._listener.stage("index") as note:
                source.store(Search.of(source.texts).data)
                note("texts", len(source.texts))
        return replace(edition, search=source)

    def finish(self, edition: Edition, is_served: Callable[[], bool]) -> None:
        """Compress the pages of a served edition thoroughly if they were compressed quickly, and store them if the edition is in the cache."""
        entry, self._unfinished = self._unfinished, None
        if not edition.provisional:
            return
        builder = self._last_builder
        compress = builder.encoder.compress_thoroughly if builder else cached_encodings(self._cache)
        if recompress(edition, compress, is_served) and entry:
            put_encodings(entry, edition)

    def next(self, moment: datetime, replaced: Edition | None) -> Edition | None:
        """The edition of a moment, built from the files as they are now, with the dates of pages that have not changed.

        None if it would be the one that it replaces: a file that is only touched, or that no page shows, changes nothing.

        Raises:
            ContentError: with every fault.
        """
        name = self._name()
        if replaced is not None and name is not None and self._is_unchanged(replaced, name, moment):
            return None
        with self._listener.start("blog build"), without_collections():
            builder, dates = self._builder(), Dates.following(replaced)
            make = builder.make_preview if self._settings.refreshes_browsers else builder.make
            result = make(moment, self._listener.stage, dates)
            self.needed = Needed(builder.cache_keys() | keys_of(result.edition.cards))
            self._forget_sources(result.edition)
        # A text that changes during the build is in one of the two names.
        self._origin = _Origin(result.edition, name if name == self._name() else None, result.digests)
        report(result.edition.warnings)
        return result.edition

    def _is_unchanged(self, served: Edition, name: str, moment: datetime) -> bool:
        """Whether a build from the content with this name would make the served edition again."""
        origin = self._origin
        if origin is None or served is not origin.edition or name != origin.name:
            return False
        folder = Folder(self._settings.posts_dir)
        is_same = all(digest_of(folder, path) == digest for path, digest in origin.digests.items())
        return is_same and (served.until is None or moment < served.until)

    def _name(self) -> str | None:
        try:
            return edition_name(self._settings, Folder(self._settings.posts_dir))
        except ContentError:
            return None

    def _builder(self) -> "Builder":
        if self._last_builder is None:
            from blog.build.builder import Builder  # noqa: PLC0415 -- saves a warm start a third of its time

            self._last_builder = Builder(self._settings, self._cache, makes_pictures=self._makes_pictures)
        return self._last_builder

    def _forget_sources(self, edition: Edition) -> None:
        """Free the parsed texts, unless a rebuild is expected."""
        if self._last_builder and not self._settings.reload and edition.until is None:
            self._last_builder.forget()
        release_free_memory()
