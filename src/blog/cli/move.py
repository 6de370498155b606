"""blog mv: rename a text, and let its old address redirect to the new one."""

import argparse
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from blog import urls
from blog.cli import EXIT_CONTENT
from blog.cli.file_changes import MoveError, NotPutBackError, move
from blog.machine.clock import utc_now
from blog.settings import Settings

if TYPE_CHECKING:
    from blog.content.folder import Held
    from blog.content.front_matter import Kind
    from blog.content.library import Library
    from blog.content.post import Text


@dataclass(slots=True)
class Plan:
    """What a move changes: the new texts of files by the path at which they are now, and what is to be said about it.

    ``redirecting`` are the texts that get an alias, without another change: they are written before the move, so that the old address redirects from
    the moment at which the text is no longer there. ``urls`` are the addresses of the texts that stay, by file.
    """

    old: PurePosixPath
    new: PurePosixPath
    texts: dict[PurePosixPath, str] = field(default_factory=dict)
    redirecting: dict[PurePosixPath, str] = field(default_factory=dict)
    encoded: "dict[PurePosixPath, Encoded]" = field(default_factory=dict)
    urls: dict[PurePosixPath, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def moved(self, path: PurePosixPath) -> PurePosixPath:
        """Where a file is after the move."""
        return self.new / path.relative_to(self.old) if path.is_relative_to(self.old) else path


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("mv", help="rename a text and redirect its old address; links to it are rewritten")
    parser.add_argument("old", help="its file, its folder or its slug")
    parser.add_argument("new", help="its new name, or its new path in the posts folder")
    parser.set_defaults(run=_mv)


def _mv(settings: Settings, options: argparse.Namespace) -> int:
    from blog.cli.places import new_place, old_place
    from blog.cli.texts import library_of

    try:
        library = library_of(settings)
        old = old_place(settings.posts_dir, library, options.old)
        plan = Plan(old, new_place(settings.posts_dir, old, options.new))
        _make(plan, settings, library)
        _apply(plan, settings.posts_dir)
    except (MoveError, NotPutBackError) as problem:
        print(problem, file=sys.stderr)
        return EXIT_CONTENT
    except OSError as problem:
        print(f"nothing is moved: {problem.filename} cannot be changed: {problem.strerror}", file=sys.stderr)
        return EXIT_CONTENT
    print(*plan.done, sep="\n")
    if plan.left:
        print(*plan.left, sep="\n", file=sys.stderr)
    return 0


def _make(plan: Plan, settings: Settings, library: "Library") -> None:
    """Fill in the plan.

    Raises:
        MoveError: a file is in the way, or the content has errors after the move.
    """
    texts = [*library.texts, *library.drafts]
    moving = [text for text in texts if plan.moved(text.file) != text.file]
    if not moving:
        raise MoveError(f"{settings.posts_dir / plan.old} is no text, and has none in it")
    if (settings.posts_dir / plan.old).is_symlink():
        raise MoveError(f"{settings.posts_dir / plan.old} is a link to another file; move that one")
    plan.done.append(f"{settings.posts_dir / plan.old} -> {settings.posts_dir / plan.new}")
    plan.urls = {text.file: text.url for text in texts if text not in moving}
    sources: dict[PurePosixPath, str] = {}
    for text in texts:
        sources[text.file], plan.encoded[text.file] = _source(settings.posts_dir / text.file)
    after = _checked(plan, settings, {text.file: sources[text.file] for text in moving})
    _rewrite_links(plan, settings, library, sources, after)
    for text in moving:
        _redirect(plan, text, after[plan.moved(text.file)], sources[text.file])
    _checked(plan, settings, {text.file: (sources | plan.redirecting | plan.texts)[text.file] for text in moving})


@dataclass(frozen=True, slots=True)
class Encoded:
    """How a file's text is written: what stands before it, and how its lines end."""

    start: str
    newline: str

    def bytes(self, text: str) -> bytes:
        return (self.start + text.replace("\n", self.newline)).encode()


def _source(path: Path) -> tuple[str, Encoded]:
    """The text of a file as the parser sees it, and how to write it back.

    Raises:
        MoveError: it is not UTF-8, so it could not be written back as it is.
    """
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as problem:
        raise MoveError(f"{path} is not UTF-8; mend it first") from problem
    start = "\ufeff" if text.startswith("\ufeff") else ""
    newline = "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
    return text.removeprefix(start).replace("\r\n", "\n").replace("\r", "\n"), Encoded(start, newline)


def _checked(plan: Plan, settings: Settings, moving: "dict[PurePosixPath, str]") -> "dict[PurePosixPath, Text]":
    """The texts by file after the move; it is tried in memory.

    Raises:
        MoveError: a text has an error then, or its address is that of another one.
    """
    from blog.cli.texts import library_of
    from blog.errors import ContentError, Severity

    held: Held = dict.fromkeys(moving) | {plan.moved(file): text for file, text in moving.items()}
    try:
        library = library_of(settings, held)
    except ContentError as problem:
        errors = [str(fault) for fault in problem.faults if fault.severity is Severity.ERROR]
        raise MoveError("\n".join(["nothing is moved, because of this there:", *errors])) from problem
    texts = {text.file: text for text in (*library.texts, *library.drafts)}
    for file in map(plan.moved, moving):
        if file not in texts:
            raise MoveError(f"nothing is moved: {settings.posts_dir / file} would not be read as a text")
        if taken := next((it for it in texts.values() if it.url == texts[file].url and it.file != file), None):
            raise MoveError(f"nothing is moved: {taken.url} is the address of {settings.posts_dir / taken.file}")
    if changed := next((it for it in texts.values() if plan.urls.get(it.file, it.url) != it.url), None):
        said = f"{settings.posts_dir / changed.file} would move from {plan.urls[changed.file]} to {changed.url}"
        raise MoveError(f"nothing is moved, because {said}; give one of the two another name, or a slug")
    return texts


def _rewrite_links(
    plan: Plan,
    settings: Settings,
    library: "Library",
    sources: "dict[PurePosixPath, str]",
    after: "dict[PurePosixPath, Text]",
) -> None:
    from blog.cli.moved_links import Move, rewritten

    texts = [*library.texts, *library.drafts]
    moving = [(text, after[plan.moved(text.file)]) for text in texts if plan.moved(text.file) != text.file]
    addresses = {urls.decoded(old.url): urls.decoded(new.url) for old, new in moving if old.url != new.url}
    addresses |= {urls.source_of(old): urls.source_of(new) for old, new in list(addresses.items())}
    move = Move(plan.moved, lambda path: os.path.lexists(settings.posts_dir / path), addresses)
    # A text that names neither the file nor its address needs not be parsed, which takes long.
    words = {*plan.old.parts[-1:], plan.old.stem, *(path.rpartition("/")[2] for path in addresses)}
    for text in texts:
        if not (any(word in text.source for word in words) or plan.moved(text.file) != text.file):
            continue
        found = rewritten(text, sources[text.file], move, library.config.extensions)
        where = settings.posts_dir / plan.moved(text.file)
        if found.count:
            plan.texts[text.file] = found.source
            plan.done.append(f"{where}: {found.count} {'link' if found.count == 1 else 'links'} rewritten")
        plan.left += [
            f"{where}:{line}: {target!r} leads to the old place; change it by hand" for line, target in found.left
        ]


def _redirect(plan: Plan, old: "Text", new: "Text", source: str) -> None:
    """Add the old address to the aliases of a text, if readers may know it."""
    from blog.cli.aliases import HeaderError, with_alias
    from blog.cli.texts import state_of
    from blog.content.post import Post

    if old.url == new.url:
        plan.done.append(f"its address stays {new.url}")
        return
    if state_of(old, utc_now()) in {"draft", "scheduled"}:
        plan.done.append(f"its address will be {new.url}; {old.url} was never public and does not redirect")
        return
    kind: Kind = "post" if isinstance(old, Post) else "page"
    alias = urls.decoded(old.url)
    try:
        plan.redirecting[old.file] = with_alias(source, alias, old.file, kind)
        if old.file in plan.texts:
            plan.texts[old.file] = with_alias(plan.texts[old.file], alias, old.file, kind)
    except HeaderError as problem:
        raise MoveError(f"nothing is moved: {problem}") from problem
    plan.done.append(f"{old.url} redirects to {new.url}")


def _apply(plan: Plan, folder: Path) -> None:
    before = {folder / path: plan.encoded[path].bytes(text) for path, text in plan.redirecting.items()}
    contents = {folder / plan.moved(path): plan.encoded[path].bytes(text) for path, text in plan.texts.items()}
    move(folder / plan.old, folder / plan.new, before, contents)
