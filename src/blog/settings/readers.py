"""Readers of environment variables. Each takes a variable's name and text, returns the value, and raises SettingsError for a text that is not allowed."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote, urlsplit

from blog.errors import SettingsError

Pairs = tuple[tuple[str, str], ...]

_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_LAST_PORT, _MOST_DIGITS = 65535, 10
_LONGEST_DRAIN_SECONDS = 3600
_LONGEST_TIMEOUT_SECONDS = 3600
_MOST_CONNECTIONS = 1_000_000
_LONGEST_TEXT = 200
_SHORTEST_SECRET = 32
_LARGEST_CACHE_MB = 1_000_000
_MOST_SPANS = 65_536
_SHORTEST_EXPORT_MS, _LONGEST_EXPORT_MS = 100, 60_000
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


def is_safe_from_https(url: str) -> bool:
    """Whether a browser lets a page on https post to a URL. Loopback addresses are allowed (Mixed Content, section 3.1)."""
    host = urlsplit(url).hostname or ""
    return url.lower().startswith("https://") or host == "localhost" or is_loopback(host)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse(name: str, value: str, allowed: str) -> SettingsError:
    return SettingsError(f"{name}={value!r} is not usable: {allowed}")


def host(name: str, value: str) -> str:
    if not _HOST.fullmatch(value):
        raise refuse(name, value, "give a host name or an address to listen on, such as 0.0.0.0")
    return value


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS


def port(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _LAST_PORT):
        hint = (
            " (Kubernetes sets this for a Service called blog: set enableServiceLinks: false)" if "://" in value else ""
        )
        raise refuse(name, value, f"give a port from 1 to {_LAST_PORT}{hint}")
    return int(value)


def origin(name: str, value: str) -> str:
    problem = refuse(name, value, "give an origin without a path, such as https://blog.example")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise problem from None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in {"http", "https"} or not bare or not _HOST.fullmatch(parts.hostname or ""):
        raise problem
    return f"{parts.scheme}://{parts.netloc.lower()}"


def folder(name: str, value: str) -> Path:
    return _path(name, value, "folder")


def file(name: str, value: str) -> Path:
    return _path(name, value, "file")


def _path(name: str, value: str, kind: str) -> Path:
    if "\0" in value:
        raise refuse(name, value, f"give the path of a {kind}")
    return Path(value)


def seconds(name: str, value: str) -> float:
    problem = refuse(name, value, f"give seconds from 0 to {_LONGEST_DRAIN_SECONDS}")
    try:
        seconds = float(value)
    except ValueError:
        raise problem from None
    if not 0 <= seconds <= _LONGEST_DRAIN_SECONDS:
        raise problem
    return seconds


def timeout(name: str, value: str) -> float:
    """A timeout for clients in whole seconds, at least 1 because limits are checked once a second."""
    if not (_is_number(value) and 1 <= int(value) <= _LONGEST_TIMEOUT_SECONDS):
        raise refuse(name, value, f"give whole seconds from 1 to {_LONGEST_TIMEOUT_SECONDS}")
    return int(value)


def connections(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _MOST_CONNECTIONS):
        raise refuse(name, value, f"give a number from 1 to {_MOST_CONNECTIONS}")
    return int(value)


def cache_size(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _LARGEST_CACHE_MB):
        raise refuse(name, value, f"give mebibytes from 1 to {_LARGEST_CACHE_MB}")
    return int(value)


def switch(name: str, value: str) -> bool:
    if value.lower() not in _TRUE | _FALSE:
        raise refuse(name, value, "give true or false")
    return value.lower() in _TRUE


def text(name: str, value: str) -> str:
    if not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise refuse(name, value[:_LONGEST_TEXT], f"give up to {_LONGEST_TEXT} printable characters")
    return value


def secret(name: str, value: str) -> str:
    """A secret without the white space around it, which files and Secrets often end with. It is in no message."""
    text = value.strip()
    if len(text) < _SHORTEST_SECRET or not text.isprintable():
        allowed = f"give at least {_SHORTEST_SECRET} printable characters, such as those of `openssl rand -hex 32`"
        raise SettingsError(f"{name} is not usable: {allowed}")
    return text


def url(name: str, value: str) -> str:
    try:
        usable = urlsplit(value).scheme in {"http", "https"} and urlsplit(value).hostname
        _ = urlsplit(value).port
    except ValueError:
        usable = False
    if not usable:
        raise refuse(name, value, "give an http(s) URL, such as http://alloy.monitoring:4318")
    return value


def collector(name: str, value: str) -> str:
    """A URL that may be published in pages and their Content Security Policy: without credentials, and without characters that end a CSP source."""
    parts = urlsplit(url(name, value))
    plain = value.isascii() and value.isprintable() and not set(value) & set(" \"'<>;,\\")
    if not plain or parts.username or parts.password or parts.fragment or not _HOST.fullmatch(parts.hostname or ""):
        raise refuse(
            name, value, "give an http(s) URL without user, password or fragment, such as http://alloy:12347/collect"
        )
    return value


def pairs(name: str, value: str) -> Pairs:
    """The list form of OpenTelemetry's variables: key=value, percent-encoded, separated by commas."""
    items = [item.partition("=") for item in value.split(",") if item.strip()]
    if not all(equals and key.strip() for key, equals, _ in items):
        raise refuse(name, value, "give key=value pairs separated by commas")
    return tuple((unquote(key.strip()), unquote(text.strip())) for key, _, text in items)


def ratio(name: str, value: str) -> float:
    problem = refuse(name, value, "give a share from 0 to 1, such as 0.1")
    try:
        ratio = float(value)
    except ValueError:
        raise problem from None
    if not 0 <= ratio <= 1:
        raise problem
    return ratio


def milliseconds(name: str, value: str) -> float:
    """Seconds from a variable in milliseconds, the unit that OpenTelemetry's specification requires."""
    if not (_is_number(value) and _SHORTEST_EXPORT_MS <= int(value) <= _LONGEST_EXPORT_MS):
        raise refuse(name, value, f"give milliseconds from {_SHORTEST_EXPORT_MS} to {_LONGEST_EXPORT_MS}")
    return int(value) / 1000


def spans(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _MOST_SPANS):
        raise refuse(name, value, f"give a number from 1 to {_MOST_SPANS}")
    return int(value)


def limit(name: str, value: str) -> int:
    if not _is_number(value):
        raise refuse(name, value, f"give a number of up to {_MOST_DIGITS} digits, or leave it unset")
    return int(value)


def propagators(name: str, value: str) -> str:
    """``tracecontext`` or ``none``. Other propagators in the list are ignored, as OpenTelemetry does with those that it does not know."""
    names = {part.strip().lower() for part in value.split(",")}
    for known in ("tracecontext", "none"):
        if known in names:
            return known
    raise refuse(name, value, "give a list with tracecontext, which is the only one that is read, or none")


def proxies(name: str, value: str) -> str:
    for part in (part.strip() for part in value.split(",")):
        try:
            _ = part == "*" or ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise refuse(name, value, "give addresses or networks separated by commas, or *") from None
    return value


def choice(kind: Any) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value.lower() not in get_args(kind):
            raise refuse(name, value, f"give one of {', '.join(get_args(kind))}")
        return value.lower()

    return read
