"""Files of posts/static/, which are served at the root of the site: robots.txt, favicon.ico, .well-known/security.txt."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from blog import urls
from blog.content.files import File, read_file
from blog.content.folder import MAX_FILE_BYTES, STATIC, WELL_KNOWN, Folder, is_like_text
from blog.content.media_types import extension, is_active, is_served, refusal
from blog.content.pictures import RefusedPictureError

# Generated files that a file of the author replaces.
REPLACEABLE = frozenset({urls.ROBOTS, urls.FAVICON, urls.LLMS, urls.LLMS_FULL})
# Search engines and other services ask for such files to see who owns a site.
_VERIFICATION = {"html": "text/html; charset=utf-8", "xml": "application/xml"}
_MAX_VERIFICATION_BYTES = 4096
_NAMES_SITEMAP = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that is served at the root. ``size_problem`` says why the size of a picture is not known.

    ``link_to`` is the text, or the file that texts refer to, that it is only a link to. It is served when that is.
    """

    file: File
    media_type: str
    size_problem: str = ""
    link_to: PurePosixPath | None = None

    @property
    def path(self) -> PurePosixPath:
        return self.file.path

    @property
    def address(self) -> str:
        """The decoded path that it is served at."""
        return address_of(self.path)


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """The files below static/ that are served, the reasons of those that are not, and the paths of both."""

    served: tuple[StaticFile, ...]
    refused: dict[PurePosixPath, str]
    paths: tuple[PurePosixPath, ...]


def address_of(path: PurePosixPath) -> str:
    """
    >>> address_of(PurePosixPath("static/.well-known/security.txt"))
    '/.well-known/security.txt'
    """
    return f"/{path.relative_to(STATIC)}"


def read_static(folder: Folder, others: Iterable[PurePosixPath]) -> StaticFiles:
    """Read every file below static/. A file that is not served is a fault of the folder.

    ``others`` are the paths of all texts and of the files that they refer to.
    """
    origins = _Origins(folder, others)
    served: list[StaticFile] = []
    refused: dict[PurePosixPath, str] = {}
    paths: list[PurePosixPath] = []
    for path in folder.static_files():
        if is_like_text(path):
            folder.fault(path, "is not read: texts belong outside of static/, whose files are served as they are")
            continue
        paths.append(path)
        found = _read(folder, path)
        if isinstance(found, StaticFile):
            served.append(replace(found, link_to=origins.of(path)))
        else:
            refused[path] = found
    return StaticFiles(tuple(served), refused, tuple(paths))


class _Origins:
    """Finds which other file of the posts folder a file in static/ is a link to."""

    def __init__(self, folder: Folder, others: Iterable[PurePosixPath]) -> None:
        self._folder = folder
        self._static = folder.origin(STATIC)
        self._others = {path for path in others if STATIC not in path.parents}
        self._by_origin: dict[str, PurePosixPath] | None = None

    def of(self, path: PurePosixPath) -> PurePosixPath | None:
        origin = self._folder.origin(path)
        if origin.startswith(f"{self._static}/"):
            return None
        if self._by_origin is None:
            self._by_origin = {self._folder.origin(other): other for other in sorted(self._others)}
        return self._by_origin.get(origin)


def _read(folder: Folder, path: PurePosixPath) -> StaticFile | str:
    """The file, or why it is not served, which is then a fault too."""
    if reason := _refusal(path):
        folder.fault(path, reason)
        return reason
    body = folder.body(path, MAX_FILE_BYTES)
    if body is None:
        return f"it {folder.faults[-1].problem}"
    if extension(path) in _VERIFICATION and len(body) > _MAX_VERIFICATION_BYTES:
        folder.fault(path, _active_refusal(path))
        return _active_refusal(path)
    try:
        file, problem = read_file(path, body)
    except RefusedPictureError as error:
        folder.fault(path, str(error).removeprefix("it "))
        return str(error)
    _warn_of_robots(folder, file)
    return StaticFile(file, _media_type(file), problem)


def _refusal(path: PurePosixPath) -> str | None:
    """Why a file of this name is not served; None if it is."""
    if is_active(path):
        return None if extension(path) in _VERIFICATION and path.parent == STATIC else _active_refusal(path)
    return None if is_served(path) or WELL_KNOWN in path.parents else refusal(path)


def _active_refusal(path: PurePosixPath) -> str:
    if extension(path) not in _VERIFICATION:
        return refusal(path)
    return (
        f".{extension(path)} files could run script as part of this site; "
        "only those that verify it are served, directly in static/ and up to 4 KiB"
    )


def _media_type(file: File) -> str:
    kind = extension(file.path)
    if kind in _VERIFICATION:
        return _VERIFICATION[kind]
    return file.media_type if is_served(file.path) else _type_of_content(file.body)


def _type_of_content(body: bytes) -> str:
    """The media type of a file in .well-known whose name does not tell it (RFC 8615 leaves it to each application)."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "application/octet-stream"
    try:
        is_json = isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        is_json = False
    return "application/json" if is_json else "text/plain; charset=utf-8"


def _warn_of_robots(folder: Folder, file: File) -> None:
    address = address_of(file.path)
    if address == urls.ROBOTS and not _NAMES_SITEMAP.search(file.body.replace(b"\r", b"\n")):
        folder.fault(file.path, f"has no Sitemap: line, so crawlers do not learn of {urls.SITEMAP}")
    elif address not in REPLACEABLE and address.lower() in REPLACEABLE:
        folder.fault(file.path, f"does not replace {address.lower()}: addresses of files are case-sensitive; rename it")
