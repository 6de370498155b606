"""Processes beside this one, for work that cannot be interrupted and may end its process."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

# A worker gets no other variable, so no secret.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG")


def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A process that runs a module, with pipes to its standard input and output."""
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # A session of its own, so that Ctrl-C ends the service alone; its end closes the pipes, which ends the worker.
    return subprocess.Popen(  # noqa: S603 -- all arguments are ours
        [sys.executable, "-m", module, *arguments], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def send(process: subprocess.Popen[bytes], request: bytes) -> IO[bytes]:
    """Send a request to a process, and return its output, which has no response if the process ended."""
    assert process.stdin  # noqa: S101 -- for the type checker
    assert process.stdout  # noqa: S101
    with suppress(BrokenPipeError):
        process.stdin.write(request)
        process.stdin.flush()
    return process.stdout


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and free its pipes."""
    process.kill()
    with suppress(OSError):
        process.communicate()


@contextmanager
def ended_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Kill the process if the block takes longer: what waits for its output then gets the end of it."""
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
