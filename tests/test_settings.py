"""Each variable with right and wrong values."""

from pathlib import Path

import pytest

from blog.errors import SettingsError
from blog.settings import VARIABLES, Settings, source_date


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environ({}) == Settings()
    assert Settings.from_environ(dict.fromkeys(VARIABLES, "")) == Settings()


def test_a_process_that_nobody_waits_for_does_not_drain() -> None:
    """The chart sets the time that Kubernetes needs to stop sending requests; a stopped server on a desk ends at once."""
    assert Settings.from_environ({}).drain_seconds == 0


def test_other_variables_are_ignored() -> None:
    assert Settings.from_environ({"PATH": "/bin", "BLOG_NOTHING": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("BLOG_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("BLOG_HOST", "::", "host", "::"),
        ("BLOG_PORT", "9000", "port", 9000),
        ("BLOG_METRICS_PORT", "9090", "metrics_port", 9090),
        ("BLOG_BASE_URL", "https://Blog.Example/", "base_url", "https://blog.example"),
        ("BLOG_BASE_URL", "http://[::1]:8000", "base_url", "http://[::1]:8000"),
        ("BLOG_POSTS_DIR", "/content", "posts_dir", Path("/content")),
        ("BLOG_TEMPLATES_DIR", "/theme", "templates_dir", Path("/theme")),
        ("BLOG_CACHE_DIR", "/cache", "cache_dir", Path("/cache")),
        ("BLOG_DRAIN_SECONDS", "7.5", "drain_seconds", 7.5),
        ("BLOG_RELOAD", "TRUE", "reload", True),
        ("BLOG_RELOAD", "0", "reload", False),
        ("BLOG_LOG_FORMAT", "Console", "log_format", "console"),
        ("BLOG_LOG_LEVEL", "debug", "log_level", "debug"),
        ("BLOG_ACCESS_LOG", "all", "access_log", "all"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.0/8, ::1", "trusted_proxies", "10.0.0.0/8, ::1"),
        ("BLOG_FARO_URL", "http://alloy:12347/collect?k=1", "faro_url", "http://alloy:12347/collect?k=1"),
        ("BLOG_FARO_APP_NAME", "field notes", "faro_app_name", "field notes"),
        ("BLOG_FARO_ENVIRONMENT", "staging", "faro_environment", "staging"),
        ("BLOG_FARO_SAMPLE_RATE", "0.25", "faro_sample_rate", 0.25),
        ("BLOG_FARO_MODE", "Direct", "faro_mode", "direct"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://alloy:4318", "otlp_endpoint", "http://alloy:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c, d=", "otlp_headers", (("a", "b c"), ("d", ""))),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500", "otlp_timeout", 2.5),
        ("OTEL_SERVICE_NAME", "notes", "service_name", "notes"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1,b=2", "resource_attributes", (("a", "1"), ("b", "2"))),
        ("OTEL_TRACES_SAMPLER", "always_on", "traces_sampler", "always_on"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.5", "traces_sampler_arg", 0.5),
        ("OTEL_SDK_DISABLED", "true", "sdk_disabled", True),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "30000", "otlp_traces_timeout", 30.0),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b", "otlp_traces_headers", (("a", "b"),)),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", "otlp_compression", "gzip"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none", "otlp_traces_compression", "none"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/tls/ca.crt", "otlp_certificate", Path("/tls/ca.crt")),
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/tls/ca.crt", "otlp_traces_certificate", Path("/tls/ca.crt")),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/tls/tls.key", "otlp_client_key", Path("/tls/tls.key")),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/tls/tls.crt", "otlp_client_certificate", Path("/tls/tls.crt")),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "otlp_protocol", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "otlp_protocol", "grpc"),
        ("OTEL_TRACES_EXPORTER", "none", "traces_exporter", "none"),
        ("OTEL_PROPAGATORS", "b3, TraceContext,baggage", "propagators", "tracecontext"),
        ("OTEL_PROPAGATORS", "none", "propagators", "none"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "4096", "span_queue", 4096),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1", "span_batch", 1),
        ("OTEL_BSP_SCHEDULE_DELAY", "5000", "span_delay", 5.0),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "2147483647", "attribute_count", 2147483647),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "100", "attribute_length", 100),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0", "span_attribute_count", 0),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5", "span_attribute_length", 5),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "1", "span_event_count", 1),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "1", "event_attribute_count", 1),
    ],
)
def test_a_right_value_is_read(name: str, value: str, field: str, expected: object) -> None:
    assert getattr(Settings.from_environ({name: value}), field) == expected


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("BLOG_HOST", "a b", "give a host name"),
        ("BLOG_PORT", "0", "from 1 to 65535"),
        ("BLOG_PORT", "65536", "from 1 to 65535"),
        ("BLOG_PORT", "-1", "from 1 to 65535"),
        ("BLOG_PORT", "٣", "from 1 to 65535"),
        ("BLOG_PORT", "9" * 5000, "from 1 to 65535"),
        ("BLOG_PORT", "tcp://10.0.0.1:80", "enableServiceLinks: false"),
        ("BLOG_METRICS_PORT", "no", "from 1 to 65535"),
        ("BLOG_METRICS_PORT", "8000", "another port than BLOG_PORT"),
        ("BLOG_BASE_URL", "blog.example", "give an origin"),
        ("BLOG_BASE_URL", "https://blog.example/path", "give an origin"),
        ("BLOG_BASE_URL", "https://blog.example?x", "give an origin"),
        ("BLOG_BASE_URL", "ftp://blog.example", "give an origin"),
        ("BLOG_BASE_URL", "https://user:secret@blog.example", "give an origin"),
        ("BLOG_BASE_URL", "https://blog.example:99999", "give an origin"),
        ("BLOG_BASE_URL", "http://[", "give an origin"),
        ("BLOG_BASE_URL", "https://größe.example", "give an origin"),
        ("BLOG_BASE_URL", 'https://a"b<c>.example', "give an origin"),
        ("BLOG_POSTS_DIR", "a\0b", "give the path of a folder"),
        ("BLOG_DRAIN_SECONDS", "-1", "from 0 to 3600"),
        ("BLOG_DRAIN_SECONDS", "nan", "from 0 to 3600"),
        ("BLOG_DRAIN_SECONDS", "inf", "from 0 to 3600"),
        ("BLOG_DRAIN_SECONDS", "5s", "from 0 to 3600"),
        ("BLOG_RELOAD", "maybe", "true or false"),
        ("BLOG_LOG_FORMAT", "xml", "json, console"),
        ("BLOG_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("BLOG_ACCESS_LOG", "some", "off, errors, sampled, all"),
        ("FORWARDED_ALLOW_IPS", "proxy", "addresses or networks"),
        ("BLOG_FARO_URL", "alloy:12347", "http(s) URL"),
        ("BLOG_FARO_URL", "//alloy/collect", "http(s) URL"),
        ("BLOG_FARO_URL", "https://user:secret@faro.example/", "without user, password or fragment"),
        ("BLOG_FARO_URL", "https://faro.example/#x", "without user, password or fragment"),
        ("BLOG_FARO_URL", "https://faro.example;script-src */", "without user, password or fragment"),
        ("BLOG_FARO_URL", "https://größe.example/", "without user, password or fragment"),
        ("BLOG_FARO_APP_NAME", "a\nb", "printable characters"),
        ("BLOG_FARO_ENVIRONMENT", "a\tb", "printable characters"),
        ("BLOG_FARO_SAMPLE_RATE", "1.5", "from 0 to 1"),
        ("BLOG_FARO_SAMPLE_RATE", "all", "from 0 to 1"),
        ("BLOG_FARO_MODE", "both", "proxy, direct"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "alloy:4318", "http(s) URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://alloy:port", "http(s) URL"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret", "key=value pairs"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "milliseconds from 100 to 60000"),
        ("OTEL_SERVICE_NAME", "a\nb", "printable characters"),
        ("OTEL_RESOURCE_ATTRIBUTES", "=x", "key=value pairs"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.1", "from 0 to 1"),
        ("OTEL_TRACES_SAMPLER_ARG", "nan", "from 0 to 1"),
        ("OTEL_SDK_DISABLED", "maybe", "true or false"),
    ],
)
def test_a_wrong_value_is_reported_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({name: value})
    message = str(caught.value)
    assert f"{name}={value!r}" in message
    assert allowed in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        pytest.param({}, None, id="unset"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:4318/"}, "http://a:4318/v1/traces", id="base"),
        pytest.param({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://a:4318/x"}, "http://a:4318/x", id="unchanged"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1", "OTEL_SDK_DISABLED": "true"}, None, id="disabled"),
    ],
)
def test_the_url_for_spans_is_that_of_the_specification(environ: dict[str, str], url: str | None) -> None:
    assert Settings.from_environ(environ).traces_url == url


@pytest.mark.parametrize(
    ("base_url", "refreshes"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("https://blog.example", False),
    ],
)
def test_browsers_are_refreshed_only_on_loopback(base_url: str, refreshes: bool) -> None:  # noqa: FBT001
    assert Settings(base_url=base_url, reload=True).refreshes_browsers is refreshes
    assert not Settings(base_url=base_url).refreshes_browsers


@pytest.mark.parametrize(
    ("settings", "app", "environment"),
    [
        pytest.param(Settings(), "blog", "production", id="defaults"),
        pytest.param(Settings(service_name="notes"), "notes", "production", id="service-name"),
        pytest.param(
            Settings(resource_attributes=(("service.name", "notes"), ("deployment.environment.name", "test"))),
            "notes", "test", id="resource-attributes",
        ),
        pytest.param(
            Settings(faro_app_name="a", faro_environment="b", service_name="notes"), "a", "b", id="faro-settings-first"
        ),
    ],
)  # fmt: skip
def test_beacons_have_the_names_of_the_traces_by_default(settings: Settings, app: str, environment: str) -> None:
    assert (settings.rum_app, settings.rum_environment) == (app, environment)


def test_a_page_on_https_cannot_post_to_http() -> None:
    with pytest.raises(SettingsError, match=r"^BLOG_FARO_URL='http://alloy/' is not usable: .* https"):
        Settings(base_url="https://blog.example", faro_url="http://alloy/", faro_mode="direct")
    assert Settings(base_url="https://blog.example", faro_url="http://alloy/")
    assert Settings(base_url="https://blog.example", faro_url="http://127.0.0.1:1/", faro_mode="direct")
    assert Settings(base_url="https://blog.example", faro_url="https://faro.example/", faro_mode="direct")


@pytest.mark.parametrize(("value", "date"), [("1780000000", 1_780_000_000), ("0", 0), ("", None), (None, None)])
def test_the_date_of_a_reproducible_build_is_read(value: str | None, date: int | None) -> None:
    assert source_date({} if value is None else {"SOURCE_DATE_EPOCH": value}) == date


@pytest.mark.parametrize("value", ["yesterday", "-1", "1.5", "1" * 11, "\u0662", " 1", "2026-05-28"])
def test_a_wrong_date_of_a_build_is_reported(value: str) -> None:
    with pytest.raises(SettingsError, match=r"SOURCE_DATE_EPOCH=.* is not usable: give seconds since 1970"):
        source_date({"SOURCE_DATE_EPOCH": value})


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER='console' is not usable: give one of otlp, none"),
        (
            {"OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"},
            "OTEL_EXPORTER_OTLP_COMPRESSION='zstd' is not usable: give one of none, gzip, deflate",
        ),
        ({"OTEL_EXPORTER_OTLP_CERTIFICATE": "a\0"}, "is not usable: give the path of a file"),
        ({"OTEL_PROPAGATORS": "b3"}, "OTEL_PROPAGATORS='b3' is not usable: give a list with tracecontext"),
        (
            {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5000"},
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE='5000' is not usable: give at most",
        ),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "many"}, "OTEL_BSP_MAX_QUEUE_SIZE='many' is not usable: give a number from 1"),
        (
            {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "many"},
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT='many' is not usable: give a number",
        ),
        ({"OTEL_BSP_SCHEDULE_DELAY": "-1"}, "OTEL_BSP_SCHEDULE_DELAY='-1' is not usable: give milliseconds"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://alloy:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL='grpc' is not usable: give http/protobuf",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_tracing_variable_that_cannot_be_honoured_is_refused_with_one_line(
    environ: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError) as problem:
        Settings.from_environ(environ)
    assert message in str(problem.value)
    assert "\n" not in str(problem.value)


def test_the_exporter_none_switches_tracing_off() -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://alloy:4318"}
    assert Settings.from_environ(endpoint).traces_url
    assert Settings.from_environ({**endpoint, "OTEL_TRACES_EXPORTER": "none"}).traces_url is None
