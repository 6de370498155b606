"""Everything that can go wrong on purpose, as data.

BlogError
├── SettingsError    one line: the variable, its value, what is allowed (exit code 2)
└── ContentError     one or more faults, each with file and line (exit code 1)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Severity(Enum):
    """What a fault does to a start: an error stops it, a warning is logged and the page is served."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem in one place.

    >>> print(Fault(Path("posts/hello.md"), 3, "title is missing"))
    posts/hello.md:3: title is missing
    """

    file: Path
    line: int
    problem: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


class BlogError(Exception):
    """The root of the family: what `blog` reports in words instead of a traceback."""


class SettingsError(BlogError):
    """An environment variable has a value that cannot be used."""


class ContentError(BlogError):
    """The content or the theme has faults that leave no right site to serve."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
