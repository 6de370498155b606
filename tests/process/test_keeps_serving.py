"""The real process keeps serving: without inotify, with a full disk, with a file system that does not respond, and with many changes at once."""

import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.__main__ import main

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePost, WritePosts

pytestmark = pytest.mark.process

_libc = ctypes.CDLL(None, use_errno=True)
_DETACH = 2
# 16 MiB, four times what the small disk has.
_TOO_MANY_BLOCKS = 4096
_READ_ONLY, _REMOUNT = 1, 32
POSTS_IN_A_STORM = int(os.environ.get("BLOG_STORM_POSTS", "200"))


def _mount(source: str, folder: Path, kind: str, options: str) -> None:
    names = (source.encode(), str(folder).encode(), kind.encode())
    if _libc.mount(*names, 0, options.encode()) != 0:
        pytest.skip(f"{kind} cannot be mounted here: {os.strerror(ctypes.get_errno())}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    _mount("tmpfs", folder, "tmpfs", "mode=0755,size=4m")
    yield folder
    _libc.umount2(str(folder).encode(), _DETACH)


@pytest.fixture
def mount_unresponsive() -> Iterator[Callable[[Path], None]]:
    """Mounts a file system that never responds: its FUSE server reads no request."""
    with contextlib.ExitStack() as mounted:

        def mount(folder: Path) -> None:
            try:
                device = os.open("/dev/fuse", os.O_RDWR)
            except OSError as problem:
                pytest.skip(f"there is no FUSE here: {problem}")
            mounted.callback(os.close, device)
            _mount("unresponsive", folder, "fuse", f"fd={device},rootmode=40000,user_id=0,group_id=0")
            mounted.callback(_libc.umount2, str(folder).encode(), _DETACH)

        yield mount


def _until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


def _serves(server: "Process", path: str) -> bool:
    return server.get(path).status == 200


def _check_clean_end(server: "Process") -> None:
    server.signal()
    assert server.wait(10) == 0


@pytest.mark.parametrize("limit", ["max_inotify_instances", "max_inotify_watches"])
def test_without_inotify_changes_are_found_by_polling(
    serve: "Serve", posts: "WritePosts", post: "WritePost", limit: str
) -> None:
    folder = posts({"good.md": post("Good", "2026-01-01")})
    # A user namespace can have no inotify watches without an effect on the machine.
    prefix = ("unshare", "--user", "--map-root-user", "sh", "-c", f'echo 0 > /proc/sys/user/{limit}; exec "$@"', "sh")
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("there are no user namespaces here")
    server = serve(folder, *prefix, BLOG_RELOAD="true").wait_until_ready()
    for number in (1, 2):
        (folder / f"new-{number}.md").write_text(post("New", "2026-01-02"))
        _until(lambda number=number: _serves(server, f"/blog/new-{number}"))  # type: ignore[misc]
    assert server.output.count("cannot listen for changes") == 1
    _check_clean_end(server)


def test_a_full_disk_does_not_stop_updates(
    serve: "Serve", posts: "WritePosts", post: "WritePost", small_disk: Path
) -> None:
    folder = posts({"good.md": post("Good", "2026-01-01")})
    server = serve(folder, BLOG_RELOAD="true", BLOG_BASE_URL="https://blog.example", BLOG_CACHE_DIR=str(small_disk))
    server.wait_until_ready()
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        for _ in range(_TOO_MANY_BLOCKS):
            filler.write(b"x" * 4096)
        raise AssertionError("the disk is not small")
    for number in (1, 2):
        (folder / f"new-{number}.md").write_text(post("New", "2026-01-02", body="Some words. " * 500))
        _until(lambda number=number: _serves(server, f"/blog/new-{number}"))  # type: ignore[misc]
    assert server.output.count("the cache cannot be written (No space left on device)") == 1
    assert _serves(server, "/blog/good")
    _check_clean_end(server)


def test_pruning_fails_where_the_cache_is_read_only(
    posts: "WritePosts", small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    entry = small_disk / "ab" / ("c" * 62)
    entry.parent.mkdir()
    entry.write_bytes(bytes(2 * 1024 * 1024))
    environ = {"BLOG_POSTS_DIR": str(posts({})), "BLOG_CACHE_DIR": str(small_disk), "BLOG_CACHE_MAX_MB": "1"}
    _libc.mount(None, str(small_disk).encode(), None, _REMOUNT | _READ_ONLY, None)
    assert main(["cache", "prune"], environ) == 1
    expected = f"{small_disk} (BLOG_CACHE_DIR) cannot be written; nothing is removed\n"
    assert capfd.readouterr() == ("", expected)
    below = {**environ, "BLOG_CACHE_DIR": str(small_disk / "missing" / "cache")}
    assert main(["cache", "prune"], below) == 1
    assert f"cannot be made: {small_disk} cannot be written; nothing is removed" in capfd.readouterr().err
    assert entry.exists()
    _libc.mount(None, str(small_disk).encode(), None, _REMOUNT, None)
    assert main(["cache", "prune"], environ) == 0
    assert capfd.readouterr().out == f"removed 1 files, 2.0 MiB; 0.0 MiB are left in {small_disk}\n"
    assert not entry.exists()


def test_a_file_system_that_does_not_answer_harms_no_page(
    serve: "Serve", posts: "WritePosts", post: "WritePost", mount_unresponsive: Callable[[Path], None]
) -> None:
    folder = posts({"good.md": post("Good", "2026-01-01"), "images/a.txt": "x"})
    server = serve(folder, BLOG_RELOAD="true", BLOG_DRAIN_SECONDS="1").wait_until_ready()
    mount_unresponsive(folder / "images")
    (folder / "new.md").write_text(post("New", "2026-01-02"))
    for _ in range(20):
        started = time.monotonic()
        assert _serves(server, "/blog/good")
        assert _serves(server, "/api/ready")
        assert time.monotonic() - started < 5
        time.sleep(0.1)
    _check_clean_end(server)


def test_a_first_build_that_is_blocked_can_be_stopped(
    serve: "Serve", posts: "WritePosts", post: "WritePost", mount_unresponsive: Callable[[Path], None]
) -> None:
    folder = posts({"good.md": post("Good", "2026-01-01"), "images/a.txt": "x"})
    mount_unresponsive(folder / "images")
    server = serve(folder, BLOG_RELOAD="true").wait_until_listening()
    assert server.get("/api/ready").status == 503
    _check_clean_end(server)


def test_two_thousand_changed_files_cause_few_rebuilds(serve: "Serve", posts: "WritePosts", post: "WritePost") -> None:
    folder = posts({"good.md": post("Good", "2026-01-01")})
    server = serve(folder, BLOG_RELOAD="true").wait_until_ready()
    # Files that are no posts, so that each rebuild is cheap and only the events are many.
    (folder / "images").mkdir()
    for number in range(2000):
        (folder / f"images/{number}.txt").write_text(str(number))
    (folder / "good.md").write_text(post("Good", "2026-01-01", body="The last state."))
    _until(lambda: b"The last state." in server.get("/blog/good").body)
    built = 0
    # On a busy machine the last events arrive seconds after the last change.
    while built != (built := server.output.count("content is served")):
        time.sleep(3)
    assert 2 <= built <= 20
    _check_clean_end(server)


def test_many_posts_that_change_at_once_cause_few_rebuilds(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    names = [f"post-{number}" for number in range(POSTS_IN_A_STORM)]
    folder = posts({f"{name}.md": post(name, "2026-01-01") for name in names})
    server = serve(folder, BLOG_RELOAD="true").wait_until_ready(seconds=30 + POSTS_IN_A_STORM / 10)
    for state in ("A state between.", "The last state."):
        for name in names:
            (folder / f"{name}.md").write_text(post(name, "2026-01-01", body=state))

    def is_current() -> bool:
        started = time.monotonic()
        assert _serves(server, "/api/ready")
        body = server.get(f"/blog/{names[-1]}").body
        assert time.monotonic() - started < 5
        return b"The last state." in body

    _until(is_current, 30 + POSTS_IN_A_STORM / 10)
    # A text that was read while it was being written stays as it was until the rebuild that follows.
    _until(lambda: all(b"The last state." in server.get(f"/blog/{name}").body for name in names))
    assert 2 <= server.output.count("content is served") <= 10
    _check_clean_end(server)


@pytest.mark.parametrize(
    ("replaced", "lines"), [pytest.param(False, 0, id="made-again"), pytest.param(True, 1, id="a-file")]
)
def test_a_cache_that_vanishes_costs_no_page(
    serve: "Serve", posts: "WritePosts", post: "WritePost", tmp_path: Path, lines: int, *, replaced: bool
) -> None:
    cache = tmp_path / "cache"
    folder = posts({"good.md": post("Good", "2026-01-01")})
    server = serve(folder, BLOG_RELOAD="true", BLOG_BASE_URL="https://blog.example", BLOG_CACHE_DIR=str(cache))
    server.wait_until_ready()
    # A folder that is removed file by file could get new ones meanwhile.
    cache.rename(tmp_path / "removed")
    if replaced:
        cache.write_text("a file where the folder was")
    for number in (1, 2):
        (folder / f"new-{number}.md").write_text(post("New", "2026-01-02"))
        _until(lambda number=number: _serves(server, f"/blog/new-{number}"))  # type: ignore[misc]
    assert server.output.count("the cache ") == lines, server.output
    assert cache.is_dir() is not replaced
    _check_clean_end(server)


def test_a_theme_that_is_being_edited_does_not_stop_serving(
    serve: "Serve", posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path
) -> None:
    """Files appear and vanish while they are read, as with an editor, rsync or a build of stylesheets."""
    theme = shutil.copytree(templates, tmp_path / "theme")
    server = serve(
        posts({"good.md": post("Good", "2026-01-01")}), BLOG_RELOAD="true", BLOG_TEMPLATES_DIR=str(theme)
    ).wait_until_ready()
    styles = theme / "assets/site.css"
    good = styles.read_bytes()
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        for name in ("one.css", "4913", ".#site.css", "two.css"):
            (theme / "assets" / name).write_bytes(b"a { color: red }\n")
        styles.unlink()
        for name in ("one.css", "4913", ".#site.css", "two.css"):
            (theme / "assets" / name).unlink()
        styles.write_bytes(good)
    assert _serves(server, "/blog/good")
    styles.write_bytes(good + b"\n.last { color: red }\n")
    _until(lambda: b".last" in server.get(_stylesheet(server.get("/").body.decode())).body)
    assert "refused" not in json.loads(server.get("/api/ready").body)
    _check_clean_end(server)


def _stylesheet(page: str) -> str:
    return "/assets/site." + page.split('rel="stylesheet" href="/assets/site.')[1].split('"', maxsplit=1)[0]
