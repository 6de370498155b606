"""Arbitrary bytes that clients send: requests, invalid requests and early disconnects."""

import contextlib
import re
import socket
import struct
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.conftest import receive_until_closed

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
    """A server that must still serve after the test, without errors in its log."""
    yield running
    assert running.get("/blog/good").status == 200
    assert "Traceback" not in running.output
    assert '"level": "error"' not in running.output


def send(server: "Process", request: bytes) -> bytes:
    """All that the server sends until it closes the connection."""
    with server.connect() as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return receive_until_closed(connection)


def send_pieces(server: "Process", pieces: list[bytes], pause: float = 0.0) -> bytes:
    """As `send`, with each piece in its own TCP segment."""
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", answer)]


CLOSE = b"Host: x\r\nConnection: close\r\n\r\n"


def test_invalid_requests_get_400(server: "Process") -> None:
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
        assert send(server, garbage).startswith(b"HTTP/1.1 400 "), garbage


REFUSED = {
    "version-2.0": (b"GET / HTTP/2.0\r\n" + CLOSE, 505),
    "version-0.9": (b"GET / HTTP/0.9\r\n" + CLOSE, 505),
    "version-9": (b"GET /blog/good HTTP/9.9\r\n\r\n", 505),
    "version-2.0-behind-empty-lines": (b"\r\n\r\nGET / HTTP/2.0\r\n" + CLOSE, 505),
    "preface-of-http-2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "no-version": (b"GET /blog/good\r\n" + CLOSE, 400),
    "no-version-bare-lf": (b"GET /x\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 400),
    "bare-lf-in-a-field": (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
    "bare-lf-alone": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "unknown-method": (b"BREW /blog/good HTTP/1.1\r\n" + CLOSE, 501),
    "lower-case-method": (b"get /blog/good HTTP/1.1\r\n" + CLOSE, 501),
    "method-of-rtsp": (b"DESCRIBE / HTTP/1.1\r\n" + CLOSE, 501),
    "connect": (b"CONNECT blog.example:443 HTTP/1.1\r\nHost: blog.example:443\r\n\r\nGET / HTTP/1.1\r\n" + CLOSE, 405),
    "get-asterisk": (b"GET * HTTP/1.1\r\n" + CLOSE, 400),
    "no-host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two-hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "two-hosts-in-1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400),
    "empty-host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "empty-host-absolute": (b"GET http://a/ HTTP/1.1\r\nHost: \r\n\r\n", 400),
    "no-host-absolute": (b"GET http://a/ HTTP/1.1\r\n\r\n", 400),
    "host-with-a-space": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "host-with-a-path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "host-with-a-user": (b"GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", 400),
    "host-with-a-wrong-port": (b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
    "host-of-post": (b"POST /api/posts HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "other-scheme": (b"GET ftp://a/ HTTP/1.1\r\n" + CLOSE, 400),
    "long-target": (b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\n" + CLOSE, 414),
    "endless-target": (b"GET /" + b"a" * 200_000, 414),
    "long-head": (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n" + CLOSE, 431),
    "many-fields": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 3000 + CLOSE, 431),
    "just-too-many-fields": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 99 + CLOSE, 431),
    "broken-chunk": (b"POST /api/posts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5x\r\n", 400),
}


@pytest.mark.parametrize(("request_", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_a_request_that_violates_http_is_refused_and_closes_the_connection(
    server: "Process", request_: bytes, status: int
) -> None:
    assert statuses(send(server, request_)) == [status]


def test_a_refusal_waits_for_the_responses_before_it(server: "Process") -> None:
    before = b"GET /api/posts HTTP/1.1\r\nHost: x\r\n\r\n"
    for broken, status in REFUSED.values():
        assert statuses(send(server, before * 2 + broken)) == [200, 200, status]


@pytest.mark.parametrize(
    "name", ["no-host", "version-2.0", "unknown-method", "no-version-bare-lf", "just-too-many-fields"]
)
def test_a_refusal_is_the_same_byte_by_byte(server: "Process", name: str) -> None:
    request, status = REFUSED[name]
    assert statuses(send_pieces(server, [request[at : at + 1] for at in range(len(request))])) == [status]


def test_refused_requests_are_counted(server: "Process") -> None:
    def count(status: int) -> float:
        line = f'http_requests_refused_total{{status="{status}"}} '
        return float(server.get("/metrics").body.decode().partition(line)[2].split("\n")[0])

    before = count(414)
    send(server, REFUSED["long-target"][0])
    assert count(414) == before + 1


UNUSUAL = {
    "http-1.0-without-host": b"GET /blog/good HTTP/1.0\r\n\r\n",
    "later-minor-version": b"GET /blog/good HTTP/1.2\r\n" + CLOSE,
    "absolute": b"GET http://x:80/blog/good HTTP/1.1\r\n" + CLOSE,
    "absolute-without-a-path": b"GET http://x HTTP/1.1\r\n" + CLOSE,
    "absolute-with-a-query-only": b"GET HTTP://x?a=b HTTP/1.1\r\n" + CLOSE,
    "address-as-host": b"GET / HTTP/1.1\r\nHost: [::1]:8000\r\nConnection: close\r\n\r\n",
    "empty-lines-in-front": b"\r\n\r\nGET / HTTP/1.1\r\n" + CLOSE,
    "a-hundred-fields": b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 98 + CLOSE,
}


@pytest.mark.parametrize("request_", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_unusual_valid_requests_get_200(server: "Process", request_: bytes) -> None:
    assert statuses(send(server, request_)) == [200]
    assert statuses(send_pieces(server, [request_[at : at + 1] for at in range(len(request_))])) == [200]


def test_options_of_the_asterisk_lists_the_methods_of_the_server(server: "Process") -> None:
    answer = send(server, b"OPTIONS * HTTP/1.1\r\n" + CLOSE)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"\r\nallow: GET, HEAD, OPTIONS, POST\r\n" in answer


NEXT = b"GET /robots.txt HTTP/1.1\r\n" + CLOSE
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
BODIES = {
    "length": b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "chunked": CHUNKED,
    "none": b"\r\n",
}
OFFERS = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n",
    "websocket": b"Upgrade: websocket\r\nConnection: keep-alive, upgrade\r\n",
    "foo": b"UPGRADE: foo/2, bar\r\nUpgrade: more\r\nConnection: upgrade\r\n",
}


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS.keys())
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_a_body_after_an_offer_to_upgrade_is_a_body(
    server: "Process", method: bytes, body: bytes, offer: bytes
) -> None:
    request = method + b" /api/posts HTTP/1.1\r\nHost: x\r\n" + offer + body
    expected = [200 if method == b"GET" else 405, 200]
    assert statuses(send(server, request + NEXT)) == expected
    head = request.index(b"\r\n\r\n") + 4
    for cut in (head, head + 1, len(request) - 1, len(request)):
        assert statuses(send_pieces(server, [request[:cut], request[cut:] + NEXT], 0.05)) == expected


def test_a_beacon_that_offers_to_upgrade_keeps_its_body(server: "Process") -> None:
    one = b"POST /api/health HTTP/1.1\r\nHost: x\r\n" + OFFERS["h2c"] + b"Content-Length: 2\r\n\r\n{}"
    assert statuses(send(server, one + one + NEXT)) == [405, 405, 200]


def test_three_thousand_pipelined_requests_are_all_answered(server: "Process") -> None:
    for path, status in ((b"/api/health", 200), (b"/robots.txt", 200), (b"/nowhere", 404)):
        request = b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        assert statuses(send(server, request * 3000 + NEXT)) == [status] * 3000 + [200]


def test_a_client_that_disconnects_is_no_error(server: "Process") -> None:
    for request in (
        b"GET /api/posts HTTP/1.1\r\nHost: x\r\n\r\n" * 500,
        b"GET /blog/good HTTP/1.1\r\nHost: x\r\n\r\n" * 500,
        b"POST /api/posts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
        b"GET /api/posts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
    ):
        for _ in range(10):
            with server.connect() as connection:
                connection.sendall(request)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    told = server.get("/metrics").body.decode()
    assert re.findall(r'status="500"\} (?!0\.0$).*', told, re.MULTILINE) == []


def test_unusual_targets_never_get_500(server: "Process") -> None:
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
        answer = send(server, b"GET " + target + b" HTTP/1.1\r\n" + CLOSE)
        assert answer[9:12] in status.split(), (target[:40], answer[:80])
        assert b"root:" not in answer


def test_the_server_survives_huge_header_fields(server: "Process") -> None:
    for name in (b"X-Long", b"Accept-Encoding", b"If-None-Match", b"Cookie"):
        answer = send(server, b"GET /blog/good HTTP/1.1\r\n" + name + b": " + b"a" * 100_000 + b"\r\n" + CLOSE)
        assert answer[9:12] in {b"200", b"400", b"431"}
    many = b"".join(b"X-%d: a\r\n" % number for number in range(5000))
    assert send(server, b"GET /blog/good HTTP/1.1\r\n" + many + CLOSE)[9:12] in {b"200", b"400", b"431"}


def test_pipelined_requests_are_answered_in_order(server: "Process") -> None:
    paths = [b"/blog/good", b"/nothing", b"/api/health", b"/Blog/Good", b"/robots.txt"]
    first = b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths[:-1])
    answer = send(server, first + b"GET " + paths[-1] + b" HTTP/1.1\r\n" + CLOSE)
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200", b"301", b"200"]


def test_http_1_0_gets_a_response_and_the_connection_closes(server: "Process") -> None:
    answer = send(server, b"GET /blog/good HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.rstrip().endswith(b"</html>")
    assert b"transfer-encoding" not in answer.lower()


def test_an_unexpected_body_is_ignored(server: "Process") -> None:
    body = b"a" * 50_000
    length = b"Content-Length: %d\r\n" % len(body)
    assert send(server, b"POST /blog/good HTTP/1.1\r\n" + length + CLOSE + body)[9:12] == b"405"
    assert send(server, b"GET /blog/good HTTP/1.1\r\n" + length + CLOSE + body)[9:12] == b"200"


def test_an_upgrade_is_declined(server: "Process") -> None:
    for protocol in (b"websocket", b"h2c"):
        upgrade = b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n"
        with server.connect() as connection:
            connection.sendall(b"GET /blog/good HTTP/1.1\r\nHost: x\r\n" + upgrade + b"\r\n")
            assert connection.recv(65536)[9:12] in {b"200", b"400", b"426"}


def test_head_has_no_body_on_the_wire(server: "Process") -> None:
    for path in (b"/blog/good", b"/api/posts", b"/nothing", b"/Blog"):
        head, _, body = send(server, b"HEAD " + path + b" HTTP/1.1\r\n" + CLOSE).partition(b"\r\n\r\n")
        assert b"content-length: " in head
        assert body == b""


def test_the_server_survives_disconnects_during_a_request(server: "Process") -> None:
    for part in (b"", b"GET", b"GET / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"):
        for _ in range(5):
            with server.connect() as connection:
                connection.sendall(part)


def test_the_server_survives_disconnects_during_a_response(server: "Process") -> None:
    path = server.get("/blog/good").body.split(b'href="/assets/big')[1].split(b'"')[0]
    for _ in range(3):
        with server.connect() as connection:
            connection.sendall(b"GET /assets/big" + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
