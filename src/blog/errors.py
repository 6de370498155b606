"""Errors of the service, and the faults of its content as data.

BlogError
├── SettingsError    one line: the variable, its value, what is allowed (exit code 2)
└── ContentError     one or more faults, each with file and line (exit code 1)
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePath


class Severity(Enum):
    """The severity of a fault: an error prevents the edition from being published, a warning is logged and the site is served."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem in the content or the theme, with its file and line.

    Within content the file is relative to the posts folder; the loader adds the folder once all faults are known.

    >>> print(Fault(Path("posts/hello.md"), 3, "title is missing"))
    posts/hello.md:3: error: title is missing
    """

    file: PurePath
    line: int
    problem: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        r"""One printable line, in which unprintable characters are escaped.

        >>> print(Fault(Path("posts/a\n\udcff.md"), 1, "is empty", Severity.WARNING))
        posts/a\n\udcff.md:1: warning: is empty
        """
        return printable(f"{self.file}:{self.line}: {self.severity.value}: {self.problem}")

    @property
    def as_json(self) -> str:
        """The fault as one line of JSON."""
        fields = {"file": str(self.file), "line": self.line, "severity": self.severity.value, "problem": self.problem}
        return json.dumps(fields)

    @property
    def as_github(self) -> str:
        """The fault as a workflow command, which GitHub shows beside the line of the file.

        >>> print(Fault(Path("a,b.md"), 3, "100% wrong").as_github)
        ::error file=a%2Cb.md,line=3::100%25 wrong
        """
        file = self.file.relative_to(Path.cwd()) if self.file.is_relative_to(Path.cwd()) else self.file
        name = _command_data(str(file)).replace(":", "%3A").replace(",", "%2C")
        return f"::{self.severity.value} file={name},line={self.line}::{_command_data(self.problem)}"


def summary(faults: Iterable[Fault]) -> str:
    """How many errors and warnings there are.

    >>> summary([Fault(Path("a.md"), 1, "is empty")])
    '1 error, 0 warnings'
    """
    severities = [fault.severity for fault in faults]
    return f"{counted(severities.count(Severity.ERROR), 'error')}, {counted(severities.count(Severity.WARNING), 'warning')}"


def errors_in(faults: Iterable[Fault]) -> int:
    return sum(fault.severity is Severity.ERROR for fault in faults)


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _command_data(text: str) -> str:
    """Text as the data of a GitHub workflow command; a line break would start another command."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def printable(text: str) -> str:
    return text if text.isprintable() else "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def faults_of(problem: BaseException) -> tuple[Fault, ...]:
    """The faults that an exception reports; none if it names no file.

    >>> str(faults_of(PermissionError(13, "Permission denied", "posts/a.md"))[0])
    'posts/a.md:1: error: cannot be used: Permission denied'
    """
    if isinstance(problem, ContentError):
        return problem.faults
    if isinstance(problem, OSError) and problem.filename is not None:
        return (Fault(Path(os.fsdecode(problem.filename)), 1, f"cannot be used: {problem.strerror}"),)
    return ()


class BlogError(Exception):
    """Base class of the errors that `blog` reports with a message instead of a traceback."""


class SettingsError(BlogError):
    """An environment variable has a value that cannot be used."""


class ContentError(BlogError):
    """The content or the theme has errors, so that no edition can be built from it."""

    def __init__(self, faults: Iterable[Fault], texts: int = 0) -> None:
        """``texts`` is the number of posts and pages that were looked at."""
        self.faults = tuple(faults)
        self.texts = texts
        super().__init__("\n".join(map(str, self.faults)))
