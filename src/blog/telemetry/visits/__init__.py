"""Counts views and visits by closed categories. It keeps no data about a visitor."""

from blog.telemetry.visits.agents import warm_up
from blog.telemetry.visits.counters import Visits
from blog.telemetry.visits.reports import Reports

__all__ = ["Reports", "Visits", "warm_up"]
