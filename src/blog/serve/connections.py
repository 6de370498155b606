"""How many connections there may be, and how long each may take: one look a second at all of them."""

import asyncio
import logging
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blog.serve.bounded_protocol import BoundedProtocol

_LOOK_EVERY_SECONDS = 1.0
_WARN_EVERY_SECONDS = 60.0
# Descriptors for everything that is no client: listeners, files, the cache, collectors, refused clients that still listen.
_OTHER_DESCRIPTORS = 64

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one client may take. Times are seconds; each is checked once a second."""

    header: float = 60.0
    body: float = 60.0
    send: float = 60.0
    connections: int = 1000


def room_for(wanted: int) -> tuple[int, int]:
    """How many connections the descriptor limit allows of those wanted, and how many refused ones beside them."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted, _OTHER_DESCRIPTORS // 2
    others = min(_OTHER_DESCRIPTORS, soft // 2)
    return max(1, min(wanted, soft - others)), others // 4


class Connections:
    """The open connections of one process. ``now`` is the loop's time, at most a second old."""

    def __init__(self, limits: Limits, refused: Callable[[int], None]) -> None:
        self.limits = limits
        self.now = 0.0
        self._refused = refused
        self._most, self._spare = room_for(limits.connections)
        self._open: set[BoundedProtocol] = set()
        self._all_busy_at = -1.0
        self._turned_away = 0
        self._warned_at = -_WARN_EVERY_SECONDS
        self._loop: asyncio.AbstractEventLoop | None = None
        if self._most < limits.connections:
            logger.warning(
                "the descriptor limit leaves room for %d connections, not for BLOG_MAX_CONNECTIONS=%d; raise ulimit -n",
                self._most,
                limits.connections,
            )

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, connection: "BoundedProtocol", loop: asyncio.AbstractEventLoop) -> None:
        """Take a connection in, and refuse it where there are too many already."""
        self.now = loop.time()
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(_LOOK_EVERY_SECONDS, self._look)
        is_full = len(self._open) >= self._most and not self._made_room()
        self._open.add(connection)
        connection.last_active = self.now
        if is_full:
            self._turned_away += 1
            self._warn()
            connection.refuse(503)
            if len(self._open) > self._most + self._spare:
                connection.transport.abort()

    def closed(self, connection: "BoundedProtocol") -> None:
        self._open.discard(connection)

    def refused(self, status: int) -> None:
        """Count a request that no application has seen."""
        self._refused(status)

    def _made_room(self) -> bool:
        """Close the connection that has been idle longest, if one is; looked for at most once a second in vain."""
        if self._all_busy_at == self.now // 1:
            return False
        idle = [each for each in self._open if each.is_idle]
        if not idle:
            self._all_busy_at = self.now // 1
            return False
        min(idle, key=lambda each: each.last_active).transport.close()
        return True

    def _look(self) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        self.now = loop.time()
        for connection in tuple(self._open):
            try:
                connection.look(self.now)
            except Exception:
                logger.exception("a connection could not be looked at")
                connection.transport.abort()
        self._warn()
        if self._open:
            loop.call_later(_LOOK_EVERY_SECONDS, self._look)
        else:
            self._loop = None

    def _warn(self) -> None:
        if self._turned_away and self.now - self._warned_at >= _WARN_EVERY_SECONDS:
            logger.warning("connections refused with 503: %d; there are %d already", self._turned_away, self._most)
            self._turned_away, self._warned_at = 0, self.now
