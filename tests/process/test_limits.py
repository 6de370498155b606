"""Limits of what clients may use: time, memory, connections."""

import contextlib
import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve

pytestmark = pytest.mark.process

POSTS = Path(__file__).parents[2] / "posts"
GOOD = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
SECONDS = {f"BLOG_{name}_TIMEOUT_SECONDS": "1" for name in ("HEADER", "BODY", "SEND")}
# Limits are checked once a second, on a machine that is busy with other tests.
MAX_WAIT = 10
MAX_WAIT_FOR_RESET = 60


@pytest.fixture(scope="module")
def one_second_server(serve_module: "Serve", tmp_path_factory: pytest.TempPathFactory) -> "Process":
    """A server with time limits of one second."""
    folder = tmp_path_factory.mktemp("posts")
    (folder / "good.md").write_text("---\ntitle: Good\ndate: 2026-03-01\n---\n\n[All of it](big.zip)\n")
    (folder / "big.zip").write_bytes(b"PK" * 8_000_000)
    return serve_module(folder, **SECONDS).wait_until_ready()


def until_closed(connection: socket.socket) -> bytes:
    connection.settimeout(MAX_WAIT)
    with contextlib.suppress(ConnectionResetError):
        return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"", b"", id="nothing"),
        pytest.param(b"\r\n\r\n", b"", id="empty-lines"),
        pytest.param(b"G", b"408", id="a-byte"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"408", id="half-a-head"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r", b"408", id="nearly-a-head"),
        pytest.param(GOOD + b"GET / HT", b"200 408", id="half-a-head-after-a-page"),
        pytest.param(b"GET /api/posts HTTP/1.1\r\nHost: x\r\n\r\nGET / HT", b"200 408", id="half-a-head-after-an-api"),
        pytest.param(GOOD.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\nabc"), b"200", id="half-a-body"),
    ],
)
def test_a_client_that_stops_sending_is_disconnected(one_second_server: "Process", sent: bytes, status: bytes) -> None:
    with one_second_server.connect() as connection:
        connection.sendall(sent)
        answer = until_closed(connection)
    assert b" ".join(part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]) == status


def test_a_head_that_arrives_byte_by_byte_is_refused(one_second_server: "Process") -> None:
    with one_second_server.connect() as connection:
        connection.settimeout(0.3)
        started = time.monotonic()
        for byte in b"GET /robots.txt HTTP/1.1\r\nHost: " + b"x" * 200:
            try:
                connection.sendall(bytes([byte]))
                if answer := connection.recv(100):
                    assert answer.startswith(b"HTTP/1.1 408 ")
                    break
            except TimeoutError:
                continue
        assert time.monotonic() - started < MAX_WAIT


@pytest.mark.parametrize(
    "requests",
    [GOOD * 20_000, b"GET /api/posts HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000, None],
    ids=["pages", "api", "file"],
)
def test_a_client_that_does_not_read_is_disconnected(one_second_server: "Process", requests: bytes | None) -> None:
    if requests is None:
        path = one_second_server.get("/blog/good").body.split(b'href="/assets/big')[1].split(b'"')[0]
        requests = b"GET /assets/big" + path + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", one_second_server.port))
        connection.settimeout(0.5)
        assert is_reset_while_sending(connection, requests)


def is_reset_while_sending(connection: socket.socket, requests: bytes) -> bool:
    """Whether the server resets the connection of a client that sends requests and reads no response.

    The client must keep sending: on a busy machine few requests arrive at first, and the kernel's buffers hold the responses to all of them.
    """
    deadline, unsent = time.monotonic() + MAX_WAIT_FOR_RESET, memoryview(requests)
    while time.monotonic() < deadline:
        try:
            unsent = unsent[connection.send(unsent) if unsent else 0 :]
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return True
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return True
        time.sleep(0 if unsent else 0.1)
    return False


def test_a_client_that_reads_slowly_is_not_disconnected(one_second_server: "Process") -> None:
    with one_second_server.connect() as connection:
        for _ in range(4):
            connection.sendall(GOOD)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            time.sleep(1.2)


def test_clients_beyond_the_limit_get_503_and_are_logged_once(serve: "Serve", tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    server = serve(tmp_path / "posts", BLOG_MAX_CONNECTIONS="20").wait_until_ready()
    with contextlib.ExitStack() as held:
        for _ in range(20):
            held.enter_context(server.connect())
        for _ in range(5):
            with server.connect() as refused:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    refused.sendall(GOOD)
                answer = until_closed(refused)
                assert answer.startswith(b"HTTP/1.1 503 ")
                assert b"\r\nretry-after: " in answer
                assert b"\r\nconnection: close\r\n" in answer
    assert len(re.findall(r"requests refused: \d+ with 503; there are \d+ connections already", server.output)) == 1
    server.wait_until_ready()


def test_an_idle_connection_is_closed_for_a_new_client(serve: "Serve", tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    server = serve(tmp_path / "posts", BLOG_MAX_CONNECTIONS="5").wait_until_ready()
    with contextlib.ExitStack() as held:
        for _ in range(5):
            idle = held.enter_context(server.connect())
            idle.sendall(GOOD)
            assert idle.recv(1000).startswith(b"HTTP/1.1 200 ")
        time.sleep(2.5)
        assert server.get("/robots.txt").status == 200


def test_the_limit_stays_below_the_descriptor_limit(tmp_path: Path) -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64));"
        "from blog.serve.connections import limits_by_descriptors; print(limits_by_descriptors(1000))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=tmp_path)
    assert run.stdout.strip() == "(32, 8)"
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 64


def test_clients_that_never_read_use_a_bounded_amount_of_memory(serve: "Serve") -> None:
    server = serve(POSTS).wait_until_ready()
    request = b"GET /rss HTTP/1.1\r\nHost: x\r\n\r\n"
    with contextlib.ExitStack() as held:
        for _ in range(50):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            connection.settimeout(0.2)
            with contextlib.suppress(TimeoutError):
                connection.sendall(request * (60_000 // len(request)))
        assert server.get("/robots.txt").status == 200
        peak = peak_megabytes(server.popen.pid)
    assert server.get("/robots.txt").status == 200
    assert peak < 128, f"{peak} MB"
    assert "Traceback" not in server.output


def peak_megabytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
