"""Whole editions on disk: what a start finds there it need not make, and need not even import what makes it.

An entry is named by all that its edition is made from: the texts, the theme, the settings that pages show, this program and the libraries it
renders with. It stands in the cache as a head and parts of some pages each, every one under its own checksum. One that is missing, damaged or
not ours makes the whole a miss.
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

_NEEDS = key("needs")
# The one that is served, and the one that the replica beside may still be starting from.
_KEPT = 2
# A link in a theme may lead to a whole file system.
_MOST_THEME_FILES = 5000
_LENGTH = struct.Struct(">I")
_LIBRARIES = ("mistune", "pygments", "jinja2", "markupsafe", "pydantic", "pyyaml", "imagesize", "brotli", "zstandard")
# Settings that no page shows. One that is not named here makes another edition: that costs time, and never a wrong page.
_UNSEEN = frozenset({
    "host", "port", "metrics_port", "posts_dir", "templates_dir", "cache_dir", "drain_seconds", "reload", "log_format", "log_level", "access_log",
    "revision", "trusted_proxies", "otlp_endpoint", "otlp_traces_endpoint", "otlp_headers", "otlp_timeout", "service_name", "resource_attributes",
    "traces_sampler", "traces_sampler_arg", "sdk_disabled", "cache_max_mb", "header_timeout_seconds", "body_timeout_seconds", "send_timeout_seconds",
    "max_connections",
})  # fmt: skip
# What reading something that is whole and yet not ours may end in.
_NOT_OURS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, struct.error, zlib.error, zstandard.ZstdError,
             brotli.error)  # fmt: skip

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class EditionCache:
    """The place of one edition in the cache: that of the content as it is on disk now."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        """Read what the edition would be made from.

        Raises:
            ContentError: there is no posts folder.
        """
        self._settings = settings
        self._folder = Folder(settings.posts_dir)
        self._editions = cache.within(EDITIONS)
        name = _name_if_readable(settings, self._folder)
        self._own = self._editions.within(name) if name else Cache(None)
        self._parts = 0

    def read(self, moment: datetime) -> Edition | None:
        """The edition of a moment, if it is there and whole."""
        head = self._own.get(HEAD)
        if head is None:
            return None
        try:
            return self._edition(json.loads(head), moment)
        except _NOT_OURS as problem:
            logger.info("the kept edition cannot be used (%s: %s); it is made again", type(problem).__name__, problem)
            return None

    def keep(self, since: datetime | None, pages: Sequence[tuple[Rendered, Encoded]], entries: Sequence[Entry]) -> None:
        """Write the next part of an edition while it is made; nothing is found before `finish`."""
        if self._own.writable:
            self._own.put(_part_key(since, self._parts), _part(pages, entries))
        self._parts += 1

    def finish(self, edition: Edition, wanted: Sequence[PurePosixPath], needs: Collection[str] = ()) -> None:
        """Write the head and remove older editions.

        ``wanted`` are the files beside the texts that the edition depends on, ``needs`` the keys of the cache entries it was made with.
        """
        self._own.put(_NEEDS, "\n".join(sorted(needs)).encode())
        # Last, so that no head speaks of parts that are still to come.
        self._own.put(HEAD, _head_bytes(self._head(edition, self._parts, wanted)))
        self._parts = 0
        if self._own.writable:
            self._editions.keep_newest(_KEPT)

    def needed(self) -> Needed:
        """What this edition and the next start with its content need of the cache."""
        folder = self._own.folder
        return Needed((self._own.get(_NEEDS) or b"").decode().split(), [folder] if folder else [])

    def _head(self, edition: Edition, parts: int, wanted: Sequence[PurePosixPath]) -> Json:
        missing = edition.not_found
        return {
            "parts": parts,
            "made": edition.made,
            "since": edition.since.isoformat() if edition.since else None,
            "until": edition.until.isoformat() if edition.until else None,
            "files": {str(path): self._digest(path) for path in wanted},
            "redirects": dict(edition.redirects),
            "states": dict(edition.states),
            "warnings": [
                [os.path.relpath(it.file, self._folder.path), it.line, it.problem, it.severity.name]
                for it in edition.warnings
            ],
            "missing": {**asdict(missing.page), "body": missing.page.body.decode()},
            "listed": missing.listed,
            "items": dict(missing.items),
        }

    def _digest(self, path: PurePosixPath) -> str | None:
        """What a file beside the texts holds; None where it is not there, or is nothing to be read."""
        body = self._folder.body(path, MAX_FILE_BYTES) if self._folder.is_there(path) else None
        return None if body is None else sha256(body).hexdigest()

    def _edition(self, head: Json, moment: datetime) -> Edition | None:
        since, until = _moment(head["since"]), _moment(head["until"])
        if (since and moment < since) or (until and moment >= until):
            return None
        if any(self._digest(PurePosixPath(path)) != digest for path, digest in head["files"].items()):
            return None
        entries: list[Entry] = []
        dates = Dates.kept(int(head["made"]))
        pages = dict(bind(self._rendered(since, head["parts"], entries), dates, secure=self._settings.secure))
        missing = head["missing"]
        return Edition(
            posts=tuple(entries),
            pages=pages,
            redirects=head["redirects"],
            not_found=NotFound(
                Rendered(**{**missing, "body": missing["body"].encode()}), head["listed"], head["items"]
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
        """Part by part, so that a large site is never in memory twice."""
        for number in range(parts):
            part = self._own.get(_part_key(since, number))
            if part is None:
                raise ValueError(f"part {number} is missing")
            (length,) = _LENGTH.unpack_from(part)
            head, bodies = json.loads(part[4 : 4 + length]), _Bodies(part, 4 + length)
            entries.extend(_entry(fields, bodies.take(size)) for fields, size in head["posts"])
            for page in head["pages"]:
                yield _page(page, head["headers"], bodies)
            bodies.end()


class _Bodies:
    """Cuts what follows one another."""

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
    """A head that says what follows, and the bodies: the posts' contents, then each page's encodings, and its identity where it has none."""
    kinds: dict[str, int] = {}
    listed: list[Json] = []
    bodies = [entry.content for entry in entries]
    for rendered, encoded in pages:
        kind = kinds.setdefault(json.dumps(dict(rendered.headers)), len(kinds))
        coded = {coding.decode(): body for coding, body in encoded.items()}
        listed.append({
            "page": [rendered.path, rendered.route, rendered.media_type, rendered.cache, kind],
            "coded": {coding: len(body) for coding, body in coded.items()},
            "whole": None if coded else len(rendered.body),
        })  # fmt: skip
        bodies += coded.values() if coded else [rendered.body]
    head = {
        "posts": [[_fields(entry), len(entry.content)] for entry in entries],
        "headers": [json.loads(kind) for kind in kinds],
        "pages": listed,
    }
    described = json.dumps(head, ensure_ascii=False).encode()
    return b"".join([_LENGTH.pack(len(described)), described, *bodies])


def _page(page: Json, headers: Sequence[Mapping[str, str]], bodies: _Bodies) -> tuple[Rendered, Encoded]:
    path, route, media_type, cache, kind = page["page"]
    encoded = {coding.encode(): bodies.take(size) for coding, size in page["coded"].items()}
    if not set(encoded) <= set(CODINGS):
        raise ValueError("an encoding that is none of ours")
    if encoded:
        coding = quickest_coding(encoded)
        body = decompressed(coding, encoded[coding])
    else:
        body = bodies.take(page["whole"])
    rendered = Rendered(path=path, route=route, media_type=media_type, body=body, cache=cache, headers=headers[kind])
    return rendered, encoded


def _fields(entry: Entry) -> Json:
    found = {field.name: getattr(entry, field.name) for field in fields(entry) if field.name != "content"}
    times = {name: time.isoformat() for name, time in found.items() if isinstance(time, datetime)}
    return found | times


def _entry(found: Json, content: bytes) -> Entry:
    published = datetime.fromisoformat(found["published"])
    return Entry(**{**found, "published": published, "updated": _moment(found["updated"]), "content": content})


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _part_key(since: datetime | None, number: int) -> str:
    # The same content makes another edition when a scheduled post has appeared; parts of the two must not mix.
    return key("part", str(since), str(number))


def _head_bytes(head: Json) -> bytes:
    # A warning may be about a file whose name is not UTF-8; json.loads reads such a name back.
    return json.dumps(head, ensure_ascii=False).encode(errors="surrogatepass")


def _name_if_readable(settings: Settings, folder: Folder) -> str | None:
    """The name; None where something cannot be read, which the making of the edition will name."""
    try:
        return _name(settings, folder)
    except (OSError, UnreadableError, ContentError):
        return None


def _name(settings: Settings, folder: Folder) -> str | None:
    """Everything an edition depends on but the time and the files that its texts refer to; None where that cannot be told."""
    program = _program()
    if program is None:
        return None
    texts = [part for path, text in folder.texts() for part in (str(path), text)]
    seen = {field.name: getattr(settings, field.name) for field in fields(settings) if field.name not in _UNSEEN}
    # What pages show is told by some of the settings they do not show themselves.
    told = (settings.rum_app, settings.rum_environment) if settings.faro_url else ()
    shown = repr((seen, settings.secure, settings.refreshes_browsers, told))
    remarks = repr([(str(os.path.relpath(it.file, folder.path)), it.line, it.problem) for it in folder.faults])
    # Each folder's files are closed off by an empty part: a file that moves from one folder to the other makes another edition.
    theme = [part for folder in theme_folders(settings.templates_dir) for part in (*_tree(folder), b"")]
    return key(program, shown, remarks, repr(folder.config()), *theme, *texts)[:32]


def _program() -> str | None:
    """This program's own source, and the versions of what it renders with."""
    try:
        versions = [version(library) for library in _LIBRARIES]
    except PackageNotFoundError:
        return None
    source = Path(blog.__file__).parent
    rooms = [
        *source.glob("*.py"),
        *(path for room in ("settings", "content", "render", "build") for path in (source / room).rglob("*.py")),
    ]
    digests = [sha256(path.read_bytes()).hexdigest() for path in sorted(rooms)]
    return " ".join([platform.python_version(), zlib.ZLIB_RUNTIME_VERSION, *versions, *digests])


def _tree(folder: Path) -> Iterator[bytes]:
    """Every file below a folder with its path, links followed; a folder that leads back into itself is left.

    Raises:
        UnreadableError: a file cannot be read.
        OSError: a link leads to more files than any theme has.
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
