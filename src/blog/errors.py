"""Errors of the service, and the faults of its content as data.

BlogError
├── SettingsError    one line: the variable, its value, what is allowed (exit code 2)
└── ContentError     one or more faults, each with file and line (exit code 1)
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Severity(Enum):
    """The severity of a fault: an error prevents the edition from being published, a warning is logged and the page is served."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem in the content or the theme, with its file and line.

    >>> print(Fault(Path("posts/hello.md"), 3, "title is missing"))
    posts/hello.md:3: title is missing
    """

    file: Path
    line: int
    problem: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        r"""One printable line, in which unprintable characters of the file's name are escaped.

        >>> print(Fault(Path("posts/a\n\udcff.md"), 1, "is empty"))
        posts/a\n\udcff.md:1: is empty
        """
        text = f"{self.file}:{self.line}: {self.problem}"
        return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def faults_of(problem: BaseException) -> tuple[Fault, ...]:
    """The faults that an exception reports; none if it names no file.

    >>> str(faults_of(PermissionError(13, "Permission denied", "posts/a.md"))[0])
    'posts/a.md:1: cannot be used: Permission denied'
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

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
