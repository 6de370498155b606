"""Prometheus metrics: a registry for each application, closed label sets, OpenMetrics with exemplars."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from blog.http.semantics import METHODS, OTHER_METHOD, REFUSALS, SearchOutcome
from blog.telemetry.fast_collectors import FastCounter, FastHistogram, HistogramChild

# From a prepared page (well below a millisecond) to a blocked process.
BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
UNROUTED = "none"
_LAG_EVERY_SECONDS = 0.5

# The _created samples would add a third to the size of a scrape.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metric families of one application. Each application of a process has its own registry."""

    def __init__(self, version: str, revision: str) -> None:
        self.registry = CollectorRegistry()
        self.active = 0
        self._latency = FastHistogram(
            "http_request_duration_seconds", "Time from the request's headers to the end of the answer.",
            ["method", "handler", "status"], BUCKETS, self.registry,
        )  # fmt: skip
        self._children: dict[tuple[str, str, int], HistogramChild] = {}
        self._refused = FastCounter(
            "http_requests_refused", "Requests refused before any application saw them.", ["status"], self.registry
        )
        for status in REFUSALS:
            self._refused.add(str(status), count=0)
        self._searches = FastCounter("blog_searches", "Searches by outcome.", ["outcome"], self.registry)
        for outcome in SearchOutcome:
            self._searches.add(outcome, count=0)
        self._search_latency = Histogram(
            "blog_search_duration_seconds",
            "Time from a query to its answer, with the time that it waited.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        active = Gauge("http_requests_in_progress", "Requests being answered.", registry=self.registry)
        active.set_function(lambda: self.active)
        build = Gauge("blog_build_info", "What runs here.", ["version", "revision"], registry=self.registry)
        build.labels(version, revision).set(1)
        self._posts = Gauge("blog_posts", "Posts by state.", ["state"], registry=self.registry)
        self._load = Gauge(
            "blog_content_load_seconds", "How long the served edition took to build.", registry=self.registry
        )
        self.loop_lag = Histogram(
            "blog_event_loop_lag_seconds",
            "How late the event loop wakes up.",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )
        self._failures = Counter(
            "blog_content_failures", "Rebuilds that were refused for faults.", registry=self.registry
        )
        self._faults = Gauge(
            "blog_content_faults",
            "Faults that keep the content on disk from being served; 0 while it is served.",
            registry=self.registry,
        )
        self._warnings = Gauge(
            "blog_content_warnings",
            "Faults of the served content that do not keep it from being served, as blog check lists them.",
            registry=self.registry,
        )
        for collect in (GCCollector, PlatformCollector):
            collect(registry=self.registry)
        ProcessCollector(registry=self.registry)

    def observe(
        self, method: str, handler: str, status: int, seconds: float, exemplar: Mapping[str, str] | None
    ) -> None:
        """Count one request. ``handler`` must be a route's template, or "" for an unknown path."""
        key = (method, handler, status)
        child = self._children.get(key)
        if child is None:
            known = method if method in METHODS else OTHER_METHOD
            child = self._latency.child(known, handler or UNROUTED, str(status))
            if known == method:
                self._children[key] = child
        self._latency.observe(child, seconds, exemplar)

    def request_refused(self, status: int) -> None:
        """Count a request that was refused because it violates HTTP or exceeds a limit; ``status`` is one of REFUSALS."""
        self._refused.add(str(status))

    def searched(self, outcome: SearchOutcome, seconds: float) -> None:
        """Count a search; ``seconds`` include the time that it waited for others."""
        self._searches.add(outcome)
        self._search_latency.observe(seconds)

    def edition(self, states: Mapping[str, int], warnings: int, seconds: float) -> None:
        """Record that a new edition is served: its posts by state, its warnings, and the seconds it took to build."""
        for state, count in states.items():
            self._posts.labels(state).set(count)
        self._warnings.set(warnings)
        self._load.set(seconds)
        self._faults.set(0)

    def refused(self, faults: int) -> None:
        """Record that a rebuild was refused for faults."""
        self._failures.inc()
        self._faults.set(faults)

    def count(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Register a counter whose value is read from a function at each scrape."""
        self.registry.register(_FunctionCounter(name, text, value))

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The body and content type of a scrape: OpenMetrics if the scraper accepts it, else the Prometheus text format."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    async def measure_loop_lag(self) -> None:
        """Measure how late the event loop wakes up, until it is cancelled."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_LAG_EVERY_SECONDS)
            self.loop_lag.observe(max(0.0, time.perf_counter() - before - _LAG_EVERY_SECONDS))


class _FunctionCounter(Collector):
    def __init__(self, name: str, text: str, value: Callable[[], float]) -> None:
        self._name, self._text, self._value = name, text, value

    def collect(self) -> Iterable[Metric]:
        yield CounterMetricFamily(self._name, self._text, value=self._value())
