"""Beacons on their way: what is handed on, and what a bad collector can do to the blog, which is nothing."""

import asyncio
import json
import time
from collections import Counter
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from blog.semantics import Beacon
from blog.telemetry.bucket import Bucket
from blog.telemetry.rum import Forwarder
from blog.telemetry.rum.forwarder import GOODBYE_SECONDS, MAX_WAITING_BEACONS
from blog.telemetry.rum.payload import payload_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.conftest import Process, Serve, Sink, SinkMode, Until

BEACON = json.dumps({"meta": {"page": {"url": "https://blog.example/größe"}}, "events": [{"name": "x"}]}).encode()


def test_what_the_sdk_sends_is_handed_on_whole() -> None:
    kinds = ("logs", "events", "exceptions", "measurements")
    signals = {kind: [{"a": [1, 2.5, None, True, "ö"]}] for kind in kinds}
    sent = {"meta": {"app": {"name": "blog"}}, **signals, "traces": {"resourceSpans": []}}
    assert json.loads(payload_of(json.dumps(sent).encode())) == sent


def test_what_nobody_asked_for_is_left_out() -> None:
    sent = b'{"meta": {"user": {"email": "a@b.c"}, "app": {}, "app": {"name": "x"}}, "extra": 1, "events": []}'
    assert payload_of(sent) == b'{"meta":{"app":{"name":"x"}},"events":[]}'


Way = AbstractAsyncContextManager[tuple[Forwarder, Counter[Beacon]]]


@pytest.fixture
def way() -> "Callable[..., Way]":
    """A forwarder at work, and the outcomes it has counted."""

    @asynccontextmanager
    async def working(url: str, **bounds: Any) -> "AsyncIterator[tuple[Forwarder, Counter[Beacon]]]":
        counted: Counter[Beacon] = Counter()
        forwarder = Forwarder(url, lambda outcome: counted.update([outcome]), **bounds)
        forwarder.start()
        yield forwarder, counted
        await forwarder.close()

    return working


async def test_a_beacon_arrives_with_its_type_and_nothing_of_its_sender(
    way: "Callable[..., Way]", sink: "Sink", until: "Until"
) -> None:
    async with way(sink.url) as (forwarder, counted):
        assert forwarder.take(BEACON) is None
        await until(lambda: counted[Beacon.FORWARDED] == 1)
    (received,) = sink.received
    assert received.path == "/collect"
    assert json.loads(received.body) == json.loads(BEACON)
    assert received.headers["content-type"] == "application/json"
    assert received.headers.keys() == {
        "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("failing", Beacon.COLLECTOR_REFUSED),
        ("moved", Beacon.COLLECTOR_REFUSED),
        ("hanging", Beacon.COLLECTOR_SLOW),
        ("flooding", Beacon.FORWARDED),
        ("dripping", Beacon.FORWARDED),
    ],
)
async def test_what_the_collector_does_is_counted(
    way: "Callable[..., Way]", sink: "Sink", until: "Until", mode: "SinkMode", outcome: Beacon
) -> None:
    sink.mode = mode
    async with way(sink.url) as (forwarder, counted):
        forwarder.take(BEACON)
        await until(lambda: counted[outcome] == 1)
    assert counted == {outcome: 1}
    assert [received.path for received in sink.received] == ["/collect"]  # no redirect is followed


async def test_a_collector_that_is_not_there_is_counted(
    way: "Callable[..., Way]", unused_port: int, until: "Until"
) -> None:
    async with way(f"http://127.0.0.1:{unused_port}/collect") as (forwarder, counted):
        forwarder.take(BEACON)
        await until(lambda: counted[Beacon.COLLECTOR_GONE] == 1)


async def test_a_collector_that_talks_nonsense_is_counted(way: "Callable[..., Way]", until: "Until") -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, way(f"http://127.0.0.1:{port}/") as (forwarder, counted):
        forwarder.take(BEACON)
        await until(lambda: counted[Beacon.COLLECTOR_GONE] == 1)


async def test_the_collector_is_used_again_when_it_is_back(
    way: "Callable[..., Way]", sink: "Sink", until: "Until"
) -> None:
    sink.mode = "failing"
    async with way(sink.url) as (forwarder, counted):
        forwarder.take(BEACON)
        await until(lambda: counted[Beacon.COLLECTOR_REFUSED] == 1)
        sink.mode = "ok"
        forwarder.take(BEACON)
        await until(lambda: counted[Beacon.FORWARDED] == 1)


async def test_the_queue_is_bounded_and_a_goodbye_is_short(way: "Callable[..., Way]", sink: "Sink") -> None:
    sink.mode = "hanging"
    async with way(sink.url, bucket=Bucket(1e9, 1e9)) as (forwarder, counted):
        answers = Counter(forwarder.take(BEACON) for _ in range(MAX_WAITING_BEACONS + 100))
        assert answers == {None: MAX_WAITING_BEACONS, Beacon.QUEUE_FULL: 100}
        started = time.monotonic()
        await forwarder.close()
        assert time.monotonic() - started < 2 * GOODBYE_SECONDS
        assert counted.total() == MAX_WAITING_BEACONS
        assert counted[Beacon.SHUTDOWN] > 0
        sink.closing.set()


async def test_what_waits_is_sent_before_the_end(way: "Callable[..., Way]", sink: "Sink") -> None:
    async with way(sink.url) as (forwarder, _):
        for _ in range(20):
            forwarder.take(BEACON)
    assert len(sink.received) == 20


@pytest.mark.process
async def test_readers_and_the_end_of_the_process_do_not_wait_for_the_collector(
    serve: "Serve", site: Path, sink: "Sink", unused_port: int
) -> None:
    """The four bad collectors side by side; the sink hangs for one server and floods another by its path."""
    urls = {"refusing": f"http://127.0.0.1:{unused_port}/", **{mode: f"{sink.url}/{mode}" for mode in MODES}}
    servers = {name: serve(site, BLOG_FARO_URL=url, BLOG_ACCESS_LOG="off") for name, url in urls.items()}
    for server in servers.values():
        server.wait_until_ready()
    before = {name: _memory(server) for name, server in servers.items()}
    for name, server in servers.items():
        await asyncio.to_thread(_is_read, name, server)
        assert _memory(server) - before[name] < 32, name
    for server in servers.values():
        server.signal()
    told = time.monotonic()
    for name, server in servers.items():
        assert await asyncio.to_thread(server.wait, 20) == 0, f"{name}: {server.output}"
        assert time.monotonic() - told < 5, f"{name}: {server.output}"
        assert server.output.count('"level": "warning"') <= 3, server.output


MODES = ("hanging", "failing", "flooding")


def _is_read(name: str, server: "Process") -> None:
    """Beacons and pages by turns: neither waits, whatever becomes of the beacons."""
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    for _ in range(100):
        started = time.monotonic()
        assert server.post("/rum/collect", BEACON, headers).status == 202, name
        assert server.get("/blog/hello").status == 200, name
        assert time.monotonic() - started < 1, name


def _memory(server: "Process") -> int:
    """The most memory that the server has held, in MiB."""
    lines = Path(f"/proc/{server.popen.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:"))
