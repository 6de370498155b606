"""What every template has: filters, functions and undefined names that raise. The search of a running process needs no more of a theme than this."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from blog import urls
from blog.content.scripts import direction
from blog.render.locales import locale

if TYPE_CHECKING:
    from blog.render.strings import Words


def environment(loader: BaseLoader, asset: Callable[[str], str]) -> Environment:
    """An environment with the filters and functions that every template has. Undefined names raise; texts are escaped."""
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"day": _day, "iso": iso, "number": _number}
    made.globals |= {"asset": asset, "urls": urls, "json": embedded_json, "direction": direction, "locale": locale}
    return made


@pass_context
def _day(context: Context, moment: datetime) -> str:
    words: Words = context["t"]
    return words.day(moment)


def iso(moment: datetime) -> str:
    """
    >>> from datetime import UTC
    >>> iso(datetime(2026, 3, 1, 9, tzinfo=UTC))
    '2026-03-01T09:00:00Z'
    """
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def embedded_json(value: Any) -> Markup:
    r"""JSON for a script element, with every character escaped that could end the element.

    >>> embedded_json({"a": "</script>"})
    Markup('{"a":"\\u003c/script\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
    return Markup(text.translate(safe))  # noqa: S704 -- the five characters that could end the element are escaped above


def _number(value: int, singular: str) -> str:
    """
    >>> _number(1, "post"), _number(2, "post")
    ('1 post', '2 posts')
    """
    return f"{value} {singular}" if value == 1 else f"{value} {singular}s"
