"""Wrong values in front matter: a text is served without them, unless its address or its date could not be known."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from blog.content.front_matter.keys import Said, Translated, is_own, normal
from blog.content.front_matter.model import words
from blog.content.front_matter.values import shown

# Without these the text would be at another address, or public at another time, than its author wants.
_NEEDED = frozenset({"date", "slug"})
# These keep a text from being public, so a value that is not understood keeps it from that too.
_HIDING = frozenset({"draft", "isdraft", "published", "ispublished", "public", "private", "publish", "dgpublish"})
_SHORTENED = frozenset({"title", "description"})
_WHOLE_NUMBER = frozenset({"int_type", "int_parsing", "int_parsing_size", "int_from_float"})


def leave_out(translated: Translated, errors: Sequence[Mapping[str, Any]]) -> bool:
    """Leave out the wrong values, or the wrong items of lists, with a remark on each; False if nothing could be left out."""
    left_out = False
    items = [error for error in errors if len(error["loc"]) > 1 and error["loc"][0] in {"tags", "aliases", "authors"}]
    for key in dict.fromkeys(str(error["loc"][0]) for error in items):
        _leave_out_items(translated, key, [error for error in items if error["loc"][0] == key])
        left_out = True
    for error in {str(error["loc"][0]): error for error in reversed(errors) if error not in items}.values():
        key = str(error["loc"][0])
        if key not in _NEEDED or not is_own(translated.written[key]):
            _leave_out_value(translated, key, error)
            left_out = True
    return left_out


def _leave_out_items(translated: Translated, key: str, errors: Iterable[Mapping[str, Any]]) -> None:
    value = translated.values[key]
    wrong = {error["loc"][1]: error for error in errors}
    known = value if key == "authors" and isinstance(value, list) else words(value)
    translated.values[key] = [item for place, item in enumerate(known) if place not in wrong]
    written = translated.written[key]
    translated.said += [Said(written, f"{reason(written, error)}; it is ignored") for error in wrong.values()]


def _leave_out_value(translated: Translated, key: str, error: Mapping[str, Any]) -> None:
    written, value = translated.written[key], translated.values[key]
    problem = reason(written, error)
    if key == "draft" and normal(written) in _HIDING:
        translated.values[key] = "true"
        translated.said.append(Said(written, f"{problem}; the text is a draft until it is mended"))
    elif key == "unlisted":
        translated.values[key] = "true"
        translated.said.append(Said(written, f"{problem}; the text is in no list until it is mended"))
    elif error["type"] == "string_too_long" and key in _SHORTENED:
        translated.values[key] = _shortened(str(value), error["ctx"]["max_length"])
        if is_own(written):
            translated.said.append(Said(written, f"{problem}; it is shortened"))
    elif error["type"] == "too_long":
        items = value if key == "authors" and isinstance(value, list) else words(value)
        translated.values[key] = [*items[: error["ctx"]["max_length"]]]
        translated.said.append(Said(written, f"{problem}; the others are ignored"))
    else:
        translated.drop(key, f"{problem}; it is ignored")


def reason(key: str, error: Mapping[str, Any]) -> str:
    """What is wrong with the value of a key, and what is allowed."""
    value, kind = error["input"], error["type"]
    if kind == "string_type":
        problem = f"{shown(value)} is not a text"
    elif kind in _WHOLE_NUMBER:
        problem = f"{shown(value)} is not a whole number"
    elif kind == "string_too_long":
        problem = f"has {len(value)} characters; at most {error['ctx']['max_length']} are allowed"
    elif kind == "too_long":
        problem = f"has {error['ctx']['actual_length']} items; at most {error['ctx']['max_length']} are allowed"
    else:
        problem = error["msg"].removeprefix("Value error, ")
    return f"{key}: {problem}"


def _shortened(text: str, limit: int) -> str:
    return " ".join(text.split())[: limit - 1].rsplit(" ", 1)[0] + "…"
