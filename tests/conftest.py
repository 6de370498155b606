"""Fixtures of all tests: a small site on disk, the app with its lifespan, and the real server as a process."""

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Protocol, get_args
from urllib.parse import unquote

import httpx
import hypothesis
import pytest
from starlette.types import ASGIApp, Message

from blog.app import Blog, create_app
from blog.build.publisher import RECOMPRESSION
from blog.machine.clock import Clock, utc_now
from blog.settings import Settings

pytest_plugins = ["tests.rendered_site"]

# The first call of a function may import or build what later ones find, and other processes may have the processor: no time is judged.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Groups for the workers of pytest-xdist; the tests of a group run on one worker, one after the other. By default a file is a group, because its
# tests share a server or an app. The tests of these folders share what takes long to make: the container image, and the site in a browser.
_GROUPED_FOLDERS = ("image", "browser")
# These files measure times or memory, and must not take processor time from one another.
_MEASURING = {
    "tests/build/test_not_found.py", "tests/content/markdown/test_hostile.py", "tests/content/markdown/test_raw_html.py",
    "tests/content/test_loader.py", "tests/content/test_pictures.py", "tests/importers/test_constructs.py", "tests/importers/test_markdown_code.py",
    "tests/importers/test_site_yaml.py",
    "tests/process/test_limits.py", "tests/process/test_memory.py",
    "tests/process/test_rum_hostile.py", "tests/serve/test_store.py", "tests/telemetry/test_bots.py", "tests/telemetry/test_collector_down.py",
    "tests/telemetry/test_metrics.py", "tests/telemetry/test_metrics_server.py", "tests/telemetry/test_rum.py", "tests/telemetry/test_visits.py",
}  # fmt: skip
# In these files each test takes long and has a server of its own, so each is a group.
_UNGROUPED = {"test_cache_start.py", "test_drain.py", "test_keeps_serving.py", "test_walk.py"}
# Groups that take minutes start first, so that no worker is left with one of them at the end.
_FIRST = ("image", "browser", "measuring", "tests/process")

TEMPLATES = Path(__file__).parents[1] / "templates"
Headers = tuple[tuple[str, str], ...]
Files = Mapping[str, str | bytes]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Group and order the tests for the workers of pytest-xdist. Without workers they run in the order of the files."""
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        if item.path.name not in _UNGROUPED:
            item.add_marker(pytest.mark.xdist_group(_group_of(item)))
    items.sort(key=lambda item: _rank(_group_of(item)))


def _group_of(item: pytest.Item) -> str:
    path = item.path.relative_to(TEMPLATES.parent)
    if path.as_posix() in _MEASURING:
        return "measuring"
    return next((folder for folder in _GROUPED_FOLDERS if folder in path.parts), path.as_posix())


def _rank(group: str) -> int:
    return next((rank for rank, first in enumerate(_FIRST) if group.startswith(first)), len(_FIRST))


def _post(title: str, day: str, more: str = "", body: str = "A few words.") -> str:
    return f"---\ntitle: {title}\ndate: {day}\n{more}---\n\n{body}\n"


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\x80\x00" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


SMALL_SITE: Files = {
    "site.yaml": "title: Field notes\ndescription: What was seen.\nauthor: Ada\n",
    "hello.md": _post(
        "Hello",
        "2026-03-01",
        "tags: [HTTP, Python]\naliases: [/2019/old-hello, former]\nupdated: 2026-03-05\n",
        "## A section\n\n" + "The quick brown fox jumps over the lazy dog. " * 40 + "\n\n![A dot](dot.png)",
    ),
    "größe.md": _post("Größe", "2026-02-01", "tags: Käse\naliases: [/alt/größe]\n"),
    **{f"note-{n:02}.md": _post(f"Note {n}", f"2026-01-{n:02}", "tags: [HTTP]\n") for n in range(1, 13)},
    "unfinished.md": _post("Unfinished", "2026-03-02", "draft: true\ntags: [Hush]\n", "xyzzy ![A dot](hidden.png)"),
    "later.md": _post("Later", "2999-01-01", "tags: [Tomorrow]\n", "plugh"),
    "pages/about.md": "---\ntitle: About\n---\n\nWho writes here.\n",
    "dot.png": _png(4, 3),
    "hidden.png": _png(5, 5),
    "unreferenced.txt": "no post refers to this file",
}


def write_files(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


class WritePosts(Protocol):
    def __call__(self, files: Files) -> Path: ...


class WritePost(Protocol):
    def __call__(self, title: str, day: str, more: str = "", body: str = "A few words.") -> str: ...


@pytest.fixture
def posts(tmp_path: Path) -> WritePosts:
    """Writes files into a posts folder and returns the folder."""
    (tmp_path / "posts").mkdir(exist_ok=True)
    return lambda files: write_files(tmp_path / "posts", files)


@pytest.fixture
def post() -> WritePost:
    """The text of a post."""
    return _post


@dataclass(frozen=True, slots=True)
class Response:
    """A response as the client receives it; field names are in lower case."""

    status: int
    raw_headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.raw_headers)


class Fetch(Protocol):
    async def __call__(self, app: ASGIApp, target: str, method: str = "GET", headers: Headers = ()) -> Response: ...


async def _fetch(app: ASGIApp, target: str, method: str = "GET", headers: Headers = ()) -> Response:
    """Call an app as uvicorn does: the path is percent-decoded, and nothing is normalised, unlike in client libraries."""
    raw_path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 40000),
        "state": {},
    }
    sent: list[Message] = []
    request: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not request:
            await asyncio.Event().wait()  # the client stays connected
        return request.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    await asyncio.wait_for(app(scope, receive, send), 10)
    start = sent[0]
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
    return Response(start["status"], pairs, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture(scope="session")
def fetch() -> Fetch:
    return _fetch


async def _until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        await asyncio.sleep(0.01)


def wait_until(
    condition: Callable[[], object], problem: str | Callable[[], str] = "timed out", seconds: float = 20
) -> None:
    """Wait for a condition without an event loop; fail with the problem if it is not met in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(problem if isinstance(problem, str) else problem())
        time.sleep(0.01)


def receive_until_closed(connection: socket.socket, seconds: float = 60) -> bytes:
    """All that a connection receives until it is closed."""
    received, deadline = bytearray(), time.monotonic() + seconds
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
            assert time.monotonic() < deadline, f"still open after {len(received)} bytes: {received[-200:]!r}"
    return bytes(received)


class Until(Protocol):
    async def __call__(self, condition: Callable[[], bool], seconds: float = 60) -> None: ...


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for a condition; the bound only guards against hanging."""
    return _until


async def _until_ready(app: Blog) -> None:
    async with _client(app) as client:
        deadline = time.monotonic() + 30
        while (await client.get("/api/ready")).status_code != 200:
            assert app.service.failure is None, app.service.failure
            assert time.monotonic() < deadline, "never became ready"
            await asyncio.sleep(0.01)


def _client(app: Blog) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://blog.test")


@pytest.fixture(scope="session")
def small_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    outside = write_files(tmp_path_factory.mktemp("outside"), {"secret.md": "swordfish", "secret.png": b"swordfish"})
    # A copy, so that an edit of the theme during the tests does not make two apps differ.
    theme = shutil.copytree(TEMPLATES, outside / "theme")
    return Settings(posts_dir=write_files(outside / "posts", SMALL_SITE), templates_dir=theme)


def _serving(settings: Settings) -> Iterator[Blog]:
    """The app, ready, for tests that change nothing."""
    with asyncio.Runner() as runner:
        app = create_app(settings)
        life = app.router.lifespan_context(app)
        runner.run(life.__aenter__())
        runner.run(_until_ready(app))
        # Tests compare the ETags of several answers.
        wait_until(lambda: RECOMPRESSION not in {it.name for it in threading.enumerate()}, seconds=60)
        yield app
        runner.run(life.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def small_app(small_settings: Settings) -> Iterator[Blog]:
    yield from _serving(small_settings)


@pytest.fixture(scope="session")
def secure_app(small_settings: Settings) -> Iterator[Blog]:
    yield from _serving(replace(small_settings, base_url="https://blog.example"))


@pytest.fixture
async def client(small_app: Blog) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(small_app) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Running:
    app: Blog
    client: httpx.AsyncClient

    async def until_ready(self) -> None:
        await _until_ready(self.app)

    async def text(self, path: str) -> str:
        return (await self.client.get(path)).text

    async def status(self, path: str) -> int:
        return (await self.client.get(path)).status_code

    async def until_text(self, path: str, wanted: str) -> None:
        deadline = time.monotonic() + 20
        while wanted not in await self.text(path):
            assert time.monotonic() < deadline, f"{path} never contained {wanted!r}"
            await asyncio.sleep(0.02)


class Run(Protocol):
    def __call__(self, settings: Settings, clock: Clock = utc_now) -> AbstractAsyncContextManager[Running]: ...


@pytest.fixture
def run() -> Run:
    """Runs an app in its lifespan. It may not be ready yet; see `Running.until_ready`."""

    @asynccontextmanager
    async def running(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Running]:
        app = create_app(settings, clock=clock)
        async with app.router.lifespan_context(app), _client(app) as client:
            yield Running(app, client)

    return running


@pytest.fixture
def templates() -> Path:
    return TEMPLATES


# The real server, in its own process.


def _environ(variables: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    return {**inherited, "BLOG_TEMPLATES_DIR": str(TEMPLATES), "PYTHONUNBUFFERED": "1", **variables}


@dataclass(slots=True)
class Process:
    """A server process that a test has started."""

    popen: subprocess.Popen[bytes]
    port: int
    stdout: Path
    stderr: Path

    def get(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Response:
        """The response to one request, on a new connection.

        Raises:
            OSError: nothing listens on the port.
        """
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, headers=dict(headers or {}))
            return _response_of(connection)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """The response to a POST, on a new connection."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", path, body, dict(headers))
            return _response_of(connection)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def wait_until_listening(self) -> "Process":
        return self._wait_for("/api/health")

    def wait_until_ready(self, seconds: float = 90) -> "Process":
        return self._wait_for("/api/ready", seconds)

    def _wait_for(self, path: str, seconds: float = 90) -> "Process":
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.popen.poll() is None, f"it ended with {self.popen.returncode}: {self.output}"
            with contextlib.suppress(OSError):
                if self.get(path).status == 200:
                    return self
            time.sleep(0.02)
        raise AssertionError(f"{path} never responded 200: {self.output}")

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.popen.send_signal(number)

    def wait(self, seconds: float = 90) -> int:
        return self.popen.wait(seconds)

    @property
    def output(self) -> str:
        return self.stdout.read_text() + self.stderr.read_text()


def _response_of(connection: http.client.HTTPConnection) -> Response:
    response = connection.getresponse()
    headers = tuple((name.lower(), value) for name, value in response.getheaders())
    return Response(response.status, headers, response.read())


class Serve(Protocol):
    def __call__(self, posts_dir: Path, *wrapper: str, **variables: str) -> Process: ...


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers, and kills those that are left after the test."""
    yield from _starting(tmp_path)


@pytest.fixture(scope="module")
def serve_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """As ``serve``, for a server that the tests of one module share."""
    yield from _starting(tmp_path_factory.mktemp("servers"))


def _starting(folder: Path) -> Iterator[Serve]:
    started: list[Process] = []

    def start(posts_dir: Path, *wrapper: str, **variables: str) -> Process:
        port = int(variables.get("BLOG_PORT") or free_port())
        log = folder / f"server-{len(started)}"
        environ = _environ({"BLOG_POSTS_DIR": str(posts_dir), "BLOG_PORT": str(port), **variables})
        stdout, stderr = log.with_suffix(".out"), log.with_suffix(".err")
        with stdout.open("wb") as out, stderr.open("wb") as err:
            command = [*wrapper, sys.executable, "-m", "blog", "serve"]
            popen = subprocess.Popen(command, env=environ, cwd=folder, stdout=out, stderr=err)
        started.append(Process(popen, port, stdout, stderr))
        return started[-1]

    yield start
    for process in started:
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait(10)


# A collector that keeps every body that is posted.

SinkMode = Literal["ok", "failing", "hanging", "flooding", "dripping", "moved"]
_FLOOD = b"x" * 65536


@dataclass(frozen=True, slots=True)
class Received:
    """A request that the sink received; field names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Sink:
    """A real HTTP server that keeps what is posted to it. ``mode``, or the last segment of the path, chooses its behaviour."""

    mode: SinkMode = "ok"
    port: int = 0
    received: list[Received] = field(default_factory=list)
    preflights: list[dict[str, str]] = field(default_factory=list)
    flooded: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/collect"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in list(self.received)]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """All received items of a kind: events, exceptions or measurements, in the order of arrival."""
        return [signal for payload in self.payloads for signal in payload.get(kind, ())]


def _handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            sink.received.append(Received(self.path, _lower(self.headers.items()), body))
            segment = self.path.rpartition("/")[2]
            mode = segment if segment in get_args(SinkMode) else sink.mode
            if mode == "hanging":
                sink.closing.wait(60)
                return
            self.send_response({"failing": 500, "moved": 307}.get(mode, 202))
            self.send_header("Access-Control-Allow-Origin", "*")
            if mode == "moved":
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            if mode == "flooding":
                self._pour(_FLOOD, 0)
            elif mode == "dripping":
                self._pour(b"x", 0.1)

        def _pour(self, piece: bytes, pause: float) -> None:
            with contextlib.suppress(OSError):
                while not sink.closing.wait(pause):
                    self.wfile.write(piece)
                    sink.flooded += len(piece)

        def do_OPTIONS(self) -> None:
            """Respond like Alloy, whose CORS allows only these header fields."""
            sink.preflights.append(_lower(self.headers.items()))
            self.send_response(204)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "x-api-key, content-type, x-faro-session-id")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's name
            pass

    return Handler


def _lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


@contextlib.contextmanager
def _listening() -> Iterator[Sink]:
    sink = Sink()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sink))
    server.daemon_threads = True
    sink.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield sink
    sink.closing.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A collector that accepts what it is sent."""
    with _listening() as sink:
        yield sink


@pytest.fixture
def spans_sink() -> Iterator[Sink]:
    """A second collector, for spans."""
    with _listening() as sink:
        yield sink


@pytest.fixture(scope="module")
def shared_sink() -> Iterator[Sink]:
    """As ``sink``, for a server that the tests of one module share."""
    with _listening() as sink:
        yield sink
