"""Log lines: one object per line, without personal data, and no request can add a line."""

import asyncio
import contextlib
import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.http.request import Connection, RequestRecord
from blog.telemetry import logs

if TYPE_CHECKING:
    from pathlib import Path

    from blog.settings import AccessLog, LogFormat, Settings
    from tests.conftest import Process, Serve
    from tests.telemetry.conftest import Call, Collector, RunApp

REQUIRED = {"timestamp", "level", "logger", "message"}
REQUEST = {"method", "route", "path", "status", "duration_ms", "bytes", "referrer_host"}
EVIL = {
    "line-feed": "%0a",
    "carriage-return": "%0d%0a",
    "forged-object": '%0a{"level":"error","message":"forged"}',
    "ansi": "%1b[31mred%1b[0m%1b[2K",
    "line-separator": "%E2%80%A8",
    "paragraph-separator": "%E2%80%A9",
    "next-line": "%C2%85",
    "null": "%00",
    "vertical-tab-and-form-feed": "%0b%0c%1c%1d%1e",
    "right-to-left": "%E2%80%AE",
    "not-utf-8": "%ff%fe",
    "quote-and-backslash": "%22%5C",
    "percent-format": "%25s%25(message)s",
}
CALLS = (
    ("GET", "/blog/hello?token=hunter2"), ("HEAD", "/blog"), ("GET", "/nowhere?token=hunter2"), ("GET", "/api/posts?per_page=2"),
    ("POST", "/blog/hello"), ("GET", "/Blog/Hello/?token=hunter2"), ("GET", "/rss"),
)  # fmt: skip
CONTROLS = ("\n", "\r", "\x1b", "\u2028", "\u2029", "\x85", "\0", "\x0b", "\x0c", "\u202e")


@pytest.fixture
def restored() -> Iterator[None]:
    """Leaves the loggers as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def access() -> Iterator[list[dict[str, Any]]]:
    """The fields of each line of the access log."""
    lines: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append({"level": record.levelname, **record.__dict__["fields"]})

    keep, logger = Keep(), logging.getLogger("blog.access")
    level = logger.level
    logger.addHandler(keep)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(keep)
    logger.setLevel(level)


async def test_an_access_line_has_the_fields_of_the_request_and_no_personal_data(
    run_app: "RunApp", call: "Call", access: list[dict[str, Any]]
) -> None:
    headers = (("referer", "https://user:pw@News.Example:8443/private?q=secret"), ("user-agent", "secret"))
    async with run_app(access_log="all") as app:
        await call(app, "/blog/hello?token=secret", headers=headers, peer="198.51.100.7")
    (line,) = access
    assert set(line) == REQUEST | {"level"}
    assert 0 < line.pop("duration_ms") < 5000
    assert line.pop("bytes") > 100
    assert line == {
        "level": "INFO",
        "method": "GET",
        "route": "/blog/{slug}",
        "path": "/blog/hello",
        "status": 200,
        "referrer_host": "news.example",
    }


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        pytest.param("/ada@example.org/unsubscribe", "/[mail]/unsubscribe", id="a-segment"),
        pytest.param("/x/ada.l+news%40mail.example.org", "/x/[mail]", id="encoded"),
        pytest.param("/api/posts/ada@example.org", "/api/posts/[mail]", id="a-parameter-of-the-api"),
        pytest.param("/@ada@example", "/@ada@example", id="no-domain"),
        pytest.param("/@ada", "/@ada", id="a-handle"),
    ],
)
async def test_a_mail_address_in_a_path_is_in_no_line_and_no_span(
    traced: "RunApp", call: "Call", collector: "Collector", access: list[dict[str, Any]], target: str, shown: str
) -> None:
    async with traced(access_log="all") as app:
        await call(app, target)
    assert [line["path"] for line in access] == [shown]
    assert [span.attributes["url.path"] for span in collector.requests] == [shown]
    assert not any("example.org" in str(span) for span in collector.requests)


def test_a_hostile_path_is_searched_for_mail_addresses_in_linear_time() -> None:
    def seconds(length: int) -> float:
        record = RequestRecord(Connection(None, None, "http"), "GET", "/" + "a" * length + "/@", b"", [])
        started = time.process_time()
        for _ in range(5):
            assert record.shown_path == record.path
        return time.process_time() - started

    seconds(1_000)
    # Quadratic time would be 1,024 times as long.
    assert min(seconds(32_000) for _ in range(5)) < 200 * max(min(seconds(1_000) for _ in range(5)), 1e-5)


async def test_the_line_of_a_traced_request_has_the_ids_of_its_span(
    traced: "RunApp", call: "Call", collector: "Collector", access: list[dict[str, Any]]
) -> None:
    async with traced(access_log="sampled") as app:
        await call(app, "/blog/hello")
        await call(app, "/api/posts")
    assert {(line["path"], line["trace_id"], line["span_id"]) for line in access} == {
        (span.attributes["url.path"], span.trace_id, span.span_id) for span in collector.requests
    }


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param("off", [], id="off"),
        pytest.param("errors", ["/api/boom"], id="errors"),
        pytest.param("sampled", ["/api/boom", "/api/slow"], id="sampled"),
        pytest.param("all", ["/api/boom", "/api/slow", "/blog/hello", "/nowhere"], id="all"),
    ],
)
async def test_the_setting_chooses_which_requests_are_logged(
    run_app: "RunApp", call: "Call", access: list[dict[str, Any]], deliberate_error: type[Exception], mode: "AccessLog",
    expected: list[str],
) -> None:  # fmt: skip
    async with run_app(access_log=mode) as app:

        @app.get("/api/boom")
        async def boom() -> None:
            raise deliberate_error("on purpose")

        @app.get("/api/slow")
        async def slow() -> None:
            await asyncio.sleep(0.55)

        for target in ("/blog/hello", "/nowhere", "/api/boom", *(["/api/slow"] if "slow" in str(expected) else [])):
            await call(app, target)
    assert sorted(line["path"] for line in access) == expected
    assert all(line["level"] == ("ERROR" if line["path"] == "/api/boom" else "INFO") for line in access)


async def test_sampled_lines_are_those_of_sampled_requests(
    traced: "RunApp", call: "Call", access: list[dict[str, Any]]
) -> None:
    sampled = (("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),)
    async with traced(access_log="sampled", traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        await call(app, "/blog/hello")
        await call(app, "/blog/health-tips", headers=sampled)
    assert [(line["path"], line["trace_id"]) for line in access] == [("/blog/health-tips", "a" * 32)]


async def test_a_probe_that_gets_503_is_not_logged_as_an_error(
    run_app: "RunApp", call: "Call", access: list[dict[str, Any]]
) -> None:
    async with run_app(access_log="errors") as app:
        app.service.draining = True
        assert await call(app, "/api/ready") == 503
    assert access == []


async def test_long_paths_and_methods_are_truncated(
    run_app: "RunApp", call: "Call", access: list[dict[str, Any]]
) -> None:
    async with run_app(access_log="all") as app:
        await call(app, "/" + "a" * 100_000, "M" * 10_000, (("referer", f"https://{'a' * 10_000}.example/"),))
    (line,) = access
    assert len(line["path"]) <= 1024
    assert len(line["method"]) <= 32
    assert len(line["referrer_host"]) <= 100


# Formats.


def _written(settings: "Settings", log_format: "LogFormat", message: str, **fields: Any) -> str:
    stream = io.StringIO()
    logs.configure(replace(settings, log_format=log_format), stream)
    logging.getLogger("blog.test").info("%s", message, extra={"fields": fields} if fields else {})
    return stream.getvalue()


@pytest.mark.usefixtures("restored")
def test_the_timestamp_is_in_utc_in_the_format_of_rfc_3339(base_settings: "Settings") -> None:
    line = json.loads(_written(base_settings, "json", "hello"))
    assert line == {"timestamp": line["timestamp"], "level": "info", "logger": "blog.test", "message": "hello"}
    assert line["timestamp"].endswith("Z")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(line["timestamp"])).total_seconds()) < 60


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_message_adds_a_line(base_settings: "Settings", log_format: "LogFormat") -> None:
    for control in CONTROLS:
        written = _written(base_settings, log_format, f"before{control}after", path=f"/{control}")
        assert written.endswith("\n")
        assert len(written[:-1].splitlines()) == 1, (control, written)
        assert not any(character in written[:-1] for character in CONTROLS), (control, written)


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_lone_surrogates_do_not_lose_the_line(base_settings: "Settings", log_format: "LogFormat") -> None:
    written = _written(base_settings, log_format, "a \ud800 b", path="/\udfff")
    assert written.encode("utf-8")


@given(message=st.text(max_size=60))
def test_every_message_survives_as_json(message: str) -> None:
    record = logging.LogRecord("blog", logging.INFO, "", 0, "%s", (message,), None)
    line = logs.JsonFormatter().format(record)
    assert json.loads(line)["message"] == message
    assert line.isascii()
    assert line.isprintable()


def test_an_exception_stays_in_its_line() -> None:
    try:
        int("first\nsecond")
    except ValueError:
        record = logging.LogRecord("blog", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    line = logs.JsonFormatter().format(record)
    assert len(line.splitlines()) == 1
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


# The real server.


def _raw(server: "Process", request: bytes) -> bytes:
    with server.connect() as connection:
        connection.sendall(request)
        connection.settimeout(5)
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            while part := connection.recv(65_536):
                answer += part
        return answer


def _send_requests(server: "Process") -> None:
    for method, target in CALLS:
        server.get(target, method)
    for evil in EVIL.values():
        path = evil.replace('"', "%22").encode()
        _raw(
            server,
            b"GET /blog/" + path + b" HTTP/1.1\r\nhost: x\r\nuser-agent: hunter2\r\nx-forwarded-for: 203.0.113.77\r\n"
            b"referer: https://x.example\xe2\x80\xa8\xc2\x85/" + path + b"\r\nconnection: close\r\n\r\n",
        )
    for control in (b"\x1b[31m", b"\t", b"\x0b", b"\x7f", b"\x85", b"\r"):
        _raw(
            server,
            b"GET /blog HTTP/1.1\r\nhost: x\r\nreferer: https://" + control + b".example/\r\nconnection: close\r\n\r\n",
        )
    # Requests about which uvicorn logs something itself.
    _raw(server, b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    _raw(server, b"GET /\x1b[31m HTTP/9.9\r\n\r\n")


def _stop_and_read_lines(server: "Process") -> list[str]:
    server.signal()
    assert server.wait(20) == 0, server.output
    assert server.stderr.read_text() == ""
    text = server.stdout.read_bytes().decode("utf-8")
    assert text.endswith("\n")
    # splitlines also splits at the other characters that a terminal treats as line breaks.
    assert text.split("\n")[:-1] == text.splitlines()
    return text.splitlines()


@pytest.mark.process
def test_every_line_of_a_busy_server_is_an_object_without_personal_data(
    serve: "Serve", site: "Path", collector: "Collector"
) -> None:
    server = serve(
        site,
        BLOG_ACCESS_LOG="all",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_TRACES_SAMPLER="always_on",
    ).wait_until_ready()
    _send_requests(server)
    lines = [json.loads(line) for line in _stop_and_read_lines(server)]
    assert all(line.keys() >= REQUIRED for line in lines)
    assert all(line["level"] in {"debug", "info", "warning", "error", "critical"} for line in lines)
    requests = [line for line in lines if line["logger"] == "blog.access"]
    assert len(requests) >= len(CALLS) + len(EVIL)
    assert all(line.keys() - REQUIRED >= REQUEST for line in requests)
    paths = [line["path"] for line in requests]
    for path in ("/blog/hello", "/nowhere", "/api/posts", "/rss", "/blog/\n"):
        assert path in paths
    spans = {span.span_id: span for span in collector.requests}
    traced = [line for line in requests if "trace_id" in line]
    assert len(traced) == len(spans)
    assert all(spans[line["span_id"]].trace_id == line["trace_id"] for line in traced)
    loggers = {line["logger"] for line in lines}
    assert {"uvicorn.error", "blog.access"} <= loggers
    assert "blog.forged" not in loggers
    for secret in ("hunter2", "203.0.113.77"):
        assert secret not in server.stdout.read_text(), secret
    assert [
        line for line in lines if "127.0.0.1" in str(line) and f"http://127.0.0.1:{server.port}" not in str(line)
    ] == []
    assert [line for line in lines if "client" in line or "query" in line] == []


@pytest.mark.process
def test_the_console_format_escapes_control_characters(serve: "Serve", site: "Path") -> None:
    server = serve(site, BLOG_ACCESS_LOG="all", BLOG_LOG_FORMAT="console").wait_until_ready()
    _send_requests(server)
    lines = _stop_and_read_lines(server)
    assert all(line[2] == line[5] == ":" for line in lines), lines
    assert all(line.isprintable() for line in lines)
    assert any("\\n" in line for line in lines)
    assert "hunter2" not in "\n".join(lines)


def test_an_unreachable_collector_is_logged_once_a_minute() -> None:
    now = [0.0]
    once = logs.OnceAMinute(lambda: now[0])
    passed: list[bool] = []
    for now[0] in (0.0, 1.0, 59.0, 60.0, 61.0):
        records = (logging.LogRecord("x", level, "", 0, "away", (), None) for level in (logging.WARNING, logging.ERROR))
        passed += [once.filter(record) for record in records]
    assert passed == [True, True, False, False, False, False, True, True, False, False]
