"""The protocol's direct responses from the page store, compared with those through the ASGI application."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from blog.serve.connections import Connections, Limits
from blog.serve.protocol import PageProtocol

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.build.edition import Edition
    from tests.conftest import Fetch, Until

DATE = b"Wed, 25 Nov 2026 11:00:00 GMT"


class Wire(asyncio.Transport):
    """A transport in place of a client: it keeps what is written, and may stop reading."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.responses = 0
        self.closed = False
        self.reads = True
        self.is_reading_resumed = True
        self.protocol: PageProtocol | None = None

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 40000), "sockname": ("127.0.0.1", 8000)}.get(name, default)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data
        self.responses += data[:9] == b"HTTP/1.1 "
        if self.protocol and not self.reads:
            self.protocol.pause_writing()

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0 if self.reads else len(self.written)

    def pause_reading(self) -> None:
        self.is_reading_resumed = False

    def resume_reading(self) -> None:
        self.is_reading_resumed = True


Connect = Callable[..., tuple[PageProtocol, Wire]]


def connection_to(app: "Blog", **options: Any) -> tuple[PageProtocol, Wire]:
    pipeline = app.pipeline
    connections = Connections(Limits(), app.metrics.request_refused)
    make = partial(PageProtocol, pipeline.answer, pipeline.finished, app.service, connections)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", **options)
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", DATE)]
    protocol = make(config=config, server_state=state, app_state={}, _loop=asyncio.get_running_loop())
    wire = Wire()
    wire.protocol = protocol
    protocol.connection_made(wire)
    return protocol, wire


@pytest.fixture
def connect(small_app: "Blog") -> Connect:
    """Connects to the small site."""
    return partial(connection_to, small_app)


def request(target: str, *more: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/{version}", "Host: blog.test", *more, "", ""]).encode("latin-1")


def answers(written: bytes | bytearray) -> Iterator[tuple[int, list[tuple[str, str]], bytes | bytearray]]:
    """Status, header fields and body of each response that was written, split by Content-Length."""
    at = 0
    while at < len(written):
        end = written.index(b"\r\n\r\n", at)
        first, *lines = written[at:end].decode("latin-1").split("\r\n")
        pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        body = end + len(b"\r\n\r\n")
        at = body + int(dict(pairs).get("content-length", "0"))
        yield int(first.split()[1]), pairs, written[body:at]


@pytest.mark.parametrize(
    ("target", "method", "headers"),
    [
        pytest.param("/blog/hello", "GET", (), id="page"),
        pytest.param("/blog/hello?utm_source=x", "GET", (("accept-encoding", "br"),), id="page-br-query"),
        pytest.param("/blog/hello", "GET", (("if-none-match", "*"),), id="not-modified"),
        pytest.param("/blog/gr%C3%B6%C3%9Fe", "GET", (), id="percent-encoded"),
        pytest.param("/Blog/Hello/?a=b", "GET", (), id="redirect"),
        pytest.param("/blog/nowhere", "GET", (), id="not-found"),
        pytest.param("/blog/helo", "GET", (), id="not-found-with-suggestions"),
        pytest.param("/blog/hello", "GET", (("accept-encoding", "*;q=0"),), id="no-encoding"),
        pytest.param("/api/posts/hello", "GET", (), id="dynamic"),
        pytest.param("/api/posts/", "GET", (), id="dynamic-redirect"),
        pytest.param("/blog/hello", "DELETE", (), id="wrong-method"),
        pytest.param("/rss", "GET", (("accept-encoding", "gzip"),), id="feed"),
    ],
)
async def test_a_direct_response_equals_the_one_through_asgi(  # noqa: PLR0913, PLR0917 -- a table
    connect: Connect, small_app: "Blog", fetch: "Fetch", until: "Until",
    target: str, method: str, headers: tuple[tuple[str, str], ...],
) -> None:  # fmt: skip
    protocol, wire = connect()
    protocol.data_received(request(target, *(f"{name}: {value}" for name, value in headers), method=method))
    await until(lambda: any(answers(wire.written)))
    ((status, pairs, body),) = answers(wire.written)
    through_asgi = await fetch(small_app, target, method, headers)
    assert (status, sorted(pairs), body) == (
        through_asgi.status,
        sorted([*through_asgi.raw_headers, ("date", DATE.decode())]),
        through_asgi.body,
    )


async def test_a_page_is_written_before_the_event_loop_runs_again(connect: Connect) -> None:
    protocol, wire = connect()
    protocol.data_received(request("/blog/hello"))
    assert wire.written.startswith(b"HTTP/1.1 200 OK\r\ndate: " + DATE)


async def test_head_has_the_length_of_the_body_and_no_body(connect: Connect) -> None:
    protocol, wire = connect()
    protocol.data_received(request("/blog/hello", method="HEAD"))
    head, _, body = wire.written.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert body == b""
    assert length
    assert int(length[1]) > 1000


async def test_pipelined_pages_wait_for_the_slower_response_before_them(connect: Connect, until: "Until") -> None:
    protocol, wire = connect()
    protocol.data_received(
        request("/about") + request("/api/posts/hello") + request("/blog/hello") + request("/nowhere")
    )
    await until(lambda: len(list(answers(wire.written))) == 4)
    found = [(status, dict(pairs)["content-type"]) for status, pairs, _ in answers(wire.written)]
    html = "text/html; charset=utf-8"
    assert found == [(200, html), (200, "application/json"), (200, html), (404, html)]


async def test_a_client_that_does_not_read_is_not_written_to(connect: Connect, until: "Until") -> None:
    protocol, wire = connect()
    wire.reads = False
    protocol.data_received(request("/blog/hello") * 500)
    await asyncio.sleep(0)
    assert wire.responses == 1
    assert not wire.is_reading_resumed
    wire.reads = True
    protocol.resume_writing()
    await until(lambda: wire.responses == 500)
    assert wire.is_reading_resumed


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(request("/about", version="1.0"), id="http-1.0"),
        pytest.param(request("/about", "Connection: close"), id="close"),
    ],
)
async def test_the_connection_closes_after_the_response_if_the_client_requests_it(
    connect: Connect, sent: bytes
) -> None:
    protocol, wire = connect()
    protocol.data_received(sent)
    assert b"\r\nconnection: close\r\n" in wire.written
    assert wire.closed


@pytest.mark.parametrize(
    "path", ["/about", "/nowhere", "/Blog/", "/api/posts", "/api/nowhere", "/api/ready", "/api/health"]
)
async def test_every_response_closes_its_connection_while_draining(
    connect: Connect, small_app: "Blog", until: "Until", path: str
) -> None:
    protocol, wire = connect()
    small_app.service.draining = True
    try:
        protocol.data_received(request(path) * 2)
    finally:
        small_app.service.draining = False
    await until(lambda: wire.closed)
    assert wire.written.count(b"\r\nconnection: close\r\n") == wire.written.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("behind", ["/about", "/api/posts"])
async def test_a_request_after_one_that_closes_the_connection_is_not_processed(connect: Connect, behind: str) -> None:
    protocol, wire = connect()
    protocol.data_received(request("/about", "Connection: close") + request(behind))
    await asyncio.sleep(0)
    assert [status for status, _, _ in answers(wire.written)] == [200]
    assert not protocol.tasks


async def test_a_request_for_a_page_may_have_a_body(connect: Connect, until: "Until") -> None:
    protocol, wire = connect()
    protocol.data_received(request("/about", "Content-Length: 5") + b"hello" + request("/about"))
    await until(lambda: [status for status, _, _ in answers(wire.written)] == [200, 200])


async def test_an_endless_head_is_refused(connect: Connect) -> None:
    protocol, wire = connect()
    protocol.data_received(b"GET /about HTTP/1.1\r\nX-Endless: ")
    for _ in range(64):
        protocol.data_received(b"a" * 1024)
    assert wire.written.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert wire.closed


async def test_a_long_body_does_not_count_as_a_long_head(connect: Connect) -> None:
    protocol, wire = connect()
    protocol.data_received(request("/api/posts", "Content-Length: 200000", method="POST"))
    for _ in range(100):
        protocol.data_received(b"a" * 1024)
    await asyncio.sleep(0)
    assert b" 431 " not in wire.written


@pytest.fixture
def broken_app(small_app: "Blog") -> Iterator["Blog"]:
    """The small site with an edition whose look-ups raise."""
    edition, small_app.service.edition = small_app.service.edition, cast("Edition", object())
    yield small_app
    small_app.service.edition = edition


@pytest.mark.parametrize(("method", "body"), [("GET", b"Internal Server Error\n"), ("HEAD", b"")])
@pytest.mark.parametrize("more", [(), ("Content-Length: 0",)], ids=["direct", "through ASGI"])
async def test_an_exception_is_a_500_and_is_logged_and_counted(  # noqa: PLR0913, PLR0917 -- a table
    connect: Connect, broken_app: "Blog", until: "Until", caplog: pytest.LogCaptureFixture,
    method: str, body: bytes, more: tuple[str, ...],
) -> None:  # fmt: skip
    protocol, wire = connect()
    protocol.data_received(request("/about", *more, method=method))
    await until(lambda: bool(wire.written))
    head, _, sent = bytes(wire.written).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert (b"content-length: 22" in head, sent) == (True, body)
    assert "/about could not be answered" in caplog.text
    failed = f'http_request_duration_seconds_count{{handler="none",method="{method}",status="500"}}'
    assert failed in broken_app.metrics.exposition("")[0].decode()


async def test_every_request_is_counted_once_direct_or_through_asgi(
    connect: Connect, small_app: "Blog", until: "Until"
) -> None:
    def total() -> float:
        text = small_app.metrics.exposition("")[0].decode()
        return sum(
            float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if line.startswith("http_request_duration_seconds_count")
        )

    before = total()
    protocol, wire = connect()
    for target in ("/about", "/api/posts/hello", "/nowhere", "/api/nowhere"):
        protocol.data_received(request(target))
        await until(lambda: not protocol.cycle or protocol.cycle.response_complete)
    assert len(list(answers(wire.written))) == 4
    assert total() == before + 4


@pytest.mark.parametrize("target", ["/about#part", "http://blog.test/about", unquote("/%C3%A9"), "*"])
async def test_an_unusual_target_is_passed_on_and_answered(connect: Connect, until: "Until", target: str) -> None:
    protocol, wire = connect()
    protocol.data_received(request(target))
    await until(lambda: bool(wire.written))
    assert bytes(wire.written[9:12]) in {b"200", b"400", b"404"}


PIPELINED = (
    request("/about"),
    request("/nowhere", "Accept-Encoding: br"),
    request("/about", method="HEAD", version="1.0").replace(b"1.0", b"1.2"),
    request("/about", "Content-Length: 7") + b"GET / \r\n"[:7],
    request("/api/posts/hello", "Transfer-Encoding: chunked") + b"4;x=y\r\n\r\n\r\n\r\n0\r\nA: b\r\n\r\n",
    request("/about", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 3") + b"\r\n\r",
    request("*", method="OPTIONS"),
    request("http://blog.test"),
    b"\r\n\r\n",
)
LAST = (
    request("/about", "Connection: close"),
    request("/about", version="2.0"),
    request("/about", method="BREW"),
    request("/about", "Host: twice"),
    request("/" + "a" * 20_000),
    request("/about", *["A: b"] * 120),
    request("/about", "A: " + "b" * 70_000),
    b"GET /x\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"GET /about HTTP/1.1\r\nHost: a\nB: c\r\n\r\n",
    b"GET /about HTTP/1.1\r\nHost : a\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01",
)


@settings(max_examples=int(os.environ.get("BLOG_FUZZ_EXAMPLES", "60")), deadline=None)
@given(
    pipelined=st.lists(st.sampled_from(PIPELINED), max_size=6),
    last=st.sampled_from(LAST),
    cuts=st.lists(st.integers(0, 80_000), max_size=12),
    around=st.integers(-3, 3),
)
def test_the_same_bytes_get_the_same_responses_however_they_are_split(
    small_app: "Blog", pipelined: list[bytes], last: bytes, cuts: list[int], around: int
) -> None:
    sent = b"".join(pipelined) + last
    # Half of the cuts are near the ends of lines, where errors are most likely.
    ends = [found.end() + around for found in re.finditer(rb"\r\n", sent)][:500:3]
    positions = sorted(
        {min(max(cut % (len(sent) + 1), 0), len(sent)) for cut in cuts}
        | {e for e in ends[: len(cuts)] if 0 < e < len(sent)}
    )
    pieces = [sent[start:end] for start, end in pairwise([0, *positions, len(sent)])]
    whole = asyncio.run(answered(small_app, [sent]))
    assert asyncio.run(answered(small_app, pieces)) == whole
    assert len(whole) == 1 + sum(part != b"\r\n\r\n" for part in pipelined)


async def answered(app: "Blog", pieces: list[bytes]) -> list[int]:
    """The statuses of a connection's responses until it closes."""
    protocol, wire = connection_to(app)
    for piece in pieces:
        protocol.data_received(piece)
        await asyncio.sleep(0)
    for _ in range(2000):
        if wire.closed:
            break
        await asyncio.sleep(0.001)
    assert wire.closed
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", wire.written)]
