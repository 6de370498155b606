"""The real process: how it leaves."""

import contextlib
import random
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePosts

pytestmark = pytest.mark.process

GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\n" + "Words of a post. " * 500 + "\n"
REQUEST = b"GET /blog/good HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass(slots=True)
class Tally:
    """What became of the requests of a client."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)


def _receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """One whole answer: its head and its body.

    Raises:
        EOFError: the connection ended before the answer did.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection, data)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert length
    while len(body) < int(length[1]):
        body += _some(connection, data)
    return head, body


def _some(connection: socket.socket, so_far: bytes) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise EOFError(f"closed after {len(so_far)} bytes")
    return piece


def _visit(server: "Process", tally: Tally, *, keep_alive: bool) -> None:
    """Ask without a pause until nobody lets us in; each request that was sent over a connection has to be answered."""
    while True:
        try:
            connection = server.connect()
        except OSError:
            return
        with connection:
            while True:
                try:
                    connection.sendall(REQUEST)
                    head, body = _receive(connection)
                except (OSError, EOFError) as problem:
                    tally.lost.append(f"after {tally.answered} answers: {problem!r}")
                    break
                if not head.startswith(b"HTTP/1.1 200") or not body.rstrip().endswith(b"</html>"):
                    tally.lost.append(f"wrong answer: {head[:40]!r}")
                tally.answered += 1
                if not keep_alive or b"connection: close" in head:
                    break


@contextlib.contextmanager
def _visitors(server: "Process", keeping: int, leaving: int) -> Iterator[list[Tally]]:
    tallies = [Tally() for _ in range(keeping + leaving)]
    threads = [
        threading.Thread(target=_visit, args=(server, tally), kwargs={"keep_alive": number < keeping}, daemon=True)
        for number, tally in enumerate(tallies)
    ]
    for thread in threads:
        thread.start()
    yield tallies
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("drain", ["0", "1"])
@pytest.mark.parametrize(
    ("keeping", "leaving"), [(6, 0), (0, 6), (4, 4)], ids=["keep-alive", "new-connections", "both"]
)
def test_under_constant_load_no_accepted_request_is_lost(
    serve: "Serve", posts: "WritePosts", drain: str, keeping: int, leaving: int
) -> None:
    server = serve(posts({"good.md": GOOD}), BLOG_DRAIN_SECONDS=drain, BLOG_ACCESS_LOG="off").wait_until_ready()
    with _visitors(server, keeping, leaving) as tallies:
        time.sleep(0.5 + random.random() / 20)
        server.signal()
        assert server.wait() == 0
    assert sum(tally.answered for tally in tallies) > 100
    assert [lost for tally in tallies for lost in tally.lost] == []
    assert "Traceback" not in server.output


def test_while_draining_it_is_not_ready_and_serves_on(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD}), BLOG_DRAIN_SECONDS="2").wait_until_ready()
    with server.connect() as kept:
        kept.sendall(REQUEST)
        assert b"connection: close" not in _receive(kept)[0]
        told = time.monotonic()
        server.signal()
        while (ready := server.get("/api/ready")).status == 200:
            assert time.monotonic() - told < 1.5
        assert ready.status == 503
        assert b'"draining"' in ready.body
        assert int(ready.headers["retry-after"]) > 0
        for path in ("/blog/good", "/rss", "/api/posts", "/api/health"):
            answer = server.get(path)
            assert (answer.status, answer.headers["connection"]) == (200, "close"), path
        assert server.get("/nothing").headers["connection"] == "close"
        kept.sendall(REQUEST)
        assert b"connection: close" in _receive(kept)[0]
        assert kept.recv(1) == b""
    assert server.wait() == 0
    assert time.monotonic() - told >= 1.9
    assert "not ready any more" in server.output
    assert "Traceback" not in server.output


def test_an_idle_connection_does_not_hold_up_the_end(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD})).wait_until_ready()
    with server.connect() as silent, server.connect() as kept:
        kept.sendall(REQUEST)
        _receive(kept)
        server.signal()
        assert server.wait(8) == 0
        assert silent.recv(1) == b""


@pytest.mark.parametrize("drain", ["0", "0.5"])
def test_an_answer_under_way_to_a_slow_reader_arrives_whole(serve: "Serve", posts: "WritePosts", drain: str) -> None:
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
        pieces = [data.partition(b"\r\n\r\n")[2]]
        while piece := reader.recv(65536):
            pieces.append(piece)
        assert b"".join(pieces) == archive
    assert server.wait() == 0


def test_a_second_signal_ends_the_drain(serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"good.md": GOOD}), BLOG_DRAIN_SECONDS="60").wait_until_ready()
    server.signal()
    while server.get("/api/ready").status == 200:
        time.sleep(0.01)
    assert server.popen.poll() is None
    server.signal()
    assert server.wait(15) == 0
    assert "Traceback" not in server.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_either_signal_is_a_clean_end(serve: "Serve", posts: "WritePosts", number: signal.Signals) -> None:
    server = serve(posts({"good.md": GOOD})).wait_until_ready()
    server.signal(number)
    assert server.wait(15) == 0
    assert "Traceback" not in server.output
    with pytest.raises(OSError, match="refused"):
        server.get("/")


@pytest.mark.parametrize("drain", ["0", "60"])
def test_told_to_stop_while_loading_it_leaves_at_once(serve: "Serve", posts: "WritePosts", drain: str) -> None:
    """Nobody was ever sent to a process that was not ready: there is nothing to drain."""
    many = {f"post-{n}.md": GOOD.replace("Good", f"Post {n}") + f"\n{n}\n" * 400 for n in range(400)}
    server = serve(posts(many), BLOG_DRAIN_SECONDS=drain).wait_until_listening()
    assert server.get("/api/ready").status == 503
    server.signal()
    assert server.wait(15) == 0
    assert "content is served" not in server.output
    assert "Traceback" not in server.output
