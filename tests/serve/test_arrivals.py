"""When data arrived at a socket: seen in the real server, whose event loop is occupied, flooded, or idle."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import pytest

from blog.serve.arrivals import Arrivals

if TYPE_CHECKING:
    from blog.serve.request_protocol import RequestProtocol
    from tests.conftest import Process, Serve

POST = "---\ntitle: Hello\ndate: 2026-03-01\n---\n\nA few words.\n"
REQUEST = b"GET /blog/hello HTTP/1.1\r\nHost: x\r\n\r\n"


class Connection:
    """What `Arrivals` reads of a connection, over a real socket."""

    def __init__(self, tcp: socket.socket | None = None) -> None:
        self.turn = 0
        self.transport = self
        self._tcp = tcp

    def get_extra_info(self, _name: str) -> Any:
        return self._tcp


def _of(arrivals: Arrivals, connection: Connection) -> float:
    return arrivals.of(cast("RequestProtocol", connection))


def test_data_that_is_read_after_a_pause_has_just_arrived() -> None:
    arrivals, connection = Arrivals(), Connection()
    time.sleep(0.002)
    before = time.perf_counter()
    assert _of(arrivals, connection) >= before


def test_what_is_read_in_one_turn_arrived_before_any_of_it_was_read() -> None:
    arrivals, connections = Arrivals(), [Connection() for _ in range(20)]
    time.sleep(0.002)
    before = time.perf_counter()
    found = []
    for connection in connections:
        found.append(_of(arrivals, connection))
        arrivals.ended = time.perf_counter()
    assert found[0] >= before
    assert set(found) == {found[0]}


def test_a_second_turn_without_a_pause_arrived_during_the_first() -> None:
    arrivals, connections = Arrivals(), [Connection() for _ in range(20)]
    began = time.perf_counter()
    for connection in connections:
        _of(arrivals, connection)
        arrivals.ended = time.perf_counter()
    between = arrivals.ended
    assert began < _of(arrivals, connections[0]) < between


def test_after_an_occupied_loop_the_kernel_says_how_long_the_data_waited() -> None:
    client, server = _pair()
    with client, server:
        arrivals = Arrivals()
        arrivals.tick()
        client.sendall(b"x")
        time.sleep(0.3)
        assert 0.2 < time.perf_counter() - _of(arrivals, Connection(server)) < 3


def _pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


def test_a_connection_without_a_socket_is_taken_to_have_waited_for_nothing() -> None:
    arrivals = Arrivals()
    arrivals.tick()
    time.sleep(0.06)
    before = time.perf_counter()
    assert _of(arrivals, Connection()) >= before


@pytest.fixture(scope="module")
def server(serve_module: "Serve", tmp_path_factory: pytest.TempPathFactory) -> "Process":
    posts = tmp_path_factory.mktemp("posts")
    (posts / "hello.md").write_text(POST, encoding="utf-8")
    return serve_module(posts).wait_until_ready()


def _median(server: "Process", before: str = "") -> float:
    """The upper bound of the bucket with the median of the posts' durations, since an earlier scrape."""
    pattern = r'duration_seconds_bucket\{handler="/blog/\{slug\}",le="([^"]+)",method="GET",status="200"\} (\S+)'
    now = re.findall(pattern, _scrape(server))
    old = {bound: float(count) for bound, count in re.findall(pattern, before)}
    counts = [(float(bound), float(count) - old.get(bound, 0)) for bound, count in now]
    return next(bound for bound, count in counts if count >= counts[-1][1] / 2)


def _scrape(server: "Process") -> str:
    return server.get("/metrics").body.decode()


def _flood(server: "Process", connections: int, seconds: float) -> list[float]:
    """The times that clients waited, each of which sends its next request as soon as it has a response."""
    ends = time.monotonic() + seconds

    def client(_number: int) -> list[float]:
        found = []
        with server.connect() as connection:
            while time.monotonic() < ends:
                began = time.monotonic()
                connection.sendall(REQUEST * 8)
                received = 0
                while received < 8:
                    received += connection.recv(1 << 20).count(b"HTTP/1.1 200")
                found.append(time.monotonic() - began)
        return found

    with ThreadPoolExecutor(connections) as pool:
        return [each for found in pool.map(client, range(connections)) for each in found]


def test_the_histogram_sees_what_clients_wait_for_at_a_saturated_server(server: "Process") -> None:
    before = _scrape(server)
    waited = sorted(_flood(server, 40, 2.0))
    client, histogram = waited[len(waited) // 2], _median(server, before)
    # Python's clients keep the server from most of its speed, so only the order of magnitude is compared.
    assert histogram > client / 50, (client, histogram)


def test_a_quiet_server_reports_no_waiting(server: "Process") -> None:
    before = _scrape(server)
    for _ in range(20):
        server.get("/blog/hello")
        time.sleep(0.02)
    assert _median(server, before) <= 0.0025


def test_open_connections_are_counted(server: "Process") -> None:
    def count() -> float:
        return float(re.findall(r"^blog_connections (\S+)", _scrape(server), re.MULTILINE)[0])

    before = count()
    with server.connect(), server.connect(), server.connect():
        server.get("/blog/hello")
        assert count() >= before + 3
    assert float(re.findall(r"^blog_connections_limit (\S+)", _scrape(server), re.MULTILINE)[0]) >= 100
