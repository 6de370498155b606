"""Writes the folder of a new blog from the files of this package."""

import json
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template

from blog.content.moments import zone_named
from blog.errors import BlogError
from blog.starter.answers import Answers

# The names of hidden files have no dot in this package, because packaging tools leave hidden files out.
_HIDDEN = frozenset({"gitignore", "github"})


class RefusedFolderError(BlogError):
    """A new blog cannot be written into a folder."""


class _Template(Template):
    """A template whose placeholders are ``%{name}``, because workflows and shells use the dollar sign."""

    delimiter = "%"


def write_blog(folder: Path, answers: Answers, now: datetime) -> list[Path]:
    """Write the files of a new blog; return their paths.

    Raises:
        RefusedFolderError: the folder has other files than .git, or cannot be written.
    """
    _refuse_unless_empty(folder)
    values = _values(answers, now)
    written = []
    try:
        for name, text in _templates(files(__package__) / "files", PurePosixPath()):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(_Template(text).substitute(values))
            written.append(path)
    except OSError as problem:
        raise RefusedFolderError(f"{problem.filename or folder} cannot be written: {problem.strerror}") from problem
    return written


def _refuse_unless_empty(folder: Path) -> None:
    try:
        others = sorted(path.name for path in folder.iterdir() if path.name != ".git") if folder.exists() else []
    except OSError as problem:
        raise RefusedFolderError(f"{folder} cannot be used: {problem.strerror}") from problem
    if others:
        shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")  # noqa: PLR2004 -- enough to recognise it
        raise RefusedFolderError(f"{folder} is not empty ({shown}); give a new folder, or one with nothing but .git")


def _templates(folder: Traversable, parent: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    """The path and the text of each file, sorted."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = parent / (f".{entry.name}" if entry.name in _HIDDEN else entry.name)
        if entry.is_dir():
            yield from _templates(entry, path)
        else:
            yield path, entry.read_text(encoding="utf-8")


def _values(answers: Answers, now: datetime) -> dict[str, str]:
    """The placeholders. In YAML a JSON string is a string, whatever it contains."""
    return {
        "title": answers.title,
        "title_yaml": _quoted(answers.title),
        "author_yaml": _quoted(answers.author),
        "language": _quoted(answers.language),
        "timezone": _quoted(answers.timezone),
        "base_url": answers.base_url,
        "image": answers.image,
        "base_image": answers.base_image,
        "date": f"{now.astimezone(zone_named(answers.timezone)):%Y-%m-%d}",
    }


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
