"""How many threads are worth starting here, and work spread over them."""

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

# Below this a thread costs more than it spares.
_FEW = 8
# A thread that compresses holds up to 10 MiB of brotli's tables, and what its allocations leave behind. With a thread for each 64 MiB of the
# limit all of them together stay below a sixth of it.
_LIMIT_PER_COMPRESSION = 64 * 1024 * 1024
_MOST_COMPRESSIONS = 16


def available(mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> int:
    """At least 1: the cores the scheduler allows, and no more than the quota of processor time is worth.

    A container sees all cores of its machine, and is given few.
    """
    return max(1, min(_allowed(), math.ceil(cgroups.processors(mount, own) or _allowed())))


def to_compress(mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> int:
    """At least 1: how many compressions may run at once, by the cores and by the memory limit."""
    limit = cgroups.memory_limit(mount, own)
    by_memory = _MOST_COMPRESSIONS if limit is None else limit // _LIMIT_PER_COMPRESSION
    return max(1, min(available(mount, own), by_memory, _MOST_COMPRESSIONS))


def _allowed() -> int:
    with suppress(AttributeError, OSError):  # not every system can tell
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(work: Callable[[T], R], items: Sequence[T], threads: int | None = None) -> list[R]:
    """The results in the order of the items, made by a thread for each core; the first problem is raised.

    It helps where the work waits or lets go of the interpreter lock. The threads are daemons, unlike an executor's, so that a process
    told to stop while it starts need not finish them first.
    """
    count = min(threads or available(), len(items) // _FEW + 1)
    if count == 1:
        return list(map(work, items))
    done: list[R | None] = [None] * len(items)
    waiting, lock = iter(range(len(items))), threading.Lock()
    problems: list[BaseException] = []

    def worker() -> None:
        while True:
            with lock:
                at = next(waiting, None)
            if at is None or problems:
                return
            try:
                done[at] = work(items[at])
            except BaseException as problem:  # noqa: BLE001 -- raised again below, in the caller's thread
                problems.append(problem)

    team = [threading.Thread(target=worker, daemon=True) for _ in range(count)]
    for thread in team:
        thread.start()
    for thread in team:
        thread.join()
    if problems:
        raise problems[0]
    return cast("list[R]", done)  # every place has been filled
