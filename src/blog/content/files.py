"""Files beside the posts: pictures, mostly. Read once, served from memory under a name that says what is in them."""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

import imagesize

from blog import urls

_VIEW_BOX = re.compile(rb"""<svg\b[^>]*?viewBox\s*=\s*["'][\d.eE+-]+[\s,]+[\d.eE+-]+[\s,]+([\d.]+)[\s,]+([\d.]+)["']""")
MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file's bytes under its path within the posts folder; width and height in pixels, 0 where it has none."""

    path: PurePosixPath
    body: bytes
    width: int
    height: int

    @property
    def extension(self) -> str:
        return self.path.suffix[1:].lower()

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.extension]

    @property
    def url(self) -> str:
        return urls.asset(self.path.stem.lower(), digest(self.body), self.extension)


def _view_box(body: bytes) -> tuple[float, float]:
    """The size of an SVG that scales: what its viewBox measures."""
    found = _VIEW_BOX.search(body[:4096])
    return (float(found[1]), float(found[2])) if found else (0, 0)


def digest(body: bytes) -> str:
    """Twelve hexadecimal digits (48 bits): enough to tell the files of one site apart.

    >>> digest(b"")
    'e3b0c44298fc'
    """
    return hashlib.sha256(body).hexdigest()[:12]


def is_served(path: PurePosixPath) -> bool:
    return path.suffix[1:].lower() in MEDIA_TYPES


def read_file(path: PurePosixPath, body: bytes) -> File:
    """Measure a file.

    Raises:
        ValueError: it is called a picture and is none that can be measured.
    """
    if not MEDIA_TYPES[path.suffix[1:].lower()].startswith("image/"):
        return File(path, body, 0, 0)
    try:
        width, height = imagesize.get(io.BytesIO(body))
        if width <= 0 or height <= 0:
            width, height = _view_box(body)
    except Exception as problem:
        raise ValueError(f"not a readable picture: {problem}") from problem
    if width <= 0 or height <= 0:
        raise ValueError("not a picture whose width and height can be read")
    return File(path, body, round(width), round(height))
