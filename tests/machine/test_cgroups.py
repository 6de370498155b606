"""Limits of control groups, versions 1 and 2: on the group and its ancestors, in a container and on a host."""

from pathlib import Path

import pytest

from blog.machine import cgroups, cores

MIB = 1024 * 1024


def _write(folder: Path, files: dict[str, str]) -> tuple[Path, Path]:
    """The mount point, and the file ``own`` that stands for /proc/self/cgroup."""
    for name, text in files.items():
        path = folder / "mount" / name if name != "own" else folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "mount", folder / "own"


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        pytest.param({}, None, id="no-control-groups"),
        pytest.param({"memory.max": "max\n"}, None, id="no-limit"),
        pytest.param({"memory.max": "268435456\n", "own": "0::/\n"}, 256 * MIB, id="container"),
        pytest.param({"memory.max": "268435456\n"}, 256 * MIB, id="own-unreadable"),
        pytest.param(
            {"a/memory.max": "1048576\n", "a/b/memory.max": "max\n", "own": "0::/a/b\n"}, MIB, id="limit-of-the-parent"
        ),
        pytest.param(
            {"a/memory.max": "9000000\n", "a/b/memory.max": "1048576\n", "own": "0::/a/b\n"}, MIB, id="limit-of-its-own"
        ),
        pytest.param({"memory.max": "1048576\n", "own": "0::/host/path\n"}, MIB, id="path-of-the-host"),
        pytest.param({"memory.max": "1048576\n", "own": "0::/../other\n"}, MIB, id="path-out-of-the-mount"),
        pytest.param({"memory/memory.limit_in_bytes": "9223372036854771712\n"}, None, id="no-limit-in-version-1"),
        pytest.param(
            {"memory/d/memory.limit_in_bytes": "1048576\n", "own": "9:cpu,memory:/d\n0::/\n"}, MIB, id="version-1"
        ),
        pytest.param({"memory.max": "much\n", "own": "nonsense"}, None, id="nonsense"),
    ],
)
def test_the_lowest_limit_applies(tmp_path: Path, files: dict[str, str], limit: int | None) -> None:
    assert cgroups.memory_limit(*_write(tmp_path, files)) == limit


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        pytest.param({"cpu.max": "max 100000\n"}, None, id="no-quota"),
        pytest.param({"a/cpu.max": "150000 100000\n", "own": "0::/a/b\n"}, 1.5, id="quota-of-the-parent"),
        pytest.param(
            {"cpu/k/cpu.cfs_quota_us": "50000\n", "cpu/k/cpu.cfs_period_us": "100000\n", "own": "3:cpu,cpuacct:/k\n"},
            0.5,
            id="version-1",
        ),
    ],
)
def test_the_lowest_quota_applies(tmp_path: Path, files: dict[str, str], quota: float | None) -> None:
    assert cgroups.processors(*_write(tmp_path, files)) == quota


@pytest.mark.parametrize(("mib", "threads"), [(32, 1), (64, 1), (256, 4), (100_000, 16)])
def test_compressions_at_once_are_bounded_by_the_memory_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mib: int, threads: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(64)))
    assert cores.compression_threads(*_write(tmp_path, {"memory.max": f"{mib * MIB}\n"})) == threads


def test_compressions_at_once_are_bounded_without_a_memory_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(64)))
    assert cores.compression_threads(*_write(tmp_path, {})) == 16
