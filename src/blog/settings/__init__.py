"""Settings from the environment: one field for each variable, with its default, its reader and its meaning.

Nothing else in the service reads the environment. docs/configuration.md is written from these fields by `make settings`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from blog.errors import SettingsError
from blog.settings import readers
from blog.settings.readers import Pairs, is_loopback, is_safe_from_https, refuse

LogFormat = Literal["json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]
AccessLog = Literal["off", "errors", "sampled", "all"]
Sampler = Literal[
    "always_on", "always_off", "traceidratio",
    "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
]  # fmt: skip
TracesExporter = Literal["otlp", "none"]
Compression = Literal["none", "gzip", "deflate"]
FaroMode = Literal["proxy", "direct"]

_MOST_DATE_DIGITS = 10
_PROTOCOL = "http/protobuf"


def _setting(default: Any, read: Callable[[str, str], Any], meaning: str, *, name: str = "", shown: str = "") -> Any:
    """A field with its reader and its documentation.

    ``name`` is the variable if another specification defines it; otherwise it is BLOG_ and the field's name. ``shown`` is the default in words.
    """
    metadata = {"read": read, "meaning": meaning, "name": name, "shown": shown}
    return field(default=default, metadata=metadata, repr=read is not readers.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of an operator. Times are in seconds."""

    host: str = _setting(
        "127.0.0.1",
        readers.host,
        "the address or host name to listen on, for both ports; a container needs `0.0.0.0`, or `::` where there is only IPv6 (`::` does not accept IPv4); for a host name, each of its addresses",
    )
    port: int = _setting(8000, readers.port, "the port to listen on")
    metrics_port: int | None = _setting(
        None, readers.port, "unset: `/metrics` on the site's port; set: on that port alone"
    )
    base_url: str = _setting(
        "http://127.0.0.1:8000",
        readers.origin,
        "the canonical origin, for links in feeds, the sitemap and cards; https switches HSTS on",
    )
    posts_dir: Path = _setting(Path("posts"), readers.folder, "the content")
    templates_dir: Path | None = _setting(
        None,
        readers.folder,
        "a folder whose files replace the files of the same name in the shipped theme; the default may be missing",
        shown="templates",
    )
    cache_dir: Path = _setting(
        Path(".cache"),
        readers.folder,
        "results of earlier starts; may be missing or read-only, `blog build` fills it. A folder that other users may write to is [not used](adr/0007-cache.md)",
    )
    cache_max_mb: int = _setting(
        1024,
        readers.cache_size,
        "the largest size of the cache, in MiB; above it, the least recently used entries are removed (`blog cache prune` does so by hand)",
    )
    drain_seconds: float = _setting(
        0.0, readers.seconds, "how long requests are still served after SIGTERM, while `/api/ready` returns 503"
    )
    header_timeout_seconds: float = _setting(
        60.0,
        readers.timeout,
        "how long a client may take to send the header of a request; then it gets 408, or the connection is closed if no byte was received",
    )
    body_timeout_seconds: float = _setting(
        60.0, readers.timeout, "how long a client may pause while it sends a body; then it gets 408"
    )
    send_timeout_seconds: float = _setting(
        60.0, readers.timeout, "how long a client may receive nothing of a response; then the connection is closed"
    )
    max_connections: int = _setting(
        1000,
        readers.connections,
        "the most connections at a time; when all are busy, a new one gets 503. Lowered if `ulimit -n` allows fewer",
    )
    reload: bool = _setting(
        default=False,
        read=readers.switch,
        meaning="watch the posts and the theme; build a new edition on each change and replace the served one",
    )
    preview_key: str | None = _setting(
        None,
        readers.secret,
        "unset: no previews. Set: a secret of at least 32 characters, with which `blog preview` signs links to unpublished texts",
    )
    log_format: LogFormat = _setting("json", readers.choice(LogFormat), "`json` (one object a line) or `console`")
    log_level: LogLevel = _setting("info", readers.choice(LogLevel), "`debug`, `info`, `warning` or `error`")
    access_log: AccessLog = _setting(
        "sampled",
        readers.choice(AccessLog),
        "which requests are logged: `off`, `errors` (5xx), `sampled` (5xx, slower than 0.5 s, and traced ones) or `all`",
    )
    revision: str = _setting(
        "unknown", readers.text, "the commit of the build, for `/api/health` and `blog_build_info`"
    )
    trusted_proxies: str = _setting(
        "127.0.0.1",
        readers.proxies,
        "the proxies whose `traceparent` is trusted: addresses or networks, or `*`",
        name="FORWARDED_ALLOW_IPS",
    )
    faro_url: str | None = _setting(
        None,
        readers.collector,
        "unset: no browser RUM, and no script of it in any page. Set: the Faro collector that receives the beacons, such as `http://alloy.monitoring:12347/collect`",
    )
    faro_app_name: str | None = _setting(
        None, readers.text, "the name of the application in beacons", shown="the service's name"
    )
    faro_environment: str | None = _setting(
        None,
        readers.text,
        "the environment in beacons; by default `deployment.environment.name` of `OTEL_RESOURCE_ATTRIBUTES`",
        shown="production",
    )
    faro_sample_rate: float = _setting(1.0, readers.ratio, "the share of browser tabs that report")
    faro_mode: FaroMode = _setting(
        "proxy",
        readers.choice(FaroMode),
        "`proxy`: browsers post to `/rum/collect`, and the blog forwards the beacons; `direct`: browsers post to the collector",
    )
    otlp_endpoint: str | None = _setting(
        None,
        readers.url,
        "unset: no tracing. Set: the collector that receives spans by OTLP over HTTP/protobuf (`/v1/traces` is appended)",
        name="OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    otlp_traces_endpoint: str | None = _setting(
        None, readers.url, "the full URL for spans, if it is another one", name="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
    )
    otlp_headers: Pairs = _setting(
        (), readers.pairs, "`key=value` pairs for the collector", name="OTEL_EXPORTER_OTLP_HEADERS"
    )
    otlp_traces_headers: Pairs = _setting(
        (), readers.pairs, "the same for spans alone; takes precedence", name="OTEL_EXPORTER_OTLP_TRACES_HEADERS"
    )
    otlp_timeout: float | None = _setting(
        None,
        readers.milliseconds,
        "milliseconds for one batch of spans with its retries; then it is lost",
        shown="10000",
        name="OTEL_EXPORTER_OTLP_TIMEOUT",
    )
    otlp_traces_timeout: float | None = _setting(
        None,
        readers.milliseconds,
        "the same for spans alone; takes precedence",
        name="OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    )
    otlp_protocol: str = _setting(
        "http/protobuf",
        readers.text,
        "the only protocol; another one is refused where there is an endpoint",
        name="OTEL_EXPORTER_OTLP_PROTOCOL",
    )
    otlp_traces_protocol: str | None = _setting(
        None, readers.text, "the same for spans alone; takes precedence", name="OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
    )
    otlp_compression: Compression = _setting(
        "none",
        readers.choice(Compression),
        "how spans are compressed: `none`, `gzip` or `deflate`",
        name="OTEL_EXPORTER_OTLP_COMPRESSION",
    )
    otlp_traces_compression: Compression | None = _setting(
        None,
        readers.choice(Compression),
        "the same for spans alone; takes precedence",
        name="OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    )
    otlp_certificate: Path | None = _setting(
        None,
        readers.file,
        "a file in PEM format: the authorities that the collector's certificate is checked against, in place of the usual ones and of `REQUESTS_CA_BUNDLE`",
        name="OTEL_EXPORTER_OTLP_CERTIFICATE",
    )
    otlp_traces_certificate: Path | None = _setting(
        None,
        readers.file,
        "the same for spans alone; takes precedence",
        name="OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    )
    otlp_client_certificate: Path | None = _setting(
        None,
        readers.file,
        "a file in PEM format: the certificate that the blog shows to the collector, for mutual TLS",
        name="OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    )
    otlp_traces_client_certificate: Path | None = _setting(
        None,
        readers.file,
        "the same for spans alone; takes precedence",
        name="OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
    )
    otlp_client_key: Path | None = _setting(
        None,
        readers.file,
        "a file in PEM format: the key of that certificate, without a password",
        shown="in the certificate's file",
        name="OTEL_EXPORTER_OTLP_CLIENT_KEY",
    )
    otlp_traces_client_key: Path | None = _setting(
        None,
        readers.file,
        "the same for spans alone; takes precedence",
        name="OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
    )
    traces_exporter: TracesExporter = _setting(
        "otlp", readers.choice(TracesExporter), "`otlp`, or `none`: no tracing", name="OTEL_TRACES_EXPORTER"
    )
    propagators: str = _setting(
        "tracecontext",
        readers.propagators,
        "which fields carry a trace: a list with `tracecontext`, the only one that is read, or `none`",
        name="OTEL_PROPAGATORS",
    )
    span_queue: int = _setting(
        2048, readers.spans, "how many spans wait for the collector at most", name="OTEL_BSP_MAX_QUEUE_SIZE"
    )
    span_batch: int = _setting(
        512, readers.spans, "how many spans are sent at once at most", name="OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
    )
    span_delay: float = _setting(
        1.0,
        readers.milliseconds,
        "milliseconds between two batches",
        shown="1000",
        name="OTEL_BSP_SCHEDULE_DELAY",
    )
    attribute_count: int | None = _setting(
        None,
        readers.limit,
        "how many attributes a span or an event has at most; no span has more than the 128 of the specification",
        name="OTEL_ATTRIBUTE_COUNT_LIMIT",
    )
    attribute_length: int | None = _setting(
        None,
        readers.limit,
        "after how many characters the text of an attribute is cut",
        name="OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    )
    span_attribute_count: int | None = _setting(
        None, readers.limit, "the number for spans alone; takes precedence", name="OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"
    )
    span_attribute_length: int | None = _setting(
        None,
        readers.limit,
        "the length for spans alone; takes precedence",
        name="OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    )
    span_event_count: int | None = _setting(
        None,
        readers.limit,
        "how many events a span has at most; that of an exception is the only one",
        name="OTEL_SPAN_EVENT_COUNT_LIMIT",
    )
    event_attribute_count: int | None = _setting(
        None, readers.limit, "the number for events alone; takes precedence", name="OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"
    )
    service_name: str | None = _setting(
        None,
        readers.text,
        "`service.name` of every span; by default the one in `OTEL_RESOURCE_ATTRIBUTES`",
        shown="blog",
        name="OTEL_SERVICE_NAME",
    )
    resource_attributes: Pairs = _setting(
        (), readers.pairs, "`key=value` pairs for every span", name="OTEL_RESOURCE_ATTRIBUTES"
    )
    traces_sampler: Sampler = _setting(
        "parentbased_traceidratio",
        readers.choice(Sampler),
        "or `always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off`",
        name="OTEL_TRACES_SAMPLER",
    )
    traces_sampler_arg: float = _setting(
        0.1, readers.ratio, "the share of requests to trace", name="OTEL_TRACES_SAMPLER_ARG"
    )
    sdk_disabled: bool = _setting(
        default=False,
        read=readers.switch,
        meaning="`true`: no tracing, even with an endpoint",
        name="OTEL_SDK_DISABLED",
    )
    # Set by `blog serve --drafts` alone: a variable could be left set on a public site.
    drafts: bool = False

    def __post_init__(self) -> None:
        if self.metrics_port == self.port:
            value = f"{variable('metrics_port')}={str(self.metrics_port)!r}"
            raise SettingsError(f"{value} is not usable: give another port than {variable('port')}, or leave it unset")
        self._check_tracing()
        if self.faro_url and self.faro_mode == "direct" and self.secure and not is_safe_from_https(self.faro_url):
            raise refuse(variable("faro_url"), self.faro_url, "a page on https may only post to https; give such a URL")

    def _check_tracing(self) -> None:
        field = "otlp_traces_protocol" if self.otlp_traces_protocol else "otlp_protocol"
        protocol = self.otlp_traces_protocol or self.otlp_protocol
        if self.traces_url and protocol != _PROTOCOL:
            raise refuse(
                variable(field), protocol, f"give {_PROTOCOL}, and the collector's endpoint for it (port 4318)"
            )
        if self.span_batch > self.span_queue:
            allowed = f"give at most the {self.span_queue} of {variable('span_queue')}"
            raise refuse(variable("span_batch"), str(self.span_batch), allowed)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read BLOG_* variables; an empty value counts as unset.

        Raises:
            SettingsError: with the variable, its value and what is allowed.
        """
        given = {name: environ.get(variable(name), "") for name in _FIELDS}
        return cls(
            **{name: _FIELDS[name].metadata["read"](variable(name), text) for name, text in given.items() if text}
        )

    @property
    def traces_url(self) -> str | None:
        """The URL that spans are sent to; None if tracing is off. The OTLP specification defines how the two variables combine."""
        if self.sdk_disabled or self.traces_exporter == "none":
            return None
        if self.otlp_traces_endpoint:
            return self.otlp_traces_endpoint
        return f"{self.otlp_endpoint.rstrip('/')}/v1/traces" if self.otlp_endpoint else None

    @property
    def service(self) -> str:
        """The service name in traces and beacons: OTEL_SERVICE_NAME takes precedence over the resource attribute."""
        return self.service_name or dict(self.resource_attributes).get("service.name") or "blog"

    @property
    def rum_app(self) -> str:
        return self.faro_app_name or self.service

    @property
    def rum_environment(self) -> str:
        """The environment in beacons. By default that of the traces, so that dashboards can show both together."""
        attribute = dict(self.resource_attributes).get("deployment.environment.name")
        return self.faro_environment or attribute or "production"

    @property
    def rum_proxied_to(self) -> str | None:
        """The collector that the service forwards beacons to; None if RUM is off or browsers post to the collector."""
        return self.faro_url if self.faro_mode == "proxy" else None

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def refreshes_browsers(self) -> bool:
        """Whether open pages reload themselves: only when an author previews on their own machine.

        A public site may use BLOG_RELOAD with a sidecar that updates its posts, and must not reload the pages of its readers.
        """
        return self.reload and self.is_local

    @property
    def is_local(self) -> bool:
        """Whether the site is on this machine, as it is for an author."""
        host = urlsplit(self.base_url).hostname or ""
        return host == "localhost" or is_loopback(host)

    @property
    def public_origin(self) -> str:
        """The origin by which texts may link to the site itself; "" for one on this machine, which texts name as an example."""
        return "" if self.is_local else self.base_url


def source_date(environ: Mapping[str, str]) -> int | None:
    """The date of a reproducible build in seconds since the epoch: SOURCE_DATE_EPOCH of reproducible-builds.org; None if unset.

    Raises:
        SettingsError: the value is not a number of seconds.
    """
    value = environ.get("SOURCE_DATE_EPOCH")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DATE_DIGITS):
        raise refuse("SOURCE_DATE_EPOCH", value, "give seconds since 1970, such as 1764000000, or leave it unset")
    return int(value)


def log_format_of(environ: Mapping[str, str]) -> LogFormat:
    """The format of the log, even if another setting is wrong; the default if it is wrong itself."""
    text = environ.get(variable("log_format"), "")
    try:
        return Settings.from_environ({variable("log_format"): text}).log_format
    except SettingsError:
        return Settings().log_format


_FIELDS = {field.name: field for field in fields(Settings) if field.metadata}


def variable(field: str) -> str:
    """The environment variable of a field.

    >>> variable("drain_seconds"), variable("otlp_endpoint")
    ('BLOG_DRAIN_SECONDS', 'OTEL_EXPORTER_OTLP_ENDPOINT')
    """
    return _FIELDS[field].metadata["name"] or f"BLOG_{field.upper()}"


VARIABLES = tuple(map(variable, _FIELDS))


def table() -> str:
    """All settings as a Markdown table: variable, default, meaning."""
    rows = [
        f"| `{variable(name)}` | {_shown(it)} | {it.metadata['meaning'].replace('|', chr(92) + '|')} |"
        for name, it in _FIELDS.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows, ""])


def _shown(setting: Any) -> str:
    """The default in the form in which the variable would be set."""
    if setting.metadata["shown"]:
        return str(setting.metadata["shown"])
    if setting.default in (None, ()):
        return "unset"
    text = f"{setting.default:g}" if isinstance(setting.default, float) else str(setting.default)
    return f"`{text.lower() if isinstance(setting.default, bool) else text}`"
