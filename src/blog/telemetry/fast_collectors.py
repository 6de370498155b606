"""A counter and a histogram for the hot path: written by the loop's thread alone, read at a scrape.

The library's own take a lock and look up a child for every increment, which for a page is more than the page costs. These are collectors of the
same library and give the same families.
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
    """A counter by label values."""

    def __init__(self, name: str, text: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: dict[Values, int] = {}
        registry.register(self)

    def add(self, *values: str, count: int = 1) -> None:
        """Count under label values, in the order of the labels; they have to come from closed sets."""
        self._counts[values] = self._counts.get(values, 0) + count

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for values, count in self._counts.copy().items():
            family.add_metric(values, count)
        yield family


class HistogramChild:
    """What was observed under one set of label values: how many in each bucket, their sum, the last exemplar of each."""

    __slots__ = ("counts", "exemplars", "total")

    def __init__(self, size: int) -> None:
        self.counts = [0] * size
        self.exemplars: dict[int, Exemplar] = {}
        self.total = 0.0


class FastHistogram(Collector):
    """A histogram of seconds by label values. ``bounds`` ascend; there is one more bucket above the last."""

    def __init__(
        self, name: str, text: str, labels: Sequence[str], bounds: Sequence[float], registry: CollectorRegistry
    ) -> None:
        self._name, self._text, self._labels, self._bounds = name, text, labels, bounds
        self._edges = [floatToGoString(bound) for bound in (*bounds, float("inf"))]  # type: ignore[no-untyped-call]
        self._observed: dict[Values, HistogramChild] = {}
        registry.register(self)

    def child(self, *values: str) -> HistogramChild:
        """Where to observe for label values, which have to come from closed sets."""
        known = self._observed.get(values)
        if known is None:
            known = self._observed[values] = HistogramChild(len(self._edges))
        return known

    def observe(self, child: HistogramChild, seconds: float, exemplar: Mapping[str, str] | None) -> None:
        place = bisect_left(self._bounds, seconds)
        child.counts[place] += 1
        child.total += seconds
        if exemplar is not None:
            child.exemplars[place] = Exemplar(dict(exemplar), seconds, time.time())

    def collect(self) -> Iterable[Metric]:
        family = HistogramMetricFamily(self._name, self._text, labels=self._labels)
        for values, child in self._observed.copy().items():
            sums = accumulate(child.counts.copy())
            exemplars = child.exemplars.copy()
            family.add_metric(values, [self._bucket(place, count, exemplars.get(place)) for place, count in enumerate(sums)], child.total)  # fmt: skip
        yield family

    def _bucket(
        self, place: int, count: int, exemplar: Exemplar | None
    ) -> tuple[str, float] | tuple[str, float, Exemplar]:
        return (self._edges[place], count, exemplar) if exemplar else (self._edges[place], count)
