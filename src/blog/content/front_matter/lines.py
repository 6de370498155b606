"""Lines of keys in front matter, for faults."""

import re
from functools import lru_cache
from typing import NamedTuple

from blog.content.front_matter.keys import SYNONYMS, normal
from blog.content.front_matter.split import Split, split

_KEY = re.compile(r"(?P<indent>[ \t]*)[\"']?(?P<key>[^\W_][\w.-]*(?: [\w.-]+){0,4})[\"']?[ \t]*[:=]")


def line_of(text: str, key: str, first_line: int = 2, missing: int | None = None) -> int:
    """The line of a top-level key in the file; ``missing``, by default ``first_line``, if the key is not there."""
    found = [place.line for place in _places(text) if place.name == key and not place.indent]
    return found[0] + first_line if found else first_line if missing is None else missing


def line_of_written(parts: Split, key: str) -> int:
    """The line of a key as it is written, at the top or in a table; that of the front matter if it is not found."""
    wanted = normal(key)
    found = [(it.name != key, it.indent, it.line) for it in _places(parts.front_matter) if it.compared == wanted]
    return parts.first_line + (min(found)[2] if found else 0)


def key_line(source: str, key: str) -> int:
    """The line of this program's key, or of one that means the same, in a whole file; 1 if there is none."""
    parts = split(source)
    rank = {normal(name): rank for rank, name in enumerate((key, *SYNONYMS.get(key, ())))}
    places = _places(parts.front_matter)
    found = [(rank[it.compared], it.indent, it.line) for it in places if it.compared in rank]
    return parts.first_line + min(found)[2] if found else 1


class _Place(NamedTuple):
    """What looks like a key, with its line from 0, its indentation, and its name as keys are compared."""

    line: int
    indent: int
    name: str
    compared: str


# Each remark on one text asks for a line.
@lru_cache(maxsize=8)
def _places(text: str) -> tuple[_Place, ...]:
    lines = enumerate(text.split("\n"))
    found = ((number, match) for number, line in lines if (match := _KEY.match(line)))
    return tuple(_Place(number, len(match["indent"]), match["key"], normal(match["key"])) for number, match in found)
