"""From a folder to a library: every text parsed, every picture that one refers to, and every fault with its file and line."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from blog.content import markdown
from blog.content.check import check
from blog.content.config import SiteConfig, parse_config
from blog.content.document import Parse
from blog.content.files import File, is_served, read_file
from blog.content.folder import CONFIG, MAX_FILE_BYTES, PAGES, Folder, Written
from blog.content.front_matter import FrontMatterError
from blog.content.library import Library, beside, relative_targets
from blog.content.post import Post, StandalonePage, Text
from blog.content.text_parser import parse_page, parse_post
from blog.errors import ContentError, Fault, Severity
from blog.machine.stages import Stage, unwatched

logger = logging.getLogger(__name__)

# Parsed texts by file and content: a rebuild parses what has changed.
Memory = dict[Written, Text]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A library, what its author should still mend, and the files that were looked for, there or not."""

    library: Library
    warnings: tuple[Fault, ...]
    wanted: tuple[PurePosixPath, ...]


def load(folder: Path, memory: Memory | None = None, parse: Parse = markdown.parse, stage: Stage = unwatched) -> Loaded:
    """Read every post, page and picture below a folder; a memory carries parsed texts from one load to the next.

    Raises:
        ContentError: with every fault of the content, not only the first.
    """
    return _Reading(Folder(folder), {} if memory is None else memory, parse).load(stage)


class _Reading:
    """One pass over a folder; the faults it meets are noted there."""

    def __init__(self, folder: Folder, memory: Memory, parse: Parse) -> None:
        self._folder = folder
        self._memory = memory
        self._parse = parse

    def load(self, stage: Stage) -> Loaded:
        with stage("load") as note:
            written = self._folder.texts()
            note("files", len(written))
        with stage("parse") as note:
            texts = [text for text in map(self._text, written) if text]
            note("texts", len(texts))
        self._memory.clear()
        self._memory.update({(text.file, text.source): text for text in texts})
        wanted = _wanted(texts)
        library = Library(
            config=self._config(),
            posts=tuple(text for text in texts if isinstance(text, Post) and not text.draft),
            pages=tuple(text for text in texts if isinstance(text, StandalonePage) and not text.draft),
            drafts=tuple(text for text in texts if text.draft),
            files=self._files(wanted),
        )
        for found in check(library):
            self._folder.fault(found.file, found.problem, found.line, found.severity)
        return Loaded(library, self._warnings(), wanted)

    def _warnings(self) -> tuple[Fault, ...]:
        found = set(self._folder.faults)
        faults = tuple(sorted(found, key=lambda fault: (str(fault.file), fault.line, fault.problem)))
        if any(fault.severity is Severity.ERROR for fault in faults):
            raise ContentError(faults)
        return faults

    def _config(self) -> SiteConfig:
        text = self._folder.config()
        if text is None:
            return SiteConfig()
        try:
            return parse_config(text)
        except FrontMatterError as problem:
            self._report(CONFIG, problem)
            return SiteConfig()

    def _report(self, path: PurePosixPath, error: FrontMatterError) -> None:
        for line, problem in error.problems:
            self._folder.fault(path, problem, line)

    def _text(self, written: Written) -> Text | None:
        if known := self._memory.get(written):
            return known
        path, text = written
        try:
            read = parse_page if path.parent == PAGES else parse_post
            return read(path, text, self._parse)
        except FrontMatterError as problem:
            self._report(path, problem)
        except RecursionError:
            self._folder.fault(path, "is nested too deeply to be parsed")
        except Exception as problem:
            # A fault of this program; named as one of the file, its author can go around it.
            logger.debug("%s cannot be parsed", path, exc_info=problem)
            self._folder.fault(path, f"cannot be parsed ({type(problem).__name__}: {problem})")
        return None

    def _files(self, wanted: Iterable[PurePosixPath]) -> Mapping[PurePosixPath, File]:
        files: dict[PurePosixPath, File] = {}
        for path in wanted:
            if not self._folder.is_there(path):
                continue  # check() says so, at the line that refers to it
            if (body := self._folder.body(path, MAX_FILE_BYTES)) is not None:
                try:
                    files[path] = read_file(path, body)
                except ValueError as problem:
                    self._folder.fault(path, str(problem))
        return files


def _wanted(texts: Iterable[Text]) -> tuple[PurePosixPath, ...]:
    """Only what a text refers to is read, and so only that can be served."""
    named = {beside(text, target) for text in texts for target in relative_targets(text)}
    return tuple(sorted(path for path in named if path and is_served(path)))
