"""What an import did: carried over, changed, and not carried over, each with the file and the line of the source."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from blog.errors import counted, printable


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One line of the report. Notes are sorted by file and line."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return printable(f"{self.file}:{self.line}: {self.text}")


@dataclass(slots=True)
class Report:
    """Collects the notes of one import. ``failed`` is set where a whole text or an existing file stood in the way."""

    carried_over: set[Note] = field(default_factory=set)
    changed: set[Note] = field(default_factory=set)
    not_carried_over: set[Note] = field(default_factory=set)
    failed: bool = False

    def carry(self, file: PurePath, line: int, text: str) -> None:
        self.carried_over.add(Note(str(file), line, text))

    def change(self, file: PurePath, line: int, text: str) -> None:
        self.changed.add(Note(str(file), line, text))

    def lose(self, file: PurePath, line: int, text: str) -> None:
        self.not_carried_over.add(Note(str(file), line, text))

    def fail(self, file: PurePath, line: int, text: str) -> None:
        """A text or a file is not carried over at all."""
        self.failed = True
        self.lose(file, line, text)

    def lines(self) -> Iterator[str]:
        """The report in three parts; a part without notes is left out."""
        parts = {
            "Carried over": self.carried_over,
            "Changed": self.changed,
            "Not carried over": self.not_carried_over,
        }
        for name, notes in parts.items():
            if notes:
                yield f"{name} ({len(notes)}):"
                yield from (f"  {note}" for note in sorted(notes))

    def summary(self) -> str:
        """
        >>> Report().summary()
        '0 carried over, 0 changes, 0 not carried over'
        """
        changes = counted(len(self.changed), "change")
        return f"{len(self.carried_over)} carried over, {changes}, {len(self.not_carried_over)} not carried over"
