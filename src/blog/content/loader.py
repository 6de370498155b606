"""Reads a posts folder. The only place in content/ that touches the disk, and the border where faults get a file name."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from blog import cores
from blog.content import markdown
from blog.content.check import check
from blog.content.config import SiteConfig, parse_config
from blog.content.documents import Parse
from blog.content.files import MAX_FILE_BYTES, File, is_served, read_file
from blog.content.header import HeaderError
from blog.content.library import Library, beside, relative_targets
from blog.content.parse import parse_page, parse_post
from blog.content.post import Post, StandalonePage, Text
from blog.errors import ContentError, Fault, Severity
from blog.stages import Stage, unwatched

MAX_TEXT_BYTES = 512 * 1024
CONFIG = PurePosixPath("site.yaml")
PAGES = PurePosixPath("pages")

# Parsed texts by file and content: a rebuild parses what has changed.
Memory = dict[tuple[PurePosixPath, str], Text]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A library and what its author should still mend."""

    library: Library
    warnings: tuple[Fault, ...]


def load(folder: Path, memory: Memory | None = None, parse: Parse = markdown.parse, stage: Stage = unwatched) -> Loaded:
    """Read every post, page and picture below a folder; a memory carries parsed texts from one load to the next.

    Raises:
        ContentError: with every fault of the content, not only the first.
    """
    return _Reading(folder, {} if memory is None else memory, parse).load(stage)


class _Reading:
    """One pass over a folder; collects the faults on its way."""

    def __init__(self, folder: Path, memory: Memory, parse: Parse) -> None:
        self._folder = folder
        self._memory = memory
        self._parse = parse
        self._root = folder.resolve()
        self._faults: list[Fault] = []

    def load(self, stage: Stage) -> Loaded:
        if not self._root.is_dir():
            raise ContentError([Fault(self._folder, 1, "there is no such folder (BLOG_POSTS_DIR)")])
        with stage("load") as note:
            written = [(path, text) for path in self._markdown() if (text := self._string(path)) is not None]
            note("files", len(written))
        with stage("parse") as note:
            texts = [text for text in cores.spread(self._text, written) if text]
            note("texts", len(texts))
        self._memory.clear()
        self._memory.update({(text.file, text.source): text for text in texts})
        library = Library(
            config=self._config(),
            posts=tuple(text for text in texts if isinstance(text, Post) and not text.draft),
            pages=tuple(text for text in texts if isinstance(text, StandalonePage) and not text.draft),
            drafts=tuple(text for text in texts if text.draft),
            files=self._files(texts),
        )
        self._faults += (Fault(self._folder / found.file, *found.rest) for found in check(library))
        return Loaded(library, self._warnings())

    def _warnings(self) -> tuple[Fault, ...]:
        faults = tuple(sorted(set(self._faults), key=lambda fault: (str(fault.file), fault.line, fault.problem)))
        if any(fault.severity is Severity.ERROR for fault in faults):
            raise ContentError(faults)
        return faults

    def _fault(self, path: PurePosixPath, problem: str, line: int = 1, severity: Severity = Severity.ERROR) -> None:
        self._faults.append(Fault(self._folder / path, line, problem, severity))

    def _markdown(self) -> Iterator[PurePosixPath]:
        """The posts and the pages, in a stable order; what is hidden is skipped, what is misplaced is said."""
        for folder, subfolders, names in os.walk(self._root, onerror=self._unreadable):
            where = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            subfolders[:] = sorted(name for name in subfolders if not name.startswith((".", "_")))
            for name in subfolders:
                self._refuse_escape(where / name)
            for name in sorted(names):
                if name.startswith((".", "_")) or not name.endswith(".md"):
                    continue
                if where in {PurePosixPath(), PAGES}:
                    yield where / name
                else:
                    problem = "is not read: posts stand in the posts folder itself, pages in its pages/"
                    self._fault(where / name, problem, severity=Severity.WARNING)

    def _unreadable(self, problem: OSError) -> None:
        path = PurePosixPath(Path(problem.filename).relative_to(self._root).as_posix())
        self._fault(path, f"cannot be read: {problem.strerror}")

    def _is_there(self, path: PurePosixPath) -> bool:
        try:
            return os.path.lexists(self._root / path)
        except (OSError, ValueError):
            return False

    def _refuse_escape(self, path: PurePosixPath) -> bool:
        inside = (self._root / path).resolve().is_relative_to(self._root)
        if not inside:
            self._fault(path, "is a link out of the posts folder, which is not followed")
        return not inside

    def _bytes(self, path: PurePosixPath, limit: int) -> bytes | None:
        """The bytes of a regular file within the folder; None, and a fault, for anything else."""
        try:
            if self._refuse_escape(path):
                return None
            found = (self._root / path).stat()
            if not stat.S_ISREG(found.st_mode):
                self._fault(path, "is not a regular file")
            elif found.st_size > limit:
                self._fault(path, f"has {_megabytes(found.st_size)}; {_megabytes(limit)} is the most a file may have")
            else:
                return (self._root / path).read_bytes()
        except (OSError, RuntimeError, ValueError) as problem:
            self._fault(path, f"cannot be read: {getattr(problem, 'strerror', None) or 'a loop of links'}")
        return None

    def _string(self, path: PurePosixPath) -> str | None:
        body = self._bytes(path, MAX_TEXT_BYTES)
        if body is None:
            return None
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = body.count(b"\n", 0, problem.start) + 1
            self._fault(path, f"is not UTF-8: byte 0x{body[problem.start]:02x} at offset {problem.start}", line)
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _config(self) -> SiteConfig:
        if not (self._root / CONFIG).exists():
            return SiteConfig()
        try:
            return parse_config(self._string(CONFIG) or "")
        except HeaderError as problem:
            self._report(CONFIG, problem)
            return SiteConfig()

    def _report(self, path: PurePosixPath, error: HeaderError) -> None:
        for line, problem in error.problems:
            self._fault(path, problem, line)

    def _text(self, written: tuple[PurePosixPath, str]) -> Text | None:
        path, text = written
        if known := self._memory.get(written):
            return known
        try:
            read = parse_page if path.parent == PAGES else parse_post
            return read(path, text, self._parse)
        except HeaderError as problem:
            self._report(path, problem)
        except RecursionError:
            self._fault(path, "is nested too deeply to be parsed")
        return None

    def _files(self, texts: Iterable[Text]) -> Mapping[PurePosixPath, File]:
        """Only what a text refers to is read, and so only that can be served."""
        wanted = {beside(text, target) for text in texts for target in relative_targets(text)}
        files: dict[PurePosixPath, File] = {}
        for path in sorted(path for path in wanted if path and is_served(path)):
            if not self._is_there(path):
                continue  # check() says so, at the line that refers to it
            if (body := self._bytes(path, MAX_FILE_BYTES)) is not None:
                try:
                    files[path] = read_file(path, body)
                except ValueError as problem:
                    self._fault(path, str(problem))
        return files


def _megabytes(size: int) -> str:
    """
    >>> _megabytes(20 * 1024 * 1024), _megabytes(512 * 1024)
    ('20.0 MiB', '512 KiB')
    """
    return f"{size / 1024**2:.1f} MiB" if size >= 1024**2 else f"{size // 1024} KiB"
