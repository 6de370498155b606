"""Boards and alerts tell the truth: a real Prometheus scrapes a real server, and what happened is what their own expressions say.

The server is new, so the first view, error and fetch of a process are among what happens.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import promql_parser as promql
import pytest

from tests.chart.load import Load
from tests.chart.promtool import rules_of
from tests.prometheus import Prometheus, scraping

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Render
    from tests.conftest import Process, Serve, WritePost, WritePosts

BOARDS = sorted((Path(__file__).parents[2] / "chart" / "dashboards").glob("*.json"))
SECONDS = 60
VARIABLES = {"$__rate_interval": f"{SECONDS}s", "$__range": f"{SECONDS}s", "$namespace": ".*", "$job": "blog", "$instance": ".*", "$pod": ".*"}  # fmt: skip
# `increase` extrapolates by up to one interval of a second, which is to be little of the time that it has seen.
SETTLED_SECONDS, TOLERANCE = 15, 0.1
PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "sec-fetch-mode": "navigate"}  # fmt: skip
BOT = {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
READER = {"user-agent": "Feedly/1.0 (+http://www.feedly.com/fetcher.html)"}
REQUESTS, PROBE = "http_request_duration_seconds_count", "/api/ready"
BUSY = b"HEAD /blog/hello HTTP/1.1\r\nHost: blog.example\r\n\r\n"
CONNECTIONS = 200
# More searches at once than wait for the one thread that answers them.
SEARCHES = 60
OUTCOMES = {"200": "found", "503": "busy"}
# Results of a theme that fails for one query, because the start tries a theme with others.
BROKEN_RESULTS = '{% from "_search.html" import form with context %}{{ form(query, chosen) }}{{ 1 // (0 if query == "failure" else 1) }}'
FAILURES = 5
TALLIED = {"sum", "topk"}

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """An expression that sums how often something happened in SECONDS. ``scale`` is by how much it multiplies that."""

    expression: str
    selector: promql.VectorSelector
    scale: float

    @property
    def includes_probes(self) -> bool:
        return self.selector.name == REQUESTS and self._selects({"handler": PROBE, "status": "200"})

    def expected(self, happened: Iterable[tuple[str, Labels]], shown: Labels) -> int:
        """How often it happened with the labels of one of the series that are shown."""
        ours = (labels for metric, labels in happened if metric == self.selector.name and self._selects(labels))
        return sum(shown.items() <= labels.items() for labels in ours)

    def _selects(self, labels: Labels) -> bool:
        known = {"job": "blog", "namespace": "web", "instance": "a", **labels}
        return all(_matches(each, known.get(each.name, "")) for each in self.selector.matchers.matchers)


def _matches(matcher: promql.Matcher, value: str) -> bool:
    if matcher.op in (promql.MatchOp.Equal, promql.MatchOp.NotEqual):
        return bool((value == matcher.value) == (matcher.op == promql.MatchOp.Equal))
    return (re.fullmatch(matcher.value, value) is not None) is bool(matcher.op == promql.MatchOp.Re)


def _tally(expression: str) -> Tally | None:
    """The expression as a tally: a sum of `increase` or `rate`, perhaps by the hour, and perhaps only the largest or those above 0."""
    node, scale = promql.parse(expression), 1.0
    while not isinstance(node, promql.Call):
        if isinstance(node, promql.ParenExpr) or (isinstance(node, promql.AggregateExpr) and str(node.op) in TALLIED):
            node = node.expr
        elif isinstance(node, promql.BinaryExpr) and isinstance(node.rhs, promql.NumberLiteral):
            scale *= node.rhs.val if str(node.op) == "*" else 1
            node = node.lhs
        else:
            return None
    if node.func.name not in {"increase", "rate"} or "sum" not in expression:
        return None
    return Tally(expression, node.args[0].vector_selector, scale / (SECONDS if node.func.name == "rate" else 1))


def _tallies() -> Iterator[Tally]:
    """The tallies of all boards."""
    for board in BOARDS:
        for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                kind = (target.get("datasource") or panel["datasource"])["type"]
                if kind == "prometheus" and (found := _tally(_filled_in(target["expr"]))):
                    yield found


def _expression(board: str, title: str) -> str:
    """The first expression of a panel."""
    (path,) = (path for path in BOARDS if path.stem == board)
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    (expression,) = (panel["targets"][0]["expr"] for panel in panels if panel["title"] == title)
    return str(expression)


def _filled_in(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    # Any other variable is a number that the reader of the board may choose.
    return re.sub(r"\$\w+", "0.5", expression)


@dataclass(frozen=True, slots=True)
class Visitors:
    """Sends requests, and keeps what a true metric counts for them."""

    server: "Process"
    happened: list[tuple[str, Labels]]

    def send(self, path: str, handler: str, headers: Labels, *counted: tuple[str, Labels]) -> int:
        status = self.server.get(path, headers=headers).status
        self._note(handler, str(status), *counted)
        return status

    def search(self) -> int:
        status = str(self.server.get("/api/search?q=words").status)
        self._note("/api/search", status, ("blog_searches_total", {"outcome": OUTCOMES[status]}))
        return int(status)

    def search_at_once(self) -> None:
        connections = [self.server.connect() for _ in range(SEARCHES)]
        for connection in connections:
            connection.sendall(b"GET /api/search?q=words HTTP/1.1\r\nHost: blog.example\r\n\r\n")
        for connection in connections:
            with connection:
                status = connection.recv(1 << 16)[9:12].decode()
                self._note("/api/search", status, ("blog_searches_total", {"outcome": OUTCOMES[status]}))

    def _note(self, handler: str, status: str, *counted: tuple[str, Labels]) -> None:
        labels = {"method": "GET", "handler": handler, "status": status}
        self.happened.extend([(REQUESTS, labels), *counted])


def _visit(visitors: Visitors) -> None:
    """Four views of people, three of a bot, two fetches of a feed, a path that does not exist, failures, and too many searches."""
    page = {"path": "/blog/hello", "content_type": "post"}
    viewed = [("blog_page_views_total", page), ("blog_visits_total", {"source": "direct"}), ("blog_visitors_device_total", {"browser": "firefox", "device": "desktop"})]  # fmt: skip
    for _ in range(4):
        assert visitors.send("/blog/hello", "/blog/{slug}", PERSON, *viewed) == 200
    for _ in range(3):
        assert (
            visitors.send("/blog/hello", "/blog/{slug}", BOT, ("blog_bot_views_total", {"kind": "search-engine"}))
            == 200
        )
    for _ in range(2):
        assert (
            visitors.send("/rss", "/rss", READER, ("blog_feed_fetches_total", {"format": "rss", "reader": "feedly"}))
            == 200
        )
    assert visitors.send("/no-such-page", "none", PERSON) == 404
    # The first search of a process makes its index, and is refused if that takes long.
    assert any(visitors.search() == 200 for _ in range(40))
    for _ in range(FAILURES):
        assert (
            visitors.send("/search?q=failure", "/search", PERSON, ("blog_searches_total", {"outcome": "error"})) == 500
        )
    visitors.search_at_once()


@pytest.fixture
def server(serve: "Serve", posts: "WritePosts", post: "WritePost", tmp_path: Path) -> "Process":
    """A server whose page of search results fails."""
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "results.html").write_text(BROKEN_RESULTS, encoding="utf-8")
    folder = posts({"hello.md": post("Hello", "2026-03-01")})
    return serve(folder, BLOG_ACCESS_LOG="off", BLOG_TEMPLATES_DIR=str(theme)).wait_until_ready()


@pytest.fixture
def prometheus(need: "Need", server: "Process", tmp_path: Path) -> Iterator[Prometheus]:
    with scraping(need("prometheus", "apt-get install prometheus"), tmp_path, server.port, namespace="web") as running:
        running.wait_until('blog_page_views_total{path="/blog/hello"}', 0)
        yield running


@pytest.mark.process
def test_what_happened_to_a_new_process_is_what_the_panels_show(server: "Process", prometheus: Prometheus) -> None:
    visitors = Visitors(server, [])
    _visit(visitors)
    counts = Counter(metric for metric, _ in visitors.happened)
    assert counts["blog_page_views_total"] == 4
    assert {("blog_searches_total", outcome) for outcome in OUTCOMES.values()} <= {
        (metric, labels.get("outcome")) for metric, labels in visitors.happened
    }
    prometheus.wait_until("sum(blog_page_views_total)", 4)
    time.sleep(SETTLED_SECONDS)
    checked = set()
    for tally in _tallies():
        if tally.selector.name not in counts or tally.includes_probes:
            continue
        series = prometheus.result(tally.expression)
        shown = {tuple(each["metric"].items()): float(each["value"][1]) / tally.scale for each in series}
        expected = {labels: tally.expected(visitors.happened, dict(labels)) for labels in shown}
        assert shown == pytest.approx(expected, rel=TOLERANCE, abs=0.01), tally.expression
        assert sum(expected.values()) == tally.expected(visitors.happened, {}), tally.expression
        checked.add(tally.selector.name)
    # A board need not show searches.
    assert checked | {"blog_searches_total"} == set(counts)
    errors = prometheus.result(_filled_in(_expression("overview", "Errors by route")))
    shown_errors = {(each["metric"]["handler"], each["metric"]["status"]): float(each["value"][1]) for each in errors}
    assert shown_errors["/search", "500"] * SECONDS == pytest.approx(FAILURES, rel=TOLERANCE)
    requests = [labels for metric, labels in visitors.happened if metric == REQUESTS]
    failed = sum(labels["status"].startswith("5") for labels in requests)
    (available,) = prometheus.values(_filled_in(_expression("overview", "Availability")))
    assert 1 - available == pytest.approx(failed / len(requests), rel=TOLERANCE)


@pytest.mark.process
def test_the_saturation_alert_is_true_with_200_busy_connections_and_not_without(
    server: "Process", prometheus: Prometheus, render: "Render"
) -> None:
    (rule,) = (rule for rule in rules_of(render) if rule.get("alert") == "BlogSaturated")
    # The same expression over a shorter time, for which the test can wait.
    expression = rule["expr"].replace("[5m]", "[8s]")
    assert expression != rule["expr"]
    prometheus.wait_for(lambda: prometheus.values("count_over_time(up[8s])") == [8], "eight scrapes of an idle server")
    assert prometheus.values(expression) == []
    with Load(server, CONNECTIONS, BUSY) as load:
        prometheus.wait_for(lambda: bool(prometheus.values(expression)), expression)
        prometheus.wait_for(lambda: bool(prometheus.values(f"blog_connections >= {CONNECTIONS}")), "200 connections")
    assert load.responses > 0
    prometheus.wait_for(partial(_is_over, prometheus, expression), f"not {expression}")


def _is_over(prometheus: Prometheus, expression: str) -> bool:
    return not prometheus.values(expression)
