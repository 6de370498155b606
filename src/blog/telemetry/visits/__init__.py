"""Counts views and visits by closed categories. It keeps no data about a visitor."""

from blog.telemetry.visits.agents import warm_up
from blog.telemetry.visits.counters import Visits

__all__ = ["Visits", "warm_up"]
