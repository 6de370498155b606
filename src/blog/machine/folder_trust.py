"""Which cache folders are trusted. A checksum detects damage, not tampering, so anyone who can write to the folder can decide what is served.

Like ssh with its files, this refuses a folder that is owned by a user other than root or ours, or that other users may write to. One such folder
is normal: Kubernetes makes a volume writable for the pod's ``fsGroup`` and sets its setgid bit: mode 2775, or 2777 for an emptyDir.
"""

import os
import stat
from pathlib import Path

_MODE_BITS = 0o7777


def problem_of(folder: Path) -> str | None:
    """Why a cache folder is not trusted, and what to do about it; None if it is trusted or does not exist."""
    try:
        status = os.stat(folder)  # noqa: PTH116 -- called for each entry, and twice as fast
    except OSError:
        return None
    return refusal(str(folder), status, _groups()) if not _is_private(status) else None


def refusal(folder: str, status: os.stat_result, groups: frozenset[int], *, mounted: bool | None = None) -> str | None:
    """As `problem_of`, for a folder with this status and a process in these groups; ``mounted`` overrides the mount point check."""
    mode = status.st_mode
    if status.st_uid not in _owners():
        return _message(
            folder, status, "another user owns it", "change its owner to root or to the user of this process"
        )
    of_our_volume = bool(mode & stat.S_ISGID) and status.st_gid in groups
    if mode & stat.S_IWOTH:
        mounted = os.path.ismount(folder) if mounted is None else mounted
        if not (of_our_volume and status.st_uid == 0 and mounted):
            return _message(folder, status, "every user may write to it", _ADVICE)
    elif mode & stat.S_IWGRP and not of_our_volume:
        return _message(folder, status, "its group may write to it", _ADVICE)
    return None


def entry_is_trusted(status: os.stat_result) -> bool:
    """Whether an open file is a regular file, owned by root or us, and not world-writable."""
    return stat.S_ISREG(status.st_mode) and status.st_uid in _owners() and not status.st_mode & stat.S_IWOTH


_ADVICE = "run chmod go-w on it, or name another folder in BLOG_CACHE_DIR; on a Kubernetes volume set fsGroup"


def _is_private(status: os.stat_result) -> bool:
    """Whether the folder is owned by root or us and only its owner may write to it: the usual case, which needs no further check."""
    return status.st_uid in _owners() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _message(folder: str, status: os.stat_result, why: str, advice: str) -> str:
    facts = f"owner {status.st_uid}, group {status.st_gid}, mode {status.st_mode & _MODE_BITS:04o}"
    return f"{folder} (BLOG_CACHE_DIR) has {facts}, so {why}; {advice}"


def _owners() -> tuple[int, int]:
    return (0, os.geteuid())


def _groups() -> frozenset[int]:
    return frozenset([os.getegid(), *os.getgroups()])
