"""Connections in the accept queue of a listener that is closed."""

import contextlib
import errno
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blog.serve.accept_queue import accept_all, accept_all_and_close, drop_new_syns

# Many containers have no IPv6. The kernel lists the addresses of this one.
_IF_INET6 = Path("/proc/net/if_inet6")
HOSTS = ["127.0.0.1", *(["::1", "dual stack"] if _IF_INET6.exists() and f"{1:032x} " in _IF_INET6.read_text() else [])]


@pytest.fixture(params=HOSTS)
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    host = str(request.param)
    if host == "dual stack":
        listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    else:
        listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    with listener:
        listener.settimeout(0)
        yield listener


def _connect(listener: socket.socket, seconds: float = 5) -> socket.socket:
    host, port = listener.getsockname()[:2]
    return socket.create_connection(("127.0.0.1" if host == "::" else host, port), seconds)


def _answer(served: socket.socket) -> None:
    with served:
        served.settimeout(5)
        served.sendall(b"answer to " + served.recv(100))


def test_every_connection_in_the_queue_is_served(listener: socket.socket) -> None:
    queued = [_connect(listener) for _ in range(5)]
    queued[0].sendall(b"0")
    assert drop_new_syns(listener)
    for number, client in enumerate(queued[1:], start=1):
        client.sendall(b"%d" % number)
    last = accept_all_and_close(listener)
    assert last.emptied
    for served in last.connections:
        _answer(served)
    for number, client in enumerate(queued):
        with client:
            assert client.recv(100) == b"answer to %d" % number
            assert client.recv(100) == b""


def test_connections_in_a_queue_that_is_not_emptied_are_reset(listener: socket.socket) -> None:
    with _connect(listener) as client:
        listener.close()
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def test_a_new_syn_is_dropped_and_after_the_close_refused(listener: socket.socket) -> None:
    drop_new_syns(listener)
    with pytest.raises(TimeoutError):
        _connect(listener, 0.3)
    assert accept_all(listener) == ([], True)
    host, port = listener.getsockname()[:2]
    accept_all_and_close(listener)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1" if host == "::" else host, port), 5)


def test_an_accepted_connection_still_receives_while_syns_are_dropped(listener: socket.socket) -> None:
    with _connect(listener) as client, accept_all(listener).connections[0] as served:
        drop_new_syns(listener)
        for _ in range(3):
            client.sendall(b"question")
            served.settimeout(5)
            assert served.recv(100) == b"question"


def test_a_connection_that_inherits_the_minimum_ttl_receives_what_was_dropped(listener: socket.socket) -> None:
    """Like one whose handshake had begun before the SYNs were dropped."""
    drop_new_syns(listener)
    host, port = listener.getsockname()[:2]
    with socket.socket(socket.AF_INET if host in {"127.0.0.1", "::"} else socket.AF_INET6) as client:
        # With the highest TTL the kernel accepts it, like a handshake that had begun before.
        client.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        if client.family == socket.AF_INET6:
            client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
        client.settimeout(5)
        client.connect(("127.0.0.1" if host == "::" else host, port))
        client.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 64)
        if client.family == socket.AF_INET6:
            client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 64)
        client.sendall(b"question")
        time.sleep(0.05)
        _answer(accept_all(listener).connections[0])
        assert client.recv(100) == b"answer to question"


def test_a_reset_connection_in_the_queue_does_not_hide_those_behind_it(listener: socket.socket) -> None:
    aborted = _connect(listener)
    aborted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    aborted.close()
    with _connect(listener) as client:
        client.sendall(b"here")
        connections, emptied = accept_all_and_close(listener)
        assert emptied
        received = []
        for served in connections:
            with served, contextlib.suppress(ConnectionResetError):
                served.settimeout(5)
                received.append(served.recv(100))
        assert received == [b"here"]


class _AbortedFirst(socket.socket):
    """A listener whose first connection is closed by its client, as kernels other than Linux report it."""

    def accept(self) -> tuple[socket.socket, object]:
        connection, address = super().accept()
        if not self.has_aborted:
            self.has_aborted = True
            connection.close()
            raise ConnectionAbortedError(errno.ECONNABORTED, "the client has closed the connection")
        return connection, address

    has_aborted = False


def test_a_connection_that_cannot_be_accepted_does_not_hide_those_behind_it() -> None:
    with _AbortedFirst() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        with _connect(listener), _connect(listener) as second:
            connections, emptied = accept_all_and_close(listener)
            assert emptied
            assert [each.getpeername() for each in connections] == [second.getsockname()]
            connections[0].close()


def test_without_descriptors_the_queue_is_reported_as_not_emptied(listener: socket.socket) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with _connect(listener), socket.socket() as highest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno(), hard))
        highest.close()
        try:
            with contextlib.ExitStack() as taken:
                with contextlib.suppress(OSError):
                    while True:
                        taken.enter_context(socket.socket())
                assert accept_all(listener) == ([], False)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_it_is_logged_if_syns_cannot_be_dropped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "blog.serve.accept_queue")
    with socket.socket(socket.AF_UNIX) as listener:
        assert not drop_new_syns(listener)
    assert "cannot be dropped" in caplog.text
