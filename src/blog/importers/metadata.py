"""Front matter of other programs: what content/front_matter reads of it, and what an import needs besides."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from blog.content.front_matter import (
    SWITCH,
    TABLES,
    Split,
    Value,
    line_of_written,
    normal,
    read,
    split,
    translate,
)

_DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_](.+)")
# The fields of an item. What else a post here may have is reported as well, so that nothing is lost without a word.
_CARRIED = frozenset({
    "title", "date", "updated", "description", "tags", "draft", "unlisted", "expires", "slug", "permalink", "aliases", "image", "image_alt", "audio",
    "authors", "lang", "series", "canonical", "order", "id",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """A file split into its metadata, with the keys as they are written, and its body."""

    data: Mapping[str, Value]
    split: Split

    @property
    def body(self) -> str:
        return self.split.body

    @property
    def body_line(self) -> int:
        return self.split.body_line


def parts_of(text: str) -> Parts:
    """Split a file and read its metadata; a file without any is all body.

    Raises:
        FrontMatterError: the metadata cannot be read, with the line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Parts({}, Split("", text, 1, "none", 1))
    parts = split(text)
    if parts.dialect == "yaml":
        # Other programs' parsers accept tabs.
        parts = replace(parts, front_matter=parts.front_matter.replace("\t", "    "))
    return Parts(read(parts), parts)


class Metadata:
    """The values of a file's metadata that mean something here. ``unknown`` are the keys, as they are written, that are not carried over."""

    def __init__(self, parts: Parts) -> None:
        self._split = parts.split
        self._raw = {normal(key): value for key, value in _flattened(parts.data)}
        translated = translate(parts.data)
        self._values, self._written = translated.values, translated.written
        known = [written for field, written in translated.written.items() if field not in _CARRIED]
        self.unknown = [*known, *translated.extra]

    def text(self, field: str) -> str:
        """The value of a field as one text, of a list its first item."""
        value = self._values.get(field, "")
        if isinstance(value, list):
            value = value[0] if value else ""
        is_switch = isinstance(value, str) and value.lower() in {"true", "false"}
        return "" if is_switch or not isinstance(value, str) else " ".join(value.split())

    def words(self, field: str) -> tuple[str, ...]:
        """The value of a field, a list or a text with commas, without duplicates."""
        words: dict[str, str] = {}
        for word in _words(self._values.get(field, "")):
            words.setdefault(word.casefold(), word)
        return tuple(words.values())

    def names(self) -> tuple[str, ...]:
        """The names of the authors."""
        authors = self._values.get("authors", [])
        named = (author.get("name") for author in authors if isinstance(author, dict))
        names = [" ".join(name.split()) for name in named if isinstance(name, str)]
        # A starter of Next.js calls its only author default.
        return tuple(dict.fromkeys(name for name in names if name not in {"", "default"}))

    @property
    def is_draft(self) -> bool:
        """Whether the text is not public. A value that cannot be understood is taken for a yes, as the safer one."""
        if "draft" not in self._values:
            return False
        is_off = SWITCH.get(str(self._values["draft"]).lower())
        return normal(self._written["draft"]) != "status" if is_off is None else is_off

    @property
    def is_unlisted(self) -> bool:
        """Whether the text is served and in no list. A value that cannot be understood is taken for a yes, as the safer one."""
        return "unlisted" in self._values and SWITCH.get(str(self._values["unlisted"]).lower(), True)

    def first(self, *keys: str) -> str:
        """The value of a key that only one program has."""
        value = next((self._raw[normal(key)] for key in keys if normal(key) in self._raw), "")
        return value if isinstance(value, str) else ""

    def is_on(self, key: str) -> bool:
        """Whether a key that only themes have is there and not off."""
        value = str(self._raw.get(normal(key), "no")).lower()
        return SWITCH.get(value, value != "0")

    def line_of(self, key: str) -> int:
        """The line of a field, or of a key as it is written; 1 if it is not there."""
        return line_of_written(self._split, self._written.get(key, key)) if self._split.front_matter else 1


def _flattened(data: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """The keys, and those within the tables of Zola and Hugo."""
    for key, value in data.items():
        if normal(key) in TABLES and isinstance(value, dict):
            yield from value.items()
        else:
            yield key, value


def _words(value: Value) -> Iterable[str]:
    if isinstance(value, str):
        value = list(value.split(","))
    return [" ".join(str(word).split()) for word in value if str(word).strip()] if isinstance(value, list) else []


def dated_name(stem: str) -> tuple[str, str]:
    """The date at the start of a file's name and the rest of the name.

    >>> dated_name("2019-01-02-hello"), dated_name("hello")
    (('2019-01-02', 'hello'), ('', 'hello'))
    """
    found = _DATED_NAME.fullmatch(stem)
    return (found[1], found[2]) if found else ("", stem)
