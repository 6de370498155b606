"""The watcher on real folders: what counts as a change, and what it does where there are no events."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog.build.watcher import Watcher

BuildListener = Callable[..., "Seen"]


class Seen:
    """Counts the changes that a watcher tells of."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def __call__(self) -> None:
        self._told.set()

    def wait(self, seconds: float = 20) -> bool:
        """Whether a change was told since the last call."""
        told = self._told.wait(seconds)
        self._told.clear()
        return told


@pytest.fixture
def watch() -> Iterator[BuildListener]:
    watchers: list[Watcher] = []

    def start(*folders: Path) -> Seen:
        seen = Seen()
        watcher = Watcher(folders, seen)
        watcher.start()
        watcher.wait_until_begun()
        watchers.append(watcher)
        return seen

    yield start
    for watcher in watchers:
        watcher.close()


def _make(folder: Path) -> Path:
    (folder / "pages").mkdir(parents=True)
    (folder / "a.md").write_text("a")
    (folder / "pages/b.md").write_text("b")
    return folder


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda folder: (folder / "a.md").write_text("changed"),
    "added": lambda folder: (folder / "c.md").write_text("c"),
    "removed": lambda folder: (folder / "a.md").unlink(),
    "renamed": lambda folder: (folder / "a.md").rename(folder / "c.md"),
    "made-unreadable": lambda folder: (folder / "a.md").chmod(0),
    "written-below": lambda folder: (folder / "pages/b.md").write_text("changed"),
    "a-folder-added": lambda folder: _make(folder / "more"),
    "a-folder-removed": lambda folder: shutil.rmtree(folder / "pages"),
}


@pytest.mark.parametrize("settled", [True, False], ids=["later", "at-once"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told(watch: BuildListener, tmp_path: Path, name: str, settled: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    folder = _make(tmp_path / "posts")
    seen = watch(folder)
    if settled:
        time.sleep(0.3)
    CHANGES[name](folder)
    assert seen.wait()


def test_an_editors_file_is_no_change(watch: BuildListener, tmp_path: Path) -> None:
    folder = _make(tmp_path / "posts")
    (folder / ".git").mkdir()
    seen = watch(folder)
    for name in (".#a.md", "#a.md#", "a.md~", ".a.md.swp", "4913", ".git/index"):
        (folder / name).write_text("x")
    assert not seen.wait(2.5)
    (folder / "a.md").write_text("changed")
    assert seen.wait()


def test_a_folder_that_is_removed_and_made_again_is_watched_again(watch: BuildListener, tmp_path: Path) -> None:
    folder = _make(tmp_path / "posts")
    seen = watch(folder)
    time.sleep(0.3)
    shutil.rmtree(folder)
    _make(folder)
    assert seen.wait()
    while seen.wait(2.5):
        pass
    (folder / "a.md").write_text("changed")
    assert seen.wait()


def test_a_folder_that_is_exchanged_is_watched_where_it_is_now(watch: BuildListener, tmp_path: Path) -> None:
    folder = _make(tmp_path / "posts")
    seen = watch(folder)
    time.sleep(0.3)
    folder.rename(tmp_path / "old")
    _make(folder)
    assert seen.wait()
    while seen.wait(2.5):
        pass
    (folder / "pages/b.md").write_text("changed")
    assert seen.wait()


def test_a_folder_that_is_away_is_said_once_and_found_when_it_comes(
    watch: BuildListener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    theme = _make(tmp_path / "theme")
    seen = watch(tmp_path / "posts", theme)
    time.sleep(2.5)
    assert caplog.text.count("cannot listen for changes") == 1
    (theme / "a.md").write_text("changed")
    assert seen.wait()
    _make(tmp_path / "posts")
    assert seen.wait()


def test_a_watcher_that_is_closed_ends_its_thread(tmp_path: Path) -> None:
    watcher = Watcher([_make(tmp_path / "posts")], lambda: None)
    watcher.start()
    time.sleep(0.3)
    watcher.close()
    assert "watcher" not in {thread.name for thread in threading.enumerate() if thread.is_alive()}
