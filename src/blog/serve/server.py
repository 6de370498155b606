"""uvicorn with a drain: on a signal it reports not ready, keeps serving for a time, and closes without losing a request.

uvicorn closes its listeners before the lifespan's shutdown, so a readiness that changes there cannot be probed. It resets connections that it has
not accepted yet, and it closes idle keep-alive connections at once, although a request may be in flight on one.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import cast

import uvicorn

from blog.build.state import ServiceState
from blog.serve import listening
from blog.serve.accept_queue import Accepted, accept_all, accept_all_and_close, drop_new_syns

_EMPTY_QUEUE_SECONDS = 0.1
_LAST_REQUESTS_SECONDS = 0.25
_TICK_SECONDS = 0.02
_TICKS_A_SECOND = 50

logger = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """A server on bound sockets. After a signal it drains for a time, then ends with exit code 0. ``tick`` is called every 20 ms."""

    def __init__(
        self,
        config: uvicorn.Config,
        service: ServiceState,
        drain_seconds: float,
        listeners: Sequence[socket.socket],
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._service = service
        self._drain_seconds = drain_seconds
        self._listeners = listeners
        self._tick = tick
        self._stop_at: float | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, plus SIGHUP, unless it is ignored: nohup starts a process that way to outlive its terminal."""
        with super().capture_signals():
            before = signal.getsignal(signal.SIGHUP)
            if before is not signal.SIG_IGN:
                signal.signal(signal.SIGHUP, self.handle_exit)
            yield
            signal.signal(signal.SIGHUP, before)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal starts the drain, a second one ends it; neither is raised again after the exit."""
        del sig, frame
        if self._service.draining:
            self.should_exit = True
        self._service.draining = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        del sockets
        # The event loop closes the sockets that it gets. With duplicates, the listening sockets and their accept queues stay open.
        await super().startup([listener.dup() for listener in self._listeners])
        for listener in self._listeners:
            logger.info("listening on %s", listening.url(listener))

    async def main_loop(self) -> None:
        """As uvicorn's, but checks for signals every 20 ms, not every 100, and renews the Date field five times a second."""
        ticks = 0
        while not await self.on_tick(ticks % _TICKS_A_SECOND):
            await asyncio.sleep(_TICK_SECONDS)
            ticks += 1

    async def on_tick(self, counter: int) -> bool:
        self._tick()
        if self._service.draining and self._stop_at is None:
            # A process that was never ready got no requests, so it does not drain.
            drain = self._drain_seconds if self._service.edition else 0.0
            self._stop_at = time.monotonic() + drain
            logger.info("stopping: not ready any more, serving for another %g s", drain)
        drained = self._stop_at is not None and time.monotonic() >= self._stop_at
        return await super().on_tick(counter) or drained or self._service.failure is not None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.draining = True
        await self._close_listeners()
        # A request may be in flight on a connection that is kept alive; its response closes the connection from now on.
        for _ in range(round(_LAST_REQUESTS_SECONDS / _TICK_SECONDS)):
            if not self.server_state.connections:
                break
            await asyncio.sleep(_TICK_SECONDS)
        await super().shutdown(sockets)

    async def _close_listeners(self) -> None:
        await self._stop_accepting()
        for listener in self._listeners:
            drop_new_syns(listener)
        for _ in range(round(_EMPTY_QUEUE_SECONDS / _TICK_SECONDS)):
            for listener in self._listeners:
                await self._serve_accepted(accept_all(listener))
            await asyncio.sleep(_TICK_SECONDS)
        for listener in self._listeners:
            where = listening.url(listener)
            last = accept_all_and_close(listener)
            await self._serve_accepted(last)
            if not last.emptied:
                logger.warning("%s was closed with connections in its queue; they are reset", where)

    async def _stop_accepting(self) -> None:
        """Make the event loop stop accepting; new connections stay in the accept queue."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for listener in server.sockets:
                loop.remove_reader(listener.fileno())
        # asyncio loses accepted connections that have no transport yet when their server closes.
        await asyncio.sleep(_TICK_SECONDS)
        for server in self.servers:
            server.close()

    async def _serve_accepted(self, accepted: Accepted) -> None:
        loop = asyncio.get_running_loop()
        served = (loop.connect_accepted_socket(self._protocol, connection) for connection in accepted.connections)
        for problem in await asyncio.gather(*served, return_exceptions=True):
            if isinstance(problem, BaseException):
                logger.warning("an accepted connection could not be served", exc_info=problem)

    def _protocol(self) -> asyncio.Protocol:
        make = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
