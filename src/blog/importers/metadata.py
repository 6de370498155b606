"""Front matter of other programs: YAML, TOML, JSON, or Pelican's lines of `Key: value`, and the keys that mean something here."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from blog.content.front_matter import SYNONYMS, FrontMatterError, read_yaml

_OPENING = re.compile(r"(?:---|\+\+\+)[ \t]*(yaml|toml|json)?[ \t]*\n")
_PELICAN_LINE = re.compile(r"([A-Za-z][\w-]*):[ \t]*(.*)")
_DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_](.+)")
# What other programs call a value besides the synonyms that posts here may have, without case, hyphens and underscores.
_MORE: Mapping[str, tuple[str, ...]] = {
    "updated": ("moddate",),
    "description": ("metadescription",),
    "tags": ("topics",),
    "aliases": ("redirects",),
    "image": ("featured",),
    "image_alt": ("thumbnailalt", "coverimagealt"),
    "order": ("seriesorder", "seriesindex", "part"),
}


# The fields of an item. What else a post here may have is reported as well, so that nothing is lost without a word.
_CARRIED = (
    "title", "date", "updated", "description", "tags", "draft", "expires", "slug", "permalink", "aliases", "image", "image_alt", "audio",
    "authors", "lang", "series", "canonical", "order", "id",
)  # fmt: skip
_DRAFT_KEYS, _PUBLIC_KEYS = ("draft", "isdraft", "private"), ("published", "ispublished", "public")
_NO = frozenset({"false", "no", "off", "0"})
_PICTURE_KEYS = ("src", "url", "image", "path", "source", "filename", "teaser", "overlayimage")
_NAME_KEYS = ("name", "title", "label")
_NOT_PUBLIC = frozenset({"draft", "drafts", "hidden", "private", "pending", "skip", "unpublished", "unlisted", "wip"})


@dataclass(frozen=True, slots=True)
class Parts:
    """A file split into its metadata and its body; ``lines`` are the lines of its keys."""

    data: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    body_line: int


def parts_of(text: str, *, pelican: bool = False) -> Parts:
    """Split a file and read its metadata; a file without any is all body.

    Raises:
        FrontMatterError: the metadata cannot be read, with the line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    opening = _OPENING.match(text)
    if opening is None:
        if text.startswith("{"):
            return _json_object(text)
        return _pelican(text) if pelican else Parts({}, {}, text, 1)
    mark = text[:3]
    closing = re.compile(rf"^{re.escape(mark)}[ \t]*$\n?", re.MULTILINE).search(text, opening.end())
    if closing is None:
        raise FrontMatterError((1, f"the front matter is not closed by a second {mark} line"))
    source = text[opening.end() : closing.start()]
    language = opening[1] or ("yaml" if mark == "---" else "toml")
    data = _READERS[language](source)
    return Parts(data, _lines(source, 2), text[closing.end() :], text.count("\n", 0, closing.end()) + 1)


def _yaml(source: str) -> dict[str, Any]:
    return read_yaml(source.replace("\t", "    "), first_line=2)


def _toml(source: str) -> dict[str, Any]:
    try:
        return dict(_texts(tomllib.loads(source)))
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        found = re.search(r"at line (\d+)", str(problem))
        raise FrontMatterError((int(found[1]) + 1 if found else 2, f"not valid TOML: {problem}")) from None


def _json(source: str) -> dict[str, Any]:
    try:
        data = json.loads(source)
    except (ValueError, RecursionError) as problem:
        raise FrontMatterError((getattr(problem, "lineno", 1) + 1, f"not valid JSON: {problem}")) from None
    return dict(_texts(data)) if isinstance(data, dict) else {}


_READERS = {"yaml": _yaml, "toml": _toml, "json": _json}


def _json_object(text: str) -> Parts:
    """A file that begins with a JSON object, as Hugo allows; one that begins with another brace is all body."""
    try:
        data, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return Parts({}, {}, text, 1)
    lines = text.count("\n", 0, end)
    return Parts(dict(_texts(data)), {}, text[end:].removeprefix("\n"), lines + 2)


def _pelican(text: str) -> Parts:
    """Lines of `Key: value` at the start; an indented line goes on with the value before it."""
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    key = ""
    rows = text.split("\n")
    for number, row in enumerate(rows):
        if found := _PELICAN_LINE.fullmatch(row.rstrip()):
            key = found[1]
            data[key], lines[key] = found[2].strip(), number + 1
        elif key and row.startswith((" ", "\t")) and row.strip():
            data[key] = f"{data[key]} {row.strip()}".strip()
        else:
            break
    else:
        number = len(rows)
    body = "\n".join(rows[number:])
    return Parts({key: value for key, value in data.items() if value}, lines, body, number + 1)


def _texts(value: Any) -> Any:
    """The value with all scalars as text, as YAML is read."""
    if isinstance(value, dict):
        return {str(key): _texts(inner) for key, inner in value.items() if inner not in ("", None, [])}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _lines(source: str, first: int) -> dict[str, int]:
    """The line of each top-level key, and of each section of TOML."""
    pattern = re.compile(r"[\"'\[]?([\w.-]+)[\"'\]]?\s*(?:[:=]|$)")
    found: dict[str, int] = {}
    for number, line in enumerate(source.split("\n"), first):
        if match := pattern.match(line):
            found.setdefault(match[1], number)
    return found


def _bare(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "").replace(" ", "")


# By field of an item: the keys that mean it, the most telling first.
_KEYS: Mapping[str, tuple[str, ...]] = {
    field: (*map(_bare, (field, *names)), *_MORE.get(field, ())) for field, names in SYNONYMS.items()
}


class Metadata:
    """The values of a file's metadata that mean something here. It remembers which keys were asked for, so that the others can be reported."""

    def __init__(self, parts: Parts) -> None:
        self._values = {_bare(key): value for key, value in _flattened(parts.data)}
        self._names = {_bare(key): key for key, _ in _flattened(parts.data)}
        self._lines = {_bare(key): line for key, line in parts.lines.items()}
        known = {key for field in _CARRIED for key in _KEYS[field]}
        self.unknown = [name for key, name in self._names.items() if key not in known]

    def text(self, field: str) -> str:
        """The first value of a field's keys as one text."""
        for key in _KEYS[field]:
            value = self._values.get(key)
            if isinstance(value, list):
                value = value[0] if value else None
            if isinstance(value, dict):
                value = next((str(inner) for name, inner in value.items() if _bare(name) in _PICTURE_KEYS), None)
            if isinstance(value, str) and value and value.lower() not in {"true", "false", "null", "nil"}:
                return " ".join(value.split())
        return ""

    def words(self, field: str) -> tuple[str, ...]:
        """The values of all of a field's keys, each a list or a text with commas, without duplicates."""
        words: dict[str, str] = {}
        for key in _KEYS[field]:
            for word in _words(self._values.get(key)):
                words.setdefault(word.casefold(), word)
        return tuple(words.values())

    def names(self) -> tuple[str, ...]:
        """The names of the authors: a name, a list of names, or tables with names."""
        names: dict[str, None] = {}
        for key in _KEYS["authors"]:
            value = self._values.get(key)
            for author in value if isinstance(value, list) else [value]:
                if isinstance(author, dict):
                    author = next((author[name] for name in _NAME_KEYS if name in author), None)  # noqa: PLW2901 -- its name
                # A starter of Next.js calls its only author so.
                if isinstance(author, str) and author.strip() not in {"", "default"}:
                    names.setdefault(" ".join(author.split()))
        return tuple(names)

    @property
    def is_draft(self) -> bool:
        """Whether the text is not public. A value that cannot be understood is taken for a yes, as the safer one."""
        said = {key: str(self._values[key]).lower() for key in (*_DRAFT_KEYS, *_PUBLIC_KEYS) if key in self._values}
        return (
            any(said.get(key, "no") not in _NO for key in _DRAFT_KEYS)
            or any(said.get(key) in _NO for key in _PUBLIC_KEYS)
            or str(self._values.get("status", "")).lower() in _NOT_PUBLIC
        )

    @property
    def image_alt(self) -> str:
        if alt := self.text("image_alt"):
            return alt
        for key in _KEYS["image"]:
            if isinstance(value := self._values.get(key), dict):
                return str(value.get("alt", ""))
        return ""

    def first(self, *keys: str) -> str:
        """The value of a key that only one program has."""
        value = next((self._values[_bare(key)] for key in keys if _bare(key) in self._values), "")
        return value if isinstance(value, str) else ""

    def is_on(self, key: str) -> bool:
        """Whether a key that only themes have is there and not off."""
        return str(self._values.get(_bare(key), "no")).lower() not in _NO

    def line_of(self, field: str) -> int:
        return next((self._lines[key] for key in _KEYS.get(field, (_bare(field),)) if key in self._lines), 1)


def _flattened(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys, and those within Zola's taxonomies and extra and Hugo's params."""
    for key, value in data.items():
        if key in {"taxonomies", "extra", "params"} and isinstance(value, dict):
            yield from value.items()
        else:
            yield key, value


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        value = value.split(",")
    return [" ".join(str(word).split()) for word in value if str(word).strip()] if isinstance(value, list) else []


def dated_name(stem: str) -> tuple[str, str]:
    """The date at the start of a file's name and the rest of the name.

    >>> dated_name("2019-01-02-hello"), dated_name("hello")
    (('2019-01-02', 'hello'), ('', 'hello'))
    """
    found = _DATED_NAME.fullmatch(stem)
    return (found[1], found[2]) if found else ("", stem)
