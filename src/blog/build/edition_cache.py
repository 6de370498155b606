"""Cache of whole editions on disk. A start that finds its edition there builds nothing and does not import the builder.

The key of an entry contains everything that its edition is built from: the texts, the theme, the settings that pages show, this program and the
libraries that it renders with. An entry consists of a head and of parts with some pages each, and each has its own checksum. If one of them is
missing, damaged or malformed, the whole entry is a miss.
"""

import errno
import json
import logging
import os
import platform
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

import brotli
import zstandard

import blog
from blog.build.compressed import decompressed, quickest_coding
from blog.build.dates import Dates
from blog.build.edition import Edition, Entry, bind
from blog.build.encodings import CODINGS, Encoded
from blog.build.not_found import NotFound
from blog.content.files import UnreadableError, is_editors_file, read_regular
from blog.content.folder import MAX_FILE_BYTES, Folder
from blog.errors import ContentError, Fault, Severity
from blog.machine.cache import Cache, key
from blog.machine.cache_pruning import EDITIONS, HEAD, Needed
from blog.render.page import Rendered
from blog.render.theme_folders import theme_folders
from blog.settings import Settings

_CACHE_KEYS = key("needs")
# The edition that is served, and an older one that another replica may be starting from.
_EDITIONS_KEPT = 2
# A symbolic link in a theme may lead to a whole file system.
_MOST_THEME_FILES = 5000
_LENGTH = struct.Struct(">I")
_LIBRARIES = ("mistune", "pygments", "jinja2", "markupsafe", "pydantic", "pyyaml", "imagesize", "brotli", "zstandard")
# Settings that do not affect any page. A setting that is missing here only costs a rebuild when it changes; it never causes a wrong page.
_NOT_IN_PAGES = frozenset({
    "host", "port", "metrics_port", "posts_dir", "templates_dir", "cache_dir", "drain_seconds", "reload", "log_format", "log_level", "access_log",
    "revision", "trusted_proxies", "otlp_endpoint", "otlp_traces_endpoint", "otlp_headers", "otlp_timeout", "service_name", "resource_attributes",
    "traces_sampler", "traces_sampler_arg", "sdk_disabled", "cache_max_mb", "header_timeout_seconds", "body_timeout_seconds", "send_timeout_seconds",
    "max_connections",
})  # fmt: skip
# What reading an entry of another form may raise.
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, struct.error, zlib.error, zstandard.ZstdError,
              brotli.error)  # fmt: skip

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class EditionCache:
    """The cache entry of one edition: that of the content as it is on disk now."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        """Read everything that the edition depends on, to find its key.

        Raises:
            ContentError: there is no posts folder.
        """
        self._settings = settings
        self._folder = Folder(settings.posts_dir)
        self._editions = cache.within(EDITIONS)
        name = _name_if_readable(settings, self._folder)
        self._cache = self._editions.within(name) if name else Cache(None)
        self._parts = 0

    def read(self, moment: datetime) -> Edition | None:
        """The stored edition; None if it is missing, damaged, or not valid at this moment."""
        head = self._cache.get(HEAD)
        if head is None:
            return None
        try:
            return self._edition(json.loads(head), moment)
        except _MALFORMED as problem:
            logger.info(
                "the cached edition cannot be used (%s: %s); building it again", type(problem).__name__, problem
            )
            return None

    def write_part(
        self, since: datetime | None, pages: Sequence[tuple[Rendered, Encoded]], entries: Sequence[Entry]
    ) -> None:
        """Write the next part of an edition while it is built; `read` does not find it before `finish`."""
        if self._cache.writable:
            self._cache.put(_part_key(since, self._parts), _part(pages, entries))
        self._parts += 1

    def finish(self, edition: Edition, referenced: Sequence[PurePosixPath], cache_keys: Collection[str] = ()) -> None:
        """Write the head and remove older editions.

        ``referenced`` are the files that the texts refer to, ``cache_keys`` the keys of the cache entries that the build used.
        """
        self._cache.put(_CACHE_KEYS, "\n".join(sorted(cache_keys)).encode())
        # The head is written last, so that it never refers to parts that are not written yet.
        self._cache.put(HEAD, _head_bytes(self._head(edition, self._parts, referenced)))
        self._parts = 0
        if self._cache.writable:
            self._editions.keep_newest(_EDITIONS_KEPT)

    def needed(self) -> Needed:
        """The parts of the cache that this edition and the next start with the same content need."""
        folder = self._cache.folder
        return Needed((self._cache.get(_CACHE_KEYS) or b"").decode().split(), [folder] if folder else [])

    def _head(self, edition: Edition, parts: int, referenced: Sequence[PurePosixPath]) -> Json:
        not_found = edition.not_found
        return {
            "parts": parts,
            "made": edition.made,
            "since": edition.since.isoformat() if edition.since else None,
            "until": edition.until.isoformat() if edition.until else None,
            "files": {str(path): self._digest(path) for path in referenced},
            "redirects": dict(edition.redirects),
            "states": dict(edition.states),
            "warnings": [
                [os.path.relpath(it.file, self._folder.path), it.line, it.problem, it.severity.name]
                for it in edition.warnings
            ],
            "not_found": {**asdict(not_found.page), "body": not_found.page.body.decode()},
            "list": not_found.list,
            "items": dict(not_found.items),
        }

    def _digest(self, path: PurePosixPath) -> str | None:
        """The SHA-256 of a file that texts refer to; None if it is missing or cannot be read."""
        body = self._folder.body(path, MAX_FILE_BYTES) if self._folder.is_there(path) else None
        return None if body is None else sha256(body).hexdigest()

    def _edition(self, head: Json, moment: datetime) -> Edition | None:
        since, until = _moment(head["since"]), _moment(head["until"])
        if (since and moment < since) or (until and moment >= until):
            return None
        if any(self._digest(PurePosixPath(path)) != digest for path, digest in head["files"].items()):
            return None
        entries: list[Entry] = []
        dates = Dates.of_existing(int(head["made"]))
        pages = dict(bind(self._rendered(since, head["parts"], entries), dates, secure=self._settings.secure))
        not_found = head["not_found"]
        return Edition(
            posts=tuple(entries),
            pages=pages,
            redirects=head["redirects"],
            not_found=NotFound(
                Rendered(**{**not_found, "body": not_found["body"].encode()}), head["list"], head["items"]
            ),
            states=head["states"],
            since=since,
            until=until,
            made=dates.made,
            warnings=tuple(
                Fault(self._folder.path / file, line, problem, Severity[severity])
                for file, line, problem, severity in head["warnings"]
            ),
        )

    def _rendered(self, since: datetime | None, parts: int, entries: list[Entry]) -> Iterator[tuple[Rendered, Encoded]]:
        """Read pages part by part, so that a large site is never in memory twice."""
        for number in range(parts):
            part = self._cache.get(_part_key(since, number))
            if part is None:
                raise ValueError(f"part {number} is missing")
            (length,) = _LENGTH.unpack_from(part)
            head, bodies = json.loads(part[4 : 4 + length]), _BodyReader(part, 4 + length)
            entries.extend(_entry(fields, bodies.take(size)) for fields, size in head["posts"])
            for page in head["pages"]:
                yield _page(page, head["headers"], bodies)
            bodies.end()


class _BodyReader:
    """Reads the bodies of a part, one after the other."""

    def __init__(self, part: bytes, at: int) -> None:
        self._part, self._at = part, at

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._part):
            raise ValueError("a part is too short")
        self._at += size
        return self._part[self._at - size : self._at]

    def end(self) -> None:
        if self._at != len(self._part):
            raise ValueError("a part is too long")


def _part(pages: Sequence[tuple[Rendered, Encoded]], entries: Sequence[Entry]) -> bytes:
    """A head with the sizes of the bodies, then the bodies: the posts' contents, and each page's encodings, or its identity if it has none."""
    header_sets: dict[str, int] = {}
    described: list[Json] = []
    bodies = [entry.content for entry in entries]
    for rendered, encoded in pages:
        header_set = header_sets.setdefault(json.dumps(dict(rendered.headers)), len(header_sets))
        encodings = {coding.decode(): body for coding, body in encoded.items()}
        described.append({
            "page": [rendered.path, rendered.route, rendered.media_type, rendered.cache, header_set],
            "encodings": {coding: len(body) for coding, body in encodings.items()},
            "identity": None if encodings else len(rendered.body),
        })  # fmt: skip
        bodies += encodings.values() if encodings else [rendered.body]
    head = {
        "posts": [[_fields(entry), len(entry.content)] for entry in entries],
        "headers": [json.loads(header_set) for header_set in header_sets],
        "pages": described,
    }
    head_bytes = json.dumps(head, ensure_ascii=False).encode()
    return b"".join([_LENGTH.pack(len(head_bytes)), head_bytes, *bodies])


def _page(page: Json, headers: Sequence[Mapping[str, str]], bodies: _BodyReader) -> tuple[Rendered, Encoded]:
    path, route, media_type, cache, header_set = page["page"]
    encoded = {coding.encode(): bodies.take(size) for coding, size in page["encodings"].items()}
    if not set(encoded) <= set(CODINGS):
        raise ValueError("a part has an unknown content coding")
    if encoded:
        coding = quickest_coding(encoded)
        body = decompressed(coding, encoded[coding])
    else:
        body = bodies.take(page["identity"])
    rendered = Rendered(
        path=path, route=route, media_type=media_type, body=body, cache=cache, headers=headers[header_set]
    )
    return rendered, encoded


def _fields(entry: Entry) -> Json:
    values = {field.name: getattr(entry, field.name) for field in fields(entry) if field.name != "content"}
    times = {name: time.isoformat() for name, time in values.items() if isinstance(time, datetime)}
    return values | times


def _entry(values: Json, content: bytes) -> Entry:
    published = datetime.fromisoformat(values["published"])
    return Entry(**{**values, "published": published, "updated": _moment(values["updated"]), "content": content})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _part_key(since: datetime | None, number: int) -> str:
    # The publication of a scheduled post changes the edition of the same content, and the parts of the two editions must not mix.
    return key("part", str(since), str(number))


def _head_bytes(head: Json) -> bytes:
    # A warning may name a file whose name is not UTF-8; surrogatepass lets json.loads restore it.
    return json.dumps(head, ensure_ascii=False).encode(errors="surrogatepass")


def _name_if_readable(settings: Settings, folder: Folder) -> str | None:
    """The name of the entry; None if a file cannot be read, which the build then reports."""
    try:
        return _name(settings, folder)
    except (OSError, UnreadableError, ContentError):
        return None


def _name(settings: Settings, folder: Folder) -> str | None:
    """The name of the entry: a key of everything the edition depends on, except the time and the files that its texts refer to.

    None if the versions of the libraries are unknown.
    """
    program = _program()
    if program is None:
        return None
    texts = [part for path, text in folder.texts() for part in (str(path), text)]
    in_pages = {
        field.name: getattr(settings, field.name) for field in fields(settings) if field.name not in _NOT_IN_PAGES
    }
    # Pages show these two, which are derived from settings that _NOT_IN_PAGES leaves out.
    derived = (settings.rum_app, settings.rum_environment) if settings.faro_url else ()
    shown = repr((in_pages, settings.secure, settings.refreshes_browsers, derived))
    faults = repr([(str(os.path.relpath(it.file, folder.path)), it.line, it.problem) for it in folder.faults])
    # An empty part ends the files of each folder, so that moving a file from one folder to the other changes the key.
    theme = [part for folder in theme_folders(settings.templates_dir) for part in (*_tree(folder), b"")]
    return key(program, shown, faults, repr(folder.config()), *theme, *texts)[:32]


def _program() -> str | None:
    """Versions of Python and the libraries, and digests of this program's source; None if a library has no version."""
    try:
        versions = [version(library) for library in _LIBRARIES]
    except PackageNotFoundError:
        return None
    source = Path(blog.__file__).parent
    modules = [
        *source.glob("*.py"),
        *(path for package in ("settings", "content", "render", "build") for path in (source / package).rglob("*.py")),
    ]
    digests = [sha256(path.read_bytes()).hexdigest() for path in sorted(modules)]
    return " ".join([platform.python_version(), zlib.ZLIB_RUNTIME_VERSION, *versions, *digests])


def _tree(folder: Path) -> Iterator[bytes]:
    """The path and the bytes of every file below a folder. Symbolic links are followed, except those that form a loop.

    Raises:
        UnreadableError: a file cannot be read.
        OSError: there are more than _MOST_THEME_FILES files.
    """
    seen: set[str] = set()
    count = 0
    for where, subfolders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(where)
        count += len(names)
        if count > _MOST_THEME_FILES:
            raise OSError(errno.EMFILE, "too many files", where)
        if real in seen:
            subfolders.clear()
            continue
        seen.add(real)
        subfolders.sort()
        for path in sorted(Path(where) / name for name in names if not is_editors_file(name)):
            yield os.fsencode(path.relative_to(folder))
            yield read_regular(path, MAX_FILE_BYTES)
