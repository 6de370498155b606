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
from prometheus_client.samples import Exemplar, Sample
from prometheus_client.utils import floatToGoString

Values = tuple[str, ...]


class FastCounter(Collector):
    """A counter with labels.

    ``created`` is whether OpenMetrics gets the time at which each child was created. It doubles the samples, so a family whose children are all
    born at 0 is better without.
    """

    def __init__(
        self, name: str, text: str, labels: Sequence[str], registry: CollectorRegistry, *, created: bool = True
    ) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: dict[Values, int] = {}
        self._created: dict[Values, float] | None = {} if created else None
        registry.register(self)

    def add(self, *values: str, count: int = 1) -> None:
        """Add to the child with these label values, in the order of the labels. They must come from closed sets."""
        try:
            self._counts[values] += count
        except KeyError:
            self._counts[values] = count
            if self._created is not None:
                self._created[values] = time.time()

    def expect(self, children: Iterable[Values]) -> None:
        """Expose these children from now on, at 0 until they are counted; those that are at 0 and not among them are removed.

        Prometheus cannot see the first event of a series that begins at 1.
        """
        expected = dict.fromkeys(children, 0)
        for values in [values for values, count in self._counts.items() if not count and values not in expected]:
            del self._counts[values]
        for values in expected:
            self.add(*values, count=0)

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        created = self._created or {}
        for values, count in self._counts.copy().items():
            family.add_metric(values, count, created=created.get(values))
        yield family


class HistogramChild:
    """The observations with one set of label values: the count and the last exemplar of each bucket, and the sum.

    ``size`` is the sum of the bytes of the responses that were observed.
    """

    __slots__ = ("counts", "created", "exemplars", "size", "total")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.exemplars: dict[int, Exemplar] = {}
        self.total = 0.0
        self.size = 0
        self.created = time.time()


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
            labels = dict(zip(self._labels, values, strict=True))
            family.samples.append(Sample(f"{self._name}_created", labels, child.created))
        yield family

    def sizes(self, label: str) -> dict[str, int]:
        """The bytes of the observed responses, by the values of one label."""
        position, found = self._labels.index(label), dict[str, int]()
        for values, child in self._observed.copy().items():
            found[values[position]] = found.get(values[position], 0) + child.size
        return found

    def _bucket(
        self, bucket: int, count: int, exemplar: Exemplar | None
    ) -> tuple[str, float] | tuple[str, float, Exemplar]:
        return (self._edges[bucket], count, exemplar) if exemplar else (self._edges[bucket], count)
