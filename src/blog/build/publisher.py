"""Publisher of editions: at the start, when a scheduled post is due, and when files change."""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from blog.build.dates import Dates
from blog.build.edition import Edition
from blog.build.edition_cache import EditionCache
from blog.build.memory_estimate import warn_if_short
from blog.build.state import ServiceState
from blog.build.watcher import Watcher
from blog.errors import Fault, Severity, faults_of
from blog.machine.allocator import release_free_memory
from blog.machine.cache import Cache
from blog.machine.cache_pruning import Needed, Pruned, prune
from blog.machine.stages import Stage, Start, untimed_stage, untimed_start
from blog.machine.threads import begin_in_thread, in_thread
from blog.render.theme_folders import DEFAULT, watched_folders
from blog.settings import Settings

if TYPE_CHECKING:
    from blog.build.builder import Builder

Clock = Callable[[], datetime]

# An edition with a scheduled post is built this long before the post is due, so that publishing it only replaces a reference.
_BUILD_AHEAD = timedelta(seconds=30)
# A wait is split into short ones, because the wall clock may be set during it.
_LONGEST_WAIT_SECONDS = 1.0
# The cause of a refusal may disappear without an event, for example when a file system responds again.
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 30.0, 300.0
# A rebuild that takes longer is probably blocked by a file system that does not respond.
_STUCK_SECONDS = 300.0
# Grace period before a replaced edition is freed; requests may still hold it.
_FREE_AFTER_SECONDS = 1.0

MIB = 1024 * 1024
# The cache is pruned each time this process has stored a twentieth of its limit.
_PRUNES_PER_LIMIT = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildListener:
    """Callbacks for tracing and metrics: a build, its stages, a publication (posts by state, seconds), a refusal (faults)."""

    start: Start = untimed_start
    stage: Stage = untimed_stage
    published: Callable[[Mapping[str, int], float], None] = lambda _states, _seconds: None
    refused: Callable[[int], None] = lambda _faults: None


def utc_now() -> datetime:
    return datetime.now(UTC)


class Publisher:
    """Builds editions while another one is served, and replaces the served one."""

    def __init__(
        self, settings: Settings, service: ServiceState, clock: Clock = utc_now, listener: BuildListener | None = None
    ) -> None:
        self._settings = settings
        self._service = service
        self._clock = clock
        self._listener = listener or BuildListener()
        self.cache = Cache(settings.cache_dir)
        self._last_builder: Builder | None = None
        self._needed = Needed()
        self._stored = 0
        self._changed = asyncio.Event()
        self._retry_seconds = _FIRST_RETRY_SECONDS
        self._refused_for: tuple[Fault, ...] = ()

    async def run(self) -> None:
        """Publish until cancelled.

        Raises:
            ContentError: the content has errors at the start. Later errors are logged, and the last good edition stays.
        """
        watcher = self._watcher() if self._settings.reload else None
        try:
            if watcher:
                # The watch starts before the first build, so that a change during the build causes another one.
                watcher.start()
                await in_thread(watcher.wait_until_watching)
            started = time.perf_counter()
            self._publish(await in_thread(self.build), started)
            while True:
                await self._keep_current()
        finally:
            if watcher:
                await in_thread(watcher.close)

    def build(self, made: int | None = None) -> Edition:
        """The current edition, from the cache if it is there; otherwise it is built and cached.

        ``made`` is the date of a new edition, in seconds since the epoch; the default is now.

        Raises:
            ContentError: with every fault.
        """
        with self._listener.start("blog build"), _without_collections():
            cached, moment = EditionCache(self._settings, self.cache), self._clock()
            with self._listener.stage("open") as note:
                edition = cached.read(moment)
                note("pages", len(edition.pages) if edition else 0)
            if edition is None:
                warn_if_short(self._settings.posts_dir)
                builder = self._builder()
                new = builder.make(moment, self._listener.stage, Dates.following(None, made), cached.write_part)
                edition, cache_keys = new.edition, builder.cache_keys()
                cached.finish(edition, new.referenced, cache_keys)
                self._needed = Needed(cache_keys, cached.needed().editions)
                del new, cached
                self._forget_sources(edition)
        report(edition.warnings)
        return edition

    def _rebuild(self, moment: datetime) -> Edition:
        with self._listener.start("blog build"), _without_collections():
            dates = Dates.following(self._service.edition)
            edition = self._builder().make(moment, self._listener.stage, dates).edition
            self._needed = Needed(self._builder().cache_keys())
            self._forget_sources(edition)
        report(edition.warnings)
        return edition

    def _builder(self) -> "Builder":
        if self._last_builder is None:
            from blog.build.builder import Builder  # noqa: PLC0415 -- saves a warm start a third of its time

            self._last_builder = Builder(self._settings, self.cache)
        return self._last_builder

    def _forget_sources(self, edition: Edition) -> None:
        """Free the parsed texts, unless a rebuild is expected."""
        if self._last_builder and not self._settings.reload and edition.until is None:
            self._last_builder.forget()
        release_free_memory()

    def prune_when_grown(self) -> None:
        """Prune the cache if this process has stored enough since the last time; pruning reads the status of every entry."""
        limit = self._settings.cache_max_mb * MIB
        if self.cache.written - self._stored > limit // _PRUNES_PER_LIMIT or (self.cache.written and not self._stored):
            self._stored = self.cache.written
            self.prune(self._needed)

    def prune(self, needed: Needed) -> Pruned:
        """Remove the least recently used entries until the cache is within BLOG_CACHE_MAX_MB."""
        if not self.cache.writable:
            return Pruned()
        pruned = prune(self._settings.cache_dir, self._settings.cache_max_mb * MIB, needed)
        if pruned.files:
            logger.info(
                "the cache was pruned: %d files with %.1f MiB removed, %.1f MiB left",
                pruned.files,
                pruned.freed / MIB,
                pruned.left / MIB,
            )
        if pruned.over:
            logger.warning(
                "the cache keeps %.0f MiB that are needed or could not be removed; raise BLOG_CACHE_MAX_MB, which is %d",
                pruned.left / MIB,
                self._settings.cache_max_mb,
            )
        return pruned

    def _publish(self, edition: Edition, started: float) -> None:
        replaced = [self._service.edition] if self._service.edition else []
        self._service.publish(edition)
        self._refused_for = ()
        took = time.perf_counter() - started
        self._listener.published(edition.states, took)
        logger.info("content is served: %d posts, %d pages, %.2f s", len(edition.posts), len(edition.pages), took)
        if replaced:
            with suppress(RuntimeError):  # no thread can be started; the edition is freed when this method returns
                threading.Thread(target=_free_page_by_page, args=(replaced,), name="free edition", daemon=True).start()
        with suppress(RuntimeError):  # the next edition tries again
            threading.Thread(target=self.prune_when_grown, name="prune", daemon=True).start()

    def _watcher(self) -> Watcher:
        loop = asyncio.get_running_loop()

        def changed() -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._changed.set)

        theme = watched_folders(self._settings.templates_dir)
        optional = None if self._settings.templates_dir else DEFAULT
        return Watcher((self._settings.posts_dir, *theme), changed, optional)

    async def _keep_current(self) -> None:
        """Publish the next edition. On any error the served edition stays, and the next change starts another build."""
        try:
            if await self._changed_or_due():
                self._changed.clear()
                started = time.perf_counter()
                self._publish(await self._rebuilt(self._clock()), started)
        except Exception as problem:  # noqa: BLE001 -- a process that serves good pages must not end because of a later change
            self._refuse(problem)

    async def _changed_or_due(self) -> bool:
        """Wait until a rebuild is due; False if a scheduled post was published and no file has changed."""
        if self._service.refusal:
            await self._changed_within(self._retry_seconds)
            return True
        moment = self._service.edition.until if self._service.edition else None
        if moment is None:
            return await self._changed.wait()
        if await self._reached(moment - _BUILD_AHEAD):
            await self._publish_at(moment)
        return self._changed.is_set()

    async def _publish_at(self, moment: datetime) -> None:
        started = time.perf_counter()
        # If the clock was set forward, several posts may be due.
        moment = max(moment, self._clock())
        edition = await self._rebuilt(moment)
        if await self._reached(moment):
            self._publish(edition, started)
            logger.info("published on schedule: %s", ", ".join(post.slug for post in edition.posts[:1]))

    async def _rebuilt(self, moment: datetime) -> Edition:
        work = begin_in_thread(partial(self._rebuild, moment))
        await asyncio.wait([work], timeout=_STUCK_SECONDS)
        if not work.done():
            gc.enable()
            self._refuse(TimeoutError(f"a rebuild has taken {_STUCK_SECONDS:g} s; does the file system respond?"))
        return await work

    def _refuse(self, problem: Exception) -> None:
        """Log the faults, each of them unless they are those of the last attempt, and keep the served edition."""
        faults = faults_of(problem)
        errors = sum(fault.severity is Severity.ERROR for fault in faults)
        if not faults:
            logger.error("the rebuild failed", exc_info=problem)
        elif faults != self._refused_for:
            report(faults)
        repeated = self._service.refusal is not None and faults == self._refused_for
        self._retry_seconds = min(self._retry_seconds * 2, _LONGEST_RETRY_SECONDS) if repeated else _FIRST_RETRY_SECONDS
        self._refused_for = faults
        self._service.refuse(max(1, errors), self._clock())
        self._listener.refused(max(1, errors))
        logger.error("the changed content has faults (%d); the last good edition stays", max(1, errors))

    async def _changed_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._changed.wait(), seconds)
        return False

    async def _reached(self, moment: datetime) -> bool:
        """Wait for a moment; False if files change before it."""
        while (left := (moment - self._clock()).total_seconds()) > 0:
            if await self._changed_within(min(left, _LONGEST_WAIT_SECONDS)):
                return False
        return not self._changed.is_set()


@contextmanager
def _without_collections() -> Iterator[None]:
    """Disable the garbage collector while an edition is built, and freeze the built objects.

    Built objects are acyclic and long-lived: a full collection would block the event loop and find nothing.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _free_page_by_page(replaced: list[Edition]) -> None:
    """Free a large edition page by page: freed at once, it would block the event loop."""
    time.sleep(_FREE_AFTER_SECONDS)
    pages = [page for old in replaced for page in old.pages.values()]
    replaced.clear()
    while pages:
        pages.pop()


def report(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        logger.log(logging.ERROR if fault.severity.name == "ERROR" else logging.WARNING, "%s", fault)
