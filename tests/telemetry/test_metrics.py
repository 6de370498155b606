"""The exposition for Prometheus: families, labels, exemplars, and label sets that stay closed under attack."""

import asyncio
import gc
import os
import random
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import replace
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
    from tests.telemetry.conftest import Call, Collector, FindTool, Headers, RunApp

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
    "http_requests_refused": ("counter", {"status"}),
    "http_response_size_bytes": ("counter", {"handler"}),
    "blog_conditional_requests": ("counter", {"outcome"}),
    "blog_ready": ("gauge", {"state"}),
    "blog_edition_info": ("gauge", {"digest"}),
    "blog_edition_timestamp_seconds": ("gauge", set()),
    "blog_page_views": ("counter", {"path", "content_type"}),
    "blog_visits": ("counter", {"source"}),
    "blog_visitors_device": ("counter", {"browser", "device"}),
    "blog_bot_views": ("counter", {"kind"}),
    "blog_feed_fetches": ("counter", {"format", "reader"}),
    "blog_feed_subscribers": ("gauge", {"format", "reader"}),
    "blog_build_info": ("gauge", {"version", "revision"}),
    "blog_posts": ("gauge", {"state"}),
    "blog_content_load_seconds": ("gauge", set()),
    "blog_event_loop_lag_seconds": ("histogram", set()),
    "blog_event_loop_time_seconds": ("counter", {"state"}),
    "blog_spans_dropped": ("counter", set()),
    "blog_spans_exported": ("counter", set()),
    "blog_spans_held_back": ("counter", set()),
    "process_resident_memory_bytes": ("gauge", set()),
    "process_cpu_seconds": ("counter", set()),
    "process_open_fds": ("gauge", set()),
    "python_gc_collections": ("counter", {"generation"}),
    "python_info": ("gauge", {"implementation", "major", "minor", "patchlevel", "version"}),
}


async def test_the_families_are_those_that_dashboards_use(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        await call(app, "/blog/hello", headers=(("user-agent", BROWSER),))
        await call(app, "/blog/hello", headers=(("user-agent", "curl/8.5.0"),))
        await call(app, "/rss", headers=(("user-agent", "Feedly/1.0 (+http://www.feedly.com; 12 subscribers)"),))
        families = _families(app)
    found = {}
    for name in FAMILIES:
        labels = {label for sample in families[name].samples for label in sample.labels} - {"le"}
        found[name] = (families[name].type, labels)
        assert families[name].documentation, name
    assert found == FAMILIES


async def test_version_posts_and_load_time_are_exposed(run_app: "RunApp") -> None:
    async with run_app(revision="abc1234") as app:
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


async def test_pages_and_dynamic_routes_are_counted_once_in_the_same_family(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        for _ in range(3):
            await call(app, "/blog/hello")
            await call(app, "/api/posts/hello")
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
        pytest.param("POST", "/blog/hello", ("POST", "none", "405"), id="wrong-method"),
        pytest.param("POST", "/api/posts", ("POST", "none", "405"), id="wrong-method-of-the-api"),
        pytest.param("BREW", "/blog/hello", ("_OTHER", "none", "405"), id="unknown-method"),
        pytest.param("BREW", "/api/posts", ("_OTHER", "none", "405"), id="unknown-method-of-the-api"),
        pytest.param("BREW", "/api/nowhere", ("_OTHER", "none", "404"), id="unknown-method-and-path-of-the-api"),
        pytest.param("get", "/nowhere", ("_OTHER", "none", "404"), id="methods-have-a-case"),
        pytest.param("_OTHER", "/nowhere", ("_OTHER", "none", "404"), id="the-label-itself"),
    ],
)
async def test_labels_come_from_closed_sets(
    run_app: "RunApp", call: "Call", method: str, target: str, labels: tuple[str, str, str]
) -> None:
    async with run_app() as app:
        await call(app, target, method)
        (sample,) = (sample for sample in _samples(app, f"{LATENCY}_count") if sample.value)
    assert (sample.labels["method"], sample.labels["handler"], sample.labels["status"]) == labels
    assert sample.value == 1


async def test_a_route_that_raises_is_counted_once_as_500(
    run_app: "RunApp", call: "Call", deliberate_error: type[Exception]
) -> None:
    async with run_app() as app:

        @app.get("/api/boom")
        async def boom() -> None:
            raise deliberate_error("on purpose")

        await call(app, "/api/boom")
        assert _count(app) == _count(app, handler="/api/boom", status="500") == 1


async def test_two_apps_in_one_process_do_not_share_counts(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as one, run_app() as other:
        await call(one, "/blog/hello")
        await call(one, "/api/posts")
        assert (_count(one), _count(other)) == (2, 0)
        await call(other, "/api/posts")
        assert (_count(one), _count(other)) == (2, 1)


# Series that begin at 0.


async def test_the_first_view_error_and_feed_of_a_process_are_an_increase_over_zero(run_app: "RunApp") -> None:
    async with run_app() as app:
        views = {sample.labels["path"]: sample.value for sample in _samples(app, "blog_page_views_total")}
        assert {"/", "/blog", "/blog/hello", "/blog/health-tips", "/about", "/blog/tag/http"} <= views.keys()
        assert "/blog/unfinished" not in views
        assert set(views.values()) == {0}
        for name in (
            "blog_visits",
            "blog_visitors_device",
            "blog_bot_views",
            "blog_feed_fetches",
            "http_requests_refused",
        ):
            assert {sample.value for sample in _samples(app, f"{name}_total")} == {0}, name
        counted = {
            (sample.labels["handler"], sample.labels["status"])
            for sample in _samples(app, f"{LATENCY}_count")
            if not sample.value
        }
    for handler in ("/blog/{slug}", "/", "/rss", "/api/posts/{slug}", "/api/ready"):
        assert {(handler, "200"), (handler, "500")} <= counted
    assert {("none", "404"), ("none", "500"), ("none", "503")} <= counted


async def test_views_of_a_page_that_is_gone_are_kept_if_there_were_any(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        await call(app, "/blog/hello", headers=(("user-agent", BROWSER),))
        app._visits.expect([("/blog/new", "/blog/{slug}"), ("/blog/new.md", "/blog/{slug}.md")])  # noqa: SLF001 -- as a new edition
        views = {sample.labels["path"]: sample.value for sample in _samples(app, "blog_page_views_total")}
    assert views == {"/blog/hello": 1, "/blog/new": 0}


async def test_openmetrics_says_when_a_series_began_and_the_text_format_does_not(run_app: "RunApp") -> None:
    began = time.time()
    async with run_app() as app:
        openmetrics = (await _scrape(app, OPENMETRICS)).text
        text = (await _scrape(app, TEXT)).text
    created = {
        sample.name: sample.value
        for family in _parsed_openmetrics(openmetrics)
        for sample in family.samples
        if sample.name.endswith("_created")
    }
    assert {f"{LATENCY}_created", "blog_visits_created", "blog_event_loop_lag_seconds_created"} <= created.keys()
    # Every page is born at 0, and 10,000 of them need no second series each.
    assert "blog_page_views_created" not in created
    assert all(began - 60 < value < time.time() for value in created.values())
    assert "_created" not in text


# What the process serves.


async def test_exactly_one_state_of_readiness_is_1(run_app: "RunApp") -> None:
    async with run_app() as app:

        def states() -> dict[str, float]:
            return {sample.labels["state"]: sample.value for sample in _samples(app, "blog_ready")}

        assert states() == {"loading": 0, "ready": 1, "draining": 0}
        edition, app.service.edition = app.service.edition, None
        assert states() == {"loading": 1, "ready": 0, "draining": 0}
        app.service.edition, app.service.draining = edition, True
        assert states() == {"loading": 0, "ready": 0, "draining": 1}


async def test_replicas_that_serve_the_same_pages_have_the_same_digest(run_app: "RunApp", tmp_path: Path) -> None:
    digests = []
    for title in ("One", "One", "Two"):
        (tmp_path / "a.md").write_text(
            f"---\ntitle: {title}\ndate: 2026-03-01\n---\n\nA few words.\n", encoding="utf-8"
        )
        async with run_app(posts_dir=tmp_path) as app:
            (edition,) = _samples(app, "blog_edition_info")
            (made,) = _samples(app, "blog_edition_timestamp_seconds")
            assert abs(made.value - time.time()) < 120
            digests.append(edition.labels["digest"])
    assert digests[0] == digests[1] != digests[2]
    assert all(re.fullmatch("[0-9a-f]{12}", digest) for digest in digests)


async def test_a_new_edition_replaces_the_digest_of_the_old_one(run_app: "RunApp") -> None:
    async with run_app() as app:
        edition = app.service.edition
        assert edition is not None
        app._published(replace(edition, pages=dict(list(edition.pages.items())[:3])), 0.1)  # noqa: SLF001 -- as the publisher calls it
        assert [sample.value for sample in _samples(app, "blog_edition_info")] == [1]


# What is sent.


async def test_the_bytes_of_bodies_are_counted_by_route(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:

        def sizes() -> dict[str, float]:
            found = _samples(app, "http_response_size_bytes_total")
            return {sample.labels["handler"]: sample.value for sample in found if sample.value}

        assert sizes() == {}
        assert app.service.edition is not None
        size = len(app.service.edition.pages["/blog/hello"].identity.body)
        await call(app, "/blog/hello")
        await call(app, "/blog/hello")
        await call(app, "/blog/hello", "HEAD")
        await call(app, "/blog/hello", headers=(("if-none-match", "*"),))
        assert sizes() == {"/blog/{slug}": 2 * size}
        await call(app, "/api/posts")
        assert sizes()["/api/posts"] > 100


async def test_conditional_requests_are_counted_by_what_the_client_got(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        for headers in ((), (("if-none-match", "*"),), (("if-none-match", '"old"'),), (("if-match", '"old"'),)):
            await call(app, "/blog/hello", headers=headers)
        outcomes = {s.labels["outcome"]: s.value for s in _samples(app, "blog_conditional_requests_total")}
    assert outcomes == {"modified": 1, "not_modified": 1, "failed": 1}


# The exposition.


async def _scrape(app: "Blog", accept: str | None) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://blog.test") as client:
        answer = await client.get("/metrics", headers={"accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer


@pytest.mark.parametrize("accept", [None, "*/*", TEXT, "text/html", "nonsense;;;q=x"])
async def test_the_text_format_is_the_default(run_app: "RunApp", accept: str | None) -> None:
    async with run_app() as app:
        answer = await _scrape(app, accept)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# EOF" not in answer.text
    assert {family.name for family in _parsed(answer.text)} >= {"blog_build_info", "blog_ready"}


async def test_openmetrics_has_exemplars_of_sampled_requests_only(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        await call(app, "/blog/health-tips")
        await call(app, "/api/posts")
        before = (await _scrape(app, OPENMETRICS)).text
        sampled = (("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),)
        await call(app, "/blog/hello", headers=sampled)
        await call(app, "/api/posts/hello", headers=sampled)
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


@pytest.mark.parametrize("accept", [OPENMETRICS, TEXT])
async def test_a_scrape_is_compressed_for_a_scraper_that_takes_gzip(
    run_app: "RunApp", unused_port: int, accept: str
) -> None:
    async with run_app() as app:
        on_the_sites_port = app
        transport = httpx.ASGITransport(on_the_sites_port)
        async with httpx.AsyncClient(transport=transport, base_url="http://blog.test") as client:
            for wanted in ("gzip", "identity", "gzip;q=0"):
                answer = await client.get("/metrics", headers={"accept": accept, "accept-encoding": wanted})
                assert answer.headers.get("content-encoding") == ("gzip" if wanted == "gzip" else None)
                assert "blog_build_info" in answer.text
                assert "accept-encoding" in answer.headers["vary"]
    async with run_app(metrics_port=unused_port), httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{unused_port}/metrics"
        zipped = await client.get(url, headers={"accept": accept, "accept-encoding": "gzip"})
        plain = await client.get(url, headers={"accept": accept, "accept-encoding": "identity"})
    assert (zipped.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert int(zipped.headers["content-length"]) * 5 < int(plain.headers["content-length"])
    assert "blog_build_info" in zipped.text


async def test_buckets_separate_half_a_millisecond_five_and_a_hundred(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        await call(app, "/blog/hello")
        bounds = {float(sample.labels["le"]) for sample in _samples(app, f"{LATENCY}_bucket")}
    assert {0.000025, 0.0001, 0.0005, 0.005, 0.1} <= bounds


async def test_promtool_reports_no_problem(run_app: "RunApp", call: "Call", find_tool: "FindTool") -> None:
    promtool = find_tool("promtool", "apt-get install prometheus")
    async with run_app() as app:
        for target in ("/blog/hello", "/api/posts", "/nowhere", "/rss"):
            await call(app, target, headers=(("user-agent", BROWSER),))
        await call(app, "/rss", headers=(("user-agent", "Feedly/1.0 (12 subscribers)"),))
        text = app.metrics.exposition(TEXT)[0]
    command = [promtool, "check", "metrics"]
    done = await asyncio.to_thread(subprocess.run, command, input=text, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, "", "")


# The separate port.


async def test_metrics_on_their_own_port_are_not_on_the_sites_port(
    run_app: "RunApp", call: "Call", unused_port: int
) -> None:
    async with run_app(metrics_port=unused_port) as app, httpx.AsyncClient() as client:
        origin = f"http://127.0.0.1:{unused_port}"
        await call(app, "/blog/hello")
        answer = await client.get(f"{origin}/metrics", headers={"accept": TEXT})
        assert f'{LATENCY}_count{{handler="/blog/{{slug}}",method="GET",status="200"}} 1.0' in answer.text
        exposed = await client.get(f"{origin}/metrics?name=x", headers={"accept": OPENMETRICS})
        assert exposed.headers["content-type"].startswith("application/openmetrics-text")
        head = await client.head(f"{origin}/metrics")
        assert (head.status_code, head.content) == (200, b"")
        for other in ("/other", "/", "/metrics/", "/blog/hello"):
            assert (await client.get(origin + other)).status_code == 404
        assert (await client.post(f"{origin}/metrics")).status_code in {405, 501}
        assert await call(app, "/metrics") == 404
        assert await call(app, "/metrics/") == 404
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", unused_port)


def test_the_site_and_the_metrics_cannot_share_a_port() -> None:
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
    """Requests that together create every series."""
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


def _attack(rng: random.Random) -> "tuple[str, str, Headers]":
    junk = MARK + format(rng.getrandbits(64), "x")
    method = rng.choice((*_METHODS, f"M{junk}"[:20], "GET", "GET", "GET", "GET"))
    path = rng.choice(
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
    query = rng.choice(("", f"utm_source={junk}", f"utm_source={junk}&utm_medium={junk}", f"{junk}={junk}"))
    agent = rng.choice(
        (
            f"Mozilla/5.0 ({rng.choice(_DEVICES)}; {junk}) {rng.choice(_BROWSERS)}",
            f"{rng.choice(_READERS)}/{junk} ({rng.getrandbits(20)} subscribers)",
            f"{junk}bot/1.0 (+https://{junk}.example)",
            f"GPTBot/{junk}",
            junk,
            "",
        )
    )
    headers = (
        ("host", f"{junk}.example"),
        ("user-agent", agent),
        ("referer", rng.choice((f"https://{junk}.example/{junk}", f"https://{junk}.google.de/", junk, f"android-app://{junk}"))),
        ("x-forwarded-for", f"203.0.113.{rng.getrandbits(8)}"),
        ("traceparent", f"00-{rng.getrandbits(128):032x}-{rng.getrandbits(64):016x}-01"),
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


async def test_an_attack_adds_no_series_and_no_memory(run_app: "RunApp", call: "Call") -> None:
    rng = random.Random(7)
    async with run_app() as app:
        agents.warm_up()
        for method, target, headers in _categories():
            await call(app, target, method, headers)
        # Fill the caches, which are bounded, before the measurement.
        for _ in range(3000):
            method, target, headers = _attack(rng)
            await call(app, target, method, headers, f"203.0.113.{rng.getrandbits(8)}")
        known, resident, started = _series(app), _resident_bytes(), time.perf_counter()
        for _ in range(20_000):
            method, target, headers = _attack(rng)
            await call(app, target, method, headers, f"203.0.113.{rng.getrandbits(8)}")
        took, grown, after = time.perf_counter() - started, _resident_bytes() / resident, _series(app)
        text = app.metrics.exposition(TEXT)[0].decode()
    assert after == known
    assert MARK not in text
    assert grown < 1.05
    assert took < 60, "classification has become slow"
