"""What strangers may write into a socket."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve

pytestmark = pytest.mark.process

GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\nWords.\n"


@pytest.fixture(scope="module")
def running(serve_module: "Serve", tmp_path_factory: pytest.TempPathFactory) -> "Process":
    folder = tmp_path_factory.mktemp("posts")
    (folder / "good.md").write_text(GOOD + "\n[All of it](big.zip)\n")
    (folder / "big.zip").write_bytes(b"PK" * 4_000_000)
    return serve_module(folder).wait_until_ready()


@pytest.fixture
def server(running: "Process") -> Iterator["Process"]:
    """A server that has to be well, and silent about it, when the test is over."""
    yield running
    assert running.get("/blog/good").status == 200
    assert "Traceback" not in running.output
    assert '"level": "error"' not in running.output


def say(server: "Process", request: bytes) -> bytes:
    """All that the server answers until it closes the connection."""
    with server.connect() as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
        return answer


CLOSE = b"Host: x\r\nConnection: close\r\n\r\n"


def test_what_is_no_request_gets_400(server: "Process") -> None:
    for garbage in (
        b"GARBAGE\r\n\r\n",
        b"\0\1\2\3\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /blog/good HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /bl\xc3\xb6g HTTP/1.1\r\n" + CLOSE,
        b"GET /blog/good HTTP/1.1\r\nContent-Length: x\r\n" + CLOSE,
        b"GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" + CLOSE,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ):
        assert say(server, garbage).startswith(b"HTTP/1.1 400 "), garbage


def test_odd_targets_never_make_a_500(server: "Process") -> None:
    for target, status in (
        (b"/blog/good", b"200"),
        (b"http://blog.example/blog/good", b"200"),
        (b"http://blog.example", b"200 400"),
        (b"*", b"400 404 405"),
        (b"/blog/good#fragment", b"200 400"),
        (b"/blog/good?" + b"q" * 8192, b"200"),
        (b"/" + b"a" * 8192, b"404"),
        (b"/" + b"a" * 100_000, b"400 404 414 431"),
        (b"/%00", b"404"),
        (b"/..%2f..%2fetc/passwd", b"404"),
        (b"/../../etc/passwd", b"404"),
        (b"/%c0%ae%c0%ae/etc/passwd", b"404"),
        (b"//evil.example/", b"404"),
        (b"/\\evil.example", b"400 404"),
    ):
        answer = say(server, b"GET " + target + b" HTTP/1.1\r\n" + CLOSE)
        assert answer[9:12] in status.split(), (target[:40], answer[:80])
        assert b"root:" not in answer


def test_a_huge_header_is_survived(server: "Process") -> None:
    for name in (b"X-Long", b"Accept-Encoding", b"If-None-Match", b"Cookie"):
        answer = say(server, b"GET /blog/good HTTP/1.1\r\n" + name + b": " + b"a" * 100_000 + b"\r\n" + CLOSE)
        assert answer[9:12] in {b"200", b"400", b"431"}
    many = b"".join(b"X-%d: a\r\n" % number for number in range(5000))
    assert say(server, b"GET /blog/good HTTP/1.1\r\n" + many + CLOSE)[9:12] in {b"200", b"400", b"431"}


def test_pipelined_requests_are_answered_in_order(server: "Process") -> None:
    paths = [b"/blog/good", b"/nothing", b"/api/health", b"/Blog/Good", b"/robots.txt"]
    first = b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths[:-1])
    answer = say(server, first + b"GET " + paths[-1] + b" HTTP/1.1\r\n" + CLOSE)
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200", b"301", b"200"]


def test_http_1_0_is_answered_and_closed(server: "Process") -> None:
    answer = say(server, b"GET /blog/good HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.rstrip().endswith(b"</html>")
    assert b"transfer-encoding" not in answer.lower()


def test_a_body_nobody_asked_for_is_ignored(server: "Process") -> None:
    body = b"a" * 50_000
    length = b"Content-Length: %d\r\n" % len(body)
    assert say(server, b"POST /blog/good HTTP/1.1\r\n" + length + CLOSE + body)[9:12] == b"405"
    assert say(server, b"GET /blog/good HTTP/1.1\r\n" + length + CLOSE + body)[9:12] == b"200"


def test_an_upgrade_is_declined(server: "Process") -> None:
    for protocol in (b"websocket", b"h2c"):
        upgrade = b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n"
        with server.connect() as connection:
            connection.sendall(b"GET /blog/good HTTP/1.1\r\nHost: x\r\n" + upgrade + b"\r\n")
            assert connection.recv(65536)[9:12] in {b"200", b"400", b"426"}


def test_head_has_no_body_on_the_wire(server: "Process") -> None:
    for path in (b"/blog/good", b"/api/posts", b"/nothing", b"/Blog"):
        head, _, body = say(server, b"HEAD " + path + b" HTTP/1.1\r\n" + CLOSE).partition(b"\r\n\r\n")
        assert b"content-length: " in head
        assert body == b""


def test_half_a_request_and_a_hang_up_are_survived(server: "Process") -> None:
    for part in (b"", b"GET", b"GET / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"):
        for _ in range(5):
            with server.connect() as connection:
                connection.sendall(part)


def test_an_answer_nobody_reads_to_its_end_is_survived(server: "Process") -> None:
    path = server.get("/blog/good").body.split(b'href="/assets/big')[1].split(b'"')[0]
    for _ in range(3):
        with server.connect() as connection:
            connection.sendall(b"GET /assets/big" + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
