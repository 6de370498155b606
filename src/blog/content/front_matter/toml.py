"""TOML of front matter, as Hugo and Zola have it."""

import re
import tomllib

from blog.content.front_matter.split import FrontMatterError
from blog.content.front_matter.values import TooDeepError, UnusableError, Value, composed
from blog.content.yaml_words import unusable

_PLACE = re.compile(r"^(?P<problem>.*?)(?: \(at (?:line (?P<line>\d+), column \d+|end of document)\))?$", re.DOTALL)
_YAML_LINE = re.compile(r"^[\w-]+[ \t]*:(?:[ \t]+\S|$)", re.ASCII | re.MULTILINE)


# The parser takes quadratic time for the parts of one key.
_MOST_PARTS = 40


def read_toml(text: str, first_line: int = 1) -> dict[str, Value]:
    """A TOML document whose scalars are all text, dates in ISO 8601; empty texts are omitted.

    Raises:
        FrontMatterError: not TOML, a key given twice, a control character, or nested too deeply.
    """
    if fault := unusable(text):
        raise FrontMatterError((first_line + fault[0], fault[1]))
    if _has_long_key(text):
        raise FrontMatterError((first_line, "not valid TOML: nested too deeply"))
    try:
        data = {key: composed(value) for key, value in tomllib.loads(text).items()}
    except UnusableError:
        raise FrontMatterError((first_line, "contains a control character")) from None
    except (TooDeepError, RecursionError):
        raise FrontMatterError((first_line, "not valid TOML: nested too deeply")) from None
    except ValueError as problem:
        raise FrontMatterError(_problem(problem, text, first_line)) from problem
    return {key: value for key, value in data.items() if value != ""}


def _has_long_key(text: str) -> bool:
    """Whether a key, or the name of a table, has more parts than any front matter needs."""
    for line in text.split("\n"):
        parts = [line] if line.lstrip().startswith("[") else line.split("=")[:-1]
        if any(part.count(".") > _MOST_PARTS for part in parts):
            return True
    return False


def _problem(problem: ValueError, text: str, first_line: int) -> tuple[int, str]:
    found = _PLACE.fullmatch(str(problem))
    place = int(found["line"]) - 1 if found and found["line"] else text.rstrip("\n").count("\n")
    said = found["problem"] if found else str(problem)
    is_yaml = "; this looks like YAML, which stands between --- lines" if _YAML_LINE.search(text) else ""
    return first_line + place, f"not valid TOML: {said[:1].lower()}{said[1:60]}{is_yaml}"
