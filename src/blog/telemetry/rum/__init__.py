"""Beacons of the readers' browsers, on their way to a Faro collector. Nothing of a reader is kept or added."""

from blog.telemetry.rum.forwarder import Forwarder
from blog.telemetry.rum.outcomes import Outcomes
from blog.telemetry.rum.payload import Site

__all__ = ["Forwarder", "Outcomes", "Site"]
