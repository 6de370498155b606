"""The cache's size: bounded, without what is needed being lost, whatever happens meanwhile."""

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
    """The keys of entries that were used one after the other, the first longest ago."""
    cache, keys = Cache(folder), [key(str(number)) for number in range(count)]
    for age, name in enumerate(keys):
        cache.put(name, bytes(SIZE))
        _used(cache.place(name), (count - age) * 100)
    return keys


def _used(path: Path, seconds_ago: float) -> None:
    moment = time.time() - seconds_ago
    os.utime(path, (moment, moment))


def _edition(folder: Path, name: str, seconds_ago: float, head: bool = True) -> Path:  # noqa: FBT001, FBT002
    cache = Cache(folder).within(EDITIONS).within(name)
    for entry in [key("part"), *([HEAD] if head else [])]:
        cache.put(entry, bytes(SIZE))
        _used(cache.place(entry), seconds_ago)
    assert cache.folder
    return cache.folder


def _there(folder: Path, keys: list[str]) -> list[str]:
    return [name for name in keys if Cache(folder).get(name) is not None]


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 10)
    assert prune(tmp_path, 4 * STORED, Needed()) == Pruned(files=6, freed=6 * STORED, left=4 * STORED)
    assert _there(tmp_path, keys) == keys[6:]


def test_within_the_size_nothing_goes(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 10)
    assert prune(tmp_path, 10 * STORED, Needed()) == Pruned(left=10 * STORED)
    assert _there(tmp_path, keys) == keys


def test_reading_an_entry_marks_it_as_used(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 3)
    _used(Cache(tmp_path).place(keys[0]), 2 * HOUR)
    assert Cache(tmp_path).get(keys[0]) is not None
    prune(tmp_path, STORED, Needed())
    assert _there(tmp_path, keys) == [keys[0]]


def test_what_is_needed_stays_whatever_its_age_and_size(tmp_path: Path) -> None:
    keys = _filled(tmp_path, 10)
    served = _edition(tmp_path, "served", 10 * HOUR)
    pruned = prune(tmp_path, 1, Needed(keys[:3], [served]))
    assert _there(tmp_path, keys) == keys[:3]
    assert len([path for path in served.rglob("*") if path.is_file()]) == 2
    assert (pruned.left, pruned.over) == (5 * STORED, True)


def test_an_edition_goes_as_a_whole_and_leaves_no_folder(tmp_path: Path) -> None:
    old, new = _edition(tmp_path, "old", 2 * HOUR), _edition(tmp_path, "new", HOUR)
    prune(tmp_path, 2 * STORED, Needed())
    assert (old.exists(), new.exists()) == (False, True)


def test_an_edition_that_is_being_written_stays_and_one_that_was_given_up_goes(tmp_path: Path) -> None:
    writing, given_up = _edition(tmp_path, "a", 10, head=False), _edition(tmp_path, "b", 2 * HOUR, head=False)
    prune(tmp_path, 1, Needed())
    assert (writing.exists(), given_up.exists()) == (True, False)


def test_an_abandoned_write_goes_and_one_under_way_stays(tmp_path: Path) -> None:
    _filled(tmp_path, 1)
    shard = next(tmp_path.iterdir())
    for name, age in ((".new-abandoned", 2 * HOUR), (".new-now", 10.0)):
        (shard / name).write_bytes(b"half")
        _used(shard / name, age)
    prune(tmp_path, 10**9, Needed())
    assert [path.name for path in shard.glob(".new-*")] == [".new-now"]


def test_what_is_not_the_caches_is_never_touched(tmp_path: Path) -> None:
    """BLOG_CACHE_DIR may name a folder by mistake, and an entry's place may be a link to somebody's file."""
    theirs = [tmp_path / name for name in ("thesis.txt", "photos/a.png", "ab/notes.txt", "editions/letter.txt")]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(SIZE))
        _used(path, 10 * HOUR)
    (tmp_path / "ab" / key("x")[2:]).symlink_to(tmp_path / "thesis.txt")
    (tmp_path / "cd").symlink_to(tmp_path / "photos")
    assert prune(tmp_path, 1, Needed()).files == 0
    assert all(path.exists() for path in theirs)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_is_not_there_is_nothing_to_prune(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert prune(tmp_path / name, 1, Needed()) == Pruned()


PRUNER = """
import sys
from pathlib import Path
from blog.machine.cache_pruning import Needed, prune
prune(Path(sys.argv[1]), 50_000, Needed(sys.argv[2:]))
"""


def test_several_may_prune_at_once_and_be_ended_in_the_middle(tmp_path: Path) -> None:
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
