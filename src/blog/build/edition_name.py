"""Names of cached editions: hashes of everything that an edition is built from."""

import errno
import os
import platform
import zlib
from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath

import blog
from blog.content.files import UnreadableError, is_editors_file, read_regular
from blog.content.folder import MAX_FILE_BYTES, Folder
from blog.errors import ContentError
from blog.machine.cache import key
from blog.render.theme_folders import FONTS, MOST_FONT_BYTES, theme_folders
from blog.settings import Settings

# A symbolic link in a theme may lead to a whole file system.
_MOST_THEME_FILES = 5000
_LIBRARIES = (
    "mistune", "pygments", "jinja2", "markupsafe", "pydantic", "pyyaml", "imagesize", "brotli", "zstandard", "pystemmer", "pillow",
)  # fmt: skip
# Settings that do not affect any page. A setting that is missing here only costs a rebuild when it changes; it never causes a wrong page.
_NOT_IN_PAGES = frozenset({
    "host", "port", "metrics_port", "posts_dir", "templates_dir", "cache_dir", "drain_seconds", "reload", "log_format", "log_level", "access_log",
    "revision", "trusted_proxies", "otlp_endpoint", "otlp_traces_endpoint", "otlp_headers", "otlp_timeout", "service_name", "resource_attributes",
    "traces_sampler", "traces_sampler_arg", "sdk_disabled", "cache_max_mb", "header_timeout_seconds", "body_timeout_seconds", "send_timeout_seconds",
    "max_connections", "preview_key", "otlp_traces_timeout", "otlp_protocol", "otlp_traces_protocol", "traces_exporter", "propagators", "span_queue",
    "span_batch", "span_delay",
})  # fmt: skip


def edition_name(settings: Settings, folder: Folder) -> str | None:
    """The name of the edition that these settings and texts make.

    None if a file cannot be read, which the build then reports, or if the versions of the libraries are unknown.
    """
    try:
        return _name(settings, folder)
    except (OSError, UnreadableError, ContentError):
        return None


def _name(settings: Settings, folder: Folder) -> str | None:
    """A key of everything the edition depends on, except the time and the files beside its texts.

    None if the versions of the libraries are unknown.
    """
    program = _program()
    if program is None:
        return None
    static = [part for path in folder.static_files() for part in (str(path), _digest(folder, path))]
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
    return key(program, shown, faults, repr(folder.config()), *theme, *static, b"", *texts)[:32]


def _digest(folder: Folder, path: PurePosixPath) -> str:
    body = folder.body(path, MAX_FILE_BYTES)
    return "" if body is None else sha256(body).hexdigest()


def _program() -> str | None:
    """Versions of Python and the libraries, and digests of this program's source; None if a library has no version."""
    try:
        versions = [version(library) for library in _LIBRARIES]
    except PackageNotFoundError:
        return None
    source = Path(blog.__file__).parent
    modules = [
        *source.glob("*.py"),
        *(
            path
            for package in ("settings", "content", "render", "build", "search")
            for path in (source / package).rglob("*.py")
        ),
    ]
    digests = [sha256(path.read_bytes()).hexdigest() for path in sorted(modules)]
    return " ".join([platform.python_version(), zlib.ZLIB_RUNTIME_VERSION, *versions, *digests])


def _tree(folder: Path) -> Iterator[bytes]:
    """The path and a digest of every file below a folder. Symbolic links are followed, except those that form a loop.

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
            is_font = path.parent == folder / FONTS
            yield sha256(read_regular(path, MOST_FONT_BYTES if is_font else MAX_FILE_BYTES)).digest()
