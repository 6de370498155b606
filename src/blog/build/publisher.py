"""Publisher of editions: at the start, when a scheduled post is due, and when files change."""

import asyncio
import gc
import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from blog.build.cache_pruner import CachePruner
from blog.build.changes import Changes
from blog.build.edition import Edition
from blog.build.edition_source import EditionSource
from blog.build.garbage import free_in_thread
from blog.build.listener import BuildListener
from blog.build.refusals import Refusals
from blog.build.state import ServiceState
from blog.errors import ContentError
from blog.machine.cache import Cache
from blog.machine.clock import Clock, utc_now
from blog.machine.threads import begin_in_thread, in_thread
from blog.settings import Settings

# An edition with a scheduled post is built this long before the post is due, so that publishing it only replaces a reference.
_BUILD_AHEAD = timedelta(seconds=30)
# A rebuild that takes longer is probably blocked by a file system that does not respond.
_STUCK_SECONDS = 300.0
# The name of the thread that compresses pages well after they are published.
RECOMPRESSION = "recompression"

logger = logging.getLogger(__name__)


class Publisher:
    """Decides when to build an edition while another one is served, and replaces the served one."""

    def __init__(
        self, settings: Settings, service: ServiceState, clock: Clock = utc_now, listener: BuildListener | None = None
    ) -> None:
        self._settings = settings
        self._service = service
        self._clock = clock
        self._listener = listener or BuildListener()
        cache = Cache(settings.cache_dir)
        self._source = EditionSource(settings, cache, clock, self._listener)
        self._pruner = CachePruner(settings, cache)
        self._changes = Changes(clock)
        self._refusals = Refusals(service, clock, self._listener)
        self._ended = False

    async def run(self) -> None:
        """Publish until cancelled.

        Raises:
            ContentError: the content has errors at the start. Later errors are logged, and the last good edition stays.
        """
        try:
            # The watch starts before the first build, so that a change during the build causes another one.
            async with self._changes.watched(self._settings):
                started = time.perf_counter()
                self._publish(await self._first(), started)
                while True:
                    await self._keep_current()
        finally:
            self._ended = True

    async def _first(self) -> Edition:
        """The first edition. An author at work sees the faults in the browser until there is one; elsewhere they end the start."""
        while True:
            try:
                return await in_thread(self._source.first)
            except (ContentError, OSError) as problem:
                if not self._settings.refreshes_browsers:
                    raise
                self._refusals.add(problem)
            await self._changes.within(self._refusals.retry_seconds)
            self._changes.clear()

    def _publish(self, edition: Edition, started: float) -> None:
        replaced = [self._service.edition] if self._service.edition else []
        self._service.publish(edition)
        self._service.limit_caching(self._clock())
        self._refusals.clear()
        took = time.perf_counter() - started
        self._listener.published(edition, took)
        logger.info("content is served: %d posts, %d pages, %.2f s", len(edition.posts), len(edition.pages), took)
        if self._service.faults:
            logger.error("texts with errors keep their last good version until they are mended")
        if replaced:
            free_in_thread(replaced)
        with suppress(RuntimeError):  # no thread can be started; the next edition tries again
            begin_in_thread(partial(self._finish, edition), RECOMPRESSION)

    def _finish(self, edition: Edition) -> None:
        """Make what a start does not wait for. It is lost without harm."""
        try:
            self._source.finish(edition, lambda: self._service.edition is edition and not self._ended)
        except Exception:
            logger.exception("the pages keep their quick encodings")
        self._pruner.prune_when_grown(self._source.needed)

    async def _keep_current(self) -> None:
        """Publish the next edition. On any error the served edition stays, and the next change starts another build."""
        try:
            if await self._changed_or_due():
                self._changes.clear()
                started = time.perf_counter()
                edition = await self._rebuilt(self._clock())
                if edition is not None:
                    self._publish(edition, started)
                else:
                    self._service.confirm()
                    self._refusals.clear()
        except Exception as problem:  # noqa: BLE001 -- a process that serves good pages must not end because of a later change
            self._refusals.add(problem)

    async def _changed_or_due(self) -> bool:
        """Wait until a rebuild is due; False if a scheduled post was published and no file has changed."""
        self._service.limit_caching(self._clock())
        if self._service.refusal:
            await self._changes.within(self._refusals.retry_seconds)
            return True
        moment = self._service.edition.until if self._service.edition else None
        if moment is None:
            await self._changes.wait()
        elif not await self._changes.before(moment - _BUILD_AHEAD, self._service.limit_caching):
            await self._publish_at(moment)
        return self._changes.pending

    async def _publish_at(self, moment: datetime) -> None:
        started = time.perf_counter()
        # If the clock was set forward, several posts may be due.
        moment = max(moment, self._clock())
        edition = await self._rebuilt(moment)
        if edition is not None and not await self._changes.before(moment, self._service.limit_caching):
            known = self._service.edition.by_slug if self._service.edition else {}
            self._publish(edition, started)
            new = [post.slug for post in edition.posts if post.slug not in known]
            logger.info("published on schedule: %s", ", ".join(new[:10]) or "a page, or the date of a change")

    async def _rebuilt(self, moment: datetime) -> Edition | None:
        work = begin_in_thread(partial(self._source.next, moment, self._service.edition))
        await asyncio.wait([work], timeout=_STUCK_SECONDS)
        if not work.done():
            gc.enable()
            self._refusals.add(TimeoutError(f"a rebuild has taken {_STUCK_SECONDS:g} s; does the file system respond?"))
        return await work
