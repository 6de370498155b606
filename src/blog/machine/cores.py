"""How many threads to use on this machine, and a map over them."""

import math
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from blog.machine import cgroups

T = TypeVar("T")
R = TypeVar("R")

# A thread for fewer items costs more time than it saves.
_ITEMS_PER_THREAD = 8
# A compressing thread holds up to 10 MiB of brotli's tables, plus fragmented memory. With one thread for each 64 MiB of the limit, all threads
# together stay below a sixth of it.
_LIMIT_PER_COMPRESSION = 64 * 1024 * 1024
_MAX_COMPRESSIONS = 16


def available(mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> int:
    """At least 1: the cores that the scheduler and the processor quota allow.

    A container sees all cores of its machine, whatever its quota is.
    """
    return max(1, min(_allowed(), math.ceil(cgroups.processors(mount, own) or _allowed())))


def compression_threads(mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> int:
    """At least 1: how many compressions may run at once, by the number of cores and the memory limit."""
    return min(workers(_LIMIT_PER_COMPRESSION, mount, own), _MAX_COMPRESSIONS)


def workers(bytes_each: int, mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> int:
    """At least 1: how many workers of a size may run at once, by the number of cores and the memory limit."""
    limit = cgroups.memory_limit(mount, own)
    cores = available(mount, own)
    return cores if limit is None else max(1, min(cores, limit // bytes_each))


def _allowed() -> int:
    with suppress(AttributeError, OSError):  # not available on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parallel_map(
    work: Callable[[T], R], items: Sequence[T], threads: int | None = None, items_per_thread: int = _ITEMS_PER_THREAD
) -> list[R]:
    """The results in the order of the items, computed by one thread for each core; the first exception is raised.

    A thread that waits for a process is worth its cost for a single item (``items_per_thread`` of 1).

    Faster only for work that waits or releases the interpreter lock. The threads are daemons, unlike an executor's, so that a process that is
    stopped during its start does not wait for them.
    """
    count = min(threads or available(), len(items) // items_per_thread + 1)
    if count == 1:
        return list(map(work, items))
    done: list[R | None] = [None] * len(items)
    remaining, lock = iter(range(len(items))), threading.Lock()
    problems: list[BaseException] = []

    def worker() -> None:
        while True:
            with lock:
                at = next(remaining, None)
            if at is None or problems:
                return
            try:
                done[at] = work(items[at])
            except BaseException as problem:  # noqa: BLE001 -- raised again below, in the caller's thread
                problems.append(problem)

    workers = [threading.Thread(target=worker, daemon=True) for _ in range(count)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    if problems:
        raise problems[0]
    return cast("list[R]", done)  # every item has a result
