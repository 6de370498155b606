"""The folders of a theme. Apart from the theme itself, because a warm start asks for them and needs no jinja2."""

import os
from pathlib import Path

import blog
from blog.content.files import folder_problem
from blog.errors import ContentError, Fault

_PACKAGE = Path(blog.__file__).parent
DEFAULT = Path("templates")


def shipped() -> Path:
    """The folder of the theme that comes with the package; in a clone that is templates/ of the repository."""
    installed = _PACKAGE / "theme"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "templates"


def theme_folders(chosen: Path | None) -> tuple[Path, ...]:
    """The folders that a theme is read from: a file of an earlier one replaces the file of that name in a later one.

    Where no folder is chosen, templates/ is one of them if it is there.

    Raises:
        ContentError: a folder cannot be read.
    """
    own = chosen or DEFAULT
    folders = (shipped(),) if chosen is None and not os.path.lexists(own) else _distinct(own)
    for folder in folders:
        if problem := folder_problem(folder):
            hint = "(BLOG_TEMPLATES_DIR)" if folder == own else "(the theme of the package; install it again)"
            raise ContentError([Fault(folder, 1, f"{problem} {hint}")])
    return folders


def watched_folders(chosen: Path | None) -> tuple[Path, ...]:
    """What to watch for changes of the theme: the same folders, and templates/ before it is there."""
    return _distinct(chosen or DEFAULT)


def _distinct(own: Path) -> tuple[Path, ...]:
    return (own,) if os.path.realpath(own) == os.path.realpath(shipped()) else (own, shipped())
