"""Limits how long caches may keep responses while a scheduled post is awaited: none may be fresh beyond the moment it is due."""

import re
import time
from collections.abc import Callable
from datetime import datetime

from blog.build.response import PreparedResponse

# Longer than any max-age and stale-while-revalidate together, and than the publisher waits between two calls of `limit_until`.
_FARTHEST_SECONDS = 2 * 3600
# A rebuild may publish the post late. Once it is this late, the build fails for another reason, and caches keep pages as usual.
_LATEST_SECONDS = 300
_CACHE_CONTROL = re.compile(rb"(?<![^\n])cache-control: ([^\r]*)\r\n")
_LIFETIME = re.compile(r"(max-age|s-maxage|stale-while-revalidate)=([0-9]+)")
_IMMUTABLE = "immutable"


class CacheLimit:
    """The moment until which responses may be fresh. Limited field lines are kept for the second in which they are right."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadline = clock() + seconds
        self._left = -1
        self._limited: dict[bytes, bytes] = {}

    def apply(self, answer: PreparedResponse) -> PreparedResponse:
        """The response with a Cache-Control that does not reach beyond the moment."""
        left = self._seconds_left()
        if left != self._left:
            self._left, self._limited = left, {}
        shared = self._limited.get(answer.shared)
        if shared is None:
            shared = self._limited[answer.shared] = _CACHE_CONTROL.sub(
                lambda line: b"cache-control: %s\r\n" % limited(line[1].decode(), left).encode(), answer.shared
            )
        return PreparedResponse(answer.status, answer.own, shared, answer.body)

    def value(self, cache_control: str) -> str:
        """A value of Cache-Control that does not reach beyond the moment."""
        return limited(cache_control, self._seconds_left())

    def _seconds_left(self) -> int:
        return max(0, int(self._deadline - self._clock()))


def limit_until(moment: datetime | None, now: datetime) -> CacheLimit | None:
    """The limit while a moment is near, or has passed and what is due then is still being built; else None."""
    if moment is None:
        return None
    seconds = (moment - now).total_seconds()
    return CacheLimit(seconds) if -_LATEST_SECONDS < seconds < _FARTHEST_SECONDS else None


def limited(cache_control: str, left: int) -> str:
    """A value of Cache-Control in which no lifetime reaches farther than ``left`` seconds.

    A stale response is served after the fresh one (RFC 5861), so its seconds count from the end of max-age. An immutable response stays.

    >>> limited("public, max-age=60, stale-while-revalidate=600, stale-if-error=9", 90)
    'public, max-age=60, stale-while-revalidate=30, stale-if-error=9'
    >>> limited("public, max-age=60, stale-while-revalidate=600, stale-if-error=9", 20)
    'public, max-age=20, stale-while-revalidate=0, stale-if-error=9'
    """
    if _IMMUTABLE in cache_control:
        return cache_control
    lifetimes = {name: int(seconds) for name, seconds in _LIFETIME.findall(cache_control)}
    fresh = {name: min(seconds, left) for name, seconds in lifetimes.items() if name != "stale-while-revalidate"}
    stale = min(lifetimes.get("stale-while-revalidate", 0), left - max(fresh.values(), default=0))
    shorter = fresh | {"stale-while-revalidate": stale}
    return _LIFETIME.sub(lambda lifetime: f"{lifetime[1]}={shorter[lifetime[1]]}", cache_control)
