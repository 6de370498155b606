"""The disk cache: an entry is returned whole or not at all, and no disk error makes the process fail."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.machine.cache import Cache, key

KEY = key("a post")
PAYLOAD = b"an expensive result..." * 100
SRC = Path(__file__).parents[1] / "src"
Damage = Callable[[Path], object]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def entry(folder: Path) -> Path:
    """The file of the only entry in the cache."""
    Cache(folder).put(KEY, PAYLOAD)
    (file,) = _files(folder)
    return file


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, str]]]:
    """The messages that the cache has logged, with their levels."""
    caplog.set_level(logging.DEBUG)
    return lambda: [
        (record.levelname, record.getMessage()) for record in caplog.records if record.name == "blog.machine.cache"
    ]


@pytest.mark.parametrize("payload", [PAYLOAD, b"", b"\0", bytes(range(256)) * 8192], ids=["text", "empty", "nul", "2M"])
def test_a_stored_payload_is_returned(folder: Path, payload: bytes) -> None:
    cache = Cache(folder)
    cache.put(KEY, payload)
    assert cache.get(KEY) == payload
    assert Cache(folder).get(KEY) == payload


def test_a_key_that_was_never_stored_is_missing(folder: Path) -> None:
    cache = Cache(folder)
    assert cache.get(KEY) is None
    cache.put(KEY, PAYLOAD)
    assert cache.get(key("another post")) is None


def test_a_second_put_replaces_the_first_and_leaves_one_file(folder: Path) -> None:
    cache = Cache(folder)
    cache.put(KEY, b"first")
    cache.put(KEY, b"second")
    assert cache.get(KEY) == b"second"
    assert len(_files(folder)) == 1


def test_get_creates_no_folder(folder: Path) -> None:
    Cache(folder).get(KEY)
    assert not folder.exists()


@given(at=st.integers(min_value=0, max_value=len(PAYLOAD) + 31), bit=st.integers(min_value=0, max_value=7))
def test_one_flipped_bit_anywhere_makes_an_entry_missing(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "flipped"
    cache = Cache(folder)
    cache.put(KEY, PAYLOAD)
    (file,) = _files(folder)
    stored = bytearray(file.read_bytes())
    stored[at] ^= 1 << bit
    file.write_bytes(stored)
    assert cache.get(KEY) is None


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 32 + len(PAYLOAD) // 2, 31 + len(PAYLOAD)])
def test_a_truncated_entry_is_missing_and_can_be_put_again(folder: Path, entry: Path, length: int) -> None:
    os.truncate(entry, length)
    cache = Cache(folder)
    assert cache.get(KEY) is None
    cache.put(KEY, PAYLOAD)
    assert cache.get(KEY) == PAYLOAD


def test_an_entry_with_trailing_bytes_is_missing(folder: Path, entry: Path) -> None:
    entry.write_bytes(entry.read_bytes() + b"\0")
    assert Cache(folder).get(KEY) is None


def _replace_by_folder(file: Path) -> None:
    file.unlink()
    (file / "within").mkdir(parents=True)


def _replace_by_loop(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)


def _replace_parent_by_file(file: Path) -> None:
    file.unlink()
    file.parent.rmdir()
    file.parent.write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "repaired"),
    [
        pytest.param(_replace_by_folder, False, id="folder"),
        pytest.param(_replace_by_loop, True, id="link-to-itself"),
        pytest.param(_replace_parent_by_file, False, id="file-for-its-folder"),
    ],
)
def test_an_entry_that_is_no_regular_file_is_missing(
    folder: Path,
    entry: Path,
    logged: Callable[[], list[tuple[str, str]]],
    damage: Damage,
    repaired: bool,  # noqa: FBT001
) -> None:
    damage(entry)
    before = _files(folder)
    cache = Cache(folder)
    assert cache.get(KEY) is None
    cache.put(KEY, PAYLOAD)
    assert cache.get(KEY) == (PAYLOAD if repaired else None)
    assert len(logged()) == (0 if repaired else 1)
    assert repaired or _files(folder) == before


def test_a_cache_without_a_folder_is_empty_and_logs_nothing(logged: Callable[[], list[tuple[str, str]]]) -> None:
    cache = Cache(None)
    cache.put(KEY, PAYLOAD)
    assert cache.get(KEY) is None
    assert logged() == []


@pytest.mark.parametrize("place", ["file", "file/below", "file/far/below", "loop/below", "x" * 300, "/proc/nowhere"])
def test_a_folder_that_cannot_be_created_is_logged_once(
    tmp_path: Path, logged: Callable[[], list[tuple[str, str]]], place: str
) -> None:
    (tmp_path / "file").write_bytes(b"not a folder")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    cache = Cache(tmp_path / place)
    for number in range(3):
        cache.put(key(str(number)), PAYLOAD)
        assert cache.get(key(str(number))) is None
    ((level, message),) = logged()
    assert level == "INFO"
    assert "the cache cannot be written" in message
    assert _files(tmp_path) == [tmp_path / "file"]
    assert (tmp_path / "file").read_bytes() == b"not a folder"


def test_threads_that_fail_at_the_same_time_log_it_once(
    tmp_path: Path, logged: Callable[[], list[tuple[str, str]]]
) -> None:
    """Pages are compressed on all cores, so several threads may meet the first failure at the same time."""
    (tmp_path / "file").write_bytes(b"")
    for round_ in range(1, 31):
        _put_at_once(Cache(tmp_path / "file"), [PAYLOAD] * 8)
        assert len(logged()) == round_


PUT_AND_GET = """
import logging, os, resource, sys
from pathlib import Path
from blog.machine.cache import Cache, key

logging.basicConfig(stream=sys.stdout, level="DEBUG", format="%(levelname)s %(message)s")
"""
ON_A_FULL_DISK = """
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
cache = Cache(Path(sys.argv[1]))
cache.put(key("small"), b"x" * 900)
cache.put(key("large"), b"x" * 2000)
cache.put(key("late"), b"x")
print([cache.get(key(name)) is not None for name in ("small", "large", "late")])
"""
AS_ANOTHER_USER = """
# By a relative path: other users may not enter pytest's folders above it.
os.chdir(sys.argv[1])
os.getuid() or os.setuid(65534)
cache = Cache(Path())
cache.put(key("late"), b"x")
print([cache.get(key(name)) is not None for name in ("a post", "late")])
"""


def test_a_full_disk_is_logged_once_and_leaves_no_temporary_file(folder: Path) -> None:
    done = _run(PUT_AND_GET + ON_A_FULL_DISK, folder)
    *logged, found = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert found == "[True, False, False]"
    assert logged == ["INFO the cache cannot be written (File too large); this start computes everything itself"]
    assert [file.name for file in _files(folder)] == [key("small")[2:]]


def test_a_read_only_folder_is_read_by_another_user(folder: Path, entry: Path) -> None:
    """An image is built by one user and run by another, who may not write to the folder."""
    folder.chmod(0o555)
    done = _run(PUT_AND_GET + AS_ANOTHER_USER, folder)
    *logged, found = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert logged == ["INFO the cache cannot be written (Permission denied); this start computes everything itself"]
    assert found == "[True, False]"
    assert _files(folder) == [entry]


def _put_at_once(cache: Cache, payloads: Sequence[bytes]) -> None:
    """Store each payload under one key, from a thread for each, all at once."""
    together = threading.Barrier(len(payloads))

    def put(payload: bytes) -> None:
        together.wait(10)
        cache.put(KEY, payload)

    threads = [threading.Thread(target=put, args=(payload,)) for payload in payloads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _payload(number: int) -> bytes:
    return bytes([number]) * (100_000 + number)


def test_threads_that_write_one_key_leave_one_whole_entry(
    folder: Path, logged: Callable[[], list[tuple[str, str]]]
) -> None:
    cache = Cache(folder)
    payloads = [_payload(number) for number in range(8)]
    for _ in range(20):
        _put_at_once(cache, payloads)
        assert cache.get(KEY) in payloads
    assert len(_files(folder)) == 1
    assert logged() == []


WRITE_OFTEN = """
number = int(sys.argv[2])
for _ in range(20):
    Cache(Path(sys.argv[1])).put(key("a post"), bytes([number]) * (100_000 + number))
"""


def test_processes_that_write_one_key_leave_one_whole_entry(folder: Path) -> None:
    whole = {_payload(number) for number in range(8)}
    environ = {**os.environ, "PYTHONPATH": str(SRC)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", PUT_AND_GET + WRITE_OFTEN, str(folder), str(number)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for number in range(8)
    ]
    cache, seen = Cache(folder), []
    while any(writer.poll() is None for writer in writers):
        seen.append(cache.get(KEY))
    assert [(writer.communicate()[0], writer.returncode) for writer in writers] == [(b"", 0)] * 8
    # The entry is missing until the first write, and whole from then on.
    assert {found for found in seen if found is not None} <= whole
    assert None not in seen[next((at for at, found in enumerate(seen) if found is not None), len(seen)) :]
    assert cache.get(KEY) in whole
    assert len(_files(folder)) == 1


PARTS = st.lists(st.one_of(st.text(max_size=5), st.binary(max_size=5)), max_size=5)


def _as_bytes(parts: list[str | bytes]) -> list[bytes]:
    return [part if isinstance(part, bytes) else part.encode() for part in parts]


@given(PARTS, PARTS)
def test_two_lists_of_parts_share_a_key_only_if_they_are_equal(
    some: list[str | bytes], others: list[str | bytes]
) -> None:
    assert (key(*some) == key(*others)) is (_as_bytes(some) == _as_bytes(others))


@given(st.data())
def test_no_two_ways_of_cutting_a_text_share_a_key(data: st.DataObject) -> None:
    text = data.draw(st.binary(min_size=1, max_size=40))
    cuts = st.lists(st.integers(min_value=0, max_value=len(text)), max_size=4).map(sorted)
    one, other = (
        [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)]
        for at in (data.draw(cuts), data.draw(cuts))
    )
    assert (key(*one) == key(*other)) is (one == other)


@given(PARTS.filter(bool), st.data())
def test_a_change_of_any_part_changes_the_key(parts: list[str | bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(parts) - 1))
    changed = data.draw(st.binary(max_size=5).filter(lambda part: part != _as_bytes(parts)[at]))
    assert key(*parts) != key(*parts[:at], changed, *parts[at + 1 :])
    assert key(*parts) != key(*parts[:at], *parts[at + 1 :])
    assert key(*parts) != key(*parts, b"")


def test_a_newer_library_version_changes_the_key() -> None:
    renderers = ["document 2 mistune 3.2.1", "document 2 mistune 3.2.2", "document 3 mistune 3.2.1", "encoded 1"]
    assert len({key(renderer, "Title", "Body") for renderer in renderers}) == len(renderers)


def test_a_key_is_the_same_in_every_process() -> None:
    assert _run("from blog.machine.cache import key; print(key('größe', b'\\xff', ''))").stdout.strip() == key(
        "größe", b"\xff", ""
    )
