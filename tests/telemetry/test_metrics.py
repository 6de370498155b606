"""The exposition as Prometheus gets it: families, labels, exemplars, and sets that stay closed under attack."""

import asyncio
import gc
import os
import random
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from prometheus_client.samples import Sample

from blog import __version__
from blog.errors import SettingsError
from blog.http.semantics import METHODS
from blog.settings import Settings
from blog.telemetry.visits import agents

if TYPE_CHECKING:
    from blog.app import Blog
    from tests.telemetry.conftest import Collector, Headers, Knock, Need, Observe

OPENMETRICS = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
TEXT = "text/plain;version=0.0.4"
LATENCY = "http_request_duration_seconds"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _parsed(text: str) -> Iterable[Metric]:
    return parse_text(text)  # type: ignore[no-untyped-call, no-any-return, unused-ignore]


def _parsed_openmetrics(text: str) -> Iterable[Metric]:
    return parse_openmetrics(text)  # type: ignore[no-untyped-call, no-any-return, unused-ignore]


def _families(app: "Blog") -> dict[str, Metric]:
    return {family.name: family for family in _parsed(app.metrics.exposition(TEXT)[0].decode())}


def _samples(app: "Blog", name: str) -> list[Sample]:
    return [sample for family in _families(app).values() for sample in family.samples if sample.name == name]


def _count(app: "Blog", **labels: str) -> float:
    counts = _samples(app, f"{LATENCY}_count")
    return sum(sample.value for sample in counts if labels.items() <= sample.labels.items())


FAMILIES = {
    "http_request_duration_seconds": ("histogram", {"method", "handler", "status"}),
    "http_requests_in_progress": ("gauge", set()),
    "blog_page_views": ("counter", {"path", "content_type", "is_bot"}),
    "blog_visits": ("counter", {"source"}),
    "blog_visitors_device": ("counter", {"browser", "device"}),
    "blog_bot_views": ("counter", {"kind"}),
    "blog_feed_fetches": ("counter", {"format", "reader"}),
    "blog_feed_subscribers": ("gauge", {"format", "reader"}),
    "blog_build_info": ("gauge", {"version", "revision"}),
    "blog_posts": ("gauge", {"state"}),
    "blog_content_load_seconds": ("gauge", set()),
    "blog_event_loop_lag_seconds": ("histogram", set()),
    "blog_spans_dropped": ("counter", set()),
    "process_resident_memory_bytes": ("gauge", set()),
    "process_cpu_seconds": ("counter", set()),
    "process_open_fds": ("gauge", set()),
    "python_gc_collections": ("counter", {"generation"}),
    "python_info": ("gauge", {"implementation", "major", "minor", "patchlevel", "version"}),
}


async def test_the_families_are_those_that_dashboards_hold_on_to(observe: "Observe", knock: "Knock") -> None:
    async with observe() as app:
        await knock(app, "/blog/hello", headers=(("user-agent", BROWSER),))
        await knock(app, "/blog/hello", headers=(("user-agent", "curl/8.5.0"),))
        await knock(app, "/rss", headers=(("user-agent", "Feedly/1.0 (+http://www.feedly.com; 12 subscribers)"),))
        families = _families(app)
    found = {}
    for name in FAMILIES:
        labels = {label for sample in families[name].samples for label in sample.labels} - {"le"}
        found[name] = (families[name].type, labels)
        assert families[name].documentation, name
    assert found == FAMILIES


async def test_build_posts_and_load_time_are_told(observe: "Observe") -> None:
    async with observe(revision="abc1234") as app:
        (build,) = _samples(app, "blog_build_info")
        posts = {sample.labels["state"]: sample.value for sample in _samples(app, "blog_posts")}
        (load,) = _samples(app, "blog_content_load_seconds")
        await asyncio.sleep(0.6)
        (lag,) = _samples(app, "blog_event_loop_lag_seconds_count")
    assert (build.labels, build.value) == ({"version": __version__, "revision": "abc1234"}, 1)
    assert posts["published"] == 2
    assert posts["draft"] == 1
    assert 0 < load.value < 30
    assert lag.value >= 1


async def test_a_page_and_a_dynamic_route_are_counted_once_each_in_one_family(
    observe: "Observe", knock: "Knock"
) -> None:
    async with observe() as app:
        for _ in range(3):
            await knock(app, "/blog/hello")
            await knock(app, "/api/posts/hello")
        assert _count(app, method="GET", handler="/blog/{slug}", status="200") == 3
        assert _count(app, method="GET", handler="/api/posts/{slug}", status="200") == 3
        assert _count(app) == 6


@pytest.mark.parametrize(
    ("method", "target", "labels"),
    [
        pytest.param("GET", "/nowhere", ("GET", "none", "404"), id="unknown-path"),
        pytest.param("GET", "/api/nowhere", ("GET", "none", "404"), id="unknown-path-of-the-api"),
        pytest.param("GET", "/api/posts/nowhere", ("GET", "/api/posts/{slug}", "404"), id="unknown-post-of-the-api"),
        pytest.param("GET", "/api/posts?page=x", ("GET", "/api/posts", "422"), id="bad-query"),
        pytest.param("GET", "/Blog/Hello/", ("GET", "none", "301"), id="redirect"),
        pytest.param("GET", "/api/Posts/", ("GET", "none", "301"), id="redirect-to-the-api"),
        pytest.param("HEAD", "/blog/hello", ("HEAD", "/blog/{slug}", "200"), id="head"),
        pytest.param("HEAD", "/api/posts", ("HEAD", "/api/posts", "200"), id="head-of-the-api"),
        pytest.param("POST", "/blog/hello", ("POST", "/blog/{slug}", "405"), id="wrong-method"),
        pytest.param("POST", "/api/posts", ("POST", "/api/posts", "405"), id="wrong-method-of-the-api"),
        pytest.param("BREW", "/blog/hello", ("_OTHER", "/blog/{slug}", "405"), id="unknown-method"),
        pytest.param("BREW", "/api/posts", ("_OTHER", "/api/posts", "405"), id="unknown-method-of-the-api"),
        pytest.param("BREW", "/api/nowhere", ("_OTHER", "none", "404"), id="unknown-method-and-path-of-the-api"),
        pytest.param("get", "/nowhere", ("_OTHER", "none", "404"), id="methods-have-a-case"),
        pytest.param("_OTHER", "/nowhere", ("_OTHER", "none", "404"), id="the-label-itself"),
    ],
)
async def test_labels_come_from_closed_sets(
    observe: "Observe", knock: "Knock", method: str, target: str, labels: tuple[str, str, str]
) -> None:
    async with observe() as app:
        await knock(app, target, method)
        (sample,) = _samples(app, f"{LATENCY}_count")
    assert (sample.labels["method"], sample.labels["handler"], sample.labels["status"]) == labels
    assert sample.value == 1


async def test_a_route_that_raises_is_counted_once_as_500(
    observe: "Observe", knock: "Knock", trouble: type[Exception]
) -> None:
    async with observe() as app:

        @app.get("/api/boom")
        async def boom() -> None:
            raise trouble("on purpose")

        await knock(app, "/api/boom")
        assert _count(app) == _count(app, handler="/api/boom", status="500") == 1


async def test_two_apps_in_one_process_do_not_share_counts(observe: "Observe", knock: "Knock") -> None:
    async with observe() as one, observe() as other:
        await knock(one, "/blog/hello")
        await knock(one, "/api/posts")
        assert (_count(one), _count(other)) == (2, 0)
        await knock(other, "/api/posts")
        assert (_count(one), _count(other)) == (2, 1)


async def test_requests_in_progress_come_back_to_their_base(
    observe: "Observe", knock: "Knock", trouble: type[Exception]
) -> None:
    async with observe() as app:
        entered, leave = asyncio.Event(), asyncio.Event()

        @app.get("/api/wait")
        async def wait() -> None:
            entered.set()
            await leave.wait()

        @app.get("/api/boom")
        async def boom() -> None:
            raise trouble("on purpose")

        waiting = asyncio.create_task(knock(app, "/api/wait"))
        gone = asyncio.create_task(knock(app, "/api/wait"))
        await entered.wait()
        assert _samples(app, "http_requests_in_progress")[0].value == 2
        gone.cancel()
        leave.set()
        await asyncio.gather(waiting, gone, return_exceptions=True)
        await knock(app, "/api/boom")
        await knock(app, "/nowhere")
        assert _samples(app, "http_requests_in_progress")[0].value == 0


# The exposition.


async def _scrape(app: "Blog", accept: str | None) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://blog.test") as client:
        answer = await client.get("/metrics", headers={"accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer


@pytest.mark.parametrize("accept", [None, "*/*", TEXT, "text/html", "nonsense;;;q=x"])
async def test_the_text_format_is_the_default(observe: "Observe", accept: str | None) -> None:
    async with observe() as app:
        answer = await _scrape(app, accept)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# EOF" not in answer.text
    assert {family.name for family in _parsed(answer.text)} >= {"blog_build_info", "http_requests_in_progress"}


async def test_openmetrics_carries_exemplars_of_sampled_requests_only(
    traced: "Observe", knock: "Knock", collector: "Collector"
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        await knock(app, "/blog/health-tips")
        await knock(app, "/api/posts")
        before = (await _scrape(app, OPENMETRICS)).text
        sampled = (("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),)
        await knock(app, "/blog/hello", headers=sampled)
        await knock(app, "/api/posts/hello", headers=sampled)
        answer = await _scrape(app, OPENMETRICS)
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    assert not [sample for family in _parsed_openmetrics(before) for sample in family.samples if sample.exemplar]
    found = {
        sample.labels["handler"]: sample.exemplar.labels
        for family in _parsed_openmetrics(answer.text)
        for sample in family.samples
        if sample.exemplar
    }
    assert found == {
        span.attributes["http.route"]: {"trace_id": "a" * 32, "span_id": span.span_id} for span in collector.requests
    }
    assert set(found) == {"/blog/{slug}", "/api/posts/{slug}"}


async def test_buckets_tell_half_a_millisecond_from_five_and_from_a_hundred(observe: "Observe", knock: "Knock") -> None:
    async with observe() as app:
        await knock(app, "/blog/hello")
        bounds = {float(sample.labels["le"]) for sample in _samples(app, f"{LATENCY}_bucket")}
    assert {0.0005, 0.005, 0.1} <= bounds


async def test_promtool_finds_nothing_to_say(observe: "Observe", knock: "Knock", need: "Need") -> None:
    promtool = need("promtool", "apt-get install prometheus")
    async with observe() as app:
        for target in ("/blog/hello", "/api/posts", "/nowhere", "/rss"):
            await knock(app, target, headers=(("user-agent", BROWSER),))
        await knock(app, "/rss", headers=(("user-agent", "Feedly/1.0 (12 subscribers)"),))
        text = app.metrics.exposition(TEXT)[0]
    command = [promtool, "check", "metrics"]
    done = await asyncio.to_thread(subprocess.run, command, input=text, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, "", "")


# A listener of its own.


async def test_metrics_on_a_port_of_their_own_are_not_on_the_sites(
    observe: "Observe", knock: "Knock", unused_port: int
) -> None:
    async with observe(metrics_port=unused_port) as app, httpx.AsyncClient() as client:
        origin = f"http://127.0.0.1:{unused_port}"
        await knock(app, "/blog/hello")
        answer = await client.get(f"{origin}/metrics", headers={"accept": TEXT})
        assert f'{LATENCY}_count{{handler="/blog/{{slug}}",method="GET",status="200"}} 1.0' in answer.text
        exposed = await client.get(f"{origin}/metrics?name=x", headers={"accept": OPENMETRICS})
        assert exposed.headers["content-type"].startswith("application/openmetrics-text")
        head = await client.head(f"{origin}/metrics")
        assert (head.status_code, head.content) == (200, b"")
        for other in ("/other", "/", "/metrics/", "/blog/hello"):
            assert (await client.get(origin + other)).status_code == 404
        assert (await client.post(f"{origin}/metrics")).status_code in {405, 501}
        assert await knock(app, "/metrics") == 404
        assert await knock(app, "/metrics/") == 404
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", unused_port)


def test_one_port_cannot_be_both() -> None:
    with pytest.raises(SettingsError, match="BLOG_METRICS_PORT='8000' is not usable"):
        Settings(port=8000, metrics_port=8000)


# Under attack.

MARK = "zqx7"
_REFERRERS = (
    "https://www.google.de/",
    "https://t.co/x",
    "https://chatgpt.com/",
    "https://feedly.com/i",
    "http://127.0.0.1/",
)
_CAMPAIGNS = ("utm_source=newsletter", "utm_medium=email", "utm_source=x&utm_medium=rss", "utm_source=x", "q=x")
_BROWSERS = ("Edg/1", "OPR/1", "SamsungBrowser/1", "Vivaldi/1", "Firefox/1", "Chrome/1", "Safari/1", "x")
_DEVICES = ("iPad", "iPhone", "Windows", "x")
_READERS = ("Feedly", "inoreader", "NewsBlur", "Miniflux", "Mozilla/5.0 x", "x")
_PATHS = (
    "/blog/hello",
    "/blog",
    "/",
    "/about",
    "/nowhere",
    "/Blog/",
    "/api/posts",
    "/api/posts/x",
    "/api/x",
    "/api/posts?page=x",
)
_METHODS = (*sorted(METHODS), "BREW")
_BOTS = tuple({tag: entry["instances"][0] for entry in CRAWLER_USER_AGENTS_DATA if entry.get("instances")
               for tag in entry.get("tags", ())}.values())  # fmt: skip


def _categories() -> "list[tuple[str, str, Headers]]":
    """Requests that together touch every series there is to touch."""
    requests: list[tuple[str, str, Headers]] = [(method, path, ()) for method in _METHODS for path in _PATHS]
    requests += [
        ("GET", "/blog/hello", (("user-agent", f"Mozilla/5.0 ({device}) {browser}"),))
        for browser in _BROWSERS
        for device in _DEVICES
    ]
    pages = [path for path in _PATHS if not path.startswith("/api")]
    requests += [("GET", page, (("user-agent", agent),)) for agent in ("Mozilla/5.0 x", "curl/8") for page in pages]
    requests += [("GET", "/blog", (("user-agent", bot),)) for bot in _BOTS]
    requests += [("GET", "/blog", (("referer", referrer),)) for referrer in _REFERRERS]
    requests += [("GET", f"/blog?{query}", ()) for query in _CAMPAIGNS]
    requests += [
        ("GET", feed, (("user-agent", f"{reader} 7 subscribers"),))
        for feed in ("/rss", "/atom.xml", "/feed.json")
        for reader in _READERS
    ]
    return requests


def _attack(chance: random.Random) -> "tuple[str, str, Headers]":
    junk = MARK + format(chance.getrandbits(64), "x")
    method = chance.choice((*_METHODS, f"M{junk}"[:20], "GET", "GET", "GET", "GET"))
    path = chance.choice(
        (
            *_PATHS,
            f"/{junk}",
            f"/blog/{junk}",
            f"/api/{junk}",
            f"/api/posts/{junk}",
            f"/blog/tag/{junk}",
            f"/Blog/{junk}/",
            "/rss",
            "/feed.json",
        )
    )
    query = chance.choice(("", f"utm_source={junk}", f"utm_source={junk}&utm_medium={junk}", f"{junk}={junk}"))
    agent = chance.choice(
        (
            f"Mozilla/5.0 ({chance.choice(_DEVICES)}; {junk}) {chance.choice(_BROWSERS)}",
            f"{chance.choice(_READERS)}/{junk} ({chance.getrandbits(20)} subscribers)",
            f"{junk}bot/1.0 (+https://{junk}.example)",
            f"GPTBot/{junk}",
            junk,
            "",
        )
    )
    headers = (
        ("host", f"{junk}.example"),
        ("user-agent", agent),
        ("referer", chance.choice((f"https://{junk}.example/{junk}", f"https://{junk}.google.de/", junk, f"android-app://{junk}"))),
        ("x-forwarded-for", f"203.0.113.{chance.getrandbits(8)}"),
        ("traceparent", f"00-{chance.getrandbits(128):032x}-{chance.getrandbits(64):016x}-01"),
    )  # fmt: skip
    return method, f"{path}{'&' if '?' in path else '?'}{query}", headers


def _series(app: "Blog") -> set[tuple[str, frozenset[tuple[str, str]]]]:
    return {
        (sample.name, frozenset(sample.labels.items()))
        for family in _families(app).values()
        for sample in family.samples
    }


def _resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_an_attack_leaves_the_series_and_the_memory_where_they_were(observe: "Observe", knock: "Knock") -> None:
    chance = random.Random(7)
    async with observe() as app:
        agents.warm_up()
        for method, target, headers in _categories():
            await knock(app, target, method, headers)
        # The caches, which are bounded, fill up first.
        for _ in range(3000):
            method, target, headers = _attack(chance)
            await knock(app, target, method, headers, f"203.0.113.{chance.getrandbits(8)}")
        known, resident, started = _series(app), _resident_bytes(), time.perf_counter()
        for _ in range(20_000):
            method, target, headers = _attack(chance)
            await knock(app, target, method, headers, f"203.0.113.{chance.getrandbits(8)}")
        took, grown, after = time.perf_counter() - started, _resident_bytes() / resident, _series(app)
        text = app.metrics.exposition(TEXT)[0].decode()
    assert after == known
    assert MARK not in text
    assert grown < 1.05
    assert took < 60, "classification has become slow"
