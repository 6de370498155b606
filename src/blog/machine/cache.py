"""A cache of results on disk, keyed by everything they depend on. Losing it costs only time.

An entry is one file: the SHA-256 of its payload, then the payload. It is written to a temporary file and renamed, so that no other process
ever sees a partial entry. An entry that does not match its checksum counts as missing. A checksum detects damage, not tampering, so a folder
that other users may write to is not used (`blog.machine.folder_trust`).
"""

import logging
import os
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from blog.machine.folder_trust import entry_is_trusted, problem_of

_SUM_BYTES = 32
# The prefix of temporary files, which become entries when they are complete.
NEW = ".new-"
# Explicit, because a umask of 002 would create group-writable folders, which are refused.
_FOLDER_MODE, _ENTRY_MODE = 0o755, 0o644
# Reading an entry renews its modification time at most this often, so that reading rarely writes to the disk.
MARK_AGAIN_SECONDS = 3600.0
_READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

logger = logging.getLogger(__name__)


class _State:
    """State that a cache and its subfolders share: whether a failure has been logged, and how many bytes were stored."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self.failed = threading.Event()
        self.refused = threading.Event()
        self.lock = threading.Lock()
        self.written = 0

    def set_first(self, event: threading.Event) -> bool:
        """Set an event; True if it was not set before."""
        with self.lock:
            before = event.is_set()
            event.set()
        return not before

    def add(self, size: int) -> None:
        with self.lock:
            self.written += size


class Cache:
    """A store of bytes by key in one folder. The folder may be missing, read-only, full, damaged or untrusted."""

    def __init__(self, folder: Path | None, state: _State | None = None) -> None:
        self._folder = folder
        self._state = state or _State(folder)

    def within(self, name: str) -> "Cache":
        """A cache in a subfolder of this one. After a failed write of either, both stop writing."""
        return Cache(self._folder / name if self._folder else None, self._state)

    def keep_newest(self, count: int) -> None:
        """Remove all subfolders except the ``count`` that were written last."""
        try:
            folders = sorted(os.scandir(self._folder or "."), key=lambda it: it.stat().st_mtime_ns, reverse=True)
            for folder in folders[count:] if self._folder else ():
                shutil.rmtree(folder.path, ignore_errors=True)
        except OSError:
            return  # another process removes them, or they cannot be removed

    @property
    def folder(self) -> Path | None:
        return self._folder

    @property
    def writable(self) -> bool:
        """Whether entries can be stored: there is a trusted folder, and no write has failed so far."""
        return self._folder is not None and not self._state.failed.is_set() and self._is_trusted()

    @property
    def written(self) -> int:
        """Bytes that this process has stored."""
        return self._state.written

    def get(self, key: str) -> bytes | None:
        """The payload stored under a key; None if it is missing or damaged."""
        if self._folder is None or not self._is_trusted():
            return None
        stored = _read(self.place(key))
        if stored is None:
            return None
        payload = stored[_SUM_BYTES:]
        return payload if sha256(payload).digest() == stored[:_SUM_BYTES] else None

    def put(self, key: str, payload: bytes) -> None:
        """Store a payload if the cache is writable. The first failure is logged, and nothing is stored after it."""
        if not self.writable:
            return
        try:
            try:
                self._store(self.place(key), payload)
            except FileNotFoundError:
                # The folder was removed after it was made.
                self._store(self.place(key), payload)
        except OSError as problem:
            if self._state.set_first(self._state.failed):
                logger.info("the cache cannot be written (%s); this start computes everything itself", problem.strerror)

    def _store(self, place: Path, payload: bytes) -> None:
        self._make(place.parent)
        if self._is_trusted():  # another user may have created the folder first
            _write(place, payload)
            self._state.add(len(payload))

    def _make(self, folder: Path) -> None:
        """Create a folder of the cache and its parents. Folders above the cache get the mode that the umask gives."""
        root = self._state.root
        assert root is not None  # noqa: S101 -- put has checked it
        with suppress(FileExistsError):
            root.parent.mkdir(parents=True, exist_ok=True)
        for step in (*reversed(folder.relative_to(root).parents), folder.relative_to(root)):
            with suppress(FileExistsError):
                os.mkdir(root / step, _FOLDER_MODE)  # noqa: PTH102 -- a hot loop of a cold start

    def _is_trusted(self) -> bool:
        """Whether no other user may write to the folder. Checked for each entry: it takes 2 µs, and the folder may be replaced."""
        if self._state.refused.is_set() or self._state.root is None:
            return False
        problem = problem_of(self._state.root)
        if problem is None:
            return True
        if self._state.set_first(self._state.refused):
            logger.warning("the cache is not used: %s", problem)
        return False

    def place(self, key: str) -> Path:
        """The file of the entry with this key."""
        assert self._folder is not None  # noqa: S101 -- get and put check it
        return self._folder / key[:2] / key[2:]


def _read(place: Path) -> bytes | None:
    """The bytes of an entry, whose use is recorded in its modification time; None if it is no regular file that root or we own."""
    try:
        with os.fdopen(os.open(place, _READ_FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            if not entry_is_trusted(status):
                return None
            stored = file.read()
    except OSError:
        return None
    if _age(status) > MARK_AGAIN_SECONDS:
        with suppress(OSError):  # read-only, or removed
            os.utime(place)
    return stored


def _write(place: Path, payload: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=NEW)
    try:
        with os.fdopen(handle, "wb") as file:
            # The user that runs an image is not the one that built it.
            os.fchmod(handle, _ENTRY_MODE)
            file.write(sha256(payload).digest())
            file.write(payload)
        os.replace(temporary, place)  # noqa: PTH105 -- a hot loop of a cold start
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 -- a hot loop of a cold start
        raise


def _age(status: os.stat_result) -> float:
    return time.time() - status.st_mtime


def key(*parts: str | bytes) -> str:
    """The key of a result, from everything it depends on. The lengths of the parts are hashed too, so no two lists share a key.

    >>> key("a", "bc") == key("ab", "c")
    False
    """
    digest = sha256()
    for part in parts:
        # A lone surrogate stands for a byte that is not UTF-8.
        data = part if isinstance(part, bytes) else part.encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
