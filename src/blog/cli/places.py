"""Finds the file or folder of a text by what an author calls it, and the place that a new name means."""

import os
import re
from pathlib import Path, PurePosixPath

from blog.cli.file_changes import MoveError
from blog.cli.texts import near
from blog.content.file_names import TEXT_SUFFIXES, is_index, is_text
from blog.content.folder import STATIC
from blog.content.library import Library
from blog.content.slugs import is_slug, slugify

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_ ]", re.ASCII)


def old_place(folder: Path, library: Library, name: str) -> PurePosixPath:
    """The path in the posts folder of a file, a folder, or a text with a slug; of a bundle its folder.

    Raises:
        MoveError: there is none, or there are several.
    """
    texts = [*library.texts, *library.drafts]
    found = _existing(folder, name) or _only([text.file for text in texts if name in {text.slug, text.url}], name)
    if found is None:
        raise MoveError(f"there is no text {name!r} in {folder}{near(name, texts)}")
    if found.parts[:1] in {(), STATIC.parts} or (len(found.parts) == 1 and found.name == "pages"):
        raise MoveError(f"{folder / found} is not a text")
    is_bundle = is_index(found) and not any(
        text.file.parent == found.parent for text in texts if not is_index(text.file)
    )
    return found.parent if is_bundle and found.parent.name else found


def _only(files: list[PurePosixPath], name: str) -> PurePosixPath | None:
    if len(files) > 1:
        raise MoveError(f"{name!r} is the slug of {', '.join(map(str, files))}; give the file")
    return files[0] if files else None


def _existing(folder: Path, name: str) -> PurePosixPath | None:
    for suffix in ("", *sorted(TEXT_SUFFIXES)):
        for path in (folder / f"{name}{suffix}", Path(f"{name}{suffix}")):
            if (inside := _inside(folder, path)) and os.path.lexists(path) and (path.is_dir() or is_text(inside)):
                return inside
    return None


def _inside(folder: Path, path: Path) -> PurePosixPath | None:
    """The path within the posts folder; None if it is outside, or the folder itself."""
    within = os.path.relpath(os.path.abspath(path), os.path.abspath(folder))  # noqa: PTH100 -- links must not be followed
    return None if within.startswith("..") or within == "." else PurePosixPath(within)


def new_place(folder: Path, old: PurePosixPath, name: str) -> PurePosixPath:
    """The path that a new name means: beside the old one, or at a path in the posts folder.

    Raises:
        MoveError: no text may be there.
    """
    new = _named(folder, old, name)
    if new.suffix.lower() != old.suffix.lower():
        raise MoveError(f"{name!r} would change the extension of {old}; the new name ends with {old.suffix or 'none'}")
    if any(part.startswith((".", "_")) for part in new.parts) or new.parts[0] == STATIC.name:
        raise MoveError(f"{folder / new} would not be read as a text; give another name")
    if new == old or new.is_relative_to(old):
        raise MoveError(f"{folder / old} is there already" if new == old else f"{folder / new} is below {folder / old}")
    if os.path.lexists(folder / new):
        raise MoveError(f"{folder / new} is already there")
    return new


def _named(folder: Path, old: PurePosixPath, name: str) -> PurePosixPath:
    if "/" in name:
        path = _inside(folder, Path(name)) or (None if Path(name).is_absolute() else _inside(folder, folder / name))
        if path is None:
            raise MoveError(f"{name!r} is outside of {folder}")
        return path if is_text(path) or not old.suffix else path.with_name(path.name + old.suffix)
    if is_text(PurePosixPath(name)):
        return old.with_name(name)
    if not is_slug(name):
        raise MoveError(f"{name!r} is not a slug; did you mean {slugify(name) or 'a-few-words'!r}?")
    date = _DATE.match(old.name)
    return old.with_name(f"{date[0] if date else ''}{name}{old.suffix}")
