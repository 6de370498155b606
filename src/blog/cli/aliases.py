"""Adds an alias to a file's front matter, and leaves everything else in it as its author wrote it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from blog.content.file_names import read_name
from blog.content.front_matter import SYNONYMS, FrontMatter, FrontMatterError, Kind, Split, parse_front_matter, split
from blog.content.front_matter.keys import normal

_KEY = re.compile(r"""(?P<key>["']?[A-Za-z][\w -]*["']?)[ \t]*[:=](?P<value>.*)""", re.DOTALL)
_NAMES = frozenset(map(normal, ("aliases", *SYNONYMS["aliases"])))
_ITEM = re.compile(r"(?P<indent>[ \t]*)-[ \t]+\S")
_PLAIN = re.compile(r"[\w/.-]+")
_COMMENT = re.compile(r"[ \t]+#.*$")


class HeaderError(ValueError):
    """There is no way known to add the alias to this front matter."""


def with_alias(source: str, alias: str, file: PurePosixPath, kind: Kind) -> str:
    """The text of a file whose front matter has one alias more.

    Each way of writing a list is tried, and the first is taken of which the parser makes the same front matter with that alias.

    Raises:
        HeaderError: none of them does.
    """
    try:
        before = _meta(source, file, kind)
        parts = split(source)
    except FrontMatterError as problem:
        raise HeaderError(str(problem)) from problem
    for edited in _candidates(source.split("\n"), parts, alias):
        text = "\n".join(edited)
        try:
            after = _meta(text, file, kind)
        except FrontMatterError:
            continue
        if after.aliases == [*before.aliases, alias] and _others(after) == _others(before):
            return text
    raise HeaderError(f"alias {alias} could not be added to the front matter; add it by hand")


def _meta(source: str, file: PurePosixPath, kind: Kind) -> FrontMatter:
    return parse_front_matter(split(source), kind, None, read_name(file))


def _others(meta: FrontMatter) -> dict[str, object]:
    return {name: getattr(meta, name) for name in type(meta).model_fields if name not in {"aliases", "remarks"}}


def _candidates(lines: list[str], parts: Split, alias: str) -> Iterator[list[str]]:
    # The line of the closing fence, or the blank line after the Key: value lines.
    end = parts.body_line - 2
    for at in range(parts.first_line - 1, end):
        found = _KEY.match(lines[at].lstrip(" \t{") if parts.dialect == "json" else lines[at])
        if found and normal(found["key"].strip("\"'")) in _NAMES:
            yield from _in_list(lines, at, end, alias)
            yield from _in_line(lines, at, alias)
            return
    ending = "\r" if lines[0].endswith("\r") else ""
    if parts.dialect == "none":
        yield [f"---{ending}", f"aliases: [{_yaml(alias)}]{ending}", f"---{ending}", *lines]
    elif parts.dialect == "toml":
        yield _inserted(lines, parts.first_line - 1, f'aliases = ["{alias}"]{ending}')
    elif parts.dialect == "json":
        first = lines[parts.first_line - 1]
        yield _replaced(lines, parts.first_line - 1, f'{{"aliases": ["{alias}"],{first.lstrip()[1:]}')
    elif parts.dialect == "pelican":
        yield _inserted(lines, parts.first_line - 1, f"Aliases: {alias}{ending}")
    else:
        yield _inserted(lines, end, f"aliases: [{_yaml(alias)}]{ending}")


def _in_list(lines: list[str], at: int, end: int, alias: str) -> Iterator[list[str]]:
    """With another item of the list in brackets, or of the list in lines, that begins at a key."""
    for number in range(at, end):
        head, bracket, tail = lines[number].rpartition("]")
        if bracket:
            for item in (f", {_yaml(alias)}", _yaml(alias), f', "{alias}"', f' "{alias}",', f'"{alias}"'):
                yield _replaced(lines, number, f"{head.rstrip() if head.strip() else head}{item}]{tail}")
            break
    items = [number for number in range(at + 1, end) if _ITEM.match(lines[number])]
    for last in reversed(items):
        found = _ITEM.match(lines[last])
        ending = "\r" if lines[last].endswith("\r") else ""
        if found:
            yield _inserted(lines, last + 1, f"{found['indent']}- {_yaml(alias)}{ending}")


def _in_line(lines: list[str], at: int, alias: str) -> Iterator[list[str]]:
    """With the alias behind the one value of a key, before its closing quote or a comment."""
    line = lines[at].rstrip("\r")
    ending = lines[at][len(line) :]
    comment = _COMMENT.search(line)
    value, behind = (line[: comment.start()], comment[0]) if comment else (line, "")
    value = value.rstrip()
    if value.endswith(('"', "'")):
        yield _replaced(lines, at, f"{value[:-1]}, {alias}{value[-1]}{behind}{ending}")
    elif value.endswith(":"):
        yield _replaced(lines, at, f"{value} [{_yaml(alias)}]{behind}{ending}")
    yield _replaced(lines, at, f"{value}, {alias}{behind}{ending}")


def _inserted(lines: list[str], at: int, line: str) -> list[str]:
    return [*lines[:at], line, *lines[at:]]


def _replaced(lines: list[str], at: int, line: str) -> list[str]:
    return [*lines[:at], line, *lines[at + 1 :]]


def _yaml(alias: str) -> str:
    return alias if _PLAIN.fullmatch(alias) else f'"{alias}"'
