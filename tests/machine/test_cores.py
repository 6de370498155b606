"""How many cores a process may use, and the map over them."""

import os
import threading
from pathlib import Path

import pytest

from blog.machine import cores


def _groups(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / {"max": "cpu.max", "quota": "cpu/cpu.cfs_quota_us", "period": "cpu/cpu.cfs_period_us"}[name]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"max": "50000 100000\n"}, id="half-a-core"),
        pytest.param({"max": "100000 100000\n"}, id="one-core"),
        pytest.param({"quota": "20000\n", "period": "100000\n"}, id="version-1"),
    ],
)
def test_a_quota_of_a_core_or_less_is_one_core(tmp_path: Path, files: dict[str, str]) -> None:
    assert cores.available(_groups(tmp_path, **files), tmp_path / "own") == 1


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="no-control-groups"),
        pytest.param({"max": "max 100000\n"}, id="no-quota"),
        pytest.param({"max": "1000000000 100000\n"}, id="more-than-there-are"),
        pytest.param({"quota": "-1\n", "period": "100000\n"}, id="no-quota-in-version-1"),
        pytest.param({"max": "nonsense"}, id="nonsense"),
    ],
)
def test_without_a_quota_the_scheduler_decides(tmp_path: Path, files: dict[str, str]) -> None:
    assert cores.available(_groups(tmp_path, **files), tmp_path / "own") == len(os.sched_getaffinity(0))


def test_a_process_pinned_to_one_core_uses_one(tmp_path: Path) -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert cores.available(tmp_path, tmp_path / "own") == 1
    finally:
        os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1000])
@pytest.mark.parametrize("threads", [1, 4])
def test_results_come_in_the_order_of_the_items(count: int, threads: int) -> None:
    assert cores.parallel_map(lambda item: item * 2, range(count), threads) == [item * 2 for item in range(count)]


def test_several_threads_work_at_once() -> None:
    together = threading.Barrier(3, timeout=10)
    assert len(cores.parallel_map(lambda _: together.wait(), range(30), threads=3)) == 30


def test_a_thread_that_waits_is_worth_it_for_one_item() -> None:
    together = threading.Barrier(2, timeout=10)
    assert len(cores.parallel_map(lambda _: together.wait(), range(2), 2, 1)) == 2


@pytest.mark.parametrize(("limit", "count"), [("max", 3), (str(2 << 20), 2), (str(1 << 10), 1)])
def test_workers_fit_into_the_memory_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, count: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2})
    (tmp_path / "memory.max").write_text(limit)
    assert cores.workers(1 << 20, tmp_path, tmp_path / "own") == count


def test_the_first_exception_reaches_the_caller_and_ends_the_work() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        if item == 3:
            raise MemoryError("full")
        done.append(item)

    with pytest.raises(MemoryError, match="full"):
        cores.parallel_map(work, range(10_000), threads=2)
    assert len(done) < 10_000
