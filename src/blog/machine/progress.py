"""Progress of a long command on stderr: the current stage, every five seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from blog.machine.stages import SetCount

_EVERY_SECONDS = 5.0


class Progress:
    """Prints the current stage until it is left; prints nothing about stages that take less than five seconds."""

    def __init__(self, every: float = _EVERY_SECONDS) -> None:
        self._every = every
        self._ended = threading.Event()
        self._stage, self._since = "", time.monotonic()

    def __enter__(self) -> Self:
        threading.Thread(target=self._report, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        self._ended.set()

    @contextmanager
    def stage(self, name: str) -> Iterator[SetCount]:
        """A stage (see `blog.machine.stages`). Its counts are printed if it took long."""
        self._stage, self._since = name, time.monotonic()
        yield lambda what, count: self._print_count(name, what, count)
        self._stage = ""

    def _print_count(self, name: str, what: str, count: int) -> None:
        if (took := time.monotonic() - self._since) >= self._every:
            print(f"{name}: {count:,} {what} in {took:.0f} s", file=sys.stderr, flush=True)

    def _report(self) -> None:
        while not self._ended.wait(self._every):
            if self._stage:
                print(f"{self._stage} ... {time.monotonic() - self._since:.0f} s", file=sys.stderr, flush=True)
