"""A collector that refuses, hangs or responds 503: no request waits for it, memory is bounded, lost spans are counted."""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from blog.telemetry.tracing.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from blog.settings import Settings
    from tests.conftest import Process, Serve, Until
    from tests.telemetry.conftest import Call, Collector, RunApp

DROPPED = "blog_spans_dropped_total"


def _value(exposition: str, name: str) -> float:
    return next(float(line.rpartition(" ")[2]) for line in exposition.splitlines() if line.startswith(f"{name} "))


class _BlockedExporter(SpanExporter):
    """An exporter that blocks until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        del spans
        self.released.wait(30)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.released.set()


def test_waiting_spans_are_bounded_and_the_rest_is_counted(base_settings: "Settings") -> None:
    blocked = _BlockedExporter()
    pipeline = Pipeline(replace(base_settings, otlp_endpoint="http://127.0.0.1:9"), blocked)
    tracer = pipeline.provider.get_tracer("test")
    for _ in range(10_000):
        tracer.start_span("request").end()
    assert pipeline.dropped == 10_000 - base_settings.span_queue
    blocked.released.set()
    pipeline.shutdown()
    assert pipeline.dropped == 10_000 - base_settings.span_queue


def test_the_final_flush_is_bounded(base_settings: "Settings") -> None:
    blocked = _BlockedExporter()
    pipeline = Pipeline(replace(base_settings, otlp_endpoint="http://127.0.0.1:9"), blocked)
    pipeline.provider.get_tracer("test").start_span("request").end()
    started = time.monotonic()
    pipeline.shutdown()
    assert time.monotonic() - started < 3
    blocked.released.set()


async def test_no_request_is_slower_while_the_collector_hangs(
    run_app: "RunApp", call: "Call", hanging: "Collector", until: "Until"
) -> None:
    async with run_app(otlp_endpoint=hanging.url, traces_sampler="always_on") as app:
        await until(lambda: hanging.attempts > 0)
        started = time.perf_counter()
        for _ in range(500):
            assert await call(app, "/blog/hello") == 200
        took = time.perf_counter() - started
        # A traced request takes a fraction of a millisecond; one that waited would take the two seconds of the timeout.
        assert took < 1.9
        hanging.released.set()


async def test_spans_that_the_collector_refuses_are_counted(
    run_app: "RunApp", call: "Call", failing: "Collector", until: "Until"
) -> None:
    async with run_app(otlp_endpoint=failing.url, otlp_timeout=0.3, traces_sampler="always_on") as app:
        for _ in range(20):
            await call(app, "/blog/hello")
        await until(lambda: _value(app.metrics.exposition("")[0].decode(), DROPPED) >= 20)
    assert failing.attempts > 0


async def test_the_collector_is_used_again_when_it_is_back(
    run_app: "RunApp", call: "Call", failing: "Collector", until: "Until"
) -> None:
    async with run_app(otlp_endpoint=failing.url, otlp_timeout=0.3, traces_sampler="always_on") as app:
        await call(app, "/blog/hello")
        await until(lambda: failing.attempts > 0)
        failing.mode = "ok"
        await call(app, "/blog/health-tips")
    assert "/blog/health-tips" in {span.attributes["url.path"] for span in failing.requests}


async def test_a_collector_that_restarts_loses_no_span(
    run_app: "RunApp", call: "Call", failing: "Collector", until: "Until"
) -> None:
    async with run_app(otlp_endpoint=failing.url, traces_sampler="always_on") as app:
        for _ in range(20):
            await call(app, "/blog/hello")
        # The second retry comes three seconds after the first attempt.
        await until(lambda: failing.attempts >= 2)
        failing.mode = "ok"
        await until(lambda: len(failing.requests) == 20)
        assert _value(app.metrics.exposition("").body.decode(), DROPPED) == 0


@pytest.mark.process
async def test_a_process_serves_counts_lost_spans_and_ends_in_time_whatever_the_collector_does(
    serve: "Serve", site: "Path", failing: "Collector", hanging: "Collector", until: "Until", unused_port: int
) -> None:
    urls = {"refusing": f"http://127.0.0.1:{unused_port}", "hanging": hanging.url, "unavailable": failing.url}
    servers = {
        name: serve(site, OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_TRACES_SAMPLER="always_on", BLOG_ACCESS_LOG="off")
        for name, url in urls.items()
    }
    for server in servers.values():
        server.wait_until_ready()
    for name, server in servers.items():
        await asyncio.to_thread(_check_responses, name, server)
    for name, server in servers.items():
        deadline = time.monotonic() + 20
        while _value(server.get("/metrics").body.decode(), DROPPED) < 1:
            assert time.monotonic() < deadline, f"{name}: nothing was counted as dropped"
            await asyncio.sleep(0.1)
    for server in servers.values():
        server.get("/blog/hello")
        server.signal()
    signalled = time.monotonic()
    for name, server in servers.items():
        assert await asyncio.to_thread(server.wait, 20) == 0, f"{name}: {server.output}"
        assert time.monotonic() - signalled < 5, f"{name}: {server.output}"


def _check_responses(name: str, server: "Process") -> None:
    for _ in range(20):
        started = time.monotonic()
        assert server.get("/blog/hello").status == 200
        assert time.monotonic() - started < 1, name
