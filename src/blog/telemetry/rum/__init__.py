"""Forwards the beacons of readers' browsers to a Faro collector. It keeps and adds no data about a reader."""

from blog.telemetry.rum.forwarder import Forwarder
from blog.telemetry.rum.outcomes import Outcomes
from blog.telemetry.rum.payload import Site

__all__ = ["Forwarder", "Outcomes", "Site"]
