"""A counter and a histogram for the hot path: only the event loop's thread writes them, scrapes read them.

Those of prometheus_client take a lock and look up a child for every increment, which takes longer than the page itself. These are collectors of
the same library and expose the same families.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

Values = tuple[str, ...]


class FastCounter(Collector):
    """A counter with labels."""

    def __init__(self, name: str, text: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: dict[Values, int] = {}
        registry.register(self)

    def add(self, *values: str, count: int = 1) -> None:
        """Add to the child with these label values, in the order of the labels. They must come from closed sets."""
        self._counts[values] = self._counts.get(values, 0) + count

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for values, count in self._counts.copy().items():
            family.add_metric(values, count)
        yield family


class HistogramChild:
    """The observations with one set of label values: the count and the last exemplar of each bucket, and the sum."""

    __slots__ = ("counts", "exemplars", "total")

    def __init__(self, size: int) -> None:
        self.counts = [0] * size
        self.exemplars: dict[int, Exemplar] = {}
        self.total = 0.0


class FastHistogram(Collector):
    """A histogram of seconds with labels. ``bounds`` ascend; the +Inf bucket is added."""

    def __init__(
        self, name: str, text: str, labels: Sequence[str], bounds: Sequence[float], registry: CollectorRegistry
    ) -> None:
        self._name, self._text, self._labels, self._bounds = name, text, labels, bounds
        self._edges = [floatToGoString(bound) for bound in (*bounds, float("inf"))]  # type: ignore[no-untyped-call]
        self._observed: dict[Values, HistogramChild] = {}
        registry.register(self)

    def child(self, *values: str) -> HistogramChild:
        """The child with these label values, which must come from closed sets."""
        known = self._observed.get(values)
        if known is None:
            known = self._observed[values] = HistogramChild(len(self._edges))
        return known

    def observe(self, child: HistogramChild, seconds: float, exemplar: Mapping[str, str] | None) -> None:
        bucket = bisect_left(self._bounds, seconds)
        child.counts[bucket] += 1
        child.total += seconds
        if exemplar is not None:
            child.exemplars[bucket] = Exemplar(dict(exemplar), seconds, time.time())

    def collect(self) -> Iterable[Metric]:
        family = HistogramMetricFamily(self._name, self._text, labels=self._labels)
        for values, child in self._observed.copy().items():
            sums = accumulate(child.counts.copy())
            exemplars = child.exemplars.copy()
            family.add_metric(values, [self._bucket(bucket, count, exemplars.get(bucket)) for bucket, count in enumerate(sums)], child.total)  # fmt: skip
        yield family

    def _bucket(
        self, bucket: int, count: int, exemplar: Exemplar | None
    ) -> tuple[str, float] | tuple[str, float, Exemplar]:
        return (self._edges[bucket], count, exemplar) if exemplar else (self._edges[bucket], count)
