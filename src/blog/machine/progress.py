"""Says on stderr what takes long: the stage that is under way, every five seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from blog.machine.stages import Note

_EVERY_SECONDS = 5.0


class Progress:
    """Silent about what is done within five seconds."""

    def __init__(self, every: float = _EVERY_SECONDS) -> None:
        self._every = every
        self._over = threading.Event()
        self._stage, self._since = "", time.monotonic()

    def __enter__(self) -> Self:
        threading.Thread(target=self._say, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()

    @contextmanager
    def stage(self, name: str) -> Iterator[Note]:
        """A stage of the work, as `blog.machine.stages` has them; what is counted in it is said where it took long."""
        self._stage, self._since = name, time.monotonic()
        yield lambda what, count: self._counted(name, what, count)
        self._stage = ""

    def _counted(self, name: str, what: str, count: int) -> None:
        if (took := time.monotonic() - self._since) >= self._every:
            print(f"{name}: {count:,} {what} in {took:.0f} s", file=sys.stderr, flush=True)

    def _say(self) -> None:
        while not self._over.wait(self._every):
            if self._stage:
                print(f"{self._stage} ... {time.monotonic() - self._since:.0f} s", file=sys.stderr, flush=True)
