"""uvicorn with a goodbye: told to stop, it first says so to the cluster, then serves on, then closes.

uvicorn closes its listeners before the lifespan's shutdown, so readiness that flips there is seen by nobody; and it
closes idle keep-alive connections at once, losing the request that is on its way over one. Both are mended here.
"""

import asyncio
import logging
import socket
import time
from types import FrameType

import uvicorn

from blog.serve.farewell import refuse_newcomers
from blog.serve.live import Live

_LAST_ARRIVALS_SECONDS = 0.1
_LAST_REQUESTS_SECONDS = 0.25
_TICK_SECONDS = 0.02
_TICKS_A_SECOND = 50

logger = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Serves until a signal; then drains for a time and leaves with exit code 0."""

    def __init__(self, config: uvicorn.Config, live: Live, drain_seconds: float) -> None:
        super().__init__(config)
        self._live = live
        self._drain_seconds = drain_seconds
        self._leave_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal starts the drain, a second one ends it; neither is raised again after the exit."""
        del sig, frame
        if self._live.draining:
            self.should_exit = True
        self._live.draining = True

    async def main_loop(self) -> None:
        """As uvicorn's, but looking for a signal every 20 ms and not every 100; five times a second it renews the Date header."""
        ticks = 0
        while not await self.on_tick(ticks % _TICKS_A_SECOND):
            await asyncio.sleep(_TICK_SECONDS)
            ticks += 1

    async def on_tick(self, counter: int) -> bool:
        if self._live.draining and self._leave_at is None:
            # A process that was never ready has nobody to drain.
            drain = self._drain_seconds if self._live.edition else 0.0
            self._leave_at = time.monotonic() + drain
            logger.info("told to stop: not ready any more, serving for another %g s", drain)
        drained = self._leave_at is not None and time.monotonic() >= self._leave_at
        return await super().on_tick(counter) or drained or self._live.failure is not None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.draining = True
        # Whoever the kernel has already connected is let in before the door closes.
        for server in self.servers:
            for listener in server.sockets:
                refuse_newcomers(listener.fileno())
        await asyncio.sleep(_LAST_ARRIVALS_SECONDS)
        for server in self.servers:
            server.close()
        # Connections kept alive may have a request on the way; every answer from now on ends its connection.
        for _ in range(round(_LAST_REQUESTS_SECONDS / _TICK_SECONDS)):
            if not self.server_state.connections:
                break
            await asyncio.sleep(_TICK_SECONDS)
        await super().shutdown(sockets)
