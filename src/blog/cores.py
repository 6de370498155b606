"""How many cores this process may really use, and work spread over them."""

import math
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")

_CGROUP = Path("/sys/fs/cgroup")
# Below this a thread costs more than it spares.
_FEW = 8


def available(cgroup: Path = _CGROUP) -> int:
    """At least 1: the cores the scheduler allows, and no more than the quota of processor time is worth.

    A container sees all cores of its machine, and is given few.
    """
    return max(1, min(_allowed(), math.ceil(_quota(cgroup))))


def _allowed() -> int:
    with suppress(AttributeError, OSError):  # not every system can tell
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(cgroup: Path) -> float:
    """Cores' worth of processor time, by control groups of version 2, then of version 1; all cores where nothing is said."""
    for read in (_version_2, _version_1):
        with suppress(OSError, ValueError, ZeroDivisionError):
            return read(cgroup)
    return os.cpu_count() or 1


def _version_2(cgroup: Path) -> float:
    quota, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
    return int(quota) / int(period)


def _version_1(cgroup: Path) -> float:
    quota = int((cgroup / "cpu/cpu.cfs_quota_us").read_text(encoding="ascii"))
    if quota <= 0:
        raise ValueError("there is no quota")
    return quota / int((cgroup / "cpu/cpu.cfs_period_us").read_text(encoding="ascii"))


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

    crew = [threading.Thread(target=worker, daemon=True) for _ in range(count)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if problems:
        raise problems[0]
    return cast("list[R]", done)  # every place has been filled
