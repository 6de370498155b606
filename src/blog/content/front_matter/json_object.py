"""JSON of front matter, as Hugo has it: an object at the start of a file, without lines around it."""

import json

from blog.content.front_matter.split import FrontMatterError
from blog.content.front_matter.values import TooDeepError, UnusableError, Value, composed
from blog.content.yaml_words import unusable


class _TwiceError(ValueError):
    """A key stands twice in an object."""


def read_json(text: str, first_line: int = 1) -> dict[str, Value]:
    """The values of a JSON object, all scalars as text; empty ones are omitted.

    Raises:
        FrontMatterError: not JSON, a key given twice, a control character, or nested too deeply.
    """
    if fault := unusable(text):
        raise FrontMatterError((first_line + fault[0], fault[1]))
    try:
        # Numbers stay as they are written: a tag may be 1.10.
        data = json.loads(text, object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=str)
        values = {key: composed(value) for key, value in data.items()}
    except json.JSONDecodeError as problem:
        raise FrontMatterError((first_line + problem.lineno - 1, f"not valid JSON: {problem.msg}")) from problem
    except _TwiceError as problem:
        raise FrontMatterError((first_line, f"not valid JSON: {problem} is given twice")) from None
    except UnusableError:
        raise FrontMatterError((first_line, "contains a control character")) from None
    except (TooDeepError, RecursionError):
        raise FrontMatterError((first_line, "not valid JSON: nested too deeply")) from None
    return {key: value for key, value in values.items() if value != ""}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return values
