"""Watcher of folders: detects changed files, in a thread of its own."""

import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path, PurePath

from blog.content.files import is_editors_file

_DEBOUNCE_MS = 60
_POLL_SECONDS = 1.0
_POLLS_BEFORE_EVENTS = 30
# Events can be lost: the kernel's queue is full, the file system is on a network, or a folder could not be read when the watch began.
_COMPARE_SECONDS = 30.0
_LAST_WAIT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Watcher:
    """Calls ``changed``, from its own thread, when files below the folders have changed.

    It listens for events of the kernel. If that fails (no inotify watches are left, a folder is missing), it compares the folders every
    second and tries to listen again. It also compares them every 30 seconds while it listens.
    """

    def __init__(self, folders: Iterable[Path], changed: Callable[[], None], optional: Path | None = None) -> None:
        """``optional`` is the one of the folders that may be missing."""
        self._folders = tuple(map(Path.absolute, folders))
        self._optional = optional.absolute() if optional else None
        self._changed = changed
        self._closed = threading.Event()
        self._watching = threading.Event()
        self._seen = 0
        self._polling = False
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait_until_watching(self) -> None:
        """Return when every later change will be detected."""
        self._watching.wait()

    def close(self) -> None:
        """End the thread. If a file system that does not respond blocks it, it is abandoned after half a second."""
        self._closed.set()
        # The interpreter must not exit while the thread is inside the library, whose frames cannot be unwound.
        self._thread.join(_LAST_WAIT_SECONDS)

    def _run(self) -> None:
        self._seen = _fingerprint(self._folders)
        self._watching.set()
        while not self._closed.is_set():
            try:
                self._listen()
            except Exception as problem:  # noqa: BLE001 -- any error switches to polling
                self._poll(problem)

    def _listen(self) -> None:
        """Handle events until a folder is replaced or removed."""
        from watchfiles import watch  # noqa: PLC0415 -- most processes do not watch folders

        targets = _targets(self._folders)
        # When the optional folder is created, its target changes, and the watch starts again.
        present = [folder for folder in self._folders if folder != self._optional or os.path.lexists(folder)]
        roots = {*map(str, self._folders), *(path for path, *_ in targets)}
        # A new watch holds the interpreter lock while it walks the folders, so first make sure that the file system responds.
        self._compare()
        compared: float | None = None
        for changes in watch(
            *present,
            watch_filter=lambda _change, path: not self._is_ignored(path),
            debounce=_DEBOUNCE_MS * 4,
            step=_DEBOUNCE_MS,
            stop_event=self._closed,
            rust_timeout=int(_POLL_SECONDS * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=False,  # otherwise watchfiles does not report that no inotify watches are left
        ):
            self._log_recovery()
            # git-sync and the kubelet publish by replacing a symbolic link, which causes no event in the folder that it pointed to.
            moved = _targets(self._folders) != targets
            if changes or moved:
                self._notify()
            elif compared is None or time.monotonic() - compared >= _COMPARE_SECONDS:
                self._compare()
                compared = time.monotonic()
            if moved or not roots.isdisjoint(path for _, path in changes):
                return

    def _poll(self, problem: Exception) -> None:
        if not self._polling:
            logger.warning("cannot listen for changes (%s); comparing the folders every second instead", problem)
        self._polling = True
        for _ in range(_POLLS_BEFORE_EVENTS):
            if self._closed.wait(_POLL_SECONDS):
                return
            self._compare()

    def _log_recovery(self) -> None:
        if self._polling:
            logger.info("listening for changes again")
        self._polling = False

    def _notify(self) -> None:
        # The fingerprint is taken before the callback, so that the next comparison detects changes made during the rebuild.
        self._seen = _fingerprint(self._folders)
        self._changed()

    def _compare(self) -> None:
        now = _fingerprint(self._folders)
        if now != self._seen:
            self._seen = now
            self._changed()

    def _is_ignored(self, path: str) -> bool:
        for folder in self._folders:
            if PurePath(path).is_relative_to(folder):
                return any(map(is_editors_file, PurePath(path).relative_to(folder).parts))
        return False


def _targets(folders: Iterable[Path]) -> list[tuple[str, int, int]]:
    """The real path, device and inode of each folder. A folder that is removed and created again has another inode."""
    return [(path, *_identity(path)) for path in map(os.path.realpath, folders)]


def _identity(folder: str) -> tuple[int, int]:
    try:
        status = os.stat(folder)  # noqa: PTH116 -- all paths here are strings
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def _fingerprint(folders: Iterable[Path]) -> int:
    """A hash of the state of all files below the folders. It changes when a file's name, content, permissions or link target changes."""
    return hash(tuple(chain.from_iterable(map(_states, folders))))


def _states(folder: Path) -> Iterator[tuple[object, ...]]:
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not is_editors_file(name))
        for name in (".", *subfolders, *sorted(names)):
            if name == "." or not is_editors_file(name):
                yield parent, name, *_state(f"{parent}/{name}")


def _state(path: str) -> tuple[int, ...]:
    try:
        status = os.stat(path)  # noqa: PTH116 -- thousands of strings: a Path for each would be slow
    except (OSError, ValueError):
        return ()
    if stat.S_ISDIR(status.st_mode):
        # The times of a folder also change when an editor creates and removes a temporary file in it.
        return status.st_ino, status.st_mode
    return status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns
