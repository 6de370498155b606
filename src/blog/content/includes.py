"""Files that fences show: read once for a load, checked, and cut to the lines that are asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath

from blog.content.characters import UNUSABLE
from blog.content.document import Include, Ranges
from blog.content.drawing import PlacedSource
from blog.content.folder import Folder
from blog.content.library import resolve_file
from blog.content.markdown.code import render
from blog.content.markdown.highlight import Highlighter
from blog.content.post import Text
from blog.errors import counted

MAX_BYTES = 1024 * 1024
# A short text could show a long file a thousand times.
MAX_CHARACTERS_OF_A_TEXT = 2 * 1024 * 1024


class _NotShownError(Exception):
    """A file cannot be shown. The message is the end of a warning."""


@dataclass(slots=True)
class _Budget:
    """What the files that one text shows may still cost."""

    highlighter: Highlighter
    characters: int

    def take(self, code: str) -> str:
        if len(code) > self.characters:
            raise _NotShownError("the files that this text shows have more than 2 MiB together")
        self.characters -= len(code)
        return code


class Includes:
    """Fills in the fences that show a file. What cannot be shown is a warning with the line of the fence."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._read: dict[PurePosixPath, str | _NotShownError] = {}
        self._digests: dict[PurePosixPath, str | None] = {}

    @property
    def digests(self) -> Mapping[PurePosixPath, str | None]:
        """The SHA-256 of each file that a fence names; None for one that is missing or cannot be read."""
        return self._digests

    def shown(self, text: Text) -> Text:
        """The text with the files that its fences name."""
        document = text.document
        if not document.includes and not any(placed.file for placed in document.sources):
            return text
        budget = _Budget(Highlighter(), MAX_CHARACTERS_OF_A_TEXT)
        includes = tuple(self._include(text, include, budget) for include in document.includes)
        sources = tuple(self._source(text, placed, budget) if placed.file else placed for placed in document.sources)
        return replace(text, document=replace(document, includes=includes, sources=sources))

    def _source(self, text: Text, placed: PlacedSource, budget: "_Budget") -> PlacedSource:
        code = self._taken(text, placed.file, placed.lines, placed.line, budget)
        if code is None:
            return replace(placed, file="")
        return replace(placed, source=replace(placed.source, text=code))

    def _taken(self, text: Text, file: str, lines: Ranges, line: int, budget: "_Budget") -> str | None:
        """What a fence shows of a file; None, with a warning, if it cannot be shown."""
        try:
            return budget.take(self._code(text, file, lines))
        except _NotShownError as problem:
            self._warn(text, line, f"file {file!r} is not shown: {problem}")
            return None

    def _include(self, text: Text, include: Include, budget: "_Budget") -> Include:
        options, lines = include.options, include.options.lines
        code = self._taken(text, options.file, lines, include.line, budget)
        if code is None:
            return include
        # The numbers of a part are those of its lines in the file, unless the fence says another one.
        if lines and options.first_line == 1:
            options = replace(options, first_line=lines[0][0])
        shown = render(code, include.language, options, budget.highlighter)
        for _, remark in shown.problems:
            self._warn(text, include.line, f"in {options.file!r}: {remark}")
        return replace(include, markup=shown.markup)

    def _warn(self, text: Text, line: int, problem: str) -> None:
        self._folder.fault(text.file, problem, text.body_line + line - 1)

    def _code(self, text: Text, file: str, lines: Ranges) -> str:
        path = resolve_file(text, file)
        if path is None:
            raise _NotShownError("it is not in the posts folder")
        if any(step.startswith(".") for step in path.parts):
            raise _NotShownError("hidden files are never shown")
        if path not in self._read:
            self._read[path] = self._open(path)
        found = self._read[path]
        if isinstance(found, _NotShownError):
            raise found
        return _part(found, lines) if lines else found

    def _open(self, path: PurePosixPath) -> str | _NotShownError:
        self._digests[path] = None
        if not self._folder.is_there(path):
            return _NotShownError(f"there is no {path} in the posts folder")
        before = len(self._folder.faults)
        body = self._folder.body(path, MAX_BYTES)
        if body is None:
            reason = self._folder.faults[-1].problem
            # The warning at the fence says it.
            del self._folder.faults[before:]
            return _NotShownError(f"{path} {reason}")
        self._digests[path] = sha256(body).hexdigest()
        try:
            return _lines_ended(UNUSABLE.sub("\ufffd", re.sub("\r\n?", "\n", body.decode("utf-8-sig"))))
        except UnicodeDecodeError as problem:
            return _NotShownError(f"{path} is not UTF-8 at offset {problem.start}")


def _lines_ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _part(text: str, ranges: Ranges) -> str:
    lines = text.split("\n")[:-1]
    part = [line for first, last in ranges for line in lines[first - 1 : last]]
    if not part:
        raise _NotShownError(f"it has no line {ranges[0][0]}, only {counted(len(lines), 'line')}")
    return "\n".join(part) + "\n"
