"""Posts folder on disk: which of its files are texts, and which files may be read."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from blog.content.files import UnreadableError, folder_problem, is_utf_8, read_regular
from blog.errors import ContentError, Fault, Severity

MAX_TEXT_BYTES = 512 * 1024
MAX_FILE_BYTES = 16 * 1024 * 1024
CONFIG = PurePosixPath("site.yaml")
PAGES = PurePosixPath("pages")

# The path of a text within the folder, and its content.
Source = tuple[PurePosixPath, str]


class Folder:
    """Reads files in one folder and never outside it; ``faults`` collects the faults that it meets."""

    def __init__(self, folder: Path) -> None:
        """Open the folder.

        Raises:
            ContentError: it is missing or cannot be read.
        """
        self.path = folder
        self.faults: list[Fault] = []
        self._root = Path(os.path.realpath(folder))
        self._inside: dict[PurePosixPath, bool] = {}
        if problem := folder_problem(self._root):
            hint = "" if os.path.lexists(folder) else '; write a first post with: blog new "Hello"'
            raise ContentError([Fault(folder, 1, f"{problem} (BLOG_POSTS_DIR){hint}")])

    def fault(self, path: PurePosixPath, problem: str, line: int = 1, severity: Severity = Severity.ERROR) -> None:
        self.faults.append(Fault(self.path / path, line, problem, severity))

    def texts(self) -> list[Source]:
        """The posts and the pages, in a stable order."""
        return [(path, text) for path in self._markdown() if (text := self.text(path)) is not None]

    def config(self) -> str | None:
        """The text of site.yaml; None if there is none."""
        return (self.text(CONFIG) or "") if self.is_there(CONFIG) else None

    def is_there(self, path: PurePosixPath) -> bool:
        try:
            return os.path.lexists(self._root / path)
        except (OSError, ValueError):
            return False

    def body(self, path: PurePosixPath, limit: int) -> bytes | None:
        """The bytes of a regular file in the folder; for anything else, None and a fault."""
        if self._refuse_escape(path):
            return None
        try:
            return read_regular(self._root / path, limit)
        except UnreadableError as problem:
            self.fault(path, str(problem))
        return None

    def text(self, path: PurePosixPath) -> str | None:
        body = self.body(path, MAX_TEXT_BYTES)
        if body is None:
            return None
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = body.count(b"\n", 0, problem.start) + 1
            self.fault(path, f"is not UTF-8: byte 0x{body[problem.start]:02x} at offset {problem.start}", line)
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _markdown(self) -> Iterator[PurePosixPath]:
        """The paths of all texts. Hidden files are skipped; misplaced ones are faults."""
        for folder, subfolders, names in os.walk(self._root, onerror=self._unreadable):
            parent = PurePosixPath(Path(folder).relative_to(self._root).as_posix())
            subfolders[:] = sorted(name for name in subfolders if not name.startswith((".", "_")))
            for name in subfolders:
                if not self._refuse_escape(parent / name) and name.endswith(".md"):
                    self.fault(parent / name, "is a folder; a post is a file", severity=Severity.WARNING)
            for name in sorted(names):
                if name.startswith((".", "_")) or not name.endswith(".md"):
                    continue
                if parent in {PurePosixPath(), PAGES}:
                    if is_utf_8(name):
                        yield parent / name
                    else:
                        self.fault(parent / name, "has a name that is not UTF-8; rename it")
                else:
                    problem = "is not read: posts belong directly in the posts folder, pages in its pages/"
                    self.fault(parent / name, problem, severity=Severity.WARNING)

    def _unreadable(self, problem: OSError) -> None:
        # An error while a folder is being listed has no file name.
        path = PurePosixPath(Path(problem.filename or self._root).relative_to(self._root).as_posix())
        self.fault(path, f"cannot be read: {problem.strerror}")

    def _refuse_escape(self, path: PurePosixPath) -> bool:
        try:
            inside = self._is_inside(path)
        except RuntimeError:
            self.fault(path, "cannot be read: a loop of links")
            return True
        except OSError as problem:
            self.fault(path, f"cannot be read: {problem.strerror}")
            return True
        if not inside:
            self.fault(path, "is a link out of the posts folder; such links are not followed")
        return not inside

    def _is_inside(self, path: PurePosixPath) -> bool:
        place = self._root / path
        if path == path.parent or path.name == ".." or place.is_symlink():
            return place.resolve().is_relative_to(self._root)
        # Cached for each folder: resolving its links again for every file would take longer than reading the file.
        if path.parent not in self._inside:
            self._inside[path.parent] = (self._root / path.parent).resolve().is_relative_to(self._root)
        return self._inside[path.parent]
