"""Keeps the served edition current: at the start, at the moment of a post of the future, and when files change."""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from watchfiles import awatch

from blog.cache import Cache
from blog.content import documents
from blog.content.crew import Crew
from blog.content.library import Library
from blog.content.loader import Memory, load
from blog.content.site import site_at
from blog.errors import ContentError, Fault
from blog.render.edition import Edition, render
from blog.render.encodings import Encoder, Levels, cached
from blog.render.theme import Theme
from blog.serve.index import Index
from blog.serve.live import Live
from blog.settings import Settings
from blog.stages import Stage, Start, unstarted, unwatched

T = TypeVar("T")
Clock = Callable[[], datetime]

# A scheduled edition is rendered this long before its moment, so that at the moment there is only a reference to swap.
_AHEAD = timedelta(seconds=30)
# Waits are cut short to look at the wall clock again, which may be set while a process sleeps.
_LONGEST_WAIT_SECONDS = 30.0
_DEBOUNCE_MS = 60
_WATCH_AGAIN_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who wants to know of editions: their making, their publication (posts by state, seconds), a refusal."""

    start: Start = unstarted
    stage: Stage = unwatched
    published: Callable[[Mapping[str, int], float], None] = lambda _states, _seconds: None
    refused: Callable[[], None] = lambda: None


def utc_now() -> datetime:
    return datetime.now(UTC)


class Publisher:
    """Builds editions beside the served one and swaps them in."""

    def __init__(self, settings: Settings, live: Live, clock: Clock = utc_now, watch: Watch | None = None) -> None:
        self._settings = settings
        self._live = live
        self._clock = clock
        self._told = watch or Watch()
        # While an author previews, a changed template must not wait for every page to be compressed again.
        self.cache = cache = Cache(settings.cache_dir)
        self._encoder = Encoder(_leave_as_it_is if settings.refreshes_browsers else cached(cache))
        self._memory: Memory = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Publish until cancelled.

        Raises:
            ContentError: the content cannot be served at the start. Later on, faults are logged and the last good
                edition stays.
        """
        library, theme = await self._publish_what_is_there()
        watching = asyncio.create_task(self._watch()) if self._settings.reload else None
        try:
            while True:
                await self._next_moment_or_change(library, theme)
                if self._changed.is_set():
                    self._changed.clear()
                    with suppress(_StaleButServing):
                        library, theme = await self._republish()
        finally:
            if watching:
                watching.cancel()

    async def _publish_what_is_there(self) -> tuple[Library, Theme]:
        started = time.perf_counter()
        library, theme, edition, index = await in_thread(self._build_with_index)
        self._live.publish(edition, index)
        # What was just built lives as long as the process: the collector need not walk it on every round.
        gc.collect()
        gc.freeze()
        took = time.perf_counter() - started
        self._told.published(edition.states, took)
        logger.info("content is served: %d posts, %d pages, %.2f s", len(edition.site.posts), len(edition.pages), took)
        return library, theme

    async def _republish(self) -> tuple[Library, Theme]:
        gc.unfreeze()
        try:
            return await self._publish_what_is_there()
        except ContentError as problem:
            gc.freeze()
            report(problem.faults)
            self._told.refused()
            logger.error("the changed content has faults; the last good edition stays")  # noqa: TRY400 -- in words, above
            raise _StaleButServing from problem

    def build(self) -> tuple[Library, Theme, Edition]:
        """Everything from the folders to an edition, filling the cache on the way.

        Raises:
            ContentError: with every fault.
        """
        with self._told.start("blog build"):
            with Crew() as crew:
                parse = documents.cached(self.cache, crew.parse)
                loaded = load(self._settings.posts_dir, self._memory, parse, self._told.stage)
            report(loaded.warnings)
            theme = Theme(self._settings.templates_dir)
            return loaded.library, theme, self._render(loaded.library, theme, self._clock())

    def _build_with_index(self) -> tuple[Library, Theme, Edition, Index]:
        library, theme, edition = self.build()
        return library, theme, edition, self._index(edition)

    def _render_with_index(self, library: Library, theme: Theme, moment: datetime) -> tuple[Edition, Index]:
        edition = self._render(library, theme, moment)
        return edition, self._index(edition)

    def _index(self, edition: Edition) -> Index:
        return Index(edition, self._settings.base_url)

    def _render(self, library: Library, theme: Theme, moment: datetime) -> Edition:
        return render(library, site_at(library, moment), theme, self._settings, self._encoder, self._told.stage)

    async def _next_moment_or_change(self, library: Library, theme: Theme) -> None:
        """Return when files have changed, or when the next scheduled post has been published."""
        moment = library.next_moment(self._live_moment(library))
        if moment is None:
            await self._changed.wait()
            return
        if not await self._reached(moment - _AHEAD):
            return
        started = time.perf_counter()
        edition, index = await in_thread(lambda: self._render_with_index(library, theme, moment))
        took = time.perf_counter() - started
        if await self._reached(moment):
            self._live.publish(edition, index)
            self._told.published(edition.states, took)
            logger.info("published on schedule: %s", edition.site.posts[0].slug)

    def _live_moment(self, library: Library) -> datetime:
        """The newest moment the served edition shows: a post that came due while it was built must not be missed."""
        posts = self._live.edition.site.posts if self._live.edition else ()
        return (
            posts[0].published
            if posts
            else min((post.published for post in library.posts), default=_BEFORE_ALL) - _TICK
        )

    async def _reached(self, moment: datetime) -> bool:
        """Wait for a moment; False where files changed first."""
        while (left := (moment - self._clock()).total_seconds()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, _LONGEST_WAIT_SECONDS))
                return False
        return not self._changed.is_set()

    async def _watch(self) -> None:
        folders = (self._settings.posts_dir, self._settings.templates_dir)
        while True:
            try:
                async for _ in awatch(*folders, debounce=_DEBOUNCE_MS * 4, step=_DEBOUNCE_MS):
                    self._changed.set()
            except OSError as problem:
                # A folder that is being exchanged is away for a moment; what comes back counts as changed.
                logger.warning("cannot watch for changes (%s); trying again", problem)
                await asyncio.sleep(_WATCH_AGAIN_SECONDS)
                self._changed.set()


_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class _StaleButServing(Exception):  # noqa: N818 -- a state of affairs that has been reported, not an error to report
    """A rebuild failed; what was served before still is."""


def report(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        logger.log(logging.ERROR if fault.severity.name == "ERROR" else logging.WARNING, "%s", fault)


def _leave_as_it_is(_body: bytes, _levels: Levels) -> dict[bytes, bytes]:
    return {}


async def in_thread(work: Callable[[], T]) -> T:
    """Run work beside the loop in a daemon thread: an interrupted start must not keep the process from leaving."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_outcome: Callable[[], None]) -> None:
        if not future.done():
            set_outcome()

    def run() -> None:
        try:
            result = work()
        except BaseException as problem:  # noqa: BLE001 -- handed on to whoever awaits
            outcome = problem
            with suppress(RuntimeError):  # the loop has gone
                loop.call_soon_threadsafe(settle, lambda: future.set_exception(outcome))
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, lambda: future.set_result(result))

    threading.Thread(target=run, name="publisher", daemon=True).start()
    return await future
