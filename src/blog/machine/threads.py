"""Runs blocking work in daemon threads and returns its result to the event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run work in a daemon thread; return its result or raise its exception."""
    return await begin_in_thread(work)


def begin_in_thread(work: Callable[[], T], name: str = "publisher") -> "asyncio.Future[T]":
    """Start work in a daemon thread, which does not keep the process alive while it blocks; return a future of its result.

    Raises:
        RuntimeError: no thread can be started.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_outcome: Callable[[], None]) -> None:
        if not future.done():
            set_outcome()

    def run() -> None:
        try:
            result = work()
        except BaseException as problem:  # noqa: BLE001 -- raised again where the future is awaited
            outcome = _raisable(problem)
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(settle, lambda: future.set_exception(outcome))
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, lambda: future.set_result(result))

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def _raisable(problem: BaseException) -> BaseException:
    """The exception to set on a future. A future does not accept StopIteration, and SystemExit would stop the event loop."""
    if isinstance(problem, Exception) and not isinstance(problem, StopIteration):
        return problem
    wrapped = RuntimeError(f"{type(problem).__name__}: {problem}")
    wrapped.__cause__ = problem
    return wrapped
