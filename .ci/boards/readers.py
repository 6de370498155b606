"""Readers: what people read, where they come from, feeds, searches and bots."""

from panels import Board, Panel, Row, above
from targets import RANGE, RATE, SELECTED, Target, increase, quantile, rate
from variables import DEPLOYS, METRICS


def _hourly(metric: str, by: str, more: str = "") -> str:
    return f"{rate(metric, by, more)} * 3600"


_READ = Row(
    "What people read",
    (
        Panel(
            title="Page views", description="Views of pages by people in the range of the board. Prefetches and bots are not among them.",
            kind="stat", unit="none", decimals=0, width=4, targets=(Target(query=increase("blog_page_views_total"), instant=True),),
        ),
        Panel(
            title="Visits", description="Views that did not come from another page of the site.",
            kind="stat", unit="none", decimals=0, width=4, targets=(Target(query=increase("blog_visits_total", more=',source!="internal"'), instant=True),),
        ),
        Panel(
            title="Page views by kind", description="Views of people an hour, by the kind of page.",
            unit="none", width=16, custom={"axisLabel": "views an hour"},
            targets=(Target(query=_hourly("blog_page_views_total", "content_type"), legend="{{content_type}}"),),
        ),
        Panel(
            title="Most viewed pages", description="The thirty pages with most views of people in the range of the board.",
            kind="table", unit="none", decimals=0, width=12, height=12,
            targets=(Target(query=f"topk(30, sum by (path) (increase(blog_page_views_total{{{SELECTED}}}{RANGE})) > 0)", legend="{{path}}", instant=True, format="table"),),
            transformations=({"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": {"path": "Page", "Value": "Views"}}},),
        ),
        Panel(
            title="Sources", description="Where views come from, an hour. Links of the site itself are left out.",
            unit="none", width=12, height=12, custom={"axisLabel": "views an hour"},
            targets=(Target(query=_hourly("blog_visits_total", "source", ',source!="internal"'), legend="{{source}}"),),
        ),
    ),
)  # fmt: skip
_WITH = Row(
    "What they read it with",
    (
        Panel(
            title="Browsers", description="Visits from elsewhere by browser.", kind="piechart", unit="none",
            targets=(Target(query=increase("blog_visitors_device_total", "browser"), legend="{{browser}}", instant=True),),
        ),
        Panel(
            title="Devices", description="Visits from elsewhere by kind of device.", kind="piechart", unit="none",
            targets=(Target(query=increase("blog_visitors_device_total", "device"), legend="{{device}}", instant=True),),
        ),
        Panel(
            title="Requests of known pages", description="What clients with a copy of a page get: mostly 304 (not_modified).", unit="reqps",
            targets=(Target(query=rate("blog_conditional_requests_total", "outcome"), legend="{{outcome}}"),),
        ),
        Panel(
            title="Bytes sent", description="Bytes of bodies a second, by route. Files and pictures are most of it.", unit="Bps", width=12,
            targets=(Target(query=f"topk(10, {rate('http_response_size_bytes_total', 'handler')})", legend="{{handler}}"),),
        ),
        Panel(
            title="Bots", description="Views of bots an hour, by kind.", unit="none", width=12, custom={"axisLabel": "views an hour"}, section="a-crawler-or-an-attack",
            targets=(Target(query=_hourly("blog_bot_views_total", "kind"), legend="{{kind}}"),),
        ),
    ),
)  # fmt: skip
_FEEDS = Row(
    "Feeds and searches",
    (
        Panel(
            title="Fetches of feeds", description="Fetches an hour, by format and reader.", unit="none", custom={"axisLabel": "fetches an hour"},
            targets=(Target(query=_hourly("blog_feed_fetches_total", "format, reader"), legend="{{format}} {{reader}}"),),
        ),
        Panel(
            title="Subscribers", description="Subscribers as each feed reader last reported them to any pod. Missing after a restart until the reader comes back.", unit="none",
            targets=(Target(query=f"max by (format, reader) (last_over_time(blog_feed_subscribers{{{SELECTED}}}[1d]))", legend="{{format}} {{reader}}"),),
        ),
        Panel(
            title="Searches", description="Searches a second by outcome. Many empty ones say what readers miss; busy and too_slow that there are too many at once.", unit="reqps", section="searches",
            targets=(Target(query=rate("blog_searches_total", "outcome"), legend="{{outcome}}"),),
        ),
        Panel(
            title="Time of a search", description="From a query to its answer, with the time that it waited for others.", unit="s", steps=above(0.25, 0.5), section="searches",
            targets=tuple(Target(query=quantile(share, "blog_search_duration_seconds_bucket", SELECTED), legend=f"p{round(share * 100)}") for share in (0.5, 0.95)),
        ),
        Panel(
            title="Published posts", description="Posts by state. A scheduled one appears by itself.", unit="none",
            targets=(Target(query=f"max by (state) (blog_posts{{{SELECTED}}})", legend="{{state}}"),),
        ),
        Panel(
            title="Requests without a route", description="Requests a second of paths that the site does not have, by status. Scanners make most of them.", unit="reqps", section="a-crawler-or-an-attack",
            targets=(Target(query=f'sum by (status) (rate(http_request_duration_seconds_count{{{SELECTED},handler="none"}}{RATE}))', legend="{{status}}"),),
        ),
    ),
)  # fmt: skip
BOARD = Board(
    name="readers", title="Readers", description="What people read, where they come from, feeds, searches and bots.",
    variables=METRICS, annotations=DEPLOYS, rows=(_READ, _WITH, _FEEDS),
)  # fmt: skip
