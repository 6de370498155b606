"""Browser: what readers' browsers report of the pages, from the lines that a Faro receiver writes to Loki."""

from panels import Board, Panel, Row, Steps, above
from targets import LOKI, RANGE, Target, beacons, increase, rate, vital
from variables import BEACONS, DEPLOYS, METRICS

# A quarter of an hour smooths the vitals of a blog with few readers.
_WINDOW = "[15m]"
# A vital with its unit and what it says, and Google's limits for good and poor (web.dev/articles/vitals, defining-core-web-vitals-thresholds).
_VITALS = (
    ("lcp", "Largest paint (LCP)", "ms", (2500, 4000), "The time until the largest element is painted."),
    ("inp", "Interaction (INP)", "ms", (200, 500), "The time until the page reacts to a click or a key."),
    ("cls", "Layout shift (CLS)", "none", (0.1, 0.25), "How far content moves while the page is read."),
    ("ttfb", "First byte (TTFB)", "ms", (800, 1800), "The time until the first byte of the page, with connection and redirects."),
)  # fmt: skip
_CORE = _VITALS[:3]


def _steps(limits: tuple[float, float]) -> Steps:
    return above(limits[0], limits[1])


def _now(vital_of: tuple[str, str, str, tuple[float, float], str]) -> Panel:
    name, title, unit, limits, text = vital_of
    return Panel(
        title=title, description=f"{text} 75 of 100 views were at most at this. Good up to {limits[0]:g}, poor above {limits[1]:g} (Google).",
        kind="stat", unit=unit, decimals=2 if unit == "none" else 0, width=4, height=5, steps=_steps(limits), section="beacons", none="no views",
        targets=(Target(kind=LOKI, query=vital(name, RANGE), legend=name.upper(), instant=True),),
    )  # fmt: skip


def _by_route(vital_of: tuple[str, str, str, tuple[float, float], str]) -> Panel:
    name, title, unit, limits, text = vital_of
    return Panel(
        title=f"{title} by route", description=f"{text} p75 of a quarter of an hour, by the kind of page. Good up to {limits[0]:g}, poor above {limits[1]:g} (Google).",
        unit=unit, height=9, steps=_steps(limits), section="beacons", none="no views",
        targets=(Target(kind=LOKI, query=vital(name, _WINDOW, "page_id"), legend="{{page_id}}"),),
    )  # fmt: skip


def _errors(by: str, window: str) -> str:
    return f"sum by ({by}) (count_over_time({beacons('exception', 'hash!=``')} {window}))"


_COVERAGE = Panel(
    title="Coverage", description="The share of page views whose browser reported. The rest have opted out, block the script, or were not sampled (faro.sampleRate). With faro.mode direct nobody counts the reports.",
    kind="stat", unit="percentunit", decimals=0, width=4, height=5, section="beacons", none="no reports",
    targets=(Target(query=f"{increase('blog_page_views_reported_total')} / {increase('blog_page_views_total')}", instant=True),),
)  # fmt: skip
_SESSIONS = Panel(
    title="Sessions", description="Tabs in which pages were read, in the range of the board. A session ends with its tab.",
    kind="stat", unit="none", decimals=0, width=4, height=5, section="beacons", none="no views",
    targets=(
        Target(
            kind=LOKI, legend="sessions", instant=True,
            query=f'count(sum by (session_id) (count_over_time({beacons("event", "session_id!=``")} {RANGE})))',
        ),
    ),
)  # fmt: skip
_ERRORS = Row(
    "Errors in browsers",
    (
        Panel(
            title="Errors by hash", description="Errors of scripts in the range of the board. Those with one hash have the same message.",
            kind="table", unit="none", decimals=0, width=12, height=9, section="beacons", none="no errors",
            targets=(Target(kind=LOKI, query=f'topk(20, {_errors("hash, type, value", RANGE)})', instant=True),),
            # Loki answers with a table for each error.
            transformations=(
                {"id": "labelsToFields", "options": {"mode": "columns"}},
                {"id": "merge", "options": {}},
                {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": {"type": "Type", "value": "Message", "hash": "Hash", "Value #A": "Errors"}}},
            ),
        ),
        Panel(
            title="Errors by route", description="Errors of scripts, by the kind of page.",
            unit="none", width=12, height=9, steps=above(1), section="beacons", none="no errors",
            targets=(Target(kind=LOKI, query=_errors("page_id", "[$__auto]"), legend="{{page_id}}"),),
        ),
        Panel(
            title="Last errors", description="The lines of errors, with their stacks.",
            kind="logs", width=24, height=10, section="beacons", targets=(Target(kind=LOKI, query=beacons("exception", "hash!=``")),),
        ),
    ),
)  # fmt: skip
_DELIVERY = Row(
    "Delivery",
    (
        Panel(
            title="Beacons by outcome", description="Beacons a second by outcome. What is not forwarded or opted_out was refused or lost.",
            unit="reqps", width=12, section="beacons", board="runtime",
            targets=(Target(query=rate("blog_rum_beacons_total", "outcome"), legend="{{outcome}}"),),
        ),
        Panel(
            title="Views that reported", description="Views of pages that reported, by browser, in a quarter of an hour.",
            unit="none", width=12, section="beacons", none="no views",
            targets=(
                Target(
                    kind=LOKI, legend="{{browser_name}}",
                    query=f'sum by (browser_name) (count_over_time({beacons("event", "event_name=`faro.performance.navigation`")} {_WINDOW}))',
                ),
            ),
        ),
    ),
)  # fmt: skip
BOARD = Board(
    name="browser", title="Browser", description="What readers' browsers report: Core Web Vitals, errors, and how many report at all.",
    variables=(*METRICS, *BEACONS), annotations=DEPLOYS,
    rows=(
        Row("Vitals, p75 of all views", (*map(_now, _VITALS), _COVERAGE, _SESSIONS)),
        Row("Core Web Vitals by route", tuple(map(_by_route, _CORE))),
        _ERRORS,
        _DELIVERY,
    ),
)  # fmt: skip
