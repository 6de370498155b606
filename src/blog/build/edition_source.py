"""Source of editions: the cache if it has the edition, otherwise the builder."""

from datetime import datetime
from typing import TYPE_CHECKING

from blog.build.dates import Dates
from blog.build.edition import Edition
from blog.build.edition_cache import EditionCache
from blog.build.garbage import without_collections
from blog.build.listener import BuildListener
from blog.build.memory_estimate import warn_if_short
from blog.build.refusals import report
from blog.machine.allocator import release_free_memory
from blog.machine.cache import Cache
from blog.machine.cache_pruning import Needed
from blog.machine.clock import Clock, utc_now
from blog.settings import Settings

if TYPE_CHECKING:
    from blog.build.builder import Builder


class EditionSource:
    """Makes the editions of one process. ``needed`` are the entries of the cache that the last one and the next start need."""

    def __init__(
        self, settings: Settings, cache: Cache, clock: Clock = utc_now, listener: BuildListener | None = None
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._clock = clock
        self._listener = listener or BuildListener()
        self._last_builder: Builder | None = None
        self.needed = Needed()

    def first(self, made: int | None = None) -> Edition:
        """The edition of now, from the cache if it is there; otherwise it is built and cached.

        ``made`` is the date of a new edition, in seconds since the epoch; the default is now.

        Raises:
            ContentError: with every fault.
        """
        with self._listener.start("blog build"), without_collections():
            cached, moment = EditionCache(self._settings, self._cache), self._clock()
            with self._listener.stage("open") as note:
                edition = cached.read(moment)
                note("pages", len(edition.pages) if edition else 0)
            if edition is None:
                edition = self._built(cached, moment, made)
                del cached
                self._forget_sources(edition)
        report(edition.warnings)
        return edition

    def _built(self, cached: EditionCache, moment: datetime, made: int | None) -> Edition:
        warn_if_short(self._settings.posts_dir)
        builder = self._builder()
        new = builder.make(moment, self._listener.stage, Dates.following(None, made), cached.write_part)
        cache_keys = builder.cache_keys()
        cached.finish(new.edition, new.referenced, cache_keys)
        self.needed = Needed(cache_keys, cached.needed().editions)
        return new.edition

    def next(self, moment: datetime, replaced: Edition | None) -> Edition:
        """The edition of a moment, built from the files as they are now, with the dates of pages that have not changed.

        Raises:
            ContentError: with every fault.
        """
        with self._listener.start("blog build"), without_collections():
            builder, dates = self._builder(), Dates.following(replaced)
            edition = builder.make(moment, self._listener.stage, dates).edition
            self.needed = Needed(builder.cache_keys())
            self._forget_sources(edition)
        report(edition.warnings)
        return edition

    def _builder(self) -> "Builder":
        if self._last_builder is None:
            from blog.build.builder import Builder  # noqa: PLC0415 -- saves a warm start a third of its time

            self._last_builder = Builder(self._settings, self._cache)
        return self._last_builder

    def _forget_sources(self, edition: Edition) -> None:
        """Free the parsed texts, unless a rebuild is expected."""
        if self._last_builder and not self._settings.reload and edition.until is None:
            self._last_builder.forget()
        release_free_memory()
