"""Key: value lines of front matter, as Pelican and MultiMarkdown have them."""

import re

from blog.content.front_matter.split import FrontMatterError
from blog.content.front_matter.values import Value, composed
from blog.content.yaml_words import unusable

_LINE = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40}?)[ \t]*:[ \t]*(?P<value>.*)", re.ASCII)
# Names may contain commas, so these may be separated by semicolons.
_LISTS = frozenset({"tags", "keywords", "authors", "author"})


def read_pelican(text: str, first_line: int = 1) -> dict[str, Value]:
    r"""The values of the lines. An indented line continues the one before it; empty values are omitted.

    >>> read_pelican("Title: Hello\nTags: a, b\n")
    {'Title': 'Hello', 'Tags': 'a, b'}

    Raises:
        FrontMatterError: a key given twice, or a control character.
    """
    if fault := unusable(text):
        raise FrontMatterError((first_line + fault[0], fault[1]))
    values: dict[str, str] = {}
    key = ""
    for number, line in enumerate(text.rstrip("\n").split("\n"), first_line):
        found = None if line.startswith((" ", "\t")) else _LINE.fullmatch(line)
        if found is None:
            values[key] = f"{values.get(key, '')}\n{line.strip()}".strip()
            continue
        key = found["key"]
        if key.lower() in map(str.lower, values):
            raise FrontMatterError((number, f"{key} is given twice"))
        values[key] = _unquoted(found["value"].strip())
    return {key: composed(_listed(key, value)) for key, value in values.items() if value}


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _listed(key: str, value: str) -> str | list[str]:
    if key.lower() not in _LISTS:
        return value
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    separator = ";" if ";" in bare else "\n" if "\n" in bare else None
    return bare if separator is None else [item.strip() for item in bare.split(separator) if item.strip()]
