"""Counts views, visits, bots and feed fetches, after the response has been sent."""

from collections.abc import Iterable, Mapping
from itertools import product

from prometheus_client import CollectorRegistry, Gauge

from blog import urls
from blog.telemetry.fast_collectors import FastCounter
from blog.telemetry.visits import agents, sources

# The content type of a page, by its route.
CONTENT_TYPES: Mapping[str, str] = {
    **{fixed.path: fixed.content_type for fixed in urls.FIXED if fixed.content_type},
    urls.LIST_ROUTE: "list",
    urls.TAG_ROUTE: "tag",
    urls.SERIES_ROUTE: "series",
    urls.YEAR_ROUTE: "archive",
    urls.AUTHOR_ROUTE: "author",
    **{kind.route: kind.name for kind in (*urls.KINDS, urls.NOTE)},
    urls.UNGROUPED_NOTE_ROUTE: urls.NOTE.name,
    urls.COLLECTION_ROUTE: "collection",
    urls.GROUP_ROUTE: "collection",
}
_FORMATS = {feed.path: feed.name for feed in urls.FEED_FORMATS}
FEEDS: Mapping[str, str] = {route + path: name for route in ("", *urls.FEED_ROUTES) for path, name in _FORMATS.items()}
SERVED = frozenset({200, 304})
# So many paths have a series of their own, and the views of all others are counted together. A scrape with more samples than the chart's
# serviceMonitor.sampleLimit would be dropped as a whole.
MOST_PATHS = 12_000
OTHER_PATHS = "_OTHER"
_TEXTS = frozenset(kind.name for kind in (urls.POST, urls.PAGE, urls.NOTE))
_LONGEST_PURPOSE = 64


class Visits:
    """The metric families of visits of one application. Labels are from closed sets or are paths of the site."""

    def __init__(self, registry: CollectorRegistry, own_host: str) -> None:
        self._own_host = own_host
        # The paths without a series of their own: none but on a very large site.
        self._others: frozenset[str] = frozenset()
        self._views = FastCounter(
            "blog_page_views",
            "Views of pages by people; prefetches are not views.",
            ["path", "content_type"],
            registry,
            created=False,
        )
        self._visits = FastCounter(
            "blog_visits", "Page views of people, by where they came from.", ["source"], registry
        )
        self._devices = FastCounter(
            "blog_visitors_device", "Visits from elsewhere, by browser and device.", ["browser", "device"], registry
        )
        self._bots = FastCounter("blog_bot_views", "Page views of bots, by kind.", ["kind"], registry)
        self._feeds = FastCounter(
            "blog_feed_fetches", "Fetches of feeds, by format and reader.", ["format", "reader"], registry
        )
        self._subscribers = Gauge(
            "blog_feed_subscribers",
            "Subscribers that a reader last reported for a feed.",
            ["format", "reader"],
            registry=registry,
        )
        self._visits.expect((source,) for source in sources.SOURCES)
        self._devices.expect(product(agents.BROWSERS, agents.DEVICES))
        self._bots.expect((kind,) for kind in agents.BOT_KINDS)
        self._feeds.expect(product(_FORMATS.values(), agents.READERS))

    def expect(self, routes: Iterable[tuple[str, str]]) -> None:
        """Expose the views of these pages, given as path and route, from now on; of a very large site the texts first, as they come."""
        typed = [(path, CONTENT_TYPES[route]) for path, route in routes if route in CONTENT_TYPES]
        typed.sort(key=lambda each: each[1] not in _TEXTS)
        self._others = frozenset(path for path, _ in typed[MOST_PATHS:])
        others = {(OTHER_PATHS, content_type) for _, content_type in typed[MOST_PATHS:]}
        self._views.expect([*typed[:MOST_PATHS], *others])

    def count(self, route: str, path: str, status: int, headers: Mapping[bytes, bytes], query: bytes) -> None:
        """Count the response to a GET. ``path`` must be a path of the site, in its canonical spelling."""
        if status not in SERVED:
            return
        if content_type := CONTENT_TYPES.get(route):
            # Nearly no request has one of these fields, and three look-ups take less time than a call.
            has_purpose = b"sec-purpose" in headers or b"purpose" in headers or b"x-moz" in headers
            if not (has_purpose and _is_prefetch(headers)):
                self._view(path, content_type, headers, query)
        elif feed := FEEDS.get(route):
            self._feed(feed, headers, whole=route in _FORMATS)

    def _view(self, path: str, content_type: str, headers: Mapping[bytes, bytes], query: bytes) -> None:
        agent = agents.agent_of(headers.get(b"user-agent", b""))
        if agent.bot:
            self._bots.add(agent.bot)
            return
        self._views.add(OTHER_PATHS if path in self._others else path, content_type)
        if headers.get(b"sec-fetch-mode", b"navigate") == b"navigate":
            self._visit(agent, headers, query)

    def _visit(self, agent: agents.Agent, headers: Mapping[bytes, bytes], query: bytes) -> None:
        referrer = headers.get(b"referer")
        source: sources.Source = "direct"
        if referrer:
            source = sources.of_referrer(referrer[: sources.LONGEST_REFERRER], self._own_host)
        if source != "internal":
            source = (query and sources.of_query(query)) or source
            self._devices.add(agent.browser, agent.device)
        self._visits.add(source)

    def _feed(self, feed: str, headers: Mapping[bytes, bytes], *, whole: bool) -> None:
        agent = agents.agent_of(headers.get(b"user-agent", b""))
        self._feeds.add(feed, agent.reader)
        # The subscribers of a part of the site are not subscribers of the site.
        if whole and agent.subscribers is not None:
            self._subscribers.labels(feed, agent.reader).set(agent.subscribers)


def _is_prefetch(headers: Mapping[bytes, bytes]) -> bool:
    purpose = headers.get(b"sec-purpose") or headers.get(b"purpose") or headers.get(b"x-moz") or b""
    return purpose != b"" and b"prefetch" in purpose[:_LONGEST_PURPOSE].lower()
