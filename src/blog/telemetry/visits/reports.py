"""Counts page views whose browser has reported, which is how much of the readers the browsers' metrics speak for."""

from prometheus_client import CollectorRegistry

from blog.telemetry.fast_collectors import FastCounter
from blog.telemetry.visits.agents import agent_of
from blog.telemetry.visits.counters import CONTENT_TYPES


class Reports:
    """``blog_page_views_reported_total``, whose share of ``blog_page_views_total`` is the coverage."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._reported = FastCounter(
            "blog_page_views_reported",
            "Views of pages by people whose browser has sent a beacon of the view.",
            ["content_type"],
            registry,
        )
        self._reported.expect((content_type,) for content_type in CONTENT_TYPES.values())

    def count(self, route: str, user_agent: bytes) -> None:
        """Count a beacon of a view. ``route`` is that of the page."""
        content_type = CONTENT_TYPES.get(route)
        if content_type and not agent_of(user_agent).bot:
            self._reported.add(content_type)
