"""Who reads, without knowing who: views and visits by closed categories. Nothing of a visitor is kept."""

from blog.telemetry.visits.agents import warm_up
from blog.telemetry.visits.counters import Visits

__all__ = ["Visits", "warm_up"]
