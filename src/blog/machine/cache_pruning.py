"""Prunes the cache to a maximum size: the least recently used entries are removed first; entries that the served edition needs stay.

Several processes may prune, read and write one cache at the same time. Files are removed one by one, and an edition's head before its parts, so
an interrupted removal leaves each entry either whole or missing.
"""

import os
import re
import stat
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from blog.machine.cache import NEW, key

EDITIONS = "editions"
HEAD = key("head")
# Longer than any write takes. An older temporary file was left by a process that ended during a write.
_ABANDONED_SECONDS = 3600.0
_LONGEST_SECONDS = 10.0
# Files with other names are left alone: BLOG_CACHE_DIR may name a folder of something else by mistake.
_SHARD, _ENTRY = re.compile("[0-9a-f]{2}"), re.compile("[0-9a-f]{62}")


@dataclass(frozen=True, slots=True)
class Needed:
    """What pruning must keep: keys of entries, and folders of whole editions."""

    keys: Collection[str] = ()
    editions: Collection[Path] = ()


@dataclass(slots=True)
class Pruned:
    """The result: files removed, bytes ``freed``, bytes ``left``, and whether those are ``over`` the limit."""

    files: int = 0
    freed: int = 0
    left: int = 0
    over: bool = False


@dataclass(slots=True)
class _Unit:
    """Files that are removed together: one entry, or all files of an edition in the order of their removal."""

    files: list[Path]
    size: int
    used: float
    edition: Path | None = None


def obstacle(folder: Path) -> str | None:
    """Why the entries of a folder could not be removed, or the folder not be made; None if they could."""
    if not os.path.lexists(folder):
        above = next(parent for parent in folder.absolute().parents if os.path.lexists(parent))
        problem = _unwritable(above)
        return f"cannot be made: {above} {problem}" if problem else None
    return _unwritable(folder)


def _unwritable(folder: Path) -> str | None:
    if not os.path.isdir(folder):  # noqa: PTH112 -- Path.is_dir raises for some errors
        return "is not a folder"
    # Root may write everywhere except on a file system that is mounted read-only.
    return None if os.access(folder, os.W_OK | os.X_OK) else "cannot be written"


def prune(folder: Path, limit: int, needed: Needed, now: float | None = None) -> Pruned:
    """Remove the least recently used units until at most ``limit`` bytes are left, for ten seconds at most."""
    now, deadline = time.time() if now is None else now, time.monotonic() + _LONGEST_SECONDS
    pruned, keys, units = Pruned(), frozenset(needed.keys), list[_Unit]()
    for shard in _folders(folder):
        if shard.name == EDITIONS:
            units += _editions(shard, needed, now, pruned)
        elif _SHARD.fullmatch(shard.name):
            units += _entries(shard, keys, now, pruned)
    pruned.left += sum(unit.size for unit in units)
    for unit in sorted(units, key=lambda unit: unit.used):
        if pruned.left <= limit or time.monotonic() > deadline:
            break
        _remove(unit, pruned)
    pruned.over = pruned.left > limit
    return pruned


def _entries(shard: Path, needed: frozenset[str], now: float, pruned: Pruned) -> Iterator[_Unit]:
    """The entries that may be removed; the sizes of the others are added to ``pruned.left``."""
    for path, status in _files(shard):
        unit = _Unit([path], status.st_size, status.st_mtime)
        if path.name.startswith(NEW):
            if now - status.st_mtime > _ABANDONED_SECONDS:
                _count(pruned, unit, path)
        elif shard.name + path.name in needed:
            pruned.left += status.st_size
        else:
            yield unit


def _editions(shard: Path, needed: Needed, now: float, pruned: Pruned) -> Iterator[_Unit]:
    for edition in _folders(shard):
        found = [each for inner in _folders(edition) for each in _files(inner)]
        size, used = sum(status.st_size for _, status in found), max((it.st_mtime for _, it in found), default=0.0)
        head = edition / HEAD[:2] / HEAD[2:]
        files = sorted((path for path, _ in found), key=lambda path: path != head)
        # An edition without a head is being written now, or its write was interrupted.
        being_written = head not in files and now - used <= _ABANDONED_SECONDS
        if edition in needed.editions or being_written:
            pruned.left += size
        else:
            yield _Unit(files, size, used, edition)


def _remove(unit: _Unit, pruned: Pruned) -> None:
    pruned.left -= unit.size
    for path in unit.files:
        _count(pruned, _Unit([path], _size(path), 0.0), path)
    if unit.edition:
        for folder in (*_folders(unit.edition), unit.edition):
            with suppress(OSError):  # another process writes to it
                folder.rmdir()


def _count(pruned: Pruned, unit: _Unit, path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        return  # another process has pruned it
    except OSError:
        pruned.left += unit.size
        return
    pruned.files += 1
    pruned.freed += unit.size


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _folders(folder: Path) -> list[Path]:
    """The subfolders of a folder, without symbolic links; none if it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return [Path(it.path) for it in found if it.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        with os.scandir(folder) as found:
            names = [Path(it.path) for it in found]
    except OSError:
        return
    for path in names:
        try:
            status = path.lstat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and (_ENTRY.fullmatch(path.name) or path.name.startswith(NEW)):
            yield path, status
