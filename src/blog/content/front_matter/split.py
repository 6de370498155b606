"""Splits a file into its front matter and its body, in whichever dialect the front matter is written."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

MAX_FRONT_MATTER_CHARACTERS = 16_384
# YAML between --- lines, TOML between +++ lines, a JSON object, the Key: value lines of Pelican before a blank line, or no front matter at all.
Dialect = Literal["yaml", "toml", "json", "pelican", "none"]
_FENCE = re.compile(r"(?:---(?:yaml|yml|json|toml)?|\+\+\+|---[ \t]+(?:yaml|yml|json|toml))[ \t]*", re.IGNORECASE)
# What looks like such a line and is none: indented, too long, with another language, or made a dash by an editor.
_ALMOST_FENCE = re.compile(r"[ \t]*(?:-{3,}|\+{3,}|[\u2013\u2014][-\u2013\u2014]*)[ \t]*\w{0,10}[ \t]*")
_INDENTED_KEY = re.compile(r"^[ \t]*[\"']?(?:title|date)[\"']?[ \t]*[:=]", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"^.+$", re.MULTILINE)
_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_END = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_FENCED_TOML_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
# A brace and a first key, which no text and no shortcode begins with.
_JSON_START = re.compile(r"\{\s*\"(?:[^\"\\\n]|\\.)*\"\s*:")
_PELICAN_LINE = re.compile(r"([A-Za-z][\w -]{0,40}?)[ \t]*:(?!//)", re.ASCII)
# A block of Key: value lines is front matter if one of them is what only front matter has.
_PELICAN_KEYS = frozenset({"title", "date"})
_ANY_KEY = re.compile(r"^(?:title|date)[ \t]*[:=]", re.MULTILINE | re.IGNORECASE)


class FrontMatterError(ValueError):
    """Problems of a front matter, as (line in the file, problem) pairs; ``remarks`` are what would be warnings without them."""

    def __init__(self, *problems: tuple[int, str], remarks: Sequence[tuple[int, str]] = ()) -> None:
        self.problems = problems
        self.remarks = tuple(remarks)
        super().__init__("; ".join(f"line {line}: {problem}" for line, problem in problems))


@dataclass(frozen=True, slots=True)
class Split:
    """A file split into its front matter and its body, with the lines of the file on which each of them starts."""

    front_matter: str
    body: str = ""
    body_line: int = 1
    dialect: Dialect = "yaml"
    first_line: int = 2


def split(text: str) -> Split:
    r"""Split a file at the end of its front matter.

    >>> split("---\ntitle: Hello\n---\nBody\n")
    Split(front_matter='title: Hello\n', body='Body\n', body_line=4, dialect='yaml', first_line=2)
    >>> split("Title: Hello\n\nBody\n")
    Split(front_matter='Title: Hello\n', body='Body\n', body_line=3, dialect='pelican', first_line=1)
    >>> split('{"title": "Hello"}\nBody\n')
    Split(front_matter='{"title": "Hello"}', body='Body\n', body_line=2, dialect='json', first_line=1)
    >>> split("# Hello\n")
    Split(front_matter='', body='# Hello\n', body_line=1, dialect='none', first_line=1)

    Raises:
        FrontMatterError: the file is empty, or its front matter is not closed, is followed by another one, or is longer than
            MAX_FRONT_MATTER_CHARACTERS.
    """
    start = len(text) - len(text.lstrip())
    if start == len(text):
        raise FrontMatterError((1, "the file is empty"))
    # Blank lines before the first one are no reason to show the front matter to readers.
    start = text.rfind("\n", 0, start) + 1
    line = text.count("\n", 0, start) + 1
    first, _, rest = text[start:].partition("\n")
    if _FENCE.fullmatch(first):
        return _fenced(first, rest, line)
    if _ALMOST_FENCE.fullmatch(first) and _is_closed(rest):
        raise FrontMatterError(
            (
                line,
                f"the front matter begins with {first.strip()!r}; the lines around it must be --- (YAML) or +++ (TOML)",
            )
        )
    if _JSON_START.match(text, start):
        return _with_object(text, start, line)
    if length := _pelican_length(text[start:]):
        header, body = text[start : start + length], text[start + length :]
        behind = line + header.count("\n") + body.startswith("\n")
        parts = Split(header, body.removeprefix("\n"), behind, "pelican", line)
        return _not_too_long(parts)
    return Split("", text, 1, "none", 1)


def _fenced(fence: str, rest: str, line: int) -> Split:
    """The parts of a file behind its first line, which is number ``line``."""
    mark = fence[:3]
    dialect: Dialect = "toml" if mark == "+++" or fence.rstrip().lower().endswith("toml") else "yaml"
    end = _YAML_END if dialect == "yaml" else _TOML_END if mark == "+++" else _FENCED_TOML_END
    closing = end.search(rest)
    if closing is None:
        raise FrontMatterError(
            (line, f"the front matter is not closed by a second {mark} line{_other_end(mark, rest)}")
        )
    header = rest[: closing.start()]
    body = rest[closing.end() :].removeprefix("\n")
    parts = _not_too_long(Split(header, body, line + header.count("\n") + 2, dialect, line + 1))
    _refuse_second(parts)
    return parts


def _is_closed(rest: str) -> bool:
    """Whether keys of front matter stand before a line that looks like a closing one."""
    head = rest[:MAX_FRONT_MATTER_CHARACTERS]
    closing = next((found for found in _LINE.finditer(head) if _ALMOST_FENCE.fullmatch(found[0])), None)
    return closing is not None and _INDENTED_KEY.search(head, 0, closing.start()) is not None


def _with_object(text: str, start: int, line: int) -> Split:
    """The parts of a file that begins with a JSON object at a place on this line."""
    try:
        end = json.JSONDecoder().raw_decode(text, start)[1]
    except json.JSONDecodeError as problem:
        closed = "" if text.find("\n}", start) > 0 else "; is it closed by a } ?"
        raise FrontMatterError((problem.lineno, f"not valid JSON: {problem.msg}{closed}")) from problem
    except RecursionError:
        raise FrontMatterError((line, "not valid JSON: nested too deeply")) from None
    header, body = text[start:end], text[end:]
    behind = line + header.count("\n") + body.startswith("\n")
    return _not_too_long(Split(header, body.removeprefix("\n"), behind, "json", line))


def _other_end(mark: str, rest: str) -> str:
    other = "---" if mark == "+++" else "+++"
    found = re.search(rf"^{re.escape(other)}[ \t]*$", rest, re.MULTILINE)
    return f", but by a {other} line: YAML stands between --- lines, TOML between +++ lines" if found else ""


def _not_too_long(parts: Split) -> Split:
    if len(parts.front_matter) > MAX_FRONT_MATTER_CHARACTERS:
        raise FrontMatterError((1, f"the front matter is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters"))
    return parts


def _refuse_second(parts: Split) -> None:
    """Refuse front matter behind front matter, of which readers would see the second."""
    blank = len(parts.body) - len(parts.body.lstrip())
    first, _, rest = parts.body[blank:].partition("\n")
    if not _FENCE.fullmatch(first):
        return
    closing = re.search(rf"^{re.escape(first[:3])}[ \t]*$", rest, re.MULTILINE)
    if closing and _ANY_KEY.search(rest, 0, min(closing.start(), MAX_FRONT_MATTER_CHARACTERS)):
        line = parts.body_line + parts.body.count("\n", 0, blank)
        raise FrontMatterError((line, "a second front matter; put its keys into the first one"))


def _pelican_length(text: str) -> int:
    """The length of the Key: value lines that a text begins with; 0 if it begins with something else."""
    known, position = False, 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if not line.strip():
            break
        if found := _PELICAN_LINE.match(line):
            known = known or found[1].lower() in _PELICAN_KEYS
        elif not (position and line.startswith((" ", "\t"))):
            return 0
        position = min(end + 1, len(text))
    return position if known else 0
