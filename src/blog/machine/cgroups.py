"""What the control groups of this process allow it, in version 2 and version 1: memory and processor time.

A limit may be set on any ancestor, so the least of them all counts. Inside a container the mount point may be the container's own group
while /proc/self/cgroup still names its place on the host; paths that do not exist are passed over, and the mount point itself is looked at too.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

MOUNT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
# Version 1 says "no limit" with the largest number of whole pages.
_UNLIMITED_BYTES = 1 << 60


def memory_limit(mount: Path = MOUNT, own: Path = OWN) -> int | None:
    """Bytes that this process and those beside it in its group may use; None where nothing is said."""
    found = [
        *_numbers(mount, _groups(own, ""), "memory.max"),
        *_numbers(mount / "memory", _groups(own, "memory"), "memory.limit_in_bytes"),
    ]
    return min((limit for limit in found if limit < _UNLIMITED_BYTES), default=None)


def processors(mount: Path = MOUNT, own: Path = OWN) -> float | None:
    """Processors' worth of time that the quota allows; None where nothing is said."""
    return min([*_second(mount, own), *_first(mount, own)], default=None)


def _second(mount: Path, own: Path) -> Iterator[float]:
    for folder in _folders(mount, _groups(own, "")):
        with suppress(OSError, ValueError, ZeroDivisionError):
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            yield int(quota) / int(period)


def _first(mount: Path, own: Path) -> Iterator[float]:
    for folder in _folders(mount / "cpu", _groups(own, "cpu")):
        with suppress(OSError, ValueError, ZeroDivisionError):
            quota = int((folder / "cpu.cfs_quota_us").read_text(encoding="ascii"))
            if quota > 0:
                yield quota / int((folder / "cpu.cfs_period_us").read_text(encoding="ascii"))


def _numbers(mount: Path, group: PurePosixPath, name: str) -> Iterator[int]:
    for folder in _folders(mount, group):
        with suppress(OSError, ValueError):
            yield int((folder / name).read_text(encoding="ascii"))


def _folders(mount: Path, group: PurePosixPath) -> Iterator[Path]:
    """The group's folder and those of all its ancestors, up to the mount point."""
    for path in (group, *group.parents):
        yield mount / path.relative_to("/")


def _groups(own: Path, controller: str) -> PurePosixPath:
    """The group that this process is in, by the lines ``number:controllers:path`` of /proc/self/cgroup; the empty controller is version 2."""
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(",") and ".." not in path:
                return PurePosixPath("/", path)
    return PurePosixPath("/")
