"""The shutdown of the real process."""

import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import free_port, receive_until_closed, wait_until, write_files

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePosts

pytestmark = pytest.mark.process

ROUNDS = int(os.environ.get("BLOG_TEST_DRAIN_ROUNDS", "1"))
GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\n" + "Words of a post. " * 500 + "\n"
REQUEST = b"GET /blog/good HTTP/1.1\r\nHost: x\r\n\r\n"
DYNAMIC = b"GET /api/posts HTTP/1.1\r\nHost: x\r\n\r\n"
# No loop of a client runs longer.
MOST_SECONDS = 60
# The requests that each kind of client sends at a time.
CLIENTS = {
    "keep-alive": [REQUEST],
    "new connections": [REQUEST],
    "pipelined": [REQUEST] * 8,
    "dynamic": [DYNAMIC],
    "pipelined and dynamic": [REQUEST, DYNAMIC] * 4,
}
# uvicorn's other event loop, which accepts connections differently.
ASYNCIO = """
import asyncio, sys, uvicorn
uvicorn.Config.get_loop_factory = lambda self: asyncio.SelectorEventLoop
from blog.__main__ import main
sys.exit(main(["serve"]))
"""


class _Client:
    """Reads responses, which may be pipelined, from one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._data = b""

    def receive(self) -> tuple[bytes, bytes]:
        """One complete response: its head and its body.

        Raises:
            EOFError: the connection closed before the response was complete.
        """
        deadline = time.monotonic() + MOST_SECONDS
        while b"\r\n\r\n" not in self._data:
            self._read(deadline)
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length
        size = int(length[1])
        while len(self._data) < size:
            self._read(deadline)
        body, self._data = self._data[:size], self._data[size:]
        return head, body

    def _read(self, deadline: float) -> None:
        piece = self._connection.recv(65536)
        assert time.monotonic() < deadline, f"a response is not complete after {MOST_SECONDS} s: {self._data[-200:]!r}"
        if not piece:
            raise EOFError(f"closed after {len(self._data)} bytes")
        self._data += piece


def _receive(connection: socket.socket) -> tuple[bytes, bytes]:
    return _Client(connection).receive()


def _send_requests(server: "Process", kind: str, outcomes: Counter[str], stopped: threading.Event) -> None:
    """Send requests without a pause until connections are refused. Each must get a response, until a response closes the connection."""
    deadline = time.monotonic() + MOST_SECONDS
    while not stopped.is_set():
        assert time.monotonic() < deadline, f"connections are accepted for more than {MOST_SECONDS} s"
        try:
            connection = server.connect()
        except OSError:
            outcomes["refused"] += 1
            return
        with connection:
            client, is_open = _Client(connection), True
            while is_open:
                assert time.monotonic() < deadline, f"a connection is open for more than {MOST_SECONDS} s"
                try:
                    connection.sendall(b"".join(CLIENTS[kind]))
                    for _ in CLIENTS[kind]:
                        head, body = client.receive()
                        assert head.startswith(b"HTTP/1.1 200"), head
                        assert body.rstrip().endswith((b"</html>", b"}")), body[-100:]
                        outcomes["answered"] += 1
                        is_open = b"connection: close" not in head
                        if not is_open:
                            break
                except (OSError, EOFError) as problem:
                    outcomes[f"lost: {kind}: {problem!r}"] += 1
                    break
                is_open = is_open and kind != "new connections"


def _drained_under_load(server: "Process", *, new_connections: bool = True) -> Counter[str]:
    """Send a server a signal while clients of all kinds send requests; return the outcomes of the requests."""
    outcomes: Counter[str] = Counter()
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_send_requests, args=(server, kind, outcomes, stopped), daemon=True)
        for kind in CLIENTS
        for _ in range(5 if kind == "new connections" else 2)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3 + random.random() / 20)
    server.signal()
    if not new_connections:
        stopped.set()
    assert server.wait() == 0
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert "Traceback" not in server.output
    return outcomes


def _lost(outcomes: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in outcomes.items() if name.startswith("lost")}


@pytest.fixture
def public_posts() -> Iterator[Path]:
    """A posts folder that every user may read; only the owner may read pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield write_files(Path(folder), {"good.md": GOOD})


@pytest.fixture
def unprivileged() -> tuple[str, ...]:
    """The prefix that runs a command as the image's user, if the tests run as root."""
    if os.geteuid() != 0:
        return ()
    wrapper = ("setpriv", "--reuid=65532", "--regid=65532", "--clear-groups")
    command = [*wrapper, sys.executable, "-c", "import blog"]
    if not shutil.which("setpriv") or subprocess.run(command, cwd="/", capture_output=True, check=False).returncode:
        pytest.skip("needs setpriv, and a Python and sources that user 65532 may read")
    return wrapper


@pytest.mark.parametrize("drain", ["0", "1", "10"])
def test_under_constant_load_no_accepted_request_is_lost(
    serve: "Serve", public_posts: Path, unprivileged: tuple[str, ...], drain: str
) -> None:
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        server = serve(public_posts, *unprivileged, BLOG_DRAIN_SECONDS=drain, BLOG_ACCESS_LOG="off")
        outcomes += _drained_under_load(server.wait_until_ready())
    assert outcomes["answered"] > 100 * ROUNDS
    assert outcomes["refused"] > 0
    assert sum(_lost(outcomes).values()) <= ROUNDS // 100, outcomes


def test_no_request_is_lost_without_new_connections(
    serve: "Serve", public_posts: Path, unprivileged: tuple[str, ...]
) -> None:
    server = serve(public_posts, *unprivileged, BLOG_DRAIN_SECONDS="1", BLOG_ACCESS_LOG="off").wait_until_ready()
    outcomes = _drained_under_load(server, new_connections=False)
    assert outcomes["answered"] > 100
    assert set(outcomes) == {"answered"}


def test_no_request_is_lost_on_the_event_loop_of_the_standard_library(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD}), sys.executable, "-c", ASYNCIO, BLOG_ACCESS_LOG="off").wait_until_ready()
    outcomes = _drained_under_load(server)
    assert outcomes["answered"] > 100
    assert _lost(outcomes) == {}


def _wait_until_refused(server: "Process") -> None:
    """Wait until the listener is closed. Before that, new SYNs are dropped: connections are neither accepted nor refused."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as client:
            client.settimeout(0.01)
            try:
                client.connect(("127.0.0.1", server.port))
            except ConnectionRefusedError:
                return
            except TimeoutError:
                pass
        time.sleep(0.001)
    raise AssertionError("never refused")


def _answers_late_request(server: "Process", connection: socket.socket) -> bool:
    """Whether a request gets a response that is sent after the listener has closed."""
    server.signal()
    _wait_until_refused(server)
    try:
        connection.sendall(REQUEST)
        head, _ = _receive(connection)
    except (OSError, EOFError):
        return False
    assert b"connection: close" in head
    return True


@pytest.mark.parametrize("used_before", [True, False], ids=["kept alive", "first request"])
def test_a_request_in_flight_when_the_listener_closes_gets_a_response(
    serve: "Serve", posts: "WritePosts", *, used_before: bool
) -> None:
    folder = posts({"good.md": GOOD})
    # It must arrive within a quarter of a second, which this test may miss on a busy machine.
    for _ in range(3):
        server = serve(folder).wait_until_ready()
        with server.connect() as connection:
            if used_before:
                connection.sendall(REQUEST)
                _receive(connection)
            answered = _answers_late_request(server, connection)
        assert server.wait() == 0
        if answered:
            return
    raise AssertionError("the connection was closed at once, three times")


def test_a_draining_process_is_not_ready_and_keeps_serving(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD}), BLOG_DRAIN_SECONDS="2").wait_until_ready()
    with server.connect() as connection:
        connection.sendall(REQUEST)
        assert b"connection: close" not in _receive(connection)[0]
        signalled = time.monotonic()
        server.signal()
        while (ready := server.get("/api/ready")).status == 200:
            assert time.monotonic() - signalled < 1.5, "still ready"
        assert ready.status == 503
        assert b'"draining"' in ready.body
        assert ready.headers["retry-after"] == "2"
        for path in ("/blog/good", "/rss", "/api/posts", "/api/health"):
            answer = server.get(path)
            assert (answer.status, answer.headers["connection"]) == (200, "close"), path
        assert server.get("/nothing").headers["connection"] == "close"
        connection.sendall(REQUEST)
        assert b"connection: close" in _receive(connection)[0]
        assert connection.recv(1) == b""
    assert server.wait() == 0
    assert time.monotonic() - signalled >= 1.9
    assert "not ready any more" in server.output
    assert "Traceback" not in server.output


def test_an_idle_connection_does_not_delay_the_end(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD})).wait_until_ready()
    with server.connect() as silent, server.connect() as connection:
        connection.sendall(REQUEST)
        _receive(connection)
        server.signal()
        assert server.wait(8) == 0
        assert silent.recv(1) == b""


@pytest.mark.parametrize("drain", ["0", "0.5"])
def test_a_response_to_a_slow_client_is_completed(serve: "Serve", posts: "WritePosts", drain: str) -> None:
    archive = random.Random(1).randbytes(12_000_000)
    folder = posts({"good.md": GOOD + "\n[All of it](big.zip)\n", "big.zip": archive})
    server = serve(folder, BLOG_DRAIN_SECONDS=drain).wait_until_ready()
    path = re.search(rb'href="(/assets/big[^"]+)"', server.get("/blog/good").body)
    assert path
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        reader.settimeout(15)
        reader.connect(("127.0.0.1", server.port))
        reader.sendall(b"GET " + path[1] + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        data = reader.recv(4096)
        server.signal()
        time.sleep(1.5)
        assert data.partition(b"\r\n\r\n")[2] + receive_until_closed(reader) == archive
    assert server.wait() == 0


# A process inherits ignored signals: under nohup, the tests and their servers would ignore SIGHUP.
UNIGNORED = (
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])",
)
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_starts_the_drain_and_the_second_ends_it(
    serve: "Serve", posts: "WritePosts", number: signal.Signals
) -> None:
    server = serve(posts({"good.md": GOOD}), *UNIGNORED, BLOG_DRAIN_SECONDS="60").wait_until_ready()
    server.signal(number)
    wait_until(lambda: server.get("/api/ready").status != 200, f"still ready after {number.name}")
    assert server.popen.poll() is None
    server.signal(number)
    assert server.wait(15) == 0
    assert "Traceback" not in server.output


@pytest.mark.parametrize("number", SIGNALS)
def test_every_signal_ends_the_process_with_exit_code_0(
    serve: "Serve", posts: "WritePosts", number: signal.Signals
) -> None:
    server = serve(posts({"good.md": GOOD}), *UNIGNORED).wait_until_ready()
    server.signal(number)
    assert server.wait(15) == 0
    assert "Traceback" not in server.output
    with pytest.raises(OSError, match="refused"):
        server.get("/")


def test_a_process_under_nohup_ignores_sighup(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD}), "nohup").wait_until_ready()
    server.signal(signal.SIGHUP)
    time.sleep(0.2)
    assert server.get("/api/ready").status == 200
    server.signal()
    assert server.wait(15) == 0


def _scrape(port: int) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/metrics")
        return connection.getresponse().status


def test_metrics_are_scraped_until_the_end(serve: "Serve", posts: "WritePosts") -> None:
    port = free_port()
    server = serve(posts({"good.md": GOOD}), BLOG_METRICS_PORT=str(port), BLOG_DRAIN_SECONDS="1").wait_until_ready()
    # A request without its body keeps the process running for a while after the listener has closed.
    with server.connect() as unfinished:
        unfinished.sendall(b"POST /api/posts HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
        server.signal()
        assert _scrape(port) == 200
        _wait_until_refused(server)
        assert _scrape(port) == 200
    assert server.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        _scrape(port)


@pytest.mark.parametrize("drain", ["0", "60"])
def test_a_signal_while_loading_ends_the_process_at_once(serve: "Serve", posts: "WritePosts", drain: str) -> None:
    """A process that was never ready got no requests, so it does not drain."""
    many = {f"post-{n}.md": GOOD.replace("Good", f"Post {n}") + f"\n{n}\n" * 400 for n in range(400)}
    server = serve(posts(many), BLOG_DRAIN_SECONDS=drain).wait_until_listening()
    assert server.get("/api/ready").status == 503
    server.signal()
    assert server.wait(15) == 0
    assert "content is served" not in server.output
    assert "Traceback" not in server.output
