"""POST /rum/collect: which beacons are refused, with which status, and what refusals may cost."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from blog.http.semantics import BeaconOutcome
from blog.serve import rum
from blog.serve.rum import LONGEST_BYTES, Refused, check_fields

if TYPE_CHECKING:
    from starlette.types import Message

    from blog.app import Blog
    from blog.settings import Settings
    from tests.conftest import Run, Sink

ORIGIN = "https://blog.example"
SAME = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
BEACON = {"meta": {"page": {"url": "https://blog.example/"}}, "events": [{"name": "session_start"}]}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="plain"),
        pytest.param({"content-type": "Application/JSON; charset=utf-8"}, id="charset"),
        pytest.param({"dnt": "0", "sec-gpc": "0"}, id="tracking-allowed"),
        pytest.param({"content-length": str(LONGEST_BYTES)}, id="just-fits"),
        pytest.param({"sec-fetch-site": "", "origin": ORIGIN}, id="old-browser"),
        pytest.param({"sec-fetch-site": "", "origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}, id="by-host"),
    ],
)
def test_a_beacon_of_the_sites_own_pages_is_accepted(headers: dict[str, str]) -> None:
    check_fields(SAME | headers, ORIGIN)


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        pytest.param({"dnt": "1"}, BeaconOutcome.OPTED_OUT, id="do-not-track"),
        pytest.param({"sec-gpc": "1"}, BeaconOutcome.OPTED_OUT, id="global-privacy-control"),
        pytest.param(
            {"sec-gpc": "1", "sec-fetch-site": "cross-site"}, BeaconOutcome.OPTED_OUT, id="privacy-before-all"
        ),
        pytest.param({"sec-fetch-site": "cross-site"}, BeaconOutcome.CROSS_SITE, id="cross-site"),
        pytest.param({"sec-fetch-site": "same-site"}, BeaconOutcome.CROSS_SITE, id="same-site"),
        pytest.param({"sec-fetch-site": "none"}, BeaconOutcome.CROSS_SITE, id="by-hand"),
        pytest.param({"sec-fetch-site": "cross-site", "origin": ORIGIN}, BeaconOutcome.CROSS_SITE, id="metadata-first"),
        pytest.param({"sec-fetch-site": ""}, BeaconOutcome.CROSS_SITE, id="no-metadata-and-no-origin"),
        pytest.param({"sec-fetch-site": "", "origin": "null", "host": ""}, BeaconOutcome.CROSS_SITE, id="null-origin"),
        pytest.param(
            {"sec-fetch-site": "", "origin": "https://evil.example"}, BeaconOutcome.CROSS_SITE, id="other-origin"
        ),
        pytest.param({"sec-fetch-site": "", "origin": "http://["}, BeaconOutcome.CROSS_SITE, id="odd-origin"),
        pytest.param({"content-type": "text/plain"}, BeaconOutcome.NOT_JSON, id="text"),
        pytest.param({"content-type": ""}, BeaconOutcome.NOT_JSON, id="no-type"),
        pytest.param({"content-type": "application/jsonp"}, BeaconOutcome.NOT_JSON, id="nearly-json"),
        pytest.param({"content-encoding": "gzip"}, BeaconOutcome.ENCODED, id="gzip"),
        pytest.param({"content-encoding": "identity"}, BeaconOutcome.ENCODED, id="even-identity"),
        pytest.param({"content-length": str(LONGEST_BYTES + 1)}, BeaconOutcome.TOO_LARGE, id="a-byte-too-long"),
        pytest.param({"content-length": "9" * 5000}, BeaconOutcome.TOO_LARGE, id="absurd-length"),
    ],
)
def test_other_beacons_are_refused_by_their_header_fields(headers: dict[str, str], outcome: BeaconOutcome) -> None:
    with pytest.raises(Refused) as caught:
        check_fields(SAME | headers, ORIGIN)
    assert caught.value.outcome is outcome


# The same through the application.


@pytest.fixture
async def client(run: "Run", small_settings: "Settings", sink: "Sink") -> AsyncIterator[httpx.AsyncClient]:
    async with run(replace(small_settings, faro_url=sink.url)) as running:
        await running.until_ready()
        yield running.client


async def _outcomes(client: httpx.AsyncClient) -> dict[str, int]:
    lines = (await client.get("/metrics")).text.splitlines()
    counted = [(line.split('"')[1], line.rpartition(" ")[2]) for line in lines if line.startswith("blog_rum_")]
    return {outcome: int(float(value)) for outcome, value in counted}


BODIES = [
    pytest.param(b"", 400, "broken", id="nothing"),
    pytest.param(b"{", 400, "broken", id="half"),
    pytest.param(b"[]", 400, "broken", id="list"),
    pytest.param(b"null", 400, "broken", id="null"),
    pytest.param(b'{"meta": {}}', 400, "broken", id="no-signal"),
    pytest.param(b'{"meta": 1, "events": []}', 400, "broken", id="odd-meta"),
    pytest.param(b'{"meta": {}, "events": [NaN]}', 400, "broken", id="not-a-number"),
    pytest.param(b'{"meta": {}, "events": [1e999]}', 400, "broken", id="infinite"),
    pytest.param(b'{"meta": {}, "events": "\\ud800"}', 400, "broken", id="half-a-character"),
    pytest.param(b'{"meta": {}, "events": "\xff"}', 400, "broken", id="not-utf-8"),
    pytest.param(b"[" * LONGEST_BYTES, 400, "broken", id="deep"),
    pytest.param(b'{"a":' * (LONGEST_BYTES // 5), 400, "broken", id="deep-objects"),
    pytest.param(b'{"meta": {}, "events": ' + b"9" * 60_000 + b"}", 400, "broken", id="a-long-number"),
    pytest.param(b'{"meta": {}, "events": []}', 202, "forwarded", id="a-beacon"),
    pytest.param(json.dumps(BEACON).encode().ljust(LONGEST_BYTES), 202, "forwarded", id="the-largest-beacon"),
    pytest.param(json.dumps(BEACON).encode().ljust(LONGEST_BYTES + 1), 413, "too_large", id="a-byte-too-long"),
]


@pytest.mark.parametrize(("body", "status", "outcome"), BODIES)
async def test_every_body_has_one_status_and_one_outcome(
    client: httpx.AsyncClient, body: bytes, status: int, outcome: str
) -> None:
    answer = await client.post("/rum/collect", content=body, headers=SAME)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    await _until_counted(client, {outcome: 1})


async def _until_counted(client: httpx.AsyncClient, wanted: dict[str, int]) -> None:
    counted: dict[str, int] = {}
    for _ in range(300):
        counted = {outcome: value for outcome, value in (await _outcomes(client)).items() if value}
        if counted == wanted:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(counted)


async def test_a_beacon_of_a_reader_who_opted_out_gets_204_and_is_discarded(
    client: httpx.AsyncClient, sink: "Sink"
) -> None:
    for preference in ({"dnt": "1"}, {"sec-gpc": "1"}):
        answer = await client.post("/rum/collect", json=BEACON, headers=SAME | preference)
        assert (answer.status_code, answer.content) == (204, b"")
    await _until_counted(client, {"opted_out": 2})
    assert sink.received == []


async def test_every_outcome_is_exposed_before_the_first_beacon(client: httpx.AsyncClient) -> None:
    assert await _outcomes(client) == dict.fromkeys(BeaconOutcome, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"])
async def test_other_methods_than_post_get_405(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/rum/collect")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_beacons_beyond_the_token_bucket_get_429_with_retry_after(client: httpx.AsyncClient) -> None:
    answers = [await client.post("/rum/collect", json=BEACON, headers=SAME) for _ in range(400)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {202, 429}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert (await _outcomes(client))["rate_limited"] == len(refused)


async def test_a_beacon_is_no_page_view(client: httpx.AsyncClient) -> None:
    await client.post("/rum/collect", json=BEACON, headers=SAME)
    assert "/rum" not in "".join(
        line for line in (await client.get("/metrics")).text.splitlines() if line.startswith("blog_page_views")
    )


@pytest.mark.parametrize("mode", ["proxy", "direct"])
async def test_without_forwarding_there_is_no_beacon_route(run: "Run", small_settings: "Settings", mode: Any) -> None:
    settings = replace(
        small_settings, faro_url=None if mode == "proxy" else "http://127.0.0.1:9/collect", faro_mode=mode
    )
    async with run(settings) as running:
        await running.until_ready()
        assert (await running.client.post("/rum/collect", json=BEACON, headers=SAME)).status_code == 404


# Bodies that arrive slowly, in chunks, or not to their end.


async def _post(
    app: "Blog", parts: Iterable[bytes], headers: dict[str, str], *, ends: str = "waits"
) -> list["Message"]:
    """Send a body in parts; after them the client waits or disconnects."""
    left = iter(parts)
    sent: list[Message] = []

    async def receive() -> "Message":
        part = next(left, None)
        if part is not None:
            return {"type": "http.request", "body": part, "more_body": True}
        if ends == "waits":
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: "Message") -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/rum/collect", "raw_path": b"/rum/collect", "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 20)
    return sent


@pytest.fixture
async def app(run: "Run", small_settings: "Settings", sink: "Sink") -> AsyncIterator["Blog"]:
    async with run(replace(small_settings, faro_url=sink.url)) as running:
        await running.until_ready()
        yield running.app


CHUNKED = SAME | {"transfer-encoding": "chunked"}


async def test_an_endless_body_is_refused_while_it_is_read(app: "Blog") -> None:
    chunks = 0

    def endless() -> Iterator[bytes]:
        nonlocal chunks
        while True:
            chunks += 1
            yield b" " * 16_384

    start, *_ = await _post(app, endless(), CHUNKED)
    assert start["status"] == 413
    assert (b"connection", b"close") in start["headers"]
    assert chunks * 16_384 <= rum.LONGEST_BYTES + 16_384


async def test_a_slow_body_is_refused_with_408(app: "Blog", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rum, "READ_SECONDS", 0.05)
    start, *_ = await _post(app, [b"{"], SAME | {"content-length": "100"})
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]


async def test_a_body_that_ends_too_early_is_counted(app: "Blog") -> None:
    await _post(app, [b"{"], SAME | {"content-length": "100"}, ends="hangs up")
    assert 'blog_rum_beacons_total{outcome="cut_off"} 1.0' in app.metrics.exposition("")[0].decode()


async def test_the_number_of_bodies_that_are_read_at_once_is_bounded(
    app: "Blog", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rum, "READ_SECONDS", 0.3)
    answers = await asyncio.gather(*(_post(app, [b"{"], SAME | {"content-length": "9"}) for _ in range(200)))
    statuses = [start["status"] for start, *_ in answers]
    assert (statuses.count(408), statuses.count(429)) == (rum.MAX_READING, 200 - rum.MAX_READING)
    # The places are free again.
    start, *_ = await _post(app, [b"{"], SAME | {"content-length": "9"}, ends="hangs up")
    assert start["status"] == 400
