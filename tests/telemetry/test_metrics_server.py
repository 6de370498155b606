"""The server of /metrics on its own port, also with other clients that hold connections."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from blog.telemetry import metrics_server
from blog.telemetry.exposition import Scrape
from blog.telemetry.metrics_server import MetricsServer

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
HELD_OPEN = 100


def _exposition(_accept: str, _accept_encoding: str) -> Scrape:
    return Scrape(b"up 1\n", {"content-type": "text/plain"})


@contextmanager
def _serving(*hosts: str, exposition: metrics_server.Exposition = _exposition) -> Iterator[list[socket.socket]]:
    listeners = [socket.create_server((host, 0)) for host in hosts or ["127.0.0.1"]]
    sockets = [listener.dup() for listener in listeners]
    server = MetricsServer(exposition, listeners)
    try:
        yield sockets
    finally:
        for listening in sockets:
            listening.close()
        server.close()


def _connect(listening: socket.socket) -> socket.socket:
    return socket.create_connection(listening.getsockname(), 10)


def _scrape(listening: socket.socket, request: bytes = SCRAPE) -> bytes:
    with _connect(listening) as client:
        client.sendall(request)
        answer = bytearray()
        while piece := client.recv(1 << 20):
            answer += piece
        return bytes(answer)


def _threads() -> int:
    return threading.active_count()


def test_a_scrape_gets_a_response_and_its_connection_is_closed() -> None:
    with _serving() as (listening,):
        answer = _scrape(listening)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\nup 1\n")


def test_every_address_is_served() -> None:
    with _serving("127.0.0.1", "127.0.0.2") as sockets:
        assert [_scrape(listening)[:15] for listening in sockets] == [b"HTTP/1.1 200 OK"] * 2


@pytest.mark.parametrize(
    "sent",
    [b"", b"G", b"GET /metrics HTTP/1.1\r\nX-Slow: ", SCRAPE[:-2]],
    ids=["nothing", "a byte", "a line", "a head"],
)
def test_connections_that_are_held_open_do_not_block_scrapes(sent: bytes) -> None:
    before = _threads()
    with _serving() as (listening,), ExitStack() as held:
        for _ in range(HELD_OPEN):
            held.enter_context(_connect(listening)).sendall(sent)
        began = time.monotonic()
        assert _scrape(listening).endswith(b"up 1\n")
        assert time.monotonic() - began < 4
        assert _threads() - before < 20


def test_clients_that_do_not_read_do_not_block_scrapes() -> None:
    body = b"x" * 8_000_000
    with (
        _serving(exposition=lambda *_: Scrape(body, {"content-type": "text/plain"})) as (listening,),
        ExitStack() as held,
    ):
        for _ in range(20):
            held.enter_context(_connect(listening)).sendall(SCRAPE)
        assert _scrape(listening).endswith(body)


def test_a_connection_ends_although_bytes_keep_arriving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_server, "_LONGEST_SECONDS", 0.5)
    with _serving() as (listening,), _connect(listening) as client:
        client.settimeout(0.1)
        client.sendall(SCRAPE[:-2])
        began = time.monotonic()
        while time.monotonic() - began < 10:
            try:
                assert client.recv(100) == b""
                break
            except TimeoutError:
                client.sendall(b"x")
            except ConnectionResetError:
                break
        assert time.monotonic() - began < 10


def test_a_scrape_that_fails_is_logged_and_the_next_one_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "blog.telemetry.metrics_server")
    problems = [RuntimeError("no such sample")]

    def exposition(accept: str, accept_encoding: str) -> Scrape:
        if problems:
            raise problems.pop()
        return _exposition(accept, accept_encoding)

    with _serving(exposition=exposition) as (listening,):
        assert _scrape(listening) == b""
        assert _scrape(listening).endswith(b"up 1\n")
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_client_that_disconnects_is_not_logged(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serving() as (listening,):
        for sent in (b"", b"GET", SCRAPE):
            client = _connect(listening)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.sendall(sent)
            client.close()
        assert _scrape(listening).endswith(b"up 1\n")
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


def test_the_port_is_free_after_close() -> None:
    with _serving() as (listening,):
        address = listening.getsockname()
    with socket.create_server(address):
        pass
