"""Pruning: the cache stays within its size and keeps needed entries, also when other processes read, write and prune it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blog.machine.cache import Cache, key
from blog.machine.cache_pruning import EDITIONS, HEAD, Needed, Pruned, prune

SIZE = 1000
STORED = SIZE + 32
HOUR = 3600.0


def _filled(folder: Path, count: int) -> list[str]:
    """The keys of new entries, ordered by their last use, the oldest first."""
    cache, keys = Cache(folder), [key(str(number)) for number in range(count)]
    for age, name in enumerate(keys):
        cache.put(name, bytes(SIZE))
        _set_last_use(cache.place(name), (count - age) * 100)
    return keys


def _set_last_use(path: Path, seconds_ago: float) -> None:
    moment = time.time() - seconds_ago
    os.utime(path, (moment, moment))


def _edition(folder: Path, name: str, seconds_ago: float, head: bool = True) -> Path:  # noqa: FBT001, FBT002
    cache = Cache(folder).within(EDITIONS).within(name)
    for entry in [key("part"), *([HEAD] if head else [])]:
        cache.put(entry, bytes(SIZE))
        _set_last_use(cache.place(entry), seconds_ago)
    assert cache.folder
    return cache.folder


def _stored(folder: Path, keys: list[str]) -> list[str]:
    return [name for name in keys if Cache(folder).get(name) is not None]


def test_the_least_recently_used_entries_are_removed_first(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 10)
    assert prune(tmp_path, 4 * STORED, Needed()) == Pruned(files=6, freed=6 * STORED, left=4 * STORED)
    assert _stored(tmp_path, keys) == keys[6:]


def test_nothing_is_removed_within_the_size(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 10)
    assert prune(tmp_path, 10 * STORED, Needed()) == Pruned(left=10 * STORED)
    assert _stored(tmp_path, keys) == keys


def test_reading_an_entry_marks_it_as_set_last_use(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 3)
    _set_last_use(Cache(tmp_path).place(keys[0]), 2 * HOUR)
    assert Cache(tmp_path).get(keys[0]) is not None
    prune(tmp_path, STORED, Needed())
    assert _stored(tmp_path, keys) == [keys[0]]


def test_needed_entries_stay_whatever_their_age_and_size(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 10)
    served = _edition(tmp_path, "served", 10 * HOUR)
    pruned = prune(tmp_path, 1, Needed(keys[:3], [served]))
    assert _stored(tmp_path, keys) == keys[:3]
    assert len([path for path in served.rglob("*") if path.is_file()]) == 2
    assert (pruned.left, pruned.over) == (5 * STORED, True)


def test_an_edition_is_removed_as_a_whole_with_its_folder(tmp_path: Path) -> None:
    old, new = _edition(tmp_path, "old", 2 * HOUR), _edition(tmp_path, "new", HOUR)
    prune(tmp_path, 2 * STORED, Needed())
    assert (old.exists(), new.exists()) == (False, True)


def test_an_edition_that_is_being_written_stays_and_an_abandoned_one_is_removed(tmp_path: Path) -> None:
    writing, abandoned = _edition(tmp_path, "a", 10, head=False), _edition(tmp_path, "b", 2 * HOUR, head=False)
    prune(tmp_path, 1, Needed())
    assert (writing.exists(), abandoned.exists()) == (True, False)


def test_an_abandoned_temporary_file_is_removed_and_a_recent_one_stays(tmp_path: Path) -> None:
    _filled(tmp_path, 1)
    shard = next(tmp_path.iterdir())
    for name, age in ((".new-abandoned", 2 * HOUR), (".new-now", 10.0)):
        (shard / name).write_bytes(b"half")
        _set_last_use(shard / name, age)
    prune(tmp_path, 10**9, Needed())
    assert [path.name for path in shard.glob(".new-*")] == [".new-now"]


def test_files_that_are_not_the_caches_are_never_removed(tmp_path: Path) -> None:
    """BLOG_CACHE_DIR may name a folder by mistake, and the path of an entry may be a symbolic link to another file."""
    foreign = [tmp_path / name for name in ("thesis.txt", "photos/a.png", "ab/notes.txt", "editions/letter.txt")]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(SIZE))
        _set_last_use(path, 10 * HOUR)
    (tmp_path / "ab" / key("x")[2:]).symlink_to(tmp_path / "thesis.txt")
    (tmp_path / "cd").symlink_to(tmp_path / "photos")
    assert prune(tmp_path, 1, Needed()).files == 0
    assert all(path.exists() for path in foreign)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_missing_folder_has_nothing_to_prune(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert prune(tmp_path / name, 1, Needed()) == Pruned()


PRUNER = """
import sys
from pathlib import Path
from blog.machine.cache_pruning import Needed, prune
prune(Path(sys.argv[1]), 50_000, Needed(sys.argv[2:]))
"""


def test_processes_that_prune_at_once_or_are_killed_keep_needed_entries(tmp_path: Path) -> None:
    keys = _filled(tmp_path, int(os.environ.get("BLOG_PRUNE_ENTRIES", "300")))
    command = [sys.executable, "-c", PRUNER, str(tmp_path), keys[0]]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    time.sleep(0.1)
    processes[0].kill()
    cache = Cache(tmp_path)
    while any(process.poll() is None for process in processes):
        cache.put(key("new"), b"new")
        assert {cache.get(name) for name in keys} <= {None, bytes(SIZE)}
    assert [process.communicate()[1] for process in processes] == [b""] * 3
    assert cache.get(keys[0]) == bytes(SIZE)
    assert cache.get(key("new")) in {b"new", None}
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 50_000 + STORED
