"""Fixtures of the telemetry tests: a small site, requests as uvicorn sends them, and a collector that decodes OTLP."""

import asyncio
import gzip
import os
import shutil
import socket
import ssl
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import unquote

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from starlette.types import ASGIApp, Message

from blog.app import Blog, create_app
from blog.settings import Settings

TEMPLATES = Path(__file__).parents[2] / "templates"
Mode = Literal["ok", "unavailable", "hang", "redirect", "partial"]
# The status of each answer; `partial` accepts a batch but for one span.
STATUSES: dict[Mode, int] = {"ok": 200, "partial": 200, "redirect": 307, "unavailable": 503}
Headers = tuple[tuple[str, str], ...]

POSTS = {
    "hello.md": "---\ntitle: Hello\ndate: 2026-03-01\ntags: [HTTP]\n---\n\nA few words.\n",
    "health-tips.md": "---\ntitle: Health tips\ndate: 2026-02-01\ntags: [Care]\n---\n\nDrink water.\n",
    "unfinished.md": "---\ntitle: Unfinished\ndate: 2026-03-02\ndraft: true\n---\n\nNot yet.\n",
    "pages/about.md": "---\ntitle: About\n---\n\nWho writes here.\n",
}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site of three posts, one of them a draft, and a page."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in POSTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def base_settings(site: Path) -> Settings:
    """Settings without tracing."""
    return Settings(posts_dir=site, templates_dir=TEMPLATES, access_log="off")


# An OTLP receiver.


@dataclass(frozen=True, slots=True)
class Span:
    """A span that the collector received; ids in hexadecimal, times in seconds."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    start: float
    seconds: float
    failed: bool
    attributes: dict[str, Any]
    resource: dict[str, Any]
    events: list[dict[str, Any]]
    trace_state: str


@dataclass(slots=True)
class Collector:
    """A real HTTP server that accepts OTLP, rejects a span, redirects, responds 503, or accepts a connection and never responds."""

    mode: Mode = "ok"
    port: int = 0
    scheme: str = "http"
    attempts: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[Span]:
        """The spans of requests, without those of builds."""
        return [span for span in self.spans if span.kind == "SERVER"]

    def receive(self, headers: dict[str, str], body: bytes) -> None:
        self.headers.append(headers)
        coding = headers.get("content-encoding")
        body = gzip.decompress(body) if coding == "gzip" else zlib.decompress(body) if coding == "deflate" else body
        message = ExportTraceServiceRequest.FromString(body)
        for group in message.resource_spans:
            resource = _plain(group.resource.attributes)
            self.spans += [_span(span, resource) for scope in group.scope_spans for span in scope.spans]


def _span(span: WireSpan, resource: dict[str, Any]) -> Span:
    return Span(
        name=span.name,
        kind=WireSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        start=span.start_time_unix_nano / 1e9,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        attributes=_plain(span.attributes),
        resource=resource,
        events=[{"name": event.name, **_plain(event.attributes)} for event in span.events],
        trace_state=span.trace_state,
    )


def _plain(attributes: "Iterator[KeyValue] | Any") -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in attributes}


def _value(value: AnyValue) -> Any:
    return getattr(value, value.WhichOneof("value") or "string_value")


class Collecting(Protocol):
    def __call__(
        self, mode: Mode = "ok", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> AbstractContextManager[Collector]: ...


_REJECTED = ExportTraceServiceResponse(
    partial_success=ExportTracePartialSuccess(rejected_spans=1, error_message="one is too large")
).SerializeToString()


@contextmanager
def _collecting(mode: Mode = "ok", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Collector]:
    collector = Collector(mode, scheme="https" if tls else "http")

    connections: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            connections.append(self.connection)

        def do_POST(self) -> None:
            collector.attempts += 1
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if collector.mode == "hang":
                collector.released.wait(60)
                self.close_connection = True
                return
            status, answer = STATUSES[collector.mode], _REJECTED if collector.mode == "partial" else b""
            if status == 200:
                assert self.path == "/v1/traces", self.path
                collector.receive({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            if status == 307:
                self.send_header("Location", "https://elsewhere.example/")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    collector.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield collector
    collector.released.set()
    server.shutdown()
    server.server_close()
    thread.join(5)
    # A collector that ends closes the connections that it has kept alive.
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def collecting() -> Collecting:
    """Runs a collector in a block: with a mode, a port or a TLS context of its own."""
    return _collecting


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that accepts what it is sent."""
    with _collecting("ok") as collector:
        yield collector


@pytest.fixture
def failing() -> Iterator[Collector]:
    """A collector that responds 503."""
    with _collecting("unavailable") as collector:
        yield collector


@pytest.fixture
def hanging() -> Iterator[Collector]:
    """A collector that accepts the connection and never responds."""
    with _collecting("hang") as collector:
        yield collector


# The application.


class RunApp(Protocol):
    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[Blog]: ...


async def _ready(app: Blog) -> None:
    for _ in range(3000):
        assert app.service.failure is None, app.service.failure
        if app.service.ready:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never became ready")


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Blog]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await _ready(app)
        yield app


@pytest.fixture
def run_app(base_settings: Settings) -> RunApp:
    """Runs an app without tracing; at the end of the block all telemetry is sent."""
    return lambda **settings: _running(replace(base_settings, **settings))


@pytest.fixture
def traced(base_settings: Settings, collector: Collector) -> RunApp:
    """Runs an app that samples every request and sends its spans to ``collector``, the last at the end of the block."""
    base = replace(base_settings, otlp_endpoint=collector.url, traces_sampler="always_on")
    return lambda **settings: _running(replace(base, **settings))


class Call(Protocol):
    async def __call__(
        self, app: ASGIApp, target: str, method: str = "GET", headers: Headers = (), peer: str = "127.0.0.1"
    ) -> int: ...


async def _call(app: ASGIApp, target: str, method: str = "GET", headers: Headers = (), peer: str = "127.0.0.1") -> int:
    raw_path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 8000),
        "client": (peer, 40000),
        "state": {},
    }
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    try:
        await app(scope, receive, send)
    except DeliberateError:
        assert statuses == [500]
    assert len(statuses) == 1
    return statuses[0]


class DeliberateError(Exception):
    """Raised by a route that a test adds."""


@pytest.fixture(scope="session")
def call() -> Call:
    """Calls an app as uvicorn does, with any method and peer, and returns the status."""
    return _call


@pytest.fixture
def deliberate_error() -> type[Exception]:
    """An exception for the routes of tests. ``call`` catches it, as a server does."""
    return DeliberateError


# Programs that are not Python packages.


class FindTool(Protocol):
    def __call__(self, tool: str, how: str) -> str: ...


def _find_tool(tool: str, how: str) -> str:
    path = shutil.which(tool)
    if path is None:
        missing = f"{tool} is missing: {how}"
        assert os.environ.get("CI") != "true", missing
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def find_tool() -> FindTool:
    """The path of a tool. If it is missing, the test is skipped locally and fails in CI."""
    return _find_tool


@pytest.fixture
def unused_port() -> int:
    """A port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
