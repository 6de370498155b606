"""The door: closed to newcomers, open to whoever stands in the queue."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from blog.serve.farewell import refuse_newcomers

# Many a container has no IPv6; the kernel lists what there is.
_SIX = Path("/proc/net/if_inet6")
HOSTS = ["127.0.0.1", *(["::1"] if _SIX.exists() and f"{1:032x} " in _SIX.read_text() else [])]


@pytest.fixture(params=HOSTS)
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    host = str(request.param)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, backlog=16) as listener:
        listener.settimeout(2)
        yield listener


def _connect(listener: socket.socket, seconds: float = 2) -> socket.socket:
    connection = socket.socket(listener.family)
    connection.settimeout(seconds)
    try:
        connection.connect(listener.getsockname())
    except BaseException:
        connection.close()
        raise
    return connection


def _descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def _serve_one(listener: socket.socket) -> bytes:
    served, _ = listener.accept()
    with served:
        served.settimeout(2)
        asked = served.recv(100)
        served.sendall(b"answer to " + asked)
        return asked


def test_whoever_is_in_the_queue_is_served_still(listener: socket.socket) -> None:
    queued = [_connect(listener) for _ in range(5)]
    queued[0].sendall(b"0")
    refuse_newcomers(listener.fileno())
    for number, visitor in enumerate(queued[1:], start=1):
        visitor.sendall(b"%d" % number)
    assert [_serve_one(listener) for _ in queued] == [b"0", b"1", b"2", b"3", b"4"]
    for number, visitor in enumerate(queued):
        with visitor:
            assert visitor.recv(100) == b"answer to %d" % number
            assert visitor.recv(100) == b""


def test_nobody_is_reset_when_the_emptied_listener_closes(listener: socket.socket) -> None:
    with _connect(listener) as queued:
        refuse_newcomers(listener.fileno())
        served, _ = listener.accept()
        listener.close()
        with served:
            served.sendall(b"answer")
        assert queued.recv(100) == b"answer"


def test_a_newcomer_does_not_get_in(listener: socket.socket) -> None:
    refuse_newcomers(listener.fileno())
    with pytest.raises(TimeoutError):
        _connect(listener, 0.3)
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_without_the_filter_a_newcomer_gets_in_at_once(listener: socket.socket) -> None:
    with _connect(listener, 0.3):
        listener.accept()[0].close()


def test_whoever_was_let_in_before_is_not_cut_off(listener: socket.socket) -> None:
    with _connect(listener) as visitor, listener.accept()[0] as served:
        refuse_newcomers(listener.fileno())
        for _ in range(3):
            visitor.sendall(b"question")
            assert served.recv(100) == b"question"
            served.sendall(b"answer")
            assert visitor.recv(100) == b"answer"


def test_a_newcomer_is_refused_once_the_listener_has_closed(listener: socket.socket) -> None:
    address = listener.getsockname()
    refuse_newcomers(listener.fileno())
    listener.close()
    with socket.socket(listener.family) as late:
        late.settimeout(2)
        with pytest.raises(ConnectionRefusedError):
            late.connect(address)


def test_the_descriptor_stays_the_callers(listener: socket.socket) -> None:
    before = _descriptors()
    for _ in range(3):
        refuse_newcomers(listener.fileno())
    assert listener.getsockname()[1]
    assert _descriptors() == before


def test_what_takes_no_filter_is_said_and_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "blog.serve.farewell")
    with (tmp_path / "file").open("wb") as file:
        before = _descriptors()
        refuse_newcomers(file.fileno())
        assert _descriptors() == before
        file.write(b"still open")
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == ["newcomers cannot be turned away"]
