"""Notices that files below some folders have changed, from a thread of its own."""

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
# Events get lost: a full queue, a network's file system, a folder that could not be read when the watch began.
_COMPARE_SECONDS = 30.0
_LAST_WAIT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Watcher:
    """Calls ``changed``, from its own thread, whenever files below the folders have changed.

    It listens to the kernel's events. Where there are none (no inotify watches left, a folder that is away) it compares the
    folders every second and tries to listen again; and it compares them now and then all the same.
    """

    def __init__(self, folders: Iterable[Path], changed: Callable[[], None], optional: Path | None = None) -> None:
        """``optional`` is the one of the folders that need not be there."""
        self._folders = tuple(map(Path.absolute, folders))
        self._optional = optional.absolute() if optional else None
        self._changed = changed
        self._closed = threading.Event()
        self._begun = threading.Event()
        self._seen = 0
        self._polling = False
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait_until_begun(self) -> None:
        """Return when no later change can be missed."""
        self._begun.wait()

    def close(self) -> None:
        """End the thread; one that is blocked by a file system that does not answer is left behind after half a second."""
        self._closed.set()
        # The interpreter must not end while the thread is inside the library: its frames cannot be unwound.
        self._thread.join(_LAST_WAIT_SECONDS)

    def _run(self) -> None:
        self._seen = _fingerprint(self._folders)
        self._begun.set()
        while not self._closed.is_set():
            try:
                self._listen()
            except Exception as problem:  # noqa: BLE001 -- whatever it is, polling goes on
                self._poll(problem)

    def _listen(self) -> None:
        """Wait for events until a folder leads elsewhere or is removed."""
        from watchfiles import watch  # noqa: PLC0415 -- most processes watch nothing

        places = _places(self._folders)
        # The optional one is noticed when it comes: its place is then another.
        present = [folder for folder in self._folders if folder != self._optional or os.path.lexists(folder)]
        roots = {*map(str, self._folders), *(where for where, *_ in places)}
        # A new watch holds the interpreter lock while it visits the folders: first make sure that the file system answers.
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
            ignore_permission_denied=False,  # with it, a lack of inotify watches is passed over in silence
        ):
            self._say_that_events_are_back()
            # git-sync and the kubelet publish by moving a link, which changes nothing in the folder that it led to.
            moved = _places(self._folders) != places
            if changes or moved:
                self._tell()
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

    def _say_that_events_are_back(self) -> None:
        if self._polling:
            logger.info("listening for changes again")
        self._polling = False

    def _tell(self) -> None:
        # First the fingerprint: what changes after it is found by the next comparison, what came before it is read.
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


def _places(folders: Iterable[Path]) -> list[tuple[str, int, int]]:
    """Where the folders are once every link is followed, and which folder that is: one removed and made again is another."""
    return [(where, *_identity(where)) for where in map(os.path.realpath, folders)]


def _identity(folder: str) -> tuple[int, int]:
    try:
        found = os.stat(folder)  # noqa: PTH116 -- strings throughout
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _fingerprint(folders: Iterable[Path]) -> int:
    """A number that changes with any file below the folders: its name, its bytes, its permissions, where a link leads."""
    return hash(tuple(chain.from_iterable(map(_states, folders))))


def _states(folder: Path) -> Iterator[tuple[object, ...]]:
    for where, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not is_editors_file(name))
        for name in (".", *subfolders, *sorted(names)):
            if name == "." or not is_editors_file(name):
                yield where, name, *_state(f"{where}/{name}")


def _state(path: str) -> tuple[int, ...]:
    try:
        found = os.stat(path)  # noqa: PTH116 -- strings throughout, thousands of them
    except (OSError, ValueError):
        return ()
    if stat.S_ISDIR(found.st_mode):
        # Its times change with every file that an editor makes and removes again.
        return found.st_ino, found.st_mode
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns
