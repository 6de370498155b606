"""A Prometheus that scrapes the blog has a result for each query of the boards, and the panels show what there was."""

import re
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.chart.boards import BOARDS, FOREIGN, RUNBOOK, VARIABLES, Query, queries
from tests.conftest import free_port
from tests.prometheus import Prometheus, scraping

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Render
    from tests.conftest import Serve

QUERIES = [
    pytest.param(query, id=query.id)
    for query in queries("prometheus")
    # A Prometheus on this machine scrapes no cluster.
    if not any(name in query.text for name in FOREIGN)
]
METRIC_OF_A_CLUSTER = re.compile("|".join(sorted(FOREIGN)))
CLIENTS = [
    {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "sec-fetch-mode": "navigate", "referer": "https://www.google.com/"},
    {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "sec-fetch-mode": "navigate"},
    {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
    {"user-agent": "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)"},
]  # fmt: skip
PATHS = ["/", "/blog/hello", "/rss", "/api/posts", "/api/search?q=hello", "/no-such-page"]
# Those that the ServiceMonitor gives, so that the rules of the release match.
LABELS = {"namespace": "web", "pod": "blog-0"}
POSTS = {"hello.md": "---\ntitle: Hello\ndate: 2026-03-01\ntags: [HTTP]\n---\n\nA few words.\n"}


@pytest.fixture(scope="module")
def prometheus(
    need: "Need", serve_module: "Serve", render: "Render", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    program = need("prometheus", "apt-get install prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    posts = folder / "posts"
    posts.mkdir()
    for name, text in POSTS.items():
        (posts / name).write_text(text, encoding="utf-8")
    server = serve_module(
        posts, OTEL_SDK_DISABLED="true", BLOG_FARO_URL="http://127.0.0.1:9/collect"
    ).wait_until_ready()
    settings = {"prometheusRule": {"enabled": True}, "serviceMonitor": {"enabled": True}}
    groups = render(settings).one("PrometheusRule")["spec"]["groups"]
    with scraping(program, folder, server.port, groups, **LABELS) as api:
        _send_requests(api, f"http://127.0.0.1:{server.port}")
        yield api


def _send_requests(prometheus: Prometheus, origin: str) -> None:
    """Send requests until Prometheus has scraped the counters several times, because a rate needs two samples."""
    deadline = time.monotonic() + 60
    with httpx.Client(base_url=origin) as client:
        while not prometheus.result("min(count_over_time(blog_visitors_device_total[1m])) >= 4"):
            assert time.monotonic() < deadline, "Prometheus has not scraped the blog"
            for headers in CLIENTS:
                for path in PATHS:
                    client.get(path, headers=headers)
            time.sleep(0.3)


@pytest.mark.process
@pytest.mark.parametrize("query", QUERIES)
def test_a_query_has_a_result(query: Query, prometheus: Prometheus) -> None:
    result = prometheus.result(query.expanded())
    assert result, f"no result for {query.expanded()}"
    # The quantile of a route without recent requests is NaN.
    assert any(series["value"][1] != "NaN" for series in result), result


@pytest.mark.process
@pytest.mark.parametrize("query", [query for query in queries("prometheus") if any(name in query.text for name in FOREIGN)], ids=lambda query: query.id)  # fmt: skip
def test_a_query_of_a_clusters_metrics_is_answered(query: Query, prometheus: Prometheus) -> None:
    """Prometheus refuses, for example, labels that do not match."""
    assert prometheus.data("/api/v1/query", query=query.expanded()) is not None


@pytest.mark.process
@pytest.mark.parametrize("query", QUERIES)
def test_the_labels_in_a_legend_are_labels_of_the_result(query: Query, prometheus: Prometheus) -> None:
    names = set(re.findall(r"\{\{(\w+)\}\}", query.target["legendFormat"]))
    for series in prometheus.result(query.expanded()):
        assert names <= set(series["metric"]), series["metric"]


@pytest.mark.process
@pytest.mark.parametrize("variable", ["namespace", "job", "instance", "pod"])
def test_a_variable_has_values(variable: str, prometheus: Prometheus) -> None:
    listed = BOARDS["overview"]["templating"]["list"]
    (definition,) = (each["definition"] for each in listed if each["name"] == variable)
    found = re.fullmatch(r"label_values\((.+), (\w+)\)", definition)
    assert found
    selector = Query("", "", {"expr": found[1]}).expanded()
    assert prometheus.data(f"/api/v1/label/{found[2]}/values", **{"match[]": selector})


@pytest.mark.process
@pytest.mark.parametrize("query", [query for query in RUNBOOK if not METRIC_OF_A_CLUSTER.search(query)])
def test_a_query_of_the_runbook_has_a_result(query: str, prometheus: Prometheus) -> None:
    # Those that name a namespace name the one of the runbook's commands.
    assert prometheus.result(query.replace('namespace="blog"', 'namespace="web"'))


@pytest.mark.process
def test_the_rules_are_evaluated_and_inactive(prometheus: Prometheus) -> None:
    """Rules with metrics of kube-state-metrics have no series here; tests/chart/test_rules.py tests those."""
    deadline = time.monotonic() + 30
    while True:
        rules = [rule for group in prometheus.data("/api/v1/rules")["groups"] for rule in group["rules"]]
        if all(rule["health"] == "ok" for rule in rules):
            break
        assert time.monotonic() < deadline, rules
        time.sleep(0.5)
    assert {rule["name"] for rule in rules if rule.get("state", "inactive") != "inactive"} == set()
    for rule in rules:
        if "kube_" not in rule["query"]:
            # The selectors of the rule match series.
            for part in re.findall(
                r"((?:http|blog|namespace_job:blog|scrape)_\w*\{[^}]*namespace=\"web\",job=\"blog\")", rule["query"]
            ):
                assert prometheus.result(part + "}"), part
    for name in {rule["name"] for rule in rules if rule["type"] == "recording"}:
        assert prometheus.result(name), name


WINDOW = 60
TRUTH = VARIABLES | {"$__range": f"{WINDOW}s", "$__rate_interval": f"{WINDOW}s"}
READERS, BOTS, FETCHES, MISSING, REFUSED, FAILED = 24, 6, 4, 8, 5, 3
FAILURES = FAILED / (READERS + BOTS + FETCHES + MISSING + FAILED)
# The connections that are open when the next one fails.
MOST_CONNECTIONS = 4
BROWSER, _, CRAWLER, FEED_READER = CLIENTS
SHOWN = [
    ("readers", "Page views", {}, READERS),
    ("readers", "Visits", {}, READERS),
    ("readers", "Most viewed pages", {"path": "/blog/text-7"}, 1),
    ("readers", "Sources", {"source": "search"}, READERS * 3600 / WINDOW),
    ("readers", "Browsers", {"browser": "firefox"}, READERS),
    ("readers", "Bots", {"kind": "search-engine"}, BOTS * 3600 / WINDOW),
    ("readers", "Fetches of feeds", {"format": "rss", "reader": "feedly"}, FETCHES * 3600 / WINDOW),
    ("readers", "Subscribers", {"format": "rss", "reader": "feedly"}, 12),
    ("readers", "Requests without a route", {"status": "404"}, MISSING / WINDOW),
    ("runtime", "Refused requests", {"status": "400"}, REFUSED / WINDOW),
    ("overview", "Requests", {"status": "404"}, MISSING / WINDOW),
    ("runtime", "Refused requests", {"status": "503"}, FAILED / WINDOW),
    ("overview", "Availability", {}, 1 - FAILURES),
    ("overview", "Error budget left", {}, 1 - FAILURES / 0.001),
    ("overview", "Fast enough", {}, 1),
    ("overview", "Pods by state", {"state": "ready"}, 1),
    ("overview", "Editions", {}, 1),
]


@pytest.fixture(scope="module")
def fresh(need: "Need", serve_module: "Serve", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has scraped a new process before the first of a known number of requests, and after the last one."""
    program = need("prometheus", "apt-get install prometheus")
    folder = tmp_path_factory.mktemp("fresh")
    posts = folder / "posts"
    posts.mkdir()
    for number in range(READERS):
        text = f"---\ntitle: Text {number}\ndate: 2026-03-01\n---\n\nA few words.\n"
        (posts / f"text-{number}.md").write_text(text, encoding="utf-8")
    metrics = free_port()
    limits = {"BLOG_METRICS_PORT": str(metrics), "BLOG_MAX_CONNECTIONS": str(MOST_CONNECTIONS)}
    server = serve_module(posts, OTEL_SDK_DISABLED="true", **limits).wait_until_ready()
    with scraping(program, folder, metrics, (), **LABELS) as api:
        api.wait_until('blog_page_views_total{path="/blog/text-7"}', 0)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
            for number in range(READERS):
                client.get(f"/blog/text-{number}", headers=BROWSER)
            for path, headers, times in (
                ("/", CRAWLER, BOTS),
                ("/rss", FEED_READER, FETCHES),
                ("/none", CRAWLER, MISSING),
            ):
                for _ in range(times):
                    client.get(path, headers=headers)
        for _ in range(REFUSED):
            ask(server.port, b"NOT HTTP\r\n\r\n")
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(MOST_CONNECTIONS)]
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: a")
        for _ in range(FAILED):
            assert b" 503 " in ask(server.port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        for connection in held:
            connection.close()
        api.wait_until('http_requests_refused_total{status="400"}', REFUSED)
        # Prometheus extrapolates an increase to the end of the window, by up to an interval: a tenth of ten seconds.
        settled = 'count_over_time(blog_posts{state="published"}[5m]) >= 15'
        api.wait_for(lambda: bool(api.result(settled)), settled)
        yield api


def ask(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        return connection.recv(1000)


@pytest.mark.process
@pytest.mark.parametrize(("board", "panel", "labels", "number"), SHOWN, ids=[" ".join((board, panel, *labels.values())) for board, panel, labels, _ in SHOWN])  # fmt: skip
def test_a_panel_shows_the_requests_that_a_new_process_has_answered(
    board: str, panel: str, labels: dict[str, str], number: float, fresh: Prometheus
) -> None:
    query, *_ = (each for each in queries("prometheus") if (each.board, each.panel) == (board, panel))
    (series,) = (each for each in fresh.result(query.expanded(TRUTH)) if labels.items() <= each["metric"].items())
    assert float(series["value"][1]) == pytest.approx(number, rel=0.15)
