"""Results on disk, found again by what they were made from. Losing it costs time and nothing else.

An entry is one file: the SHA-256 of its payload, then the payload. It is written beside its place and moved there, so that a reader or another
writer never sees half of one; what does not match its own sum is as good as missing.
"""

import logging
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_SUM_BYTES = 32

logger = logging.getLogger(__name__)


class Cache:
    """Bytes by key within one folder, which may be missing, read-only, full or broken."""

    def __init__(self, folder: Path | None, failed: threading.Event | None = None) -> None:
        self._folder = folder
        self._failed = failed or threading.Event()
        self._failing = threading.Lock()

    def within(self, name: str) -> "Cache":
        """A cache in a folder of this one; what keeps one of them from storing keeps both."""
        return Cache(self._folder / name if self._folder else None, self._failed)

    def keep_newest(self, count: int) -> None:
        """Remove all folders in it but those that were written last."""
        try:
            folders = sorted(os.scandir(self._folder or "."), key=lambda it: it.stat().st_mtime_ns, reverse=True)
            for folder in folders[count:] if self._folder else ():
                shutil.rmtree(folder.path, ignore_errors=True)
        except OSError:
            return  # somebody else tidies up, or nobody can

    @property
    def writable(self) -> bool:
        """Whether nothing has kept it from storing so far."""
        return self._folder is not None and not self._failed.is_set()

    def get(self, key: str) -> bytes | None:
        """The payload stored under a key, if it is there and whole."""
        if self._folder is None:
            return None
        try:
            stored = self._place(key).read_bytes()
        except OSError:
            return None
        payload = stored[_SUM_BYTES:]
        return payload if sha256(payload).digest() == stored[:_SUM_BYTES] else None

    def put(self, key: str, payload: bytes) -> None:
        """Store a payload, where that is possible; the first failure is logged and ends the attempts."""
        if not self.writable:
            return
        place = self._place(key)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    # An image is built by one user and run by another.
                    os.fchmod(handle, 0o644)
                    file.write(sha256(payload).digest() + payload)
                os.replace(beside, place)  # noqa: PTH105 -- two strings, and a hot loop of a cold start
            except OSError:
                with suppress(OSError):
                    os.unlink(beside)  # noqa: PTH108 -- the same
                raise
        except OSError as problem:
            with self._failing:
                first = not self._failed.is_set()
                self._failed.set()
            if first:
                logger.info("the cache cannot be written (%s); this start computes everything itself", problem.strerror)

    def _place(self, key: str) -> Path:
        assert self._folder is not None  # noqa: S101 -- asked by get and put
        return self._folder / key[:2] / key[2:]


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
