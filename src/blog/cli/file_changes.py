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
    """A file that will have the content of a temporary one; ``backup`` is a copy of it as it is, if it is there."""

    place: Path
    written: Path
    backup: Path | None

    def apply(self, undone: ExitStack) -> None:
        """Replace the file at once, so that a server which watches the folder reads none by halves."""
        self.written.replace(self.place)
        if self.backup is None:
            undone.callback(self.place.unlink)
        else:
            undone.callback(self.backup.replace, self.place)


def move(old: Path, new: Path, contents: Mapping[Path, bytes]) -> None:
    """Move a file or a folder, and give files new contents, by their paths after the move.

    A file that is rewritten is removed from its old place last: what ends this process before leaves the text at both.

    Raises:
        OSError: something could not be written, and everything is as it was.
        NotPutBackError: something could not be written, and something else not put back.
    """
    is_copied = new in contents
    with ExitStack() as temporary, _undoing() as undone:
        _make_folder(new.parent, undone)
        if not is_copied:
            old.rename(new)
            undone.callback(new.rename, old)
        # All are on the disk before the first one is replaced, so that a full disk replaces none.
        for staged in [
            _stage(path, contents[path], old if path == new else path, (temporary, undone))
            for path in sorted(contents, key=lambda path: path != new)
        ]:
            staged.apply(undone)
        if is_copied:
            old.unlink()


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


def _stage(path: Path, content: bytes, like: Path, stacks: tuple[ExitStack, ...]) -> _Staged:
    """Write the content beside the file, with the permissions of the one that it is ``like``. A link to a file stays one."""
    place = Path(os.path.realpath(path))
    written = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    backup = place.with_name(f".{place.name}.{os.getpid()}.old.tmp") if place.exists() else None
    for stack in stacks:
        for file in filter(None, (written, backup)):
            stack.callback(file.unlink, missing_ok=True)
    try:
        written.write_bytes(content)
        shutil.copymode(like, written)
        if backup:
            shutil.copy2(place, backup)
    except OSError as problem:
        # Its author knows this file, and not the temporary one.
        problem.filename, problem.filename2 = str(path), None
        raise
    return _Staged(place, written, backup)
