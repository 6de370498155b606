"""Forwarding of beacons: which fields are forwarded, and that a bad collector does not affect the blog."""

import asyncio
import json
import time
from collections import Counter
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from blog.http.semantics import BeaconOutcome
from blog.machine.token_bucket import TokenBucket
from blog.telemetry.rum import Forwarder, Site
from blog.telemetry.rum.forwarder import FLUSH_SECONDS, MAX_WAITING_BEACONS
from blog.telemetry.rum.payload import LONGEST_TEXT, MOST_ITEMS, beacon_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.conftest import Process, Serve, Sink, SinkMode, Until

SITE = Site("field-notes", "1.2.3", "test", "https://blog.example", {"/größe": "/{page}"}.get)
BEACON = json.dumps({"meta": {"page": {"url": "https://blog.example/größe"}}, "events": [{"name": "x"}]}).encode()
SITE_META = {
    "app": {"name": "field-notes", "version": "1.2.3", "environment": "test"},
    "page": {"id": "/{page}", "url": "https://blog.example/gr%C3%B6%C3%9Fe"},
    "view": {"name": "/{page}"},
}


def _forwarded(meta: Any, **signals: Any) -> Any:
    return json.loads(beacon_of(json.dumps({"meta": meta, **signals}).encode(), SITE).body)


def test_all_fields_of_the_sdk_are_forwarded() -> None:
    trace = {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331"}
    stack = {"frames": [{"filename": "https://blog.example/x.js", "function": "?", "lineno": 1, "colno": 2}]}
    signals = {
        "events": [{"name": "x", "domain": "browser", "attributes": {"a": "ö"}, "timestamp": "t", "trace": trace}],
        "exceptions": [{"type": "Error", "value": "no", "timestamp": "t", "stacktrace": stack, "context": {"a": "b"}, "fatal": False}],
        "measurements": [{"type": "web-vitals", "values": {"lcp": 12.5}, "timestamp": "t", "context": {"rating": "good"}}],
    }  # fmt: skip
    meta = {
        "sdk": {"name": "faro-web", "version": "2"},
        "session": {"id": "s", "attributes": {"isSampled": "true"}},
        "browser": {"name": "Chrome", "mobile": False, "brands": [{"brand": "Chromium", "version": "140"}]},
    }
    assert _forwarded(meta | {"page": {"url": "https://blog.example/größe"}}, **signals) == {
        "meta": meta | SITE_META,
        **signals,
    }


@pytest.mark.parametrize(
    ("url", "page"),
    [
        pytest.param("https://blog.example/gr%C3%B6%C3%9Fe?token=secret#part", SITE_META["page"], id="query"),
        pytest.param("https://evil.example/größe", SITE_META["page"], id="another-host"),
        pytest.param("https://blog.example/ada@example.org", {"id": "unknown"}, id="no-page-of-the-site"),
        pytest.param("https://blog.example/" + "x" * 50_000, {"id": "unknown"}, id="long"),
        pytest.param("http://[", {"id": "unknown"}, id="broken"),
        pytest.param("", {"id": "unknown"}, id="empty"),
        pytest.param(7, {"id": "unknown"}, id="a-number"),
        pytest.param(None, {"id": "unknown"}, id="null"),
    ],
)
def test_a_page_is_one_of_the_site_or_unknown(url: Any, page: dict[str, str]) -> None:
    meta = _forwarded({"page": {"url": url, "id": "/forged"}, "view": {"name": "forged"}}, events=[])["meta"]
    assert (meta["page"], meta["view"]) == (page, {"name": page["id"]})


def test_a_beacon_cannot_write_spans_log_lines_or_data_of_other_applications() -> None:
    spans = {
        "resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "payments"}}]}}]
    }
    meta = {
        "app": {"name": "payments", "namespace": "x", "release": "9"},
        "k6": {"isK6Browser": True},
        "user": {"id": "ada"},
    }
    browser = {"browser": {"name": "Firefox", "userAgent": "Mozilla/5.0 ..."}}
    forwarded = _forwarded(
        meta | browser, traces=spans, logs=[{"message": "forged"}], events=[{"name": "x", "action": {"id": "1"}}]
    )
    assert forwarded == {
        "meta": {
            "app": SITE_META["app"],
            "page": {"id": "unknown"},
            "view": {"name": "unknown"},
            "browser": {"name": "Firefox"},
        },
        "events": [{"name": "x"}],
    }


@pytest.mark.parametrize(
    ("url", "event", "viewed"),
    [
        pytest.param("https://blog.example/größe", {"name": "faro.performance.navigation"}, "/{page}", id="view"),
        pytest.param("https://blog.example/größe", {"name": "session_start"}, None, id="another-event"),
        pytest.param("https://blog.example/nowhere", {"name": "faro.performance.navigation"}, None, id="another-page"),
        pytest.param(
            "https://blog.example/größe",
            {"name": "faro.performance.navigation", "attributes": {"cacheHitStatus": "cache"}},
            None,
            id="from-the-browsers-cache",
        ),
    ],
)
def test_a_beacon_of_a_view_has_the_route_of_its_page(url: str, event: dict[str, Any], viewed: str | None) -> None:
    body = json.dumps({"meta": {"page": {"url": url}}, "events": [{"name": "x"}, event]}).encode()
    assert beacon_of(body, SITE).viewed == viewed


@pytest.mark.parametrize(
    "beacon",
    [
        pytest.param({"meta": {}, "traces": {"resourceSpans": []}}, id="only-traces"),
        pytest.param({"meta": {}, "logs": [{"message": "x"}]}, id="only-logs"),
        pytest.param({"meta": {}, "events": [{}] * (MOST_ITEMS + 1)}, id="more-events-than-a-batch-has"),
        pytest.param({"meta": {}, "exceptions": {"0": {}}}, id="no-list"),
        pytest.param({"meta": {}, "events": ["x"]}, id="no-object"),
        pytest.param({"meta": {"session": "x"}, "events": []}, id="session-is-no-object"),
        pytest.param({"meta": {}, "measurements": [{"values": {"lcp": 10**30}}]}, id="a-large-number"),
        pytest.param({"meta": {}, "events": [{"attributes": {"a": [[[[[[1]]]]]]}}]}, id="deep"),
    ],
)
def test_a_body_that_the_pages_script_cannot_send_is_refused(beacon: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the endpoint's response is the same for all
        beacon_of(json.dumps(beacon).encode(), SITE)


def test_strings_lists_and_objects_are_truncated() -> None:
    wide = {f"{number:03}" + "a" * 500: "x" * 10_000 if number < 2 else "" for number in range(200)}
    (event,) = _forwarded({}, events=[{"name": "x" * 9_000, "attributes": {"b": list(range(500)), **wide}}])["events"]
    assert len(event["name"]) == LONGEST_TEXT
    assert len(event["attributes"]["b"]) == 50
    assert len(event["attributes"]) <= 50
    assert {len(name) for name in event["attributes"]} == {1, 100}
    assert len(event["attributes"]["000" + "a" * 97]) == LONGEST_TEXT


RunForwarder = AbstractAsyncContextManager[tuple[Forwarder, Counter[BeaconOutcome]]]


@pytest.fixture
def run_forwarder() -> "Callable[..., RunForwarder]":
    """Runs a forwarder, and yields it with the outcomes that it has counted."""

    @asynccontextmanager
    async def working(url: str, **bounds: Any) -> "AsyncIterator[tuple[Forwarder, Counter[BeaconOutcome]]]":
        counted: Counter[BeaconOutcome] = Counter()
        forwarder = Forwarder(url, SITE, lambda outcome: counted.update([outcome]), lambda *_: None, **bounds)
        forwarder.start()
        yield forwarder, counted
        await forwarder.close()

    return working


async def test_a_forwarded_beacon_has_its_content_type_and_no_data_of_its_sender(
    run_forwarder: "Callable[..., RunForwarder]", sink: "Sink", until: "Until"
) -> None:
    async with run_forwarder(sink.url) as (forwarder, counted):
        assert forwarder.enqueue(BEACON, b"") is None
        await until(lambda: counted[BeaconOutcome.FORWARDED] == 1)
    (received,) = sink.received
    assert received.path == "/collect"
    assert json.loads(received.body) == {"meta": SITE_META, "events": [{"name": "x"}]}
    assert received.headers["content-type"] == "application/json"
    assert received.headers.keys() == {
        "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("failing", BeaconOutcome.COLLECTOR_REFUSED),
        ("moved", BeaconOutcome.COLLECTOR_REFUSED),
        ("hanging", BeaconOutcome.COLLECTOR_SLOW),
        ("flooding", BeaconOutcome.FORWARDED),
        ("dripping", BeaconOutcome.FORWARDED),
    ],
)
async def test_the_collectors_response_is_counted(
    run_forwarder: "Callable[..., RunForwarder]", sink: "Sink", until: "Until", mode: "SinkMode", outcome: BeaconOutcome
) -> None:
    sink.mode = mode
    async with run_forwarder(sink.url) as (forwarder, counted):
        forwarder.enqueue(BEACON, b"")
        await until(lambda: counted[outcome] == 1)
    assert counted == {outcome: 1}
    assert [received.path for received in sink.received] == ["/collect"]  # no redirect is followed


async def test_an_unreachable_collector_is_counted(
    run_forwarder: "Callable[..., RunForwarder]", unused_port: int, until: "Until"
) -> None:
    async with run_forwarder(f"http://127.0.0.1:{unused_port}/collect") as (forwarder, counted):
        forwarder.enqueue(BEACON, b"")
        await until(lambda: counted[BeaconOutcome.COLLECTOR_GONE] == 1)


async def test_a_collector_that_does_not_speak_http_is_counted(
    run_forwarder: "Callable[..., RunForwarder]", until: "Until"
) -> None:
    async def respond_nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(respond_nonsense, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, run_forwarder(f"http://127.0.0.1:{port}/") as (forwarder, counted):
        forwarder.enqueue(BEACON, b"")
        await until(lambda: counted[BeaconOutcome.COLLECTOR_GONE] == 1)


async def test_the_collector_is_used_again_when_it_is_back(
    run_forwarder: "Callable[..., RunForwarder]", sink: "Sink", until: "Until"
) -> None:
    sink.mode = "failing"
    async with run_forwarder(sink.url) as (forwarder, counted):
        forwarder.enqueue(BEACON, b"")
        await until(lambda: counted[BeaconOutcome.COLLECTOR_REFUSED] == 1)
        sink.mode = "ok"
        forwarder.enqueue(BEACON, b"")
        await until(lambda: counted[BeaconOutcome.FORWARDED] == 1)


async def test_the_queue_and_the_final_flush_are_bounded(
    run_forwarder: "Callable[..., RunForwarder]", sink: "Sink"
) -> None:
    sink.mode = "hanging"
    async with run_forwarder(sink.url, bucket=TokenBucket(1e9, 1e9)) as (forwarder, counted):
        answers = Counter(forwarder.enqueue(BEACON, b"") for _ in range(MAX_WAITING_BEACONS + 100))
        assert answers == {None: MAX_WAITING_BEACONS, BeaconOutcome.QUEUE_FULL: 100}
        started = time.monotonic()
        await forwarder.close()
        assert time.monotonic() - started < 2 * FLUSH_SECONDS
        assert counted.total() == MAX_WAITING_BEACONS
        assert counted[BeaconOutcome.SHUTDOWN] > 0
        sink.closing.set()


async def test_queued_beacons_are_sent_before_the_end(
    run_forwarder: "Callable[..., RunForwarder]", sink: "Sink"
) -> None:
    async with run_forwarder(sink.url) as (forwarder, _):
        for _ in range(20):
            forwarder.enqueue(BEACON, b"")
    assert len(sink.received) == 20


@pytest.mark.process
async def test_readers_and_the_end_of_the_process_do_not_wait_for_the_collector(
    serve: "Serve", site: Path, sink: "Sink", unused_port: int
) -> None:
    """Four servers with bad collectors at once; the path chooses whether the sink hangs, fails or floods."""
    urls = {"refusing": f"http://127.0.0.1:{unused_port}/", **{mode: f"{sink.url}/{mode}" for mode in MODES}}
    servers = {name: serve(site, BLOG_FARO_URL=url, BLOG_ACCESS_LOG="off") for name, url in urls.items()}
    for server in servers.values():
        server.wait_until_ready()
    before = {name: _memory(server) for name, server in servers.items()}
    for name, server in servers.items():
        await asyncio.to_thread(_send_and_fetch, name, server)
        assert _memory(server) - before[name] < 32, name
    for server in servers.values():
        server.signal()
    signalled = time.monotonic()
    for name, server in servers.items():
        assert await asyncio.to_thread(server.wait, 20) == 0, f"{name}: {server.output}"
        assert time.monotonic() - signalled < 5, f"{name}: {server.output}"
        assert server.output.count('"level": "warning"') <= 3, server.output


MODES = ("hanging", "failing", "flooding")


def _send_and_fetch(name: str, server: "Process") -> None:
    """Send beacons and fetch pages in turn: neither waits for the collector."""
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    for _ in range(100):
        started = time.monotonic()
        assert server.post("/rum/collect", BEACON, headers).status == 202, name
        assert server.get("/blog/hello").status == 200, name
        assert time.monotonic() - started < 1, name


def _memory(server: "Process") -> int:
    """The peak memory of the server, in MiB."""
    lines = Path(f"/proc/{server.popen.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:"))
