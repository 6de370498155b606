"""Values of front matter as its dialects have them: texts, lists and mappings of texts."""

import unicodedata
from typing import TypeAlias

from pydantic import JsonValue

from blog.content.characters import UNUSABLE

# Scalars are texts, because a title may be No and a tag 1.10; the model converts them.
Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Json: TypeAlias = JsonValue
# The words of YAML 1.1 for a switch.
SWITCH = {**dict.fromkeys(("true", "yes", "on", "y"), True), **dict.fromkeys(("false", "no", "off", "n"), False)}
_MOST_LEVELS = 20
_LONGEST_NUMBER = 15
_LONGEST_SHOWN = 60


class UnusableError(ValueError):
    """A value contains a character that no page may contain."""


class TooDeepError(ValueError):
    """A value is nested too deeply."""


def composed(value: object, levels: int = _MOST_LEVELS) -> Value:
    """A value of a parser, with its scalars as texts in NFC, in which names, tags and addresses are compared.

    Raises:
        UnusableError: a text contains a character that no page may contain.
        TooDeepError: it is nested more than ``levels`` deep.
    """
    if not levels:
        raise TooDeepError
    if isinstance(value, list | tuple):
        return [composed(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return {_text(key): composed(item, levels - 1) for key, item in value.items()}
    return _text(value)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if isinstance(value, bool):
        text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if UNUSABLE.search(text):
        raise UnusableError
    return text


def shown(value: object) -> str:
    """A value in a message, shortened to what fits one line of a terminal."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def as_json(value: Value) -> Json:
    """The value for JSON and templates: true, false and whole numbers as such, everything else as text.

    >>> as_json({"toc": "true", "level": "2", "version": "1.10", "code": "007"})
    {'toc': True, 'level': 2, 'version': '1.10', 'code': '007'}
    """
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if value in {"null", "~"}:
        return None
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if len(value) <= _LONGEST_NUMBER and value.removeprefix("-").isdecimal() and str(int(value)) == value:
        return int(value)
    return value
