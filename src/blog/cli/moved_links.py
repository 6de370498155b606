"""Rewrites the links of a text whose targets move, or which moves itself."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from blog import urls
from blog.content import markdown
from blog.content.document import Reference, dialect_of
from blog.content.extensions import Extensions
from blog.content.front_matter import key_line
from blog.content.library import is_external, resolve_relative
from blog.content.post import Text

# What would end a target, or mean something else in it.
_NOT_IN_TARGETS = re.compile(r"""[\s()<>\[\]"'`\\%?#]""")

Moved = Callable[[PurePosixPath], PurePosixPath]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The text of a file with its links rewritten, how many there are, and the (line, target) of those that could not be."""

    source: str
    count: int
    left: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Where files go, which of them are there, and the new decoded address of each old one."""

    moved: Moved
    is_there: Callable[[PurePosixPath], bool]
    addresses: Mapping[str, str]


def rewritten(text: Text, source: str, move: Move, extensions: Extensions) -> Rewritten:
    """The links of a text as they are after the move. ``source`` is its file as it is, whose lines are those of the text."""
    lines = source.split("\n")
    count, left = 0, list[tuple[int, str]]()
    document = markdown.parse(text.body, text.title, dialect_of(text.file), extensions)
    for reference in document.references:
        target = _new_target(text, reference, move)
        if target is None:
            continue
        line = text.body_line + reference.line - 1
        if _replace(lines, line - 1, reference.target, target) or _replace_definition(lines, reference.target, target):
            count += 1
        else:
            left.append((line, reference.target))
    for key, named in (("image", text.image.src if text.image else ""), ("audio", text.audio or "")):
        if named and _new_target(text, Reference("image", named, 1), move) is not None:
            left.append((key_line(text.source, key), named))
    return Rewritten("\n".join(lines), count, tuple(left))


def _new_target(text: Text, reference: Reference, move: Move) -> str | None:
    """What a reference must say after the move; None if it may stay."""
    target = reference.target
    if not target or is_external(target) or target.startswith(("#", "?")):
        return None
    suffix = target[len(target.partition("#")[0].partition("?")[0]) :]
    if target.startswith("/"):
        address = move.addresses.get(urls.canonical(unquote(urlsplit(target).path)))
        return None if address is None else urls.encoded(address) + suffix
    old = resolve_relative(text, target)
    if old is None or not move.is_there(old):
        return None
    new, home = move.moved(old), move.moved(text.file)
    if resolve_relative(replace(text, file=home), target) == new:
        return None
    return _NOT_IN_TARGETS.sub(lambda it: quote(it[0]), posixpath.relpath(str(new), str(home.parent))) + suffix


def _replace(lines: list[str], at: int, old: str, new: str) -> bool:
    """Replace a target on its line, as it may be spelled there; whether it was found."""
    for spelled in dict.fromkeys((old, unquote(old), escape(old), quote(old, safe="/#?=&%"))):
        found = re.search(rf"""(?<=[(<"'=\s\]:]){re.escape(spelled)}(?=[)>"'\s]|$)""", lines[at])
        if found:
            lines[at] = lines[at][: found.start()] + new + lines[at][found.end() :]
            return True
    return False


def _replace_definition(lines: list[str], old: str, new: str) -> bool:
    """Replace the target of a link reference definition, which may be anywhere; another link may have replaced it already."""
    for at, line in enumerate(lines):
        if re.match(r" {0,3}\[[^\]]+\]:", line) and (_replace(lines, at, old, new) or _replace_nothing(line, new)):
            return True
    return False


def _replace_nothing(line: str, new: str) -> bool:
    return re.match(rf" {{0,3}}\[[^\]]+\]:\s*<?{re.escape(new)}>?(?:\s|$)", line) is not None
