"""The limits of connections: their number, and their times, which are checked once a second for all of them."""

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blog.serve.arrivals import Arrivals

if TYPE_CHECKING:
    from blog.serve.bounded_protocol import BoundedProtocol

_CHECK_EVERY_SECONDS = 1.0
_WARN_EVERY_SECONDS = 60.0
_FULL = 503
# Descriptors for everything but served clients: listeners, files, the cache, collectors, refused clients that still read their response.
_OTHER_DESCRIPTORS = 64

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of connections. Times are in seconds and are checked once a second."""

    header: float = 60.0
    body: float = 60.0
    send: float = 60.0
    connections: int = 1000


def limits_by_descriptors(wanted: int) -> tuple[int, int]:
    """How many of the wanted connections the descriptor limit allows, and how many refused ones in addition."""
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
        self.arrivals = Arrivals()
        self._refused = refused
        self._max_open, self._max_refused = limits_by_descriptors(limits.connections)
        self._open: set[BoundedProtocol] = set()
        self._none_idle_at = -1.0
        self._refused_since_warning: Counter[int] = Counter()
        self._warned_at = -_WARN_EVERY_SECONDS
        self._loop: asyncio.AbstractEventLoop | None = None
        if self._max_open < limits.connections:
            logger.warning(
                "the descriptor limit allows %d connections, not BLOG_MAX_CONNECTIONS=%d; raise ulimit -n",
                self._max_open,
                limits.connections,
            )

    @property
    def count(self) -> int:
        """The number of open connections."""
        return len(self._open)

    @property
    def limit(self) -> int:
        """The number of open connections from which on new ones are refused, unless one of them is idle."""
        return self._max_open

    def opened(self, connection: "BoundedProtocol", loop: asyncio.AbstractEventLoop) -> None:
        """Register a connection, and refuse it if there are too many."""
        self.now = loop.time()
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(_CHECK_EVERY_SECONDS, self._check_all)
        is_full = len(self._open) >= self._max_open and not self._closed_idle()
        self._open.add(connection)
        connection.last_active = self.now
        if is_full:
            connection.refuse(503)
            if len(self._open) > self._max_open + self._max_refused:
                connection.transport.abort()

    def closed(self, connection: "BoundedProtocol") -> None:
        self._open.discard(connection)

    def refused(self, status: int) -> None:
        """Count a request that was refused before the application saw it."""
        self._refused(status)
        self._refused_since_warning[status] += 1
        self._warn()

    def _closed_idle(self) -> bool:
        """Close the connection that has been idle longest; False if none is idle. After a False it searches again a second later."""
        if self._none_idle_at == self.now // 1:
            return False
        idle = [each for each in self._open if each.is_idle]
        if not idle:
            self._none_idle_at = self.now // 1
            return False
        min(idle, key=lambda each: each.last_active).transport.close()
        return True

    def _check_all(self) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        self.now = loop.time()
        for connection in tuple(self._open):
            try:
                connection.check_limits(self.now)
            except Exception:
                logger.exception("the limits of a connection could not be checked")
                connection.transport.abort()
        self._warn()
        if self._open or self._refused_since_warning:
            loop.call_later(_CHECK_EVERY_SECONDS, self._check_all)
        else:
            self._loop = None

    def _warn(self) -> None:
        """Log once a minute what was refused since; the first refusal is logged at once."""
        refused = self._refused_since_warning
        if refused and self.now - self._warned_at >= _WARN_EVERY_SECONDS:
            counts = ", ".join(f"{count} with {status}" for status, count in sorted(refused.items()))
            full = f"; there are {self._max_open} connections already" if _FULL in refused else ""
            logger.warning("requests refused: %s%s", counts, full, extra={"fields": {"refused": dict(refused)}})
            refused.clear()
            self._warned_at = self.now
