"""Last good versions of texts: while an author writes, a text with a fault stays as it was, and all others are rebuilt."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

from blog.content.folder import Held, Source
from blog.errors import ContentError, Fault, Severity

# A template may fail for one text after the other, each of which costs a build.
_MOST_HELD = 20

_Made = TypeVar("_Made")


class LastGood:
    """The texts and the site.yaml of the last edition that could be built. Before the first one nothing is held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[PurePosixPath, str] = {}
        # The texts that were held for the last edition, as they were on disk.
        self._refused: dict[PurePosixPath, str] = {}

    def make(
        self, make: Callable[[Held], _Made], sources: Callable[[Held], Iterable[Source]]
    ) -> tuple[_Made, tuple[Fault, ...]]:
        """What ``make`` builds, and the faults of the texts that were held at their last good version for it.

        ``sources`` returns the texts that the last call of ``make`` could read.

        Raises:
            ContentError: holding texts does not help, for example because a template is broken.
        """
        held: dict[PurePosixPath, str | None] = {}
        refused: dict[PurePosixPath, str] = {}
        faults: list[Fault] = []
        while True:
            try:
                made = make(held)
            except ContentError as problem:
                errors = [fault for fault in problem.faults if fault.severity is Severity.ERROR]
                now = dict(sources(held))
                still = {path for path, text in self._refused.items() if now.get(path) == text} - held.keys()
                broken = still or self._broken(errors, now) - held.keys()
                if not (self._texts and broken) or len(held) > _MOST_HELD:
                    raise ContentError(dict.fromkeys([*faults, *problem.faults]), problem.texts) from problem
                # A warning may name the cause of an error: a date is missing because its key is misspelled.
                wrong = {fault.file for fault in errors}
                faults += [fault for fault in problem.faults if fault.file in wrong]
                refused |= {path: now[path] for path in broken if path in now}
                held |= {path: self._texts.get(path) for path in broken}
            else:
                self._texts, self._refused = dict(sources(held)), refused
                return made, tuple(dict.fromkeys(faults))

    def _broken(self, errors: Iterable[Fault], now: Mapping[PurePosixPath, str]) -> set[PurePosixPath]:
        """The texts to hold. If one that has not changed has an error now, the cause is among those that have."""
        named = {
            PurePosixPath(fault.file.relative_to(self._folder))
            for fault in errors
            if fault.file.is_relative_to(self._folder)
        }
        unchanged = {path for path in named if path in self._texts and now.get(path) == self._texts[path]}
        changed = {path for path, text in now.items() if self._texts.get(path) != text}
        return (named - unchanged) | (changed if unchanged else set())
