"""Settings from the environment. Nothing else in the service reads the environment.

Each field below is one variable of README.md's table; `tests/test_docs.py` holds the two against each other.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from blog.errors import SettingsError

LogFormat = Literal["json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]
AccessLog = Literal["off", "errors", "sampled", "all"]
Sampler = Literal[
    "always_on", "always_off", "traceidratio",
    "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
]  # fmt: skip
FaroMode = Literal["proxy", "direct"]
Pairs = tuple[tuple[str, str], ...]

_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_LAST_PORT, _MOST_DIGITS = 65535, 8
_MOST_DATE_DIGITS = 10
_LONGEST_DRAIN_SECONDS = 3600
_LONGEST_TIMEOUT_SECONDS = 3600
_MOST_CONNECTIONS = 1_000_000
_LONGEST_TEXT = 200
_LARGEST_CACHE_MB = 1_000_000
_SHORTEST_EXPORT_MS, _LONGEST_EXPORT_MS = 100, 60_000
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may decide. Times are seconds."""

    host: str = "127.0.0.1"
    port: int = 8000
    metrics_port: int | None = None
    base_url: str = "http://127.0.0.1:8000"
    posts_dir: Path = Path("posts")
    templates_dir: Path | None = None
    cache_dir: Path = Path(".cache")
    cache_max_mb: int = 1024
    drain_seconds: float = 0.0
    header_timeout_seconds: float = 60.0
    body_timeout_seconds: float = 60.0
    send_timeout_seconds: float = 60.0
    max_connections: int = 1000
    reload: bool = False
    log_format: LogFormat = "json"
    log_level: LogLevel = "info"
    access_log: AccessLog = "sampled"
    revision: str = "unknown"
    trusted_proxies: str = "127.0.0.1"
    faro_url: str | None = None
    faro_app_name: str | None = None
    faro_environment: str | None = None
    faro_sample_rate: float = 1.0
    faro_mode: FaroMode = "proxy"
    otlp_endpoint: str | None = None
    otlp_traces_endpoint: str | None = None
    otlp_headers: Pairs = ()
    otlp_timeout: float | None = None
    service_name: str | None = None
    resource_attributes: Pairs = ()
    traces_sampler: Sampler = "parentbased_traceidratio"
    traces_sampler_arg: float = 0.1
    sdk_disabled: bool = False

    def __post_init__(self) -> None:
        if self.metrics_port == self.port:
            value = f"{variable('metrics_port')}={str(self.metrics_port)!r}"
            raise SettingsError(f"{value} is not usable: give another port than {variable('port')}, or leave it unset")
        if self.faro_url and self.faro_mode == "direct" and self.secure and not _is_safe_from_https(self.faro_url):
            raise _refuse(
                variable("faro_url"), self.faro_url, "a page on https may only post to https; give such a URL"
            )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read BLOG_* variables; an empty value counts as unset.

        Raises:
            SettingsError: naming the variable, its value and what is allowed.
        """
        return cls(**{name: read(variable(name), environ[variable(name)])
                      for name, read in _READERS.items() if environ.get(variable(name))})  # fmt: skip

    @property
    def traces_url(self) -> str | None:
        """Where spans go; None where tracing is off. The OTLP specification says how the two variables combine."""
        if self.sdk_disabled:
            return None
        if self.otlp_traces_endpoint:
            return self.otlp_traces_endpoint
        return f"{self.otlp_endpoint.rstrip('/')}/v1/traces" if self.otlp_endpoint else None

    @property
    def service(self) -> str:
        """The name that traces and beacons share: OTEL_SERVICE_NAME goes before the resource attribute."""
        return self.service_name or dict(self.resource_attributes).get("service.name") or "blog"

    @property
    def rum_app(self) -> str:
        return self.faro_app_name or self.service

    @property
    def rum_environment(self) -> str:
        """Where nothing else is said, what the traces say: the two are looked at side by side."""
        attribute = dict(self.resource_attributes).get("deployment.environment.name")
        return self.faro_environment or attribute or "production"

    @property
    def rum_proxied_to(self) -> str | None:
        """The collector that beacons are forwarded to; None where there are none, or browsers post there themselves."""
        return self.faro_url if self.faro_mode == "proxy" else None

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


def source_date(environ: Mapping[str, str]) -> int | None:
    """The date of what a reproducible build makes, in seconds since the epoch: SOURCE_DATE_EPOCH of reproducible-builds.org.

    Raises:
        SettingsError: it is no such number.
    """
    value = environ.get("SOURCE_DATE_EPOCH")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DATE_DIGITS):
        raise _refuse("SOURCE_DATE_EPOCH", value, "give seconds since 1970, such as 1764000000, or leave it unset")
    return int(value)


# Variables that others have named before us keep their names and their meaning.
_STANDARD = {
    "trusted_proxies": "FORWARDED_ALLOW_IPS",
    "otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "otlp_traces_endpoint": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "otlp_headers": "OTEL_EXPORTER_OTLP_HEADERS",
    "otlp_timeout": "OTEL_EXPORTER_OTLP_TIMEOUT",
    "service_name": "OTEL_SERVICE_NAME",
    "resource_attributes": "OTEL_RESOURCE_ATTRIBUTES",
    "traces_sampler": "OTEL_TRACES_SAMPLER",
    "traces_sampler_arg": "OTEL_TRACES_SAMPLER_ARG",
    "sdk_disabled": "OTEL_SDK_DISABLED",
}


def variable(field: str) -> str:
    """The environment variable of a field.

    >>> variable("drain_seconds"), variable("otlp_endpoint")
    ('BLOG_DRAIN_SECONDS', 'OTEL_EXPORTER_OTLP_ENDPOINT')
    """
    return _STANDARD.get(field, f"BLOG_{field.upper()}")


def _is_safe_from_https(url: str) -> bool:
    """Whether a browser lets a page on https post there: Mixed Content, section 3.1, spares the reader's own machine."""
    host = urlsplit(url).hostname or ""
    return url.lower().startswith("https://") or host == "localhost" or _is_loopback(host)


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


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS


def _port(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _LAST_PORT):
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
    if parts.scheme not in {"http", "https"} or not bare or not _HOST.fullmatch(parts.hostname or ""):
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


def _timeout(name: str, value: str) -> float:
    """Seconds that a client is given. Never none at all: limits are looked after once a second."""
    if not (_is_number(value) and 1 <= int(value) <= _LONGEST_TIMEOUT_SECONDS):
        raise _refuse(name, value, f"give whole seconds from 1 to {_LONGEST_TIMEOUT_SECONDS}")
    return int(value)


def _connections(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _MOST_CONNECTIONS):
        raise _refuse(name, value, f"give a number from 1 to {_MOST_CONNECTIONS}")
    return int(value)


def _cache_size(name: str, value: str) -> int:
    if not (_is_number(value) and 1 <= int(value) <= _LARGEST_CACHE_MB):
        raise _refuse(name, value, f"give mebibytes from 1 to {_LARGEST_CACHE_MB}")
    return int(value)


def _switch(name: str, value: str) -> bool:
    if value.lower() not in _TRUE | _FALSE:
        raise _refuse(name, value, "give true or false")
    return value.lower() in _TRUE


def _text(name: str, value: str) -> str:
    if not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise _refuse(name, value[:_LONGEST_TEXT], f"give up to {_LONGEST_TEXT} printable characters")
    return value


def _url(name: str, value: str) -> str:
    try:
        usable = urlsplit(value).scheme in {"http", "https"} and urlsplit(value).hostname
        _ = urlsplit(value).port
    except ValueError:
        usable = False
    if not usable:
        raise _refuse(name, value, "give an http(s) URL, such as http://alloy.monitoring:4318")
    return value


def _collector(name: str, value: str) -> str:
    """A URL that may stand in a page and in its policy: no secret in it, nothing that ends a policy's source."""
    parts = urlsplit(_url(name, value))
    plain = value.isascii() and value.isprintable() and not set(value) & set(" \"'<>;,\\")
    if not plain or parts.username or parts.password or parts.fragment or not _HOST.fullmatch(parts.hostname or ""):
        raise _refuse(
            name, value, "give an http(s) URL without user, password or fragment, such as http://alloy:12347/collect"
        )
    return value


def _pairs(name: str, value: str) -> Pairs:
    """The list form of OpenTelemetry's variables: key=value, percent-encoded, separated by commas."""
    items = [item.partition("=") for item in value.split(",") if item.strip()]
    if not all(equals and key.strip() for key, equals, _ in items):
        raise _refuse(name, value, "give key=value pairs separated by commas")
    return tuple((unquote(key.strip()), unquote(text.strip())) for key, _, text in items)


def _ratio(name: str, value: str) -> float:
    problem = _refuse(name, value, "give a share from 0 to 1, such as 0.1")
    try:
        ratio = float(value)
    except ValueError:
        raise problem from None
    if not 0 <= ratio <= 1:
        raise problem
    return ratio


def _milliseconds(name: str, value: str) -> float:
    """Seconds from a variable that counts in milliseconds, as OpenTelemetry's specification has it."""
    if not (_is_number(value) and _SHORTEST_EXPORT_MS <= int(value) <= _LONGEST_EXPORT_MS):
        raise _refuse(name, value, f"give milliseconds from {_SHORTEST_EXPORT_MS} to {_LONGEST_EXPORT_MS}")
    return int(value) / 1000


def _proxies(name: str, value: str) -> str:
    for part in (part.strip() for part in value.split(",")):
        try:
            _ = part == "*" or ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise _refuse(name, value, "give addresses or networks separated by commas, or *") from None
    return value


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
    "cache_dir": _folder,
    "cache_max_mb": _cache_size,
    "drain_seconds": _seconds,
    "header_timeout_seconds": _timeout,
    "body_timeout_seconds": _timeout,
    "send_timeout_seconds": _timeout,
    "max_connections": _connections,
    "reload": _switch,
    "log_format": _choice(LogFormat),
    "log_level": _choice(LogLevel),
    "metrics_port": _port,
    "access_log": _choice(AccessLog),
    "revision": _text,
    "trusted_proxies": _proxies,
    "faro_url": _collector,
    "faro_app_name": _text,
    "faro_environment": _text,
    "faro_sample_rate": _ratio,
    "faro_mode": _choice(FaroMode),
    "otlp_endpoint": _url,
    "otlp_traces_endpoint": _url,
    "otlp_headers": _pairs,
    "otlp_timeout": _milliseconds,
    "service_name": _text,
    "resource_attributes": _pairs,
    "traces_sampler": _choice(Sampler),
    "traces_sampler_arg": _ratio,
    "sdk_disabled": _switch,
}

VARIABLES = tuple(variable(field.name) for field in fields(Settings))
