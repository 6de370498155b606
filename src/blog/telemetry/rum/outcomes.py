"""Counts beacons by outcome."""

from prometheus_client import CollectorRegistry, Counter

from blog.http.semantics import BeaconOutcome


class Outcomes:
    """``blog_rum_beacons_total``. Every outcome is exposed from the start, because rate() needs the zero before the first beacon."""

    def __init__(self, registry: CollectorRegistry) -> None:
        family = Counter("blog_rum_beacons", "Beacons of browsers, by outcome.", ["outcome"], registry=registry)
        self._children = {outcome: family.labels(outcome.value) for outcome in BeaconOutcome}

    def count(self, outcome: BeaconOutcome) -> None:
        self._children[outcome].inc()
