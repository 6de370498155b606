"""The body of a scrape: Prometheus text or OpenMetrics, compressed if the scraper takes gzip."""

import gzip
from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

_OPENMETRICS = "application/openmetrics-text"
# Level 6 takes twice the time and saves a tenth.
_LEVEL = 3


class Scrape(NamedTuple):
    """The body of a scrape and the header fields that describe it."""

    body: bytes
    headers: dict[str, str]


def scrape(registry: CollectorRegistry, accept: str, accept_encoding: str) -> Scrape:
    """The metrics of a registry: OpenMetrics if the scraper accepts it, else the Prometheus text format."""
    encode, content_type = choose_encoder(accept)
    body = encode(registry if content_type.startswith(_OPENMETRICS) else _WithoutCreated(registry))
    headers = {"content-type": content_type, "cache-control": "no-store", "vary": "accept, accept-encoding"}
    if accepts_gzip(accept_encoding):
        return Scrape(gzip.compress(body, _LEVEL, mtime=0), headers | {"content-encoding": "gzip"})
    return Scrape(body, headers)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding field names gzip with a weight above 0.

    >>> accepts_gzip("gzip"), accepts_gzip("br, GZIP;q=0.5"), accepts_gzip("gzip;q=0"), accepts_gzip("")
    (True, True, False, False)
    """
    for item in accept_encoding.lower().split(","):
        coding, _, weight = item.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


class _WithoutCreated(Collector):
    """A registry without the times at which series began, for which the Prometheus text format has no form but more series."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
