"""The watcher on real folders: which changes it reports, and how it works without events."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog.build.watcher import Watcher

Watch = Callable[..., "Changes"]


class Changes:
    """A callback for a watcher, and a way to wait for it."""

    def __init__(self) -> None:
        self._reported = threading.Event()

    def __call__(self) -> None:
        self._reported.set()

    def wait(self, seconds: float = 20) -> bool:
        """Whether a change is reported after the last call and within this time."""
        reported = self._reported.wait(seconds)
        self._reported.clear()
        return reported


@pytest.fixture
def watch() -> Iterator[Watch]:
    watchers: list[Watcher] = []

    def start(*folders: Path) -> Changes:
        changes = Changes()
        watcher = Watcher(folders, changes)
        watcher.start()
        watcher.wait_until_watching()
        watchers.append(watcher)
        return changes

    yield start
    for watcher in watchers:
        watcher.close()


def _make(folder: Path) -> Path:
    (folder / "pages").mkdir(parents=True)
    (folder / "static/.well-known").mkdir(parents=True)
    (folder / "a.md").write_text("a")
    (folder / "pages/b.md").write_text("b")
    return folder


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda folder: (folder / "a.md").write_text("changed"),
    "well-known": lambda folder: (folder / "static/.well-known/security.txt").write_text("x"),
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
def test_a_change_is_reported(watch: Watch, tmp_path: Path, name: str, settled: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    folder = _make(tmp_path / "posts")
    changes = watch(folder)
    if settled:
        time.sleep(0.3)
    CHANGES[name](folder)
    assert changes.wait()


def test_a_temporary_file_of_an_editor_is_not_reported(watch: Watch, tmp_path: Path) -> None:
    folder = _make(tmp_path / "posts")
    (folder / ".git").mkdir()
    changes = watch(folder)
    for name in (".#a.md", "#a.md#", "a.md~", ".a.md.swp", "4913", ".git/index"):
        (folder / name).write_text("x")
    assert not changes.wait(2.5)
    (folder / "a.md").write_text("changed")
    assert changes.wait()


def test_a_folder_that_is_removed_and_created_again_is_watched_again(watch: Watch, tmp_path: Path) -> None:
    folder = _make(tmp_path / "posts")
    changes = watch(folder)
    time.sleep(0.3)
    shutil.rmtree(folder)
    _make(folder)
    assert changes.wait()
    while changes.wait(2.5):
        pass
    (folder / "a.md").write_text("changed")
    assert changes.wait()


def test_the_replacement_of_a_folder_is_watched(watch: Watch, tmp_path: Path) -> None:
    folder = _make(tmp_path / "posts")
    changes = watch(folder)
    time.sleep(0.3)
    folder.rename(tmp_path / "old")
    _make(folder)
    assert changes.wait()
    while changes.wait(2.5):
        pass
    (folder / "pages/b.md").write_text("changed")
    assert changes.wait()


def test_a_missing_folder_is_logged_once_and_watched_when_it_is_created(
    watch: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    theme = _make(tmp_path / "theme")
    changes = watch(tmp_path / "posts", theme)
    time.sleep(2.5)
    assert caplog.text.count("cannot listen for changes") == 1
    (theme / "a.md").write_text("changed")
    assert changes.wait()
    _make(tmp_path / "posts")
    assert changes.wait()


def test_closing_a_watcher_ends_its_thread(tmp_path: Path) -> None:
    watcher = Watcher([_make(tmp_path / "posts")], lambda: None)
    watcher.start()
    time.sleep(0.3)
    watcher.close()
    assert "watcher" not in {thread.name for thread in threading.enumerate() if thread.is_alive()}
