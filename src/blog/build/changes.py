"""Changes of files: the signal that the watcher's thread gives to the event loop, and waits that it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from blog.build.watcher import Watcher
from blog.machine.clock import Clock
from blog.machine.threads import in_thread
from blog.render.theme_folders import DEFAULT, watched_folders
from blog.settings import Settings

# A wait is split into short ones, because the wall clock may be set during it.
_LONGEST_WAIT_SECONDS = 1.0


class Changes:
    """Whether files have changed since the last build began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = asyncio.Event()

    @property
    def pending(self) -> bool:
        return self._changed.is_set()

    def clear(self) -> None:
        """Begin a build, which will see every change so far."""
        self._changed.clear()

    @asynccontextmanager
    async def watched(self, settings: Settings) -> AsyncIterator[None]:
        """Watch the posts and the theme if BLOG_RELOAD is set. No change after the beginning is missed."""
        if not settings.reload:
            yield
            return
        watcher = self._watcher(settings)
        try:
            watcher.start()
            await in_thread(watcher.wait_until_watching)
            yield
        finally:
            await in_thread(watcher.close)

    def _watcher(self, settings: Settings) -> Watcher:
        loop = asyncio.get_running_loop()

        def changed() -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._changed.set)

        theme = watched_folders(settings.templates_dir)
        optional = None if settings.templates_dir else DEFAULT
        return Watcher((settings.posts_dir, *theme), changed, optional)

    async def wait(self) -> None:
        """Wait for a change."""
        await self._changed.wait()

    async def within(self, seconds: float) -> bool:
        """Wait for a change; False if there is none for so long."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._changed.wait(), seconds)
        return False

    async def before(self, moment: datetime, tick: Callable[[datetime], None] = lambda _now: None) -> bool:
        """Wait for a moment of the wall clock, and call ``tick`` about once a second; True if files change before it."""
        while (left := (moment - self._clock()).total_seconds()) > 0:
            tick(self._clock())
            if await self.within(min(left, _LONGEST_WAIT_SECONDS)):
                return True
        return self.pending
