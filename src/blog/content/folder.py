"""Posts folder on disk: which of its files are texts, and which files may be read."""

import os
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from blog import urls
from blog.content.file_names import is_section, is_text
from blog.content.files import UnreadableError, folder_problem, is_editors_file, is_utf_8, read_regular
from blog.errors import ContentError, Fault, Severity

MAX_TEXT_BYTES = 512 * 1024
MAX_FILE_BYTES = 16 * 1024 * 1024
CONFIG = PurePosixPath("site.yaml")
STATIC = PurePosixPath("static")
WELL_KNOWN = STATIC / ".well-known"
_OWN_FOLDERS = frozenset(kind.folder for kind in urls.KINDS if kind.folder)
# What other programs name their texts, besides those that are read.
_LIKE_TEXTS = frozenset({
    ".md", ".markdown", ".mdown", ".mkdown", ".mkdn", ".mkd", ".mdwn", ".mdtxt", ".mdtext", ".mdx", ".mdoc", ".qmd", ".rmd",
    ".rst", ".adoc", ".asciidoc", ".org", ".textile",
})  # fmt: skip

# The path of a text within the folder, and its content.
Source = tuple[PurePosixPath, str]
# Texts that are read instead of those on disk, or besides them, by path; None leaves a text out.
Held = Mapping[PurePosixPath, str | None]


class Folder:
    """Reads files in one folder and never outside it; ``faults`` collects the faults that it meets, relative to the folder."""

    def __init__(self, folder: Path, held: Held | None = None) -> None:
        """Open the folder; the texts in ``held`` are read from there.

        Raises:
            ContentError: it is missing or cannot be read.
        """
        self.path = folder
        self._held = held or {}
        self.faults: list[Fault] = []
        # The texts that are there, readable or not, and the files that look like texts and are not read.
        self.found = 0
        self.unread = 0
        self._root = Path(os.path.realpath(folder))
        self._inside: dict[PurePosixPath, bool] = {}
        self._names: dict[PurePosixPath, dict[str, str]] = {}
        if problem := folder_problem(self._root):
            hint = "" if os.path.lexists(folder) else '; write a first post with: blog new "Hello"'
            raise ContentError([Fault(folder, 1, f"{problem} (BLOG_POSTS_DIR){hint}")])

    def fault(self, path: PurePosixPath, problem: str, line: int = 1, severity: Severity = Severity.WARNING) -> None:
        """Record a fault of a file. A file that cannot be read is left out with a warning, so that the others are served."""
        self.faults.append(Fault(path, line, problem, severity))

    def texts(self) -> list[Source]:
        """Every text, in a stable order. _index.md, which describes its folder, is among them."""
        named = list(self._markdown())
        paths = list(self._in_nfc(named))
        paths += [path for path, text in self._held.items() if text is not None and is_text(path) and path not in paths]
        self.found += len(paths) + sum(not is_utf_8(str(path)) for path in named)
        return [(path, text) for path in paths if (text := self.text(path)) is not None]

    def config(self) -> str | None:
        """The text of site.yaml; None if there is none."""
        if not self.is_there(CONFIG):
            return None
        before = len(self.faults)
        text = self.text(CONFIG) or ""
        # Without it the site would be served under another name.
        self.faults[before:] = [replace(fault, severity=Severity.ERROR) for fault in self.faults[before:]]
        return text

    def static_files(self) -> Iterator[PurePosixPath]:
        """The paths of the files below static/ in NFC, sorted. Hidden files other than .well-known and editors' files are skipped."""
        return self._in_nfc(sorted(self._below_static()))

    def _in_nfc(self, paths: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
        """The paths in NFC; a name that is not UTF-8, or that a path before it has in another form, is a fault."""
        seen: set[PurePosixPath] = set()
        for path in paths:
            if not is_utf_8(str(path)):
                self.fault(path, "has a name that is not UTF-8; rename it")
            elif nfc(path) in seen:
                self.fault(path, "has the same name as another file in another Unicode form; rename one of them")
            else:
                seen.add(nfc(path))
                yield nfc(path)

    def is_there(self, path: PurePosixPath) -> bool:
        return self._place(path) is not None

    def is_folder(self, path: PurePosixPath) -> bool:
        return (self._root / (self._place(path) or path)).is_dir()

    def origin(self, path: PurePosixPath) -> str:
        """Where a file is on disk once all links are followed, so that two paths of one file can be recognised."""
        return os.path.realpath(self._root / (self._place(path) or path))

    def body(self, path: PurePosixPath, limit: int) -> bytes | None:
        """The bytes of a regular file in the folder; for anything else, None and a fault."""
        place = self._place(path) or path
        if self._refuse_escape(place):
            return None
        try:
            return read_regular(self._root / place, limit)
        except UnreadableError as problem:
            self.fault(path, str(problem))
        return None

    def text(self, path: PurePosixPath) -> str | None:
        """The text of a file, in which a lone surrogate stands for each byte that is not UTF-8."""
        if path in self._held:
            return self._held[path]
        body = self.body(path, MAX_TEXT_BYTES)
        if body is None:
            return None
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = body.count(b"\n", 0, problem.start) + 1
            self.fault(path, f"is not UTF-8: byte 0x{body[problem.start]:02x} at offset {problem.start}", line)
            text = body.removeprefix(BOM_UTF8).decode(errors="surrogateescape")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _markdown(self) -> Iterator[PurePosixPath]:
        """The paths of all texts as they are on disk. Hidden files and READMEs are skipped; misnamed texts are faults."""
        for parent, subfolders, names in self._walk(PurePosixPath()):
            if parent == PurePosixPath() and STATIC.name in subfolders:
                subfolders.remove(STATIC.name)
            for name in subfolders:
                if problem := _ill_named(parent, name):
                    self.fault(parent / name, problem)
            for name in names:
                path = PurePosixPath(parent / name)
                if not is_like_text(path) or path.stem.lower() == "readme":
                    continue
                if is_text(path):
                    yield path
                else:
                    self.unread += 1
                    self.fault(path, misnamed(path))

    def _walk(self, top: PurePosixPath) -> Iterator[tuple[PurePosixPath, list[str], list[str]]]:
        """As os.walk, sorted, without hidden files and without links out of the folder; paths are within it."""
        seen: dict[str, PurePosixPath] = {}
        # Links to folders are followed: the kubelet mounts every folder of a ConfigMap as a link.
        for folder, subfolders, names in os.walk(self._root / top, onerror=self._unreadable, followlinks=True):
            parent = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            first = seen.setdefault(os.path.realpath(folder), parent)
            if first != parent:
                self.fault(parent, f"is the same folder as {first}, which is read already")
                subfolders.clear()
                continue
            subfolders[:] = sorted(
                name for name in subfolders if _is_read(name) and not self._refuse_escape(parent / name)
            )
            yield parent, subfolders, sorted(name for name in names if _is_shown(name))

    def _below_static(self) -> Iterator[PurePosixPath]:
        if not self.is_there(STATIC) or self._refuse_escape(STATIC):
            return
        seen: set[str] = set()
        # Links to folders are followed: the kubelet mounts every folder of a ConfigMap as a link.
        for folder, subfolders, names in os.walk(self._root / STATIC, onerror=self._not_listed, followlinks=True):
            parent = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            real = os.path.realpath(folder)
            if real in seen:
                self.fault(parent, "is a link to a folder that is served already; such links are not followed")
                subfolders.clear()
                continue
            seen.add(real)
            shown = [name for name in sorted(subfolders) if _is_public(parent / name)]
            subfolders[:] = [name for name in shown if not self._refuse_escape(parent / name)]
            yield from (parent / name for name in names if _is_public(parent / name))

    def _place(self, path: PurePosixPath) -> PurePosixPath | None:
        """Where a path is on disk: macOS may have written its name in NFD. None if it is nowhere."""
        try:
            if os.path.lexists(self._root / path):
                return path
        except (OSError, ValueError):
            return None
        if path == path.parent or str(path).isascii():
            return None
        parent = self._place(path.parent)
        if parent is None:
            return None
        if parent not in self._names:
            self._names[parent] = _names_by_nfc(self._root / parent)
        name = self._names[parent].get(nfc(path).name)
        return None if name is None else parent / name

    def _unreadable(self, problem: OSError) -> None:
        self.found += 1
        self._not_listed(problem)

    def _not_listed(self, problem: OSError) -> None:
        # An error while a folder is being listed has no file name.
        path = PurePosixPath(Path(problem.filename or self._root).relative_to(self._root).as_posix())
        self.fault(path, f"cannot be read: {problem.strerror}")

    def _refuse_escape(self, path: PurePosixPath) -> bool:
        try:
            inside = self._is_inside(path)
        except RuntimeError:
            self.fault(path, "cannot be read: a loop of links")
            return True
        except OSError as problem:
            self.fault(path, f"cannot be read: {problem.strerror}")
            return True
        if not inside:
            self.fault(path, "is a link out of the posts folder; such links are not followed")
        return not inside

    def _is_inside(self, path: PurePosixPath) -> bool:
        place = self._root / path
        if path == path.parent or path.name == ".." or place.is_symlink():
            return place.resolve().is_relative_to(self._root)
        # Cached for each folder: resolving its links again for every file would take longer than reading the file.
        if path.parent not in self._inside:
            self._inside[path.parent] = (self._root / path.parent).resolve().is_relative_to(self._root)
        return self._inside[path.parent]


def is_like_text(path: PurePosixPath) -> bool:
    """Whether a file's extension is one of texts, of this program or of another."""
    return path.suffix.lower() in _LIKE_TEXTS


def nfc(path: PurePosixPath) -> PurePosixPath:
    """The path in Unicode's composed form, in which names and links are compared."""
    return PurePosixPath(unicodedata.normalize("NFC", str(path)))


def _is_public(path: PurePosixPath) -> bool:
    """Whether a path below static/ is served: it is not hidden, and no editor made it for itself."""
    return path == WELL_KNOWN or not (path.name.startswith(".") or is_editors_file(path.name))


def _names_by_nfc(folder: Path) -> dict[str, str]:
    try:
        return {unicodedata.normalize("NFC", name): name for name in os.listdir(folder)}  # noqa: PTH208 -- only names
    except OSError:
        return {}


def _is_read(folder: str) -> bool:
    """Whether a folder of this name is read: it is not hidden and has no other people's code, or it is where Jekyll has its posts."""
    return folder == "_posts" or not (folder.startswith((".", "_")) or folder == "node_modules")


def _is_shown(name: str) -> bool:
    """Whether a file is read at all: it is not hidden, except where Hugo and Zola describe a folder."""
    return not name.startswith((".", "_")) or is_section(PurePosixPath(name))


def _ill_named(parent: PurePosixPath, name: str) -> str | None:
    """Why a folder is probably not what its name says; None if it is."""
    if is_text(PurePosixPath(name)):
        return "is a folder, whose name ends as that of a text; rename it"
    if parent == PurePosixPath() and name not in _OWN_FOLDERS and name.lower() in _OWN_FOLDERS:
        return f"is read as a folder of posts; rename it to {name.lower()!r} if its texts are {name.lower()}"
    return None


def misnamed(path: PurePosixPath) -> str:
    """Why a file that looks like a text, and has another extension, is not read."""
    problem = "is not read: posts and pages are Markdown files that end with .md, .markdown or .mdx"
    markdown = path.suffix.lower().startswith((".md", ".mk"))
    return f"{problem}; rename it to {path.with_suffix('.md').name!r}" if markdown else problem
