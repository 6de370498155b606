"""Changes of files and one move, of which all are made or none."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path


class MoveError(Exception):
    """The text cannot be moved there, and nothing was changed."""


class NotPutBackError(Exception):
    """A change failed, and one before it could not be undone: the message names both files."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file that will have the content of a temporary one; ``backup`` is a copy of it as it is."""

    place: Path
    written: Path
    backup: Path

    def apply(self, undone: ExitStack) -> None:
        """Replace the file at once, so that a server which watches the folder reads none by halves."""
        self.written.replace(self.place)
        undone.callback(self.backup.replace, self.place)


def move(old: Path, new: Path, before: Mapping[Path, bytes], contents: Mapping[Path, bytes]) -> None:
    """Move a file or a folder. ``before`` are new contents by the paths before the move, ``contents`` by those after it.

    Each step is one change of the folder, so whatever ends this process leaves the result of whole steps.

    Raises:
        OSError: something could not be written, and everything is as it was.
        NotPutBackError: something could not be written, and something else not put back.
    """
    with ExitStack() as temporary, _undoing() as undone:
        _make_folder(new.parent, undone)
        real = Path(os.path.realpath(old))
        for staged in _all_staged(before, "before", (temporary, undone)):
            staged.apply(undone)
            # The copies move with their folder.
            for file in (staged.written, staged.backup):
                if file.is_relative_to(real):
                    temporary.callback((new / file.relative_to(real)).unlink, missing_ok=True)
        _rename(old, new)
        undone.callback(new.rename, old)
        for staged in _all_staged(contents, "after", (temporary, undone)):
            staged.apply(undone)


def _rename(old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError as problem:
        problem.filename, problem.filename2 = str(new if os.access(old.parent, os.W_OK) else old), None
        raise


@contextmanager
def _undoing() -> Iterator[ExitStack]:
    """Undoes in reverse order what has been done, if it ends with an error."""
    undone = ExitStack()
    try:
        yield undone
    except (OSError, KeyboardInterrupt) as cause:
        try:
            undone.close()
        except OSError as problem:
            raise NotPutBackError(f"{problem}, so it was not put back after this: {cause}") from problem
        raise


def _make_folder(folder: Path, undone: ExitStack) -> None:
    """Make a folder and those above it that are missing."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        undone.callback(parent.rmdir)


def _all_staged(contents: Mapping[Path, bytes], mark: str, stacks: tuple[ExitStack, ...]) -> list[_Staged]:
    """All contents are on the disk before the first file is replaced, so that a full disk replaces none."""
    return [_stage(path, contents[path], mark, stacks) for path in sorted(contents)]


def _stage(path: Path, content: bytes, mark: str, stacks: tuple[ExitStack, ...]) -> _Staged:
    """Write the content beside the file, with its permissions. A link to a file stays one."""
    place = Path(os.path.realpath(path))
    written = place.with_name(f".{place.name}.{os.getpid()}.{mark}.tmp")
    backup = place.with_name(f".{place.name}.{os.getpid()}.{mark}.old.tmp")
    for stack in stacks:
        for file in (written, backup):
            stack.callback(file.unlink, missing_ok=True)
    try:
        written.write_bytes(content)
        shutil.copymode(place, written)
        shutil.copy2(place, backup)
    except OSError as problem:
        # Its author knows this file, and not the temporary one.
        problem.filename, problem.filename2 = str(path), None
        raise
    return _Staged(place, written, backup)
