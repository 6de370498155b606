"""Parsing on all cores. Parsing is pure Python, so it takes processes: one for each thread that asks for documents."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from blog import cores
from blog.content import markdown, worker
from blog.content.document import dump

# A worker costs 0.2 s of processor time before its first document, as much as a core takes to parse twenty.
_WORTH_A_CREW = 24


class Crew:
    """Parses in this process until there is enough to do, and then in a child of each thread's own.

    Where there is one core, or a child cannot be made or has died, this process does the work itself.
    """

    def __init__(self, size: int | None = None) -> None:
        self._size = cores.available() if size is None else size
        self._asked = 0
        self._lock = threading.Lock()
        self._own = threading.local()
        self._hired: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        for child in self._hired:
            _close(child)

    def parse(self, body: str, title: str) -> bytes:
        """The document of a text, as `blog.content.document.dump` writes it.

        Raises:
            RecursionError: it is nested too deeply.
        """
        with self._lock:
            self._asked += 1
            busy = self._size > 1 and self._asked > _WORTH_A_CREW
        return (self._elsewhere(body, title) if busy else b"") or dump(markdown.parse(body, title))

    def _elsewhere(self, body: str, title: str) -> bytes:
        child = self._child()
        if child is None:
            return b""
        assert child.stdin is not None  # noqa: S101 -- asked for below
        assert child.stdout is not None  # noqa: S101 -- the same
        with suppress(OSError, ValueError):
            worker.write(child.stdin, title.encode(errors="surrogatepass"), body.encode(errors="surrogatepass"))
            if (answer := worker.read(child.stdout)) is not None:
                return answer
        self._own.child = None
        return b""

    def _child(self) -> subprocess.Popen[bytes] | None:
        if not hasattr(self._own, "child"):
            self._own.child = _hire()
            if self._own.child:
                with self._lock:
                    self._hired.append(self._own.child)
        child: subprocess.Popen[bytes] | None = self._own.child
        return child


def _hire() -> subprocess.Popen[bytes] | None:
    # It has to find what this process has found, and nothing that happens to lie in the folder it stands in.
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with suppress(OSError, ValueError):
        return subprocess.Popen(  # noqa: S603 -- this very program
            [sys.executable, "-P", "-m", worker.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
        )
    return None


def _close(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin, child.stdout):
        with suppress(OSError):
            if stream:
                stream.close()
    child.wait()
