"""Results on disk, found again by what they were made from. Losing it costs time and nothing else.

An entry is one file: the SHA-256 of its payload, then the payload. It is written beside its place and moved there, so that a reader or another
writer never sees half of one; what does not match its own sum is as good as missing. The sum tells damage, not intent: a folder that others may
write is not used (`blog.machine.folder_trust`).
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
# What an entry is called before it is whole.
NEW = ".new-"
# Explicit, because a umask of 002 would make folders that others may write, which are refused.
_FOLDER_MODE, _ENTRY_MODE = 0o755, 0o644
# An entry that is used is marked as used at most this often, so that reading a cache hardly ever writes to it.
MARK_AGAIN_SECONDS = 3600.0
_READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

logger = logging.getLogger(__name__)


class _State:
    """What a cache and the ones within it share: their first failures, and how much they have stored."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self.failed = threading.Event()
        self.refused = threading.Event()
        self.lock = threading.Lock()
        self.written = 0

    def first(self, event: threading.Event) -> bool:
        """Whether the caller is the one that has set the event."""
        with self.lock:
            before = event.is_set()
            event.set()
        return not before

    def add(self, size: int) -> None:
        with self.lock:
            self.written += size


class Cache:
    """Bytes by key within one folder, which may be missing, read-only, full, broken or not to be trusted."""

    def __init__(self, folder: Path | None, state: _State | None = None) -> None:
        self._folder = folder
        self._state = state or _State(folder)

    def within(self, name: str) -> "Cache":
        """A cache in a folder of this one; what keeps one of them from storing keeps both."""
        return Cache(self._folder / name if self._folder else None, self._state)

    def keep_newest(self, count: int) -> None:
        """Remove all folders in it but those that were written last."""
        try:
            folders = sorted(os.scandir(self._folder or "."), key=lambda it: it.stat().st_mtime_ns, reverse=True)
            for folder in folders[count:] if self._folder else ():
                shutil.rmtree(folder.path, ignore_errors=True)
        except OSError:
            return  # somebody else tidies up, or nobody can

    @property
    def folder(self) -> Path | None:
        return self._folder

    @property
    def writable(self) -> bool:
        """Whether nothing has kept it from storing so far."""
        return self._folder is not None and not self._state.failed.is_set() and self._is_trusted()

    @property
    def written(self) -> int:
        """How many bytes this process has stored."""
        return self._state.written

    def get(self, key: str) -> bytes | None:
        """The payload stored under a key, if it is there and whole."""
        if self._folder is None or not self._is_trusted():
            return None
        stored = _read(self.place(key))
        if stored is None:
            return None
        payload = stored[_SUM_BYTES:]
        return payload if sha256(payload).digest() == stored[:_SUM_BYTES] else None

    def put(self, key: str, payload: bytes) -> None:
        """Store a payload, where that is possible; the first failure is logged and ends the attempts."""
        if not self.writable:
            return
        place = self.place(key)
        try:
            self._make(place.parent)
            if self._is_trusted():  # another user may have made the folder first
                _write(place, payload)
                self._state.add(len(payload))
        except OSError as problem:
            if self._state.first(self._state.failed):
                logger.info("the cache cannot be written (%s); this start computes everything itself", problem.strerror)

    def _make(self, folder: Path) -> None:
        """Make a folder of the cache and those above it; only above the cache do they get the umask's mode."""
        root = self._state.root
        assert root is not None  # noqa: S101 -- put has asked
        with suppress(FileExistsError):
            root.parent.mkdir(parents=True, exist_ok=True)
        for step in (*reversed(folder.relative_to(root).parents), folder.relative_to(root)):
            with suppress(FileExistsError):
                os.mkdir(root / step, _FOLDER_MODE)  # noqa: PTH102 -- a hot loop of a cold start

    def _is_trusted(self) -> bool:
        """Whether nobody else may write the folder; asked for each entry, because it costs 2 µs and the folder may be exchanged."""
        if self._state.refused.is_set() or self._state.root is None:
            return False
        problem = problem_of(self._state.root)
        if problem is None:
            return True
        if self._state.first(self._state.refused):
            logger.warning("the cache is not used: %s", problem)
        return False

    def place(self, key: str) -> Path:
        """The file that an entry of this key stands in."""
        assert self._folder is not None  # noqa: S101 -- asked by get and put
        return self._folder / key[:2] / key[2:]


def _read(place: Path) -> bytes | None:
    """The bytes of an entry, and a mark that it has been used; None where there is no regular file of ours or root's."""
    try:
        with os.fdopen(os.open(place, _READ_FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            if not entry_is_trusted(status):
                return None
            stored = file.read()
    except OSError:
        return None
    if _age(status) > MARK_AGAIN_SECONDS:
        with suppress(OSError):  # read-only, or gone
            os.utime(place)
    return stored


def _write(place: Path, payload: bytes) -> None:
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=NEW)
    try:
        with os.fdopen(handle, "wb") as file:
            # An image is built by one user and run by another.
            os.fchmod(handle, _ENTRY_MODE)
            file.write(sha256(payload).digest())
            file.write(payload)
        os.replace(beside, place)  # noqa: PTH105 -- two strings, and a hot loop of a cold start
    except OSError:
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 -- the same
        raise


def _age(status: os.stat_result) -> float:
    return time.time() - status.st_mtime


def key(*parts: str | bytes) -> str:
    """A key from everything that a result depends on; no two lists of parts have the same one by joining.

    >>> key("a", "bc") == key("ab", "c")
    False
    """
    summed = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        summed.update(len(data).to_bytes(8, "big"))
        summed.update(data)
    return summed.hexdigest()
