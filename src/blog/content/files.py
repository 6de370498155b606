"""Files that posts refer to, mostly pictures. They are read once and served from memory at URLs that contain their digest."""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from blog import urls
from blog.content.media_types import MEDIA_TYPES, extension, is_picture
from blog.content.metadata import has_metadata, without_metadata
from blog.content.pictures import RefusedPictureError, Size, size_of

# Vim creates a file named 4913 to test a folder; the others are locks, backups, swap files, and what is still being written. Names that start with two dots belong to the kubelet,
# and .well-known to the site.
_EDITORS_FILE = re.compile(
    r"\.(?!\.|well-known\Z).*|.*~|#.*#|.*\.sw[a-px]|.*___jb_(tmp|old)___|.*\.(tmp|temp|part|crdownload)|4913", re.DOTALL
)


class UnreadableError(Exception):
    """A file cannot be read. The message is the problem of a fault."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A smaller version of a picture, in another format; width and height are in pixels."""

    extension: str
    width: int
    height: int
    body: bytes

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.extension]


@dataclass(frozen=True, slots=True)
class File:
    """A file with its path in the posts folder; width and height are in pixels, 0 if it is no picture or has no size.

    ``body`` is what is served: a picture without its metadata. ``source`` is the SHA-256 of the file on disk; empty if that has the same bytes.
    A private file belongs to unpublished texts alone, and only their previews contain its address.
    """

    path: PurePosixPath
    body: bytes
    width: int
    height: int
    private: bool = False
    source: str = ""
    variants: tuple[Variant, ...] = ()

    @property
    def source_digest(self) -> str:
        """The SHA-256 of the file on disk."""
        return self.source or hashlib.sha256(self.body).hexdigest()

    @property
    def extension(self) -> str:
        return extension(self.path)

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.extension]

    @property
    def url(self) -> str:
        if self.private:
            return urls.preview_file(hashlib.sha256(self.body).hexdigest(), self.extension)
        return urls.asset(self.path.stem.lower(), digest(self.body), self.extension)

    def url_of(self, variant: Variant) -> str:
        """The address of one of the picture's smaller versions."""
        return urls.asset(self.path.stem.lower(), digest(variant.body), variant.extension)


def digest(body: bytes) -> str:
    """Twelve hexadecimal digits (48 bits) of SHA-256, enough to distinguish the files of one site.

    >>> digest(b"")
    'e3b0c44298fc'
    """
    return hashlib.sha256(body).hexdigest()[:12]


def is_editors_file(name: str) -> bool:
    """Whether an editor made this file for itself: it is hidden, a lock, a backup or a swap file.

    >>> [is_editors_file(name) for name in (".#base.html", "#x.css#", "site.css~", "x.css.swp", "4913", "a.md.tmp", "site.css")]
    [True, True, True, True, True, True, False]
    """
    return _EDITORS_FILE.fullmatch(name) is not None


def is_utf_8(name: str) -> bool:
    """Whether a file's name is UTF-8; Python represents other bytes in it as surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes; links are followed.

    Raises:
        UnreadableError: it is no regular file, is larger, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("is not a regular file")
        # A FIFO may have replaced the file since, and opening a FIFO blocks until there is a writer.
        with open(path, "rb", opener=_open_nonblocking) as file:
            status = os.fstat(file.fileno())
            body = file.read(limit + 1)
    except (OSError, RuntimeError, ValueError) as problem:
        raise UnreadableError(f"cannot be read: {getattr(problem, 'strerror', None) or problem}") from problem
    if len(body) > limit:
        size = _megabytes(max(status.st_size, len(body)))
        raise UnreadableError(f"has {size}; {_megabytes(limit)} is the most a file may have")
    return body


def _open_nonblocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def folder_problem(folder: Path) -> str | None:
    """Why a folder cannot be read; None if it can."""
    try:
        with os.scandir(folder):
            os.stat(f"{folder}/.")  # noqa: PTH116 -- Path would drop the dot, which checks the permission to enter the folder
    except (FileNotFoundError, NotADirectoryError):
        return "there is no such folder"
    except OSError as problem:
        return f"cannot be read: {problem.strerror}"
    return None


def _megabytes(size: int) -> str:
    """
    >>> _megabytes(20 * 1024 * 1024), _megabytes(512 * 1024)
    ('20.0 MiB', '512 KiB')
    """
    return f"{size / 1024**2:.1f} MiB" if size >= 1024**2 else f"{size // 1024} KiB"


def read_file(path: PurePosixPath, body: bytes) -> tuple[File, str]:
    """A file, a picture with its size and without its metadata, and why its size cannot be read; the reason is empty if it can.

    Raises:
        RefusedPictureError: the picture must not be served.
    """
    if not is_picture(path):
        return File(path, body, 0, 0), ""
    (width, height), problem = _size(path, body)
    served = _without_metadata(path, body)
    source = "" if served is body else hashlib.sha256(body).hexdigest()
    return File(path, served, width, height, source=source), problem


def _size(path: PurePosixPath, body: bytes) -> tuple[Size, str]:
    try:
        return size_of(extension(path), body), ""
    except RefusedPictureError:
        raise
    except ValueError as problem:
        return (0, 0), str(problem)
    except Exception as problem:  # noqa: BLE001 -- any bytes may stand in a picture
        return (0, 0), f"is a picture whose size cannot be read ({type(problem).__name__}: {problem})"


def _without_metadata(path: PurePosixPath, body: bytes) -> bytes:
    try:
        return without_metadata(extension(path), body)
    except ValueError as problem:
        if has_metadata(body):
            reason = f"it is not served: it may tell where it was taken, and this cannot be removed, because {problem}"
            raise RefusedPictureError(reason) from problem
        return body
