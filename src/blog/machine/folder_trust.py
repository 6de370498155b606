"""Whose files the cache may be read from: a checksum shows damage, and no intent, so who may write the folder decides what is served.

As ssh does with its files, a folder is refused where another user than root or ours owns it, or others may write to it. One case of the latter
is normal: Kubernetes makes a volume writable for the pod's ``fsGroup`` and sets its setgid bit, 2775, and 2777 on an emptyDir.
"""

import os
import stat
from pathlib import Path

_MODE_BITS = 0o7777


def problem_of(folder: Path) -> str | None:
    """Why a cache folder is not to be trusted, and what to do about it; None where it is, and where there is none yet."""
    try:
        status = os.stat(folder)  # noqa: PTH116 -- asked for each entry, and twice as quick
    except OSError:
        return None
    return refusal(str(folder), status, _groups()) if not _is_plain(status) else None


def refusal(folder: str, status: os.stat_result, groups: frozenset[int], *, mounted: bool | None = None) -> str | None:
    """The same for a folder with this status, for a process in these groups; ``mounted`` overrides whether a file system begins there."""
    mode = status.st_mode
    if status.st_uid not in _owners():
        return _said(folder, status, "another user owns it", "change its owner to root or to the user of this process")
    of_our_volume = bool(mode & stat.S_ISGID) and status.st_gid in groups
    if mode & stat.S_IWOTH:
        mounted = os.path.ismount(folder) if mounted is None else mounted
        if not (of_our_volume and status.st_uid == 0 and mounted):
            return _said(folder, status, "every user may write to it", _ADVICE)
    elif mode & stat.S_IWGRP and not of_our_volume:
        return _said(folder, status, "its group may write to it", _ADVICE)
    return None


def entry_is_trusted(status: os.stat_result) -> bool:
    """Whether an open file is a regular one of root's or ours that not everybody may write."""
    return stat.S_ISREG(status.st_mode) and status.st_uid in _owners() and not status.st_mode & stat.S_IWOTH


_ADVICE = "run chmod go-w on it, or name another folder in BLOG_CACHE_DIR; on a Kubernetes volume set fsGroup"


def _is_plain(status: os.stat_result) -> bool:
    """The usual case, decided without a second look: ours or root's, and writable for its owner alone."""
    return status.st_uid in _owners() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _said(folder: str, status: os.stat_result, why: str, advice: str) -> str:
    facts = f"owner {status.st_uid}, group {status.st_gid}, mode {status.st_mode & _MODE_BITS:04o}"
    return f"{folder} (BLOG_CACHE_DIR) has {facts}, so {why}; {advice}"


def _owners() -> tuple[int, int]:
    return (0, os.geteuid())


def _groups() -> frozenset[int]:
    return frozenset([os.getegid(), *os.getgroups()])
