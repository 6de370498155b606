"""Filters the body of a beacon: keeps the fields that the page's script sends, and sets application, page and view itself. No personal data."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic_core import from_json

from blog import urls

# The fields of each signal that templates/rum.js sends, by the SDK's own types (core/src/api). It sends neither logs nor traces.
_SIGNALS: Mapping[str, tuple[str, ...]] = {
    "events": ("name", "domain", "attributes", "timestamp", "trace"),
    "exceptions": ("type", "value", "timestamp", "trace", "context", "stacktrace", "fingerprint", "fatal"),
    "measurements": ("type", "values", "timestamp", "trace", "context"),
}
_META: Mapping[str, tuple[str, ...]] = {
    "sdk": ("name", "version"),
    "session": ("id", "attributes"),
    "browser": ("name", "version", "os", "language", "mobile", "brands", "viewportWidth", "viewportHeight"),
}
# The SDK sends a batch once it holds so many items.
MOST_ITEMS = 50
LONGEST_TEXT, _LONGEST_NAME = 2048, 100
_MOST_ENTRIES, _DEEPEST, _LARGEST_NUMBER = 50, 5, 1e15
UNKNOWN_PAGE = "unknown"
# The SDK sends this event once for each document that is loaded. One from the browser's cache is no view that the server can count.
_VIEW, _OF_CACHE = "faro.performance.navigation", "cache"


@dataclass(frozen=True, slots=True)
class Site:
    """The values that replace a beacon's own. ``route_of`` returns the route template of a decoded path, or None for an unknown path."""

    app: str
    version: str
    environment: str
    origin: str
    route_of: Callable[[str], str | None]


class Beacon(NamedTuple):
    """The body that is forwarded, and the route of the page if the beacon is the one of its view."""

    body: bytes
    viewed: str | None


def beacon_of(body: bytes, site: Site) -> Beacon:
    """The body, serialized again with known fields of bounded size; application, page and view are set from ``site``.

    Raises:
        ValueError: it is not JSON (RFC 8259), nested too deep, or not what the page's script sends.
    """
    # This parser stops at 200 levels, where the standard library's recurses, and no number takes it long to parse.
    sent = from_json(body, allow_inf_nan=False, cache_strings=False)
    match sent:
        case {"meta": dict() as meta}:
            pass
        case _:
            raise ValueError("a beacon is an object with a meta object")
    signals = {name: _items(sent[name], fields) for name, fields in _SIGNALS.items() if name in sent}
    if not signals:
        raise ValueError("a beacon has events, exceptions or measurements")
    path = _path_of(meta)
    route = site.route_of(path)
    forwarded = {"meta": _meta(meta) | _own_meta(site, path, route), **signals}
    text = json.dumps(forwarded, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    is_view = any(map(_is_view, signals.get("events", ())))
    return Beacon(text.encode(), route if is_view else None)


def _is_view(event: Mapping[str, Any]) -> bool:
    if event.get("name") != _VIEW:
        return False
    attributes = event.get("attributes")
    return not (isinstance(attributes, dict) and attributes.get("cacheHitStatus") == _OF_CACHE)


def _meta(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _fields(sent[name], fields) for name, fields in _META.items() if name in sent}


def _own_meta(site: Site, path: str, route: str | None) -> dict[str, Any]:
    """What the site says about itself and the page, in place of what the beacon does."""
    app = {"name": site.app, "version": site.version, "environment": site.environment}
    page = {"id": UNKNOWN_PAGE} if route is None else {"id": route, "url": site.origin + urls.encoded(path)}
    return {"app": app, "page": page, "view": {"name": page["id"]}}


def _path_of(meta: Mapping[str, Any]) -> str:
    page = meta.get("page")
    return _path(page.get("url")) if isinstance(page, dict) else ""


def _path(url: Any) -> str:
    if not isinstance(url, str):
        return ""
    try:
        return unquote(urlsplit(url[:LONGEST_TEXT]).path)
    except ValueError:
        return ""


def _items(sent: Any, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if not isinstance(sent, list) or len(sent) > MOST_ITEMS:
        raise ValueError(f"a signal is a list of at most {MOST_ITEMS} items")
    return [_fields(item, fields) for item in sent]


def _fields(sent: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise ValueError("an item is an object")  # noqa: TRY004 -- callers catch ValueError
    return {name: _bounded(sent[name]) for name in fields if name in sent}


def _bounded(value: Any, depth: int = 0) -> Any:
    """A value with its strings cut to LONGEST_TEXT, and its lists and objects cut to their first entries."""
    match value:
        case str():
            return value[:LONGEST_TEXT]
        case bool() | None:
            return value
        case int() | float() if abs(value) <= _LARGEST_NUMBER:
            return value
        case list() if depth < _DEEPEST:
            return [_bounded(item, depth + 1) for item in value[:_MOST_ENTRIES]]
        case dict() if depth < _DEEPEST:
            entries = list(value.items())[:_MOST_ENTRIES]
            return {name[:_LONGEST_NAME]: _bounded(item, depth + 1) for name, item in entries}
        case _:
            raise ValueError("a number is too large, or a value is nested too deep")
