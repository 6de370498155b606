"""Folders of the theme. Separate from the theme module because a warm start reads them without importing jinja2."""

import os
from pathlib import Path

import blog
from blog.content.files import folder_problem
from blog.errors import ContentError, Fault

_PACKAGE = Path(blog.__file__).parent
DEFAULT = Path("templates")
# The folder of a theme with the fonts of the cards. A font of Chinese, Japanese and Korean has some 25 MB.
FONTS = "fonts"
MOST_FONT_BYTES = 64 * 1024 * 1024


def shipped() -> Path:
    """The folder of the theme that is shipped with the package; in a clone, templates/ of the repository."""
    installed = _PACKAGE / "theme"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "templates"


def theme_folders(chosen: Path | None) -> tuple[Path, ...]:
    """The folders that a theme is read from. A file in an earlier one replaces the file of that name in a later one.

    If no folder is chosen, templates/ is one of them if it exists.

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
    """The folders to watch for changes of the theme: the same, and templates/ even if it does not exist yet."""
    return _distinct(chosen or DEFAULT)


def _distinct(own: Path) -> tuple[Path, ...]:
    return (own,) if os.path.realpath(own) == os.path.realpath(shipped()) else (own, shipped())
