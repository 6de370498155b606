"""The folder of a site of another program: which of its files are read, and how."""

import os
from collections.abc import Iterator
from pathlib import Path

from blog.content.files import UnreadableError, is_utf_8, read_regular
from blog.importers.report import Report

MAX_TEXT_BYTES = 4 * 1024 * 1024
# Folders that other programs make, or that hold other people's code.
_NOT_SOURCE = frozenset({"node_modules", "vendor", "_site", "__pycache__", "bower_components", "venv", "dist", "build"})
MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx"})
_HTML = frozenset({".html", ".htm"})
# Texts in other markup, with the name of pandoc's reader of it; it has none for AsciiDoc.
_OTHER_TEXTS = {
    ".rst": "rst", ".org": "org", ".textile": "textile", ".ipynb": "ipynb", ".adoc": "", ".asciidoc": "",
}  # fmt: skip


class SourceFolder:
    """Reads files of one folder and never outside it."""

    def __init__(self, root: Path, report: Report, without: Path | None = None) -> None:
        """``without`` is a folder that is not part of the source: the one that the import writes to."""
        self.root = root
        self._without = Path(os.path.realpath(without)) if without else None
        self.report = report
        self._real = Path(os.path.realpath(root))
        if self._without and self._real.is_relative_to(self._without):
            # The source lies in the folder that is written to, and would be left out as a whole.
            self._without = None

    def texts(self, top: Path, *, html: bool = False) -> Iterator[Path]:
        """The Markdown files below a folder, and with ``html`` the HTML files; texts of other markup are reported."""
        for path in self.files(top):
            suffix = path.suffix.lower()
            if suffix in _OTHER_TEXTS:
                self.report.fail(path, 1, _to_convert(path))
            elif suffix in MARKDOWN or (html and suffix in _HTML):
                yield path

    def files(self, top: Path) -> Iterator[Path]:
        """The regular files below a folder in a stable order, without hidden ones."""
        if not top.is_dir():
            return
        for folder, subfolders, names in os.walk(top, onerror=self._unreadable):
            subfolders[:] = sorted(name for name in subfolders if name not in _NOT_SOURCE and not name.startswith("."))
            if self._without and Path(os.path.realpath(folder)).is_relative_to(self._without):
                subfolders.clear()
                continue
            for name in sorted(names):
                path = Path(folder) / name
                if name.startswith(".") or not is_utf_8(name):
                    continue
                if self.is_inside(path):
                    yield path
                else:
                    self.report.fail(path, 1, "is a link out of the source folder; such links are not followed")

    def is_inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self._real)

    def is_file(self, path: Path) -> bool:
        try:
            return path.is_file() and self.is_inside(path)
        except (OSError, ValueError):
            return False

    def read(self, path: Path) -> str | None:
        """The text of a file; None if it cannot be read, which is reported."""
        try:
            body = read_regular(path, MAX_TEXT_BYTES)
        except UnreadableError as problem:
            self.report.fail(path, 1, str(problem))
            return None
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = body.count(b"\n", 0, problem.start) + 1
            self.report.change(path, line, "is not UTF-8 and was read as Windows-1252; check its letters")
            return body.decode("cp1252", errors="replace")

    def first(self, *names: str) -> Path | None:
        """The first of some files that is there."""
        return next((self.root / name for name in names if self.is_file(self.root / name)), None)

    def _unreadable(self, problem: OSError) -> None:
        self.report.fail(Path(problem.filename or self.root), 1, f"cannot be read: {problem.strerror}")


def _to_convert(path: Path) -> str:
    """What to do with a text in another markup. Its fields are not part of what pandoc writes."""
    suffix = path.suffix.lower()
    reader = _OTHER_TEXTS[suffix]
    command = f" (pandoc --from {reader} --to gfm --output {path.stem}.md {path.name})" if reader else ""
    return (
        f"{suffix} is not Markdown: convert it{command}, give it title and date between two --- lines, and import again"
    )
