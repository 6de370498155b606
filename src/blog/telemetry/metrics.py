"""Prometheus metrics: a registry for each application, closed label sets, OpenMetrics with exemplars."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from blog.http.semantics import CONDITIONAL_OUTCOMES, METHODS, OTHER_METHOD, READINESS, REFUSALS, SearchOutcome
from blog.telemetry.exposition import Scrape, scrape
from blog.telemetry.fast_collectors import FastCounter, FastHistogram, HistogramChild

# From a prepared page (a few dozen microseconds) to a blocked process.
BUCKETS = (
    0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
_LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
UNROUTED = "none"
# The statuses with which routes, routes that compute, and paths without a route begin at 0: what is common, and every error of the server.
_EXPECTED = (200, 500)
_EXPECTED_COMPUTED = (200, 404, 500, 503)
_EXPECTED_UNROUTED = (301, 404, 500, 503)
# What these refuse is the method or a field of the request. Any route may answer with them, so its label would say little and multiply the series.
_WHATEVER_THE_ROUTE = frozenset({
    HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
})  # fmt: skip
_LAG_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An edition that has replaced another: its posts by state, its warnings, how many seconds it took, and the routes of its pages.

    ``digest`` is the same on every replica that serves the same pages; ``made`` is when it was built, in seconds since the epoch.
    """

    states: Mapping[str, int]
    warnings: int
    seconds: float
    digest: str
    made: int
    routes: frozenset[str]


class Metrics:
    """The metric families of one application. Each application of a process has its own registry."""

    def __init__(self, version: str, revision: str) -> None:
        self.registry = CollectorRegistry()
        self._children: dict[tuple[str, str, int], HistogramChild] = {}
        self._about_requests()
        self._about_content()
        self._about_process(version, revision)

    def _about_requests(self) -> None:
        self._latency = FastHistogram(
            "http_request_duration_seconds",
            "Time from when a request's header was on the socket to the end of the answer.",
            ["method", "handler", "status"],
            BUCKETS,
            self.registry,
        )
        self.registry.register(_Sizes(self._latency))
        self._refused = FastCounter(
            "http_requests_refused", "Requests refused before any application saw them.", ["status"], self.registry
        )
        self._refused.expect((str(status),) for status in REFUSALS)
        self._conditional = FastCounter(
            "blog_conditional_requests",
            "Requests for a page that the client has already, by what it got.",
            ["outcome"],
            self.registry,
        )
        self._conditional.expect((outcome,) for outcome in CONDITIONAL_OUTCOMES.values())
        self._searches = FastCounter("blog_searches", "Searches by outcome.", ["outcome"], self.registry)
        self._searches.expect((outcome,) for outcome in SearchOutcome)
        self._search_latency = Histogram(
            "blog_search_duration_seconds",
            "Time from a query to its answer, with the time that it waited.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.expect([UNROUTED], _EXPECTED_UNROUTED)

    def _about_content(self) -> None:
        registry = self.registry
        self._posts = Gauge("blog_posts", "Posts by state.", ["state"], registry=registry)
        self._load = Gauge("blog_content_load_seconds", "How long the served edition took to build.", registry=registry)
        text = "Rebuilds that were refused for faults."
        self._failures = Counter("blog_content_failures", text, registry=registry)
        text = "Faults that keep the content on disk from being served; 0 while it is served."
        self._faults = Gauge("blog_content_faults", text, registry=registry)
        text = "Faults of the served content that do not keep it from being served, as blog check lists them."
        self._warnings = Gauge("blog_content_warnings", text, registry=registry)
        text = "The served edition; the digest is the same on every replica that serves the same pages."
        self._edition = Gauge("blog_edition_info", text, ["digest"], registry=registry)
        text = "When the served edition was built, in seconds since the epoch."
        self._made = Gauge("blog_edition_timestamp_seconds", text, registry=registry)

    def _about_process(self, version: str, revision: str) -> None:
        # The open connections and their limit; the command line sets it, because an application that is called directly has no connections.
        self.connections: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self.gauge("blog_connections", "Open connections.", lambda: self.connections()[0])
        text = "Open connections from which on new ones are refused with 503, unless one of them is idle."
        self.gauge("blog_connections_limit", text, lambda: self.connections()[1])
        build = Gauge("blog_build_info", "What runs here.", ["version", "revision"], registry=self.registry)
        build.labels(version, revision).set(1)
        text = "How late the event loop wakes up."
        self.loop_lag = Histogram("blog_event_loop_lag_seconds", text, buckets=_LAG_BUCKETS, registry=self.registry)
        # The seconds for which the event loop was active, and idle; the lifespan sets it.
        self.loop_time: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0)
        self.registry.register(_Read(self._loop_times))
        for collect in (GCCollector, PlatformCollector):
            collect(registry=self.registry)
        ProcessCollector(registry=self.registry)

    def observe(
        self,
        method: str,
        handler: str,
        status: int,
        seconds: float,
        exemplar: Mapping[str, str] | None,
        size: int = 0,
    ) -> None:
        """Count one request. ``handler`` must be a route's template, or "" for an unknown path; ``size`` is that of the body in bytes."""
        key = (method, handler, status)
        child = self._children.get(key)
        if child is None:
            known = method if method in METHODS else OTHER_METHOD
            route = UNROUTED if status in _WHATEVER_THE_ROUTE else handler or UNROUTED
            child = self._latency.child(known, route, str(status))
            if known == method:
                self._children[key] = child
        child.size += size
        self._latency.observe(child, seconds, exemplar)

    def expect(self, routes: Iterable[str], statuses: Iterable[int] = _EXPECTED) -> None:
        """Expose these statuses of these routes from now on, at 0: rate() cannot see the first event of a series that begins at 1."""
        for route, status in product(routes, statuses):
            self._latency.child("GET", route, str(status))

    def expect_computed(self, routes: Iterable[str]) -> None:
        """As ``expect``, for routes that compute: these have errors of their own."""
        self.expect(routes, _EXPECTED_COMPUTED)

    def conditional(self, status: int) -> None:
        """Count a request with preconditions that was answered with this status."""
        outcome = CONDITIONAL_OUTCOMES.get(status)
        if outcome is not None:
            self._conditional.add(outcome)

    def request_refused(self, status: int) -> None:
        """Count a request that was refused because it violates HTTP or exceeds a limit; ``status`` is one of REFUSALS."""
        self._refused.add(str(status))

    def searched(self, outcome: SearchOutcome, seconds: float) -> None:
        """Count a search; ``seconds`` include the time that it waited for others."""
        self._searches.add(outcome)
        self._search_latency.observe(seconds)

    def edition(self, published: Published) -> None:
        """Record that a new edition is served."""
        for state, count in published.states.items():
            self._posts.labels(state).set(count)
        self._warnings.set(published.warnings)
        self._load.set(published.seconds)
        self._faults.set(0)
        self._edition.clear()
        self._edition.labels(published.digest).set(1)
        self._made.set(published.made)
        self.expect(published.routes)

    def refused(self, faults: int) -> None:
        """Record that a rebuild was refused for faults."""
        self._failures.inc()
        self._faults.set(faults)

    def count(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Register a counter whose value is read from a function at each scrape."""
        self.registry.register(_Read(lambda: CounterMetricFamily(name, text, value=value())))

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Register a gauge whose value is read from a function at each scrape."""
        self.registry.register(_Read(lambda: GaugeMetricFamily(name, text, value=value())))

    def readiness(self, state: Callable[[], str]) -> None:
        """Register ``blog_ready``; the function returns one of READINESS."""

        def family() -> Metric:
            states = GaugeMetricFamily("blog_ready", "1 for the state that the process is in.", labels=["state"])
            current = state()
            for each in READINESS:
                states.add_metric([each], float(each == current))
            return states

        self.registry.register(_Read(family))

    def _loop_times(self) -> Metric:
        """``nodejs.eventloop.time`` of the semantic conventions is the model; they have none for Python."""
        text = "Time in which the event loop worked (active), or waited for work (idle)."
        family = CounterMetricFamily("blog_event_loop_time_seconds", text, labels=["state"])
        for state, seconds in zip(("active", "idle"), self.loop_time(), strict=True):
            family.add_metric([state], seconds)
        return family

    def exposition(self, accept: str, accept_encoding: str = "") -> Scrape:
        """The answer to a scrape, by its Accept and Accept-Encoding fields."""
        return scrape(self.registry, accept, accept_encoding)

    async def measure_loop_lag(self) -> None:
        """Measure how late the event loop wakes up, until it is cancelled."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_LAG_EVERY_SECONDS)
            self.loop_lag.observe(max(0.0, time.perf_counter() - before - _LAG_EVERY_SECONDS))


class _Read(Collector):
    """A family that is read from a function at each scrape."""

    def __init__(self, family: Callable[[], Metric]) -> None:
        self._family = family

    def collect(self) -> Iterable[Metric]:
        yield self._family()


class _Sizes(Collector):
    """``http_response_size_bytes_total``, from the sizes that the histogram of requests keeps."""

    def __init__(self, latency: FastHistogram) -> None:
        self._latency = latency

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily("http_response_size_bytes", "Bytes of response bodies.", labels=["handler"])
        for handler, size in self._latency.sizes("handler").items():
            family.add_metric([handler], size)
        yield family
