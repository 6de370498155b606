"""Keeps the served edition current: at the start, at the moment of a post of the future, and when files change."""

import asyncio
import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from blog.allocator import give_back
from blog.cache import Cache
from blog.errors import ContentError, Fault
from blog.render.dates import Dates
from blog.render.edition import Edition
from blog.render.folio import Folio
from blog.serve.index import Index
from blog.serve.live import Live
from blog.settings import Settings
from blog.stages import Stage, Start, unstarted, unwatched

if TYPE_CHECKING:
    from blog.render.press import Press

T = TypeVar("T")
Clock = Callable[[], datetime]

# A scheduled edition is rendered this long before its moment, so that at the moment there is only a reference to swap.
_AHEAD = timedelta(seconds=30)
# Waits are cut short to look at the wall clock again, which may be set while a process sleeps.
_LONGEST_WAIT_SECONDS = 30.0
_DEBOUNCE_MS = 60
_WATCH_AGAIN_SECONDS = 1.0
_LOOK_AGAIN_MS = 1000
# How long a scheduled post waits for faults to be mended that were not there at the start.
_TRY_AGAIN_SECONDS = 300.0
# After this nobody answers from an edition any more that has been replaced.
_LAST_LOOK_SECONDS = 1.0

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
        self.cache = Cache(settings.cache_dir)
        self._pressing: Press | None = None
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Publish until cancelled.

        Raises:
            ContentError: the content cannot be served at the start. Later on, faults are logged and the last good
                edition stays.
        """
        started = time.perf_counter()
        self._publish(*await in_thread(self._build_with_index), started)
        watching = asyncio.create_task(self._watch()) if self._settings.reload else None
        try:
            while True:
                await self._next_moment_or_change()
                if self._changed.is_set():
                    self._changed.clear()
                    await self._renew()
        finally:
            if watching:
                watching.cancel()

    def build(self, made: int | None = None) -> Edition:
        """The edition of this moment: the one that is kept, or a new one, which is kept from then on.

        ``made`` is the date of a new one, in seconds since the epoch, where it is not this moment.

        Raises:
            ContentError: with every fault.
        """
        with self._told.start("blog build"), _undisturbed():
            folio, moment = Folio(self._settings, self.cache), self._clock()
            with self._told.stage("open") as note:
                edition = folio.read(moment)
                note("pages", len(edition.pages) if edition else 0)
            if edition is None:
                new = self._press().make(moment, self._told.stage, Dates.following(None, made))
                edition = new.edition
                folio.write(edition, new.rendered, new.wanted)
                del new, folio
                self._tidy(edition)
        report(edition.warnings)
        return edition

    def _build_with_index(self) -> tuple[Edition, Index]:
        edition = self.build()
        return edition, Index(edition, self._settings.base_url)

    def _rebuild(self, moment: datetime) -> tuple[Edition, Index]:
        with self._told.start("blog build"), _undisturbed():
            dates = Dates.following(self._live.edition)
            edition = self._press().make(moment, self._told.stage, dates).edition
            self._tidy(edition)
        report(edition.warnings)
        return edition, Index(edition, self._settings.base_url)

    def _press(self) -> "Press":
        if self._pressing is None:
            from blog.render.press import Press  # noqa: PLC0415 -- a third of a start, which one that finds its edition spares

            self._pressing = Press(self._settings, self.cache)
        return self._pressing

    def _tidy(self, edition: Edition) -> None:
        """What was parsed is worth its memory only where another edition is likely to be made of it."""
        if self._pressing and not self._settings.reload and edition.until is None:
            self._pressing.forget()
        give_back()

    def _publish(self, edition: Edition, index: Index, started: float) -> None:
        replaced: list[object] = [self._live.edition, self._live.index]
        self._live.publish(edition, index)
        took = time.perf_counter() - started
        self._told.published(edition.states, took)
        logger.info("content is served: %d posts, %d pages, %.2f s", len(edition.posts), len(edition.pages), took)
        if any(replaced):
            threading.Thread(target=_let_go, args=(replaced,), name="let go", daemon=True).start()

    async def _renew(self) -> bool:
        """Publish what is there now; where it has faults, say them and leave the last good edition."""
        started = time.perf_counter()
        try:
            made = await in_thread(partial(self._rebuild, self._clock()))
        except ContentError as problem:
            self._refuse(problem)
            return False
        self._publish(*made, started)
        return True

    def _refuse(self, problem: ContentError) -> None:
        report(problem.faults)
        self._told.refused()
        logger.error("the changed content has faults; the last good edition stays")

    async def _next_moment_or_change(self) -> None:
        """Return when files have changed, or when the next scheduled post has been published."""
        moment = self._live.edition.until if self._live.edition else None
        if moment is None:
            await self._changed.wait()
            return
        if not await self._reached(moment - _AHEAD):
            return
        started = time.perf_counter()
        try:
            made = await in_thread(partial(self._rebuild, moment))
        except ContentError as problem:
            self._refuse(problem)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _TRY_AGAIN_SECONDS)
            return
        if await self._reached(moment):
            self._publish(*made, started)
            logger.info("published on schedule: %s", made[0].posts[0].slug)

    async def _reached(self, moment: datetime) -> bool:
        """Wait for a moment; False where files changed first."""
        while (left := (moment - self._clock()).total_seconds()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, _LONGEST_WAIT_SECONDS))
                return False
        return not self._changed.is_set()

    async def _watch(self) -> None:
        from watchfiles import awatch  # noqa: PLC0415 -- most processes watch nothing

        folders = (self._settings.posts_dir, self._settings.templates_dir)
        while True:
            places = _places(folders)
            watching = awatch(
                *folders,
                debounce=_DEBOUNCE_MS * 4,
                step=_DEBOUNCE_MS,
                rust_timeout=_LOOK_AGAIN_MS,
                yield_on_timeout=True,
            )
            try:
                async with aclosing(watching):
                    async for changes in watching:
                        # Whoever publishes by moving a link (git-sync, a ConfigMap) changes nothing in the folder it led to.
                        moved = _places(folders) != places
                        if changes or moved:
                            self._changed.set()
                        if moved:
                            break
            except OSError as problem:
                # A folder that is being exchanged is away for a moment; what comes back counts as changed.
                logger.warning("cannot watch for changes (%s); trying again", problem)
                await asyncio.sleep(_WATCH_AGAIN_SECONDS)
                self._changed.set()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """While an edition is made beside the loop, the collector keeps out of the way.

    What is made holds no circles, so there is nothing to collect; and it lives long, so the collector need not walk it on every round after.
    A collection of everything would hold up the loop for as long as it takes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _places(folders: Iterable[Path]) -> list[str]:
    """Where the folders are once every link is followed."""
    return [os.path.realpath(folder) for folder in folders]


def _let_go(replaced: list[object]) -> None:
    """Free a large edition page by page: all at once, it would hold the interpreter, and with it the loop, for as long as that takes."""
    time.sleep(_LAST_LOOK_SECONDS)
    pages = [page for old in replaced if isinstance(old, Edition) for page in old.pages.values()]
    replaced.clear()
    while pages:
        pages.pop()


def report(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        logger.log(logging.ERROR if fault.severity.name == "ERROR" else logging.WARNING, "%s", fault)


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
