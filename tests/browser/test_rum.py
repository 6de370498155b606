"""RUM in headless Chromium, with the real server and a collector that keeps what it receives."""

import gzip
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from tests.conftest import wait_until

from .conftest import CHROMIUM_FLAGS

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, Sink, SinkMode

pytestmark = pytest.mark.browser

POSTS = {
    "site.yaml": "title: Field notes\nauthor: Ada\n",
    "hello.md": "---\ntitle: Hello\ndate: 2026-03-01\n---\n\n" + "The quick brown fox jumps over the lazy dog. " * 40,
    "pages/about.md": "---\ntitle: About\n---\n\nWho writes here.\n",
}
VITALS = {"lcp", "cls", "inp", "ttfb", "fcp"}
# A page that handles clicks slowly, and whose layout shifts.
SLOW_PAGE = """
addEventListener("click", () => { const end = performance.now() + 150; while (performance.now() < end); });
addEventListener("load", () => setTimeout(() => { document.querySelector("main").style.paddingTop = "90px"; }, 50));
"""
VIOLATIONS = "addEventListener('securitypolicyviolation', (event) => console.error('violation', event.violatedDirective, event.blockedURI));"
# Chromium without a window names itself a bot.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
SDK = re.compile(r"/assets/faro-web-sdk")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rum")
    for name, text in POSTS.items():
        (folder / "posts" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "posts" / name).write_text(text, encoding="utf-8")
    return folder


Start = Callable[..., "Process"]


@pytest.fixture(scope="module")
def start(serve_module: "Serve", folder: Path) -> Start:
    """Starts servers that share a cache, so that the SDK is compressed once."""

    def starter(**variables: str) -> "Process":
        return serve_module(folder / "posts", BLOG_CACHE_DIR=str(folder / "cache"), **variables).wait_until_ready()

    return starter


@pytest.fixture(scope="module")
def origin(start: Start, shared_sink: "Sink") -> str:
    server = start(BLOG_FARO_URL=shared_sink.url, BLOG_FARO_APP_NAME="field-notes", BLOG_FARO_ENVIRONMENT="test")
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def faro(shared_sink: "Sink") -> "Sink":
    """The collector of ``origin``, emptied after the beacons of the previous page have arrived."""
    while shared_sink.received:
        shared_sink.received.clear()
        time.sleep(0.3)
    return shared_sink


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.add_init_script(VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def until(page: Page, condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for a condition while the browser runs; the bound only guards against hanging."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        page.wait_for_timeout(20)


def leave(page: Page) -> None:
    page.goto("about:blank")


def vitals(faro: "Sink") -> dict[str, float]:
    found = [signal["values"] for signal in faro.all("measurements") if signal["type"] == "web-vitals"]
    return {name: values[name] for values in found for name in VITALS & values.keys()}


def requests_of(page: Page) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda request: found.append(request))  # noqa: PLW0108 -- playwright sets attributes on the callback
    return found


def test_a_visit_reports_its_vitals_its_errors_and_its_session(origin: str, faro: "Sink", page: Page) -> None:
    page.add_init_script(SLOW_PAGE)
    page.goto(f"{origin}/blog/hello")
    until(page, lambda: {"fcp", "ttfb"} <= vitals(faro).keys())
    page.click("h1")
    page.evaluate("setTimeout(() => { throw new RangeError('thrown on purpose'); })")
    until(page, lambda: faro.all("exceptions"))
    leave(page)
    until(page, lambda: vitals(faro).keys() >= VITALS)
    assert vitals(faro)["inp"] >= 100
    assert vitals(faro)["cls"] > 0
    (exception,) = faro.all("exceptions")
    assert (exception["type"], exception["value"]) == ("RangeError", "thrown on purpose")
    assert {"session_start", "faro.performance.navigation"} <= {event["name"] for event in faro.all("events")}
    metas = [payload["meta"] for payload in faro.payloads]
    assert {meta["app"]["name"] for meta in metas} == {"field-notes"}
    assert {meta["app"]["environment"] for meta in metas} == {"test"}
    assert len({meta["session"]["id"] for meta in metas}) == 1


def test_a_beacon_does_not_cause_another_beacon(origin: str, faro: "Sink", page: Page) -> None:
    page.goto(f"{origin}/about")
    until(page, lambda: {"fcp", "ttfb"} <= vitals(faro).keys())
    page.wait_for_timeout(700)
    before = len(faro.received)
    page.wait_for_timeout(1500)
    assert len(faro.received) == before
    assert "faro.performance.resource" not in {event["name"] for event in faro.all("events")}


def test_an_error_before_the_sdk_is_loaded_is_reported_afterwards(origin: str, faro: "Sink", page: Page) -> None:
    held: list[Route] = []
    page.route(SDK, lambda route: held.append(route))  # noqa: PLW0108 -- playwright sets attributes on the callback
    page.goto(f"{origin}/blog/hello", wait_until="domcontentloaded")
    until(page, lambda: held)
    # The page is painted before it requests the SDK.
    until(page, lambda: page.evaluate("performance.getEntriesByName('first-contentful-paint').length"))
    page.evaluate("setTimeout(() => { throw new TypeError('too early'); })")
    page.evaluate("setTimeout(() => { Promise.reject(new Error('rejected early')); })")
    page.evaluate("setTimeout(() => { throw 'only a text'; })")
    page.wait_for_timeout(300)
    assert faro.received == []
    held[0].continue_()
    until(page, lambda: len(faro.all("exceptions")) == 3)
    assert [(found["type"], found["value"]) for found in faro.all("exceptions")] == [
        ("TypeError", "too early"),
        ("Error", "rejected early"),
        ("Error", "only a text"),
    ]
    leave(page)
    until(page, lambda: vitals(faro).keys() >= VITALS - {"inp"})


def test_a_page_reports_the_first_twenty_errors_of_a_loop_and_its_vitals(origin: str, faro: "Sink", page: Page) -> None:
    page.goto(f"{origin}/blog/hello")
    until(page, lambda: {"fcp", "ttfb"} <= vitals(faro).keys())
    page.evaluate("for (let i = 0; i < 300; i++) setTimeout(() => { throw new Error(`number ${i}`); })")
    until(page, lambda: faro.all("exceptions"))
    page.wait_for_timeout(1500)
    leave(page)
    until(page, lambda: {"lcp", "cls"} <= vitals(faro).keys())
    assert [found["value"] for found in faro.all("exceptions")] == [f"number {number}" for number in range(20)]


def _has_navigations(sink: "Sink", number: int) -> bool:
    return [event["name"] for event in sink.all("events")].count("faro.performance.navigation") >= number


def test_the_share_of_views_whose_browser_reports_is_counted(start: Start, sink: "Sink", browser: Browser) -> None:
    server = start(BLOG_FARO_URL=sink.url)
    origin = f"http://127.0.0.1:{server.port}"
    page = browser.new_context(user_agent=PERSON).new_page()
    for visited, target in enumerate(("/blog/hello", "/about", "/blog/hello")):
        page.goto(f"{origin}{target}")
        until(page, partial(_has_navigations, sink, visited + 1))
    page.context.close()
    # A bot, and a reader without scripts.
    server.get("/about", headers={"user-agent": "Googlebot/2.1"})
    server.get("/about", headers={"user-agent": PERSON})
    beacon = json.dumps(
        {"meta": {"page": {"url": f"{origin}/about"}}, "events": [{"name": "faro.performance.navigation"}]}
    )
    headers = {"sec-fetch-site": "same-origin", "content-type": "application/json", "user-agent": "Googlebot/2.1"}
    assert server.post("/rum/collect", beacon.encode(), headers).status == 202

    def count(metric: str) -> dict[str, float]:
        found = re.findall(rf'{metric}{{.*content_type="(post|page)".*}} (.+)', server.get("/metrics").body.decode())
        return {kind: sum(float(value) for each, value in found if each == kind) for kind in ("post", "page")}

    # The second view of a post came from the browser's cache.
    wait_until(lambda: count("blog_page_views_reported_total") == {"post": 1, "page": 1})
    assert count("blog_page_views_total") == {"post": 1, "page": 2}


def test_an_error_during_parsing_is_reported(origin: str, faro: "Sink", page: Page) -> None:
    page.add_init_script("addEventListener('DOMContentLoaded', () => { throw new Error('while the page was read'); })")
    page.goto(f"{origin}/blog/hello")
    until(page, lambda: faro.all("exceptions"))
    assert [found["value"] for found in faro.all("exceptions")] == ["while the page was read"]


def test_nothing_personal_leaves_the_browser(origin: str, faro: "Sink", context: BrowserContext, page: Page) -> None:
    context.add_cookies([{"name": "login", "value": "secret-cookie", "url": origin}])
    page.add_init_script(SLOW_PAGE)
    page.goto(f"{origin}/blog/hello?token=secret-query&q=(secret-part)#secret-hash")
    until(page, lambda: vitals(faro))
    page.click("h1")
    text = "ada.secret@example.com failed at https://api.example/x?key=secret-key#secret and /y?z=secret, ?w=secret"
    page.evaluate("text => setTimeout(() => { throw new Error(text); })", text)
    # The stack of an inline handler names the page with its query.
    page.evaluate(
        "setTimeout(() => { const s = document.createElement('b'); s.onclick = () => { null.x }; s.click(); })"
    )
    until(page, lambda: len(faro.all("exceptions")) == 2)
    leave(page)
    until(page, lambda: "inp" in vitals(faro))
    for received in faro.received:
        assert b"secret" not in received.body, received.body
        assert b"HeadlessChrome" not in received.body, received.body
        assert received.headers.keys() == {
            "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent",
        }  # fmt: skip
        assert received.headers["user-agent"].startswith("blog/")
    (value, _) = [exception["value"] for exception in faro.all("exceptions")]
    assert value == "[mail] failed at https://api.example/x and /y "
    # The URL is the site's own, whichever host the reader used.
    pages = [payload["meta"]["page"] for payload in faro.payloads]
    assert {(page["id"], page["url"]) for page in pages} == {("/blog/{slug}", "http://127.0.0.1:8000/blog/hello")}
    stored = page.goto(f"{origin}/about") and page.evaluate("JSON.stringify([localStorage, document.cookie])")
    assert stored == '[{},"login=secret-cookie"]'


OPT_OUTS = {
    "dnt": "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })",
    "gpc": "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })",
    "neither": "0",
}


@pytest.mark.parametrize("choice", OPT_OUTS)
def test_a_browser_that_opts_out_of_tracking_downloads_and_sends_nothing(
    origin: str, faro: "Sink", page: Page, choice: str
) -> None:
    page.add_init_script(OPT_OUTS[choice])
    sent = requests_of(page)
    page.goto(f"{origin}/blog/hello", wait_until="networkidle")
    page.evaluate("setTimeout(() => { throw new Error('not reported'); })")
    page.wait_for_timeout(800)
    leave(page)
    page.wait_for_timeout(400)
    urls = [request.url.removeprefix(origin) for request in sent]
    rum = [url for url in urls if SDK.match(url) or url.startswith("/rum/")]
    # The visit without an opt-out shows that the test would detect requests.
    assert bool(rum) is bool(faro.received) is (choice == "neither"), urls


def test_the_browsers_own_do_not_track_setting_is_respected(
    origin: str, faro: "Sink", browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps({"enable_do_not_track": True}))
    kind = browser.browser_type
    chromium = shutil.which("chromium")
    context = kind.launch_persistent_context(tmp_path, executable_path=chromium, args=CHROMIUM_FLAGS)
    page = context.new_page()
    sent = requests_of(page)
    page.goto(f"{origin}/blog/hello", wait_until="networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate("navigator.doNotTrack") == "1"
    assert sent[0].all_headers()["dnt"] == "1"
    context.close()
    assert [request.url for request in sent if SDK.search(request.url) or "/rum/" in request.url] == []
    assert faro.received == []


def test_a_tab_that_is_not_sampled_downloads_nothing(start: Start, faro: "Sink", page: Page) -> None:
    server = start(BLOG_FARO_URL=faro.url, BLOG_FARO_SAMPLE_RATE="0")
    sent = requests_of(page)
    page.goto(f"http://127.0.0.1:{server.port}/blog/hello", wait_until="networkidle")
    page.wait_for_timeout(500)
    assert [request.url for request in sent if SDK.search(request.url)] == []
    assert page.evaluate("sessionStorage.rum") == "out"
    assert faro.received == []


def test_a_browser_posts_to_the_collector_in_direct_mode(start: Start, faro: "Sink", page: Page) -> None:
    server = start(BLOG_FARO_URL=faro.url, BLOG_FARO_MODE="direct")
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    sent = requests_of(page)
    page.goto(f"http://127.0.0.1:{server.port}/blog/hello?token=secret")
    until(page, lambda: {"fcp", "ttfb"} <= vitals(faro).keys())
    leave(page)
    until(page, lambda: "lcp" in vitals(faro))
    assert problems == []
    assert {sent["access-control-request-headers"] for sent in faro.preflights} == {"content-type"}
    assert [request.url for request in sent if "/rum/" in request.url] == []
    for received in faro.received:
        assert b"secret" not in received.body
        assert "secret" not in str(received.headers)
        assert "cookie" not in received.headers
    assert server.get("/rum/collect").status == 404


@pytest.mark.parametrize("mode", ["hanging", "failing", "flooding", "moved"])
def test_a_bad_collector_does_not_affect_the_page(start: Start, sink: "Sink", page: Page, mode: "SinkMode") -> None:
    origin = f"http://127.0.0.1:{start(BLOG_FARO_URL=sink.url).port}"
    sink.mode = mode
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if "/rum/" in answer.url else None)
    for path in ("/", "/blog/hello", "/about"):
        answers.clear()
        page.goto(origin + path)
        until(page, lambda: answers)
        assert set(answers) == {202}
    until(page, lambda: sink.received)
    assert problems == []


# The trace of a visit's navigation on the server.


def traces_of(faro: "Sink") -> list[str]:
    """The trace id of each navigation, "" for none."""
    navigations = [event for event in faro.all("events") if event["name"] == "faro.performance.navigation"]
    return [event.get("trace", {}).get("trace_id", "") for event in navigations]


def spans_in(sink: "Sink") -> dict[str, tuple[str, str]]:
    """Span id and path of each request's span, by trace id."""
    bodies = [
        gzip.decompress(got.body) if got.headers.get("content-encoding") == "gzip" else got.body
        for got in sink.received
    ]
    found = {}
    for group in (group for body in bodies for group in ExportTraceServiceRequest.FromString(body).resource_spans):
        for span in (span for scope in group.scope_spans for span in scope.spans):
            attributes = {pair.key: pair.value.string_value for pair in span.attributes}
            if "url.path" in attributes:
                found[span.trace_id.hex()] = (span.span_id.hex(), attributes["url.path"])
    return found


def test_a_navigation_reports_the_servers_current_trace(
    start: Start, sink: "Sink", spans_sink: "Sink", page: Page
) -> None:
    server = start(
        BLOG_FARO_URL=sink.url,
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{spans_sink.port}",
        OTEL_TRACES_SAMPLER_ARG="1",
    )
    origin = f"http://127.0.0.1:{server.port}"
    page.goto(f"{origin}/blog/hello")
    until(page, lambda: len(traces_of(sink)) == 1)
    (first,) = traces_of(sink)
    until(page, lambda: first in spans_in(spans_sink))
    span, path = spans_in(spans_sink)[first]
    assert path == "/blog/hello"
    (event,) = [event for event in sink.all("events") if event["name"] == "faro.performance.navigation"]
    assert event["trace"] == {"trace_id": first, "span_id": span}
    (line,) = [line for line in server.output.splitlines() if first in line]
    assert json.loads(line) | {"trace_id": first, "span_id": span, "path": "/blog/hello"} == json.loads(line)
    exposition = server.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}).body.decode()
    exemplars = [line for line in exposition.splitlines() if f'trace_id="{first}"' in line]
    assert any('handler="/blog/{slug}"' in line for line in exemplars)
    # The same page again, by a reload, by a link, and by going back: each has its own trace.
    page.reload()
    until(page, lambda: len(traces_of(sink)) == 2)
    page.goto(f"{origin}/about")
    until(page, lambda: len(traces_of(sink)) == 3)
    page.goto(f"{origin}/blog/hello")
    until(page, lambda: len(traces_of(sink)) == 4)
    page.go_back()
    page.go_forward()
    page.reload()
    until(page, lambda: len(traces_of(sink)) >= 5)
    found = traces_of(sink)
    assert len(set(found)) == len(found)
    until(page, lambda: set(found) <= spans_in(spans_sink).keys())


def test_a_page_from_the_browsers_cache_reports_no_trace(
    start: Start, sink: "Sink", spans_sink: "Sink", context: BrowserContext
) -> None:
    server = start(
        BLOG_FARO_URL=sink.url,
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{spans_sink.port}",
        OTEL_TRACES_SAMPLER_ARG="1",
    )
    page = context.new_page()
    # An unsampled parent, so that the response has no traceparent and the browser may cache it.
    context.set_extra_http_headers({"traceparent": f"00-{'a' * 32}-{'b' * 16}-00"})
    page.goto(f"http://127.0.0.1:{server.port}/blog/hello")
    until(page, lambda: traces_of(sink) == [""])
    context.set_extra_http_headers({})
    page.reload()
    until(page, lambda: len(traces_of(sink)) == 2)
    until(page, lambda: "/blog/hello" in [path for _, path in spans_in(spans_sink).values()])
    assert traces_of(sink) == ["", ""]
    assert '"status": 304' in server.output
