"""Spans that the collector receives: their attributes, their number, their resource."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from blog import __version__
from blog.settings import Settings
from blog.telemetry.tracing import Pipeline
from blog.telemetry.visits import agents

if TYPE_CHECKING:
    from blog.build.response import Resource
    from tests.telemetry.conftest import Call, Collector, RunApp

SHAPE = {
    "http.request.method": "GET",
    "http.route": "/blog/{slug}",
    "http.response.status_code": 200,
    "url.path": "/blog/hello",
    "url.scheme": "http",
    "server.address": "127.0.0.1",
    "server.port": 8000,
    "network.protocol.version": "1.1",
}
PERSONAL = (
    ("host", "blog.example:8443"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("referer", "https://secret.example/"),
    ("cookie", "session=secret"),
    ("x-forwarded-for", "198.51.100.7"),
)


async def test_a_page_gets_one_span_by_the_stable_conventions_without_personal_data(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced() as app:
        assert await call(app, "/blog/hello?token=secret", headers=PERSONAL, peer="198.51.100.7") == 200
    (span,) = collector.requests
    assert (span.name, span.kind, span.failed, span.parent_id) == ("GET /blog/{slug}", "SERVER", False, "")
    assert span.attributes == SHAPE
    assert 0 < span.seconds < 5


async def test_a_dynamic_route_gets_exactly_one_span(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    async with traced() as app:
        assert await call(app, "/api/posts/hello?token=secret", headers=PERSONAL) == 200
    (span,) = collector.requests
    assert (span.name, span.kind) == ("GET /api/posts/{slug}", "SERVER")
    assert span.attributes == SHAPE | {"http.route": "/api/posts/{slug}", "url.path": "/api/posts/hello"}


async def test_the_span_of_a_search_does_not_have_what_was_searched_for(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced() as app:
        await call(app, "/api/search?q=swordfish", headers=PERSONAL)
        await call(app, "/api/search?q=year:swordfish", headers=PERSONAL)
    assert [span.attributes["http.route"] for span in collector.requests] == ["/api/search"] * 2
    assert not any("swordfish" in f"{span.name} {span.attributes}" for span in collector.requests)


async def test_spans_have_the_service_its_version_and_the_operators_attributes(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    extra = (("deployment.environment.name", "test"), ("k8s.pod.name", "blog-0"))
    async with traced(service_name="field-notes", revision="4f2a9c1", resource_attributes=extra) as app:
        await call(app, "/blog")
    (span,) = collector.requests
    build = {"service.version": __version__, "vcs.ref.head.revision": "4f2a9c1"}
    expected = {"service.name": "field-notes", **build, **dict(extra)}
    assert expected.items() <= span.resource.items()


@pytest.mark.parametrize(
    ("environ", "service"),
    [
        pytest.param({}, "blog", id="default"),
        pytest.param({"OTEL_RESOURCE_ATTRIBUTES": "service.name=notes"}, "notes", id="attribute"),
        pytest.param(
            {"OTEL_SERVICE_NAME": "journal", "OTEL_RESOURCE_ATTRIBUTES": "service.name=notes"}, "journal", id="both"
        ),
    ],
)
def test_the_service_has_the_name_that_the_standard_variables_give_it(environ: dict[str, str], service: str) -> None:
    settings = Settings.from_environ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", **environ})
    pipeline = Pipeline(settings, InMemorySpanExporter())
    assert pipeline.provider.resource.attributes["service.name"] == service
    pipeline.shutdown()


async def test_the_operators_headers_reach_the_collector(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced(otlp_headers=(("x-scope-orgid", "tenant"), ("authorization", "Basic Zm9vOmJhcg=="))) as app:
        await call(app, "/blog")
    assert collector.headers
    for headers in collector.headers:
        assert (headers["x-scope-orgid"], headers["authorization"]) == ("tenant", "Basic Zm9vOmJhcg==")
        assert headers["content-type"] == "application/x-protobuf"


@pytest.mark.parametrize(
    ("method", "target", "name", "status"),
    [
        pytest.param("HEAD", "/blog/hello", "HEAD /blog/{slug}", 200, id="head-of-a-page"),
        pytest.param("HEAD", "/api/posts", "HEAD /api/posts", 200, id="head-of-a-dynamic-route"),
        pytest.param("POST", "/blog/hello", "POST /blog/{slug}", 405, id="page-with-a-wrong-method"),
        pytest.param("BREW", "/blog/hello", "HTTP /blog/{slug}", 405, id="unknown-method"),
        pytest.param("BREW", "/nowhere", "HTTP", 404, id="unknown-method-and-path"),
        pytest.param("GET", "/nowhere/at/all", "GET", 404, id="unknown-path"),
        pytest.param("GET", "/api/nowhere", "GET", 404, id="unknown-dynamic-path"),
        pytest.param("GET", "/api/posts/nowhere", "GET /api/posts/{slug}", 404, id="unknown-post-of-the-api"),
        pytest.param("GET", "/", "GET /", 200, id="home"),
        pytest.param("GET", "/blog/tag/http", "GET /blog/tag/{tag}", 200, id="tag"),
    ],
)
async def test_a_span_is_named_by_method_and_route(  # noqa: PLR0913, PLR0917 -- a table
    traced: "RunApp", call: "Call", collector: "Collector", method: str, target: str, name: str, status: int
) -> None:
    async with traced() as app:
        assert await call(app, target, method) == status
    (span,) = collector.requests
    route = name.partition(" ")[2]
    assert span.name == name
    assert span.attributes.get("http.route", "") == route
    assert span.attributes["http.response.status_code"] == status
    assert span.attributes["http.request.method"] == ("_OTHER" if method == "BREW" else method)
    assert span.attributes.get("http.request.method_original", "") == ("BREW" if method == "BREW" else "")
    assert span.attributes["url.path"] == target
    assert not span.failed
    assert "error.type" not in span.attributes


async def test_a_route_that_raises_gets_one_failed_span(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced() as app:

        @app.get("/api/boom")
        async def boom() -> None:
            raise deliberate_error("on purpose")

        assert await call(app, "/api/boom") == 500
    (span,) = collector.requests
    assert span.name == "GET /api/boom"
    assert span.failed
    assert span.attributes["http.response.status_code"] == 500
    assert span.attributes["error.type"] in {
        "500",
        f"{deliberate_error.__module__}.{deliberate_error.__qualname__}",
        deliberate_error.__name__,
    }


async def test_probes_scrapes_assets_and_beacons_are_not_traced(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced() as app:
        edition = app.service.edition
        assert edition
        asset = next(path for path in edition.pages if path.startswith("/assets/"))
        for target in ("/api/health", "/api/ready", "/metrics", "/favicon.ico", asset):
            assert await call(app, target) == 200
        await call(app, "/rum/collect", "POST")
        assert await call(app, "/blog/health-tips", headers=(("host", "health.metrics.example"),)) == 200
    assert [span.attributes["url.path"] for span in collector.requests] == ["/blog/health-tips"]


async def test_the_scheme_is_that_of_x_forwarded_proto(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    async with traced() as app:
        await call(app, "/blog", headers=(("x-forwarded-proto", "https"),))
    assert [span.attributes["url.scheme"] for span in collector.requests] == ["https"]


async def test_the_first_build_is_a_trace_with_counts(
    traced: "RunApp", call: "Call", collector: "Collector", tmp_path: Path
) -> None:
    async with traced(traces_sampler_arg=0.0, cache_dir=tmp_path / "cache"):
        pass
    (root,) = [span for span in collector.spans if not span.parent_id]
    children = {span.name: span for span in collector.spans if span.parent_id}
    assert root.name == "blog build"
    assert set(children) == {"open", "load", "parse", "pictures", "render"}
    assert len(collector.spans) == 6
    for span in children.values():
        assert (span.trace_id, span.parent_id) == (root.trace_id, root.span_id)
        assert 0 <= span.start - root.start <= root.seconds
        counted = any(isinstance(count, int) and count > 0 for count in span.attributes.values())
        # The site has no photo, of which smaller versions could be made.
        assert counted is (span.name not in {"open", "pictures"}), span
    assert children["parse"].attributes["blog.texts"] == 4


async def test_the_trace_of_a_warm_start_has_the_number_of_pages(
    traced: "RunApp", call: "Call", collector: "Collector", tmp_path: Path
) -> None:
    for _ in range(2):
        async with traced(traces_sampler_arg=0.0, cache_dir=tmp_path / "cache"):
            pass
    first, second = (span for span in collector.spans if span.name == "open")
    assert (first.attributes["blog.pages"], second.attributes["blog.pages"] > 20) == (0, True)
    assert [span.name for span in collector.spans if span.trace_id == second.trace_id] == ["open", "blog build"]


async def test_requests_at_the_same_time_keep_their_own_spans(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced() as app:

        @app.get("/api/wait/{number}")
        async def wait(number: int) -> int:
            await asyncio.sleep(0.02 * (number % 5))
            return number

        await asyncio.gather(*(call(app, f"/api/wait/{number}") for number in range(50)))
    assert len({span.trace_id for span in collector.requests}) == 50
    assert {span.attributes["url.path"] for span in collector.requests} == {f"/api/wait/{n}" for n in range(50)}


_WITHOUT_ENDPOINT = """
import asyncio, sys
from pathlib import Path
from blog.app import create_app
from blog.settings import Settings

async def main():
    app = create_app(Settings(posts_dir=Path(sys.argv[1]), templates_dir=Path(sys.argv[2])))
    async with app.router.lifespan_context(app):
        while not app.service.ready:
            await asyncio.sleep(0.01)
        scope = {"type": "http", "method": "GET", "path": "/blog/hello", "headers": [], "query_string": b"",
                 "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "http_version": "1.1", "scheme": "http"}
        async def send(message): pass
        await app(scope, None, send)
    print(sorted(name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))))

asyncio.run(main())
"""


@pytest.mark.process
def test_without_an_endpoint_the_sdk_is_not_even_imported(site: "Path", templates: "Path") -> None:
    command = [sys.executable, "-c", _WITHOUT_ENDPOINT, str(site), str(templates)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


async def test_without_an_endpoint_nothing_is_traced(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        assert app.tracing is None
        assert await call(app, "/blog/hello", headers=(("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),)) == 200
        assert b"blog_spans_dropped_total 0.0" in app.metrics.exposition("")[0]


async def test_a_disabled_sdk_sends_nothing(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    async with traced(sdk_disabled=True) as app:
        await call(app, "/blog/hello")
    assert collector.attempts == 0


# Failures.

# What an exception may have in its message, and no span.
ADDRESS = "ada@example.org"


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [getattr(record, "fields", {}) for record in caplog.records if record.name == "blog.telemetry.logs"]


@pytest.mark.parametrize("ratio", [1.0, 0.0], ids=["sampled", "late"])
async def test_a_trace_and_the_traceback_of_a_failure_lead_to_each_other(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception], ratio: float, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=ratio) as app:

        @app.get("/api/boom")
        async def boom() -> None:
            raise deliberate_error(ADDRESS)

        assert await call(app, "/api/boom") == 500
    (span,) = collector.requests
    (line,) = _lines(caplog)
    assert (line["trace_id"], line["span_id"], line["route"]) == (span.trace_id, span.span_id, "/api/boom")
    (record,) = (record for record in caplog.records if record.name == "blog.telemetry.logs")
    assert record.exc_info is not None
    (event,) = span.events
    kind = f"{deliberate_error.__module__}.DeliberateError"
    assert (event["name"], event["exception.type"], span.attributes["error.type"]) == ("exception", kind, kind)
    assert "in boom" in event["exception.stacktrace"]
    assert ADDRESS not in repr(span)


async def test_a_failure_of_a_prepared_response_has_its_event_and_its_line_too(
    traced: "RunApp", call: "Call", collector: "Collector", caplog: pytest.LogCaptureFixture
) -> None:
    async with traced() as app:
        edition = app.service.edition
        assert edition is not None
        broken = cast("Resource", object())
        app.service.edition = replace(edition, pages={"/broken": broken})
        assert await call(app, "/broken") == 500
        app.service.edition = edition
    (span,) = collector.requests
    (line,) = _lines(caplog)
    assert (line["path"], line["trace_id"]) == ("/broken", span.trace_id)
    assert [event["exception.type"] for event in span.events] == ["AttributeError"]


@pytest.mark.parametrize(
    ("limits", "attributes", "length", "events", "event_attributes", "event_length"),
    [
        pytest.param({"attribute_count": 3, "attribute_length": 4}, 3, 4, 1, 2, 4, id="all"),
        pytest.param({"attribute_count": 9, "span_attribute_count": 2}, 2, 99, 1, 2, 9999, id="number-of-spans-alone"),
        pytest.param({"attribute_length": 9, "span_attribute_length": 0}, 10, 0, 1, 2, 9, id="length-of-spans-alone"),
        pytest.param({"attribute_count": 9, "event_attribute_count": 1}, 9, 99, 1, 1, 9999, id="events-alone"),
        pytest.param({"span_event_count": 0}, 10, 99, 0, 0, 0, id="no-events"),
    ],
)
async def test_the_spans_of_routes_and_of_prepared_responses_keep_the_limits(  # noqa: PLR0913, PLR0917 -- a table
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception],
    limits: dict[str, int], attributes: int, length: int, events: int, event_attributes: int, event_length: int,
) -> None:  # fmt: skip
    async with traced(**limits) as app:

        @app.get("/api/boom")
        async def boom() -> None:
            raise deliberate_error(ADDRESS)

        assert [await call(app, path) for path in ("/blog/hello", "/api/posts/hello", "/api/boom")] == [200, 200, 500]
    texts = [value for span in collector.requests for value in span.attributes.values() if isinstance(value, str)]
    assert max(len(span.attributes) for span in collector.requests) == attributes
    assert max(map(len, texts)) <= length
    found = [event for span in collector.requests for event in span.events]
    assert len(found) == events
    for event in found:
        assert len(event) - 1 == event_attributes
        assert all(len(value) <= event_length for name, value in event.items() if name != "name")


async def test_spans_say_how_many_attributes_their_limits_have_dropped_and_the_log_does_not(
    base_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = InMemorySpanExporter()
    settings = replace(base_settings, span_attribute_count=1, attribute_length=2, span_event_count=0)
    pipeline = Pipeline(settings, exporter)
    with pipeline.provider.get_tracer("test").start_as_current_span(
        "a", attributes={"first": "one", "second": 2}
    ) as span:
        span.add_event("exception")
    pipeline.shutdown()
    (limited,) = exporter.get_finished_spans()
    assert limited.attributes == {"first": "on"}
    assert caplog.text == ""
    assert (limited.dropped_attributes, limited.dropped_events) == (1, 1)


# What proxies and clients say.


async def test_the_server_is_the_site_and_not_the_pod(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    async with traced(base_url="https://blog.example") as app:
        await call(app, "/blog/hello", headers=(("host", "evil.example"), ("x-forwarded-host", "evil.example")))
        await call(app, "/api/posts")
    found = {(span.attributes["server.address"], span.attributes["server.port"]) for span in collector.requests}
    assert found == {("blog.example", 443)}


async def test_x_forwarded_proto_is_believed_of_trusted_proxies_alone(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced(trusted_proxies="10.0.0.0/8") as app:
        for target in ("/blog/hello", "/api/posts"):
            for peer in ("10.1.2.3", "192.0.2.1"):
                await call(app, target, headers=(("x-forwarded-proto", "https"),), peer=peer)
    assert [span.attributes["url.scheme"] for span in collector.requests] == ["https", "http"] * 2


async def test_every_span_keeps_the_tracestate_of_an_honoured_parent(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    headers = (("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"), ("tracestate", "vendor=abc,other=1"))
    async with traced() as app:
        for target in ("/about", "/api/posts"):
            await call(app, target, headers=headers)
        await call(app, "/blog/hello", headers=headers[1:])
    kept = {span.attributes["url.path"]: span.trace_state for span in collector.requests}
    assert kept == {"/about": "vendor=abc,other=1", "/api/posts": "vendor=abc,other=1", "/blog/hello": ""}


async def test_a_span_says_whether_a_bot_asked(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    agents.warm_up()
    async with traced() as app:
        for target in ("/blog/hello", "/api/posts"):
            for agent in ("Googlebot/2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"):
                await call(app, target, headers=(("user-agent", agent),))
    assert [span.attributes.get("user_agent.synthetic.type") for span in collector.requests] == ["bot", None] * 2
