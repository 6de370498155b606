"""Memory and processor limits of this process's control groups, version 1 and version 2.

A limit may be set on any ancestor, so the lowest of them applies. Inside a container the mount point may be the container's own group while
/proc/self/cgroup still names the path on the host, so paths that do not exist are skipped and the mount point itself is read too.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

MOUNT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
# Version 1 expresses "no limit" as the largest number of whole pages.
_UNLIMITED_BYTES = 1 << 60


def memory_limit(mount: Path = MOUNT, own: Path = OWN) -> int | None:
    """Bytes that the processes of this group may use together; None if there is no limit."""
    found = [
        *_numbers(mount, _groups(own, ""), "memory.max"),
        *_numbers(mount / "memory", _groups(own, "memory"), "memory.limit_in_bytes"),
    ]
    return min((limit for limit in found if limit < _UNLIMITED_BYTES), default=None)


def processors(mount: Path = MOUNT, own: Path = OWN) -> float | None:
    """Processors that the quota allows, as a fraction; None if there is no quota."""
    return min([*_quotas_v2(mount, own), *_quotas_v1(mount, own)], default=None)


def _quotas_v2(mount: Path, own: Path) -> Iterator[float]:
    for folder in _folders(mount, _groups(own, "")):
        with suppress(OSError, ValueError, ZeroDivisionError):
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            yield int(quota) / int(period)


def _quotas_v1(mount: Path, own: Path) -> Iterator[float]:
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
    """The folders of a group and of its ancestors, up to the mount point."""
    for path in (group, *group.parents):
        yield mount / path.relative_to("/")


def _groups(own: Path, controller: str) -> PurePosixPath:
    """This process's group, from the lines ``number:controllers:path`` of /proc/self/cgroup; an empty controller means version 2."""
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(",") and ".." not in path:
                return PurePosixPath("/", path)
    return PurePosixPath("/")
