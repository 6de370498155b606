"""Lines of keys in front matter, for faults."""

import re
from collections.abc import Iterator

from blog.content.front_matter.keys import SYNONYMS, normal
from blog.content.front_matter.split import Split, split

_KEY = re.compile(r"(?P<indent>[ \t]*)[\"']?(?P<key>[^\W_][\w .-]*?)[\"']?[ \t]*[:=]")


def line_of(text: str, key: str, first_line: int = 2, missing: int | None = None) -> int:
    """The line of a top-level key in the file; ``missing``, by default ``first_line``, if the key is not there."""
    found = [number for number, indent, name in _keys(text, first_line) if name == key and not indent]
    return found[0] if found else first_line if missing is None else missing


def line_of_written(parts: Split, key: str) -> int:
    """The line of a key as it is written, at the top or in a table; that of the front matter if it is not found."""
    keys = _keys(parts.front_matter, parts.first_line)
    places = [(name != key, indent, number) for number, indent, name in keys if normal(name) == normal(key)]
    return min(places)[2] if places else parts.first_line


def key_line(source: str, key: str) -> int:
    """The line of this program's key, or of one that means the same, in a whole file; 1 if there is none."""
    parts = split(source)
    rank = {normal(name): rank for rank, name in enumerate((key, *SYNONYMS.get(key, ())))}
    keys = _keys(parts.front_matter, parts.first_line)
    places = [(rank[normal(name)], indent, number) for number, indent, name in keys if normal(name) in rank]
    return min(places)[2] if places else 1


def _keys(text: str, first_line: int) -> Iterator[tuple[int, int, str]]:
    """The line, the indentation and the name of what looks like a key."""
    for number, line in enumerate(text.split("\n"), first_line):
        if found := _KEY.match(line):
            yield number, len(found["indent"]), found["key"]
