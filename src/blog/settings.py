"""Settings from the environment. Nothing else in the service reads the environment.

Each field below is one variable of README.md's table; `tests/test_docs.py` holds the two against each other.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from blog.errors import SettingsError

LogFormat = Literal["json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_LAST_PORT = 65535
_LONGEST_DRAIN_SECONDS = 3600
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may decide. Times are seconds."""

    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    posts_dir: Path = Path("posts")
    templates_dir: Path = Path("templates")
    drain_seconds: float = 0.0
    reload: bool = False
    log_format: LogFormat = "json"
    log_level: LogLevel = "info"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read BLOG_* variables; an empty value counts as unset.

        Raises:
            SettingsError: naming the variable, its value and what is allowed.
        """
        return cls(**{name: read(variable(name), environ[variable(name)])
                      for name, read in _READERS.items() if environ.get(variable(name))})  # fmt: skip

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def refreshes_browsers(self) -> bool:
        """Whether open pages reload themselves: only where an author previews on their own machine.

        A sidecar may reload the posts of a public site too, and its visitors must not be part of that.
        """
        host = urlsplit(self.base_url).hostname or ""
        return self.reload and (host == "localhost" or _is_loopback(host))


def variable(field: str) -> str:
    """The environment variable of a field.

    >>> variable("drain_seconds")
    'BLOG_DRAIN_SECONDS'
    """
    return f"BLOG_{field.upper()}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(name: str, value: str, allowed: str) -> SettingsError:
    return SettingsError(f"{name}={value!r} is not usable: {allowed}")


def _host(name: str, value: str) -> str:
    if not _HOST.fullmatch(value):
        raise _refuse(name, value, "give a host name or an address to listen on, such as 0.0.0.0")
    return value


def _port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= _LAST_PORT):
        hint = (
            " (Kubernetes sets this for a Service called blog: set enableServiceLinks: false)" if "://" in value else ""
        )
        raise _refuse(name, value, f"give a port from 1 to {_LAST_PORT}{hint}")
    return int(value)


def _origin(name: str, value: str) -> str:
    problem = _refuse(name, value, "give an origin without a path, such as https://blog.example")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise problem from None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare or not value.isascii() or " " in value:
        raise problem
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _folder(name: str, value: str) -> Path:
    if "\0" in value:
        raise _refuse(name, value, "give the path of a folder")
    return Path(value)


def _seconds(name: str, value: str) -> float:
    problem = _refuse(name, value, f"give seconds from 0 to {_LONGEST_DRAIN_SECONDS}")
    try:
        seconds = float(value)
    except ValueError:
        raise problem from None
    if not 0 <= seconds <= _LONGEST_DRAIN_SECONDS:
        raise problem
    return seconds


def _switch(name: str, value: str) -> bool:
    if value.lower() not in _TRUE | _FALSE:
        raise _refuse(name, value, "give true or false")
    return value.lower() in _TRUE


def _choice(kind: Any) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value.lower() not in get_args(kind):
            raise _refuse(name, value, f"give one of {', '.join(get_args(kind))}")
        return value.lower()

    return read


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "host": _host,
    "port": _port,
    "base_url": _origin,
    "posts_dir": _folder,
    "templates_dir": _folder,
    "drain_seconds": _seconds,
    "reload": _switch,
    "log_format": _choice(LogFormat),
    "log_level": _choice(LogLevel),
}

VARIABLES = tuple(variable(field.name) for field in fields(Settings))
