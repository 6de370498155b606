"""A limit of processor time for work that clients can cause."""

import time
from collections.abc import Callable
from types import TracebackType


class Budget:
    """A budget of processor time: ``share`` of a core, and up to ``burst`` seconds at once. Not thread-safe.

    Work is measured after it is done. Time beyond the budget is subtracted from what the next piece of work may use.
    """

    def __init__(
        self,
        share: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        processor: Callable[[], float] = time.thread_time,
    ) -> None:
        self._share, self._burst = share, burst
        self._clock, self._processor = clock, processor
        self._left, self._at, self._began = burst, clock(), 0.0

    def has_left(self) -> bool:
        """Whether there is time for one more piece of work."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._share)
        self._at = now
        return self._left > 0

    def __enter__(self) -> None:
        self._began = self._processor()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left -= self._processor() - self._began
