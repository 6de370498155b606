"""The dashboard: Grafana's sidecar finds it, and a Prometheus that scrapes the blog returns a result for each of its queries."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import promql_parser
import pytest
import yaml

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Render
    from tests.conftest import Serve

ROOT = Path(__file__).parents[2]
BOARD: dict[str, Any] = json.loads((ROOT / "chart" / "dashboards" / "blog.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES = [
    pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in PANELS
    for target in panel["targets"]
]
VARIABLES = {"$__rate_interval": "30s", "$__range": "30s", "$namespace": ".*", "$job": "blog", "$instance": ".*"}
CLIENTS = [
    {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "sec-fetch-mode": "navigate", "referer": "https://www.google.com/"},
    {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "sec-fetch-mode": "navigate"},
    {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
    {"user-agent": "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)"},
]  # fmt: skip
PATHS = ["/", "/blog/hello", "/rss", "/api/posts", "/no-such-page"]
POSTS = {"hello.md": "---\ntitle: Hello\ndate: 2026-03-01\ntags: [HTTP]\n---\n\nA few words.\n"}
SCRAPE = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [rules.yaml]
scrape_configs:
  - job_name: blog
    static_configs: [{{targets: ["127.0.0.1:{port}"], labels: {{namespace: web, pod: blog-0}}}}]
"""


def expanded(expression: str) -> str:
    """The expression with values for Grafana's variables."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def test_the_config_map_is_found_by_grafanas_sidecar(render: "Render") -> None:
    found = render().one("ConfigMap", "-dashboard")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    board = json.loads(found["data"]["web-blog.json"])
    assert board | {"uid": BOARD["uid"]} == BOARD
    assert 0 < len(board["uid"]) <= 40


def test_panels_have_unique_ids_and_titles_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for position in [panel["gridPos"]]
        for x in range(position["x"], position["x"] + position["w"])
        for y in range(position["y"], position["y"] + position["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_panels_use_the_variables_for_datasource_namespace_and_job() -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            selectors = re.findall(r"\b[a-z_]+\{([^}]*)\}", target["expr"])
            assert selectors
            assert all('job=~"$job",namespace=~"$namespace",instance=~"$instance"' in each for each in selectors)


@pytest.mark.parametrize("expression", QUERIES)
def test_a_query_is_valid_promql(expression: str) -> None:
    promql_parser.parse(expanded(expression))


class Prometheus:
    """The query API of a Prometheus that scrapes a blog with requests."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5)

    def result(self, expression: str) -> list[dict[str, Any]]:
        try:
            response = self._client.get("/api/v1/query", params={"query": expression}).json()
        except (httpx.TransportError, ValueError):
            return []  # it is not up yet, or says so as text
        assert response["status"] == "success" or response["errorType"] == "unavailable", response
        return list(response["data"]["result"]) if response["status"] == "success" else []

    def get(self, path: str, **parameters: str) -> Any:
        return self._client.get(path, params=parameters).json()["data"]

    def close(self) -> None:
        self._client.close()


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
    port = free_port()
    # The job has the labels that the ServiceMonitor gives it, so that the rules of the release match.
    groups = render({"prometheusRule": {"enabled": True}}).one("PrometheusRule")["spec"]["groups"]
    every_second = [{**group, "interval": "1s"} for group in groups]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": every_second}), encoding="utf-8")
    (folder / "prometheus.yml").write_text(SCRAPE.format(port=server.port), encoding="utf-8")
    command = [
        program,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    api = Prometheus(port)
    try:
        _send_requests(api, f"http://127.0.0.1:{server.port}")
        yield api
    finally:
        api.close()
        process.kill()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
@pytest.mark.parametrize("expression", QUERIES)
def test_a_query_has_a_result(expression: str, prometheus: Prometheus) -> None:
    result = prometheus.result(expanded(expression))
    assert result, f"no result for {expanded(expression)}"
    # The quantile of a route without recent requests is NaN.
    assert any(series["value"][1] != "NaN" for series in result), result


@pytest.mark.process
def test_the_labels_in_a_legend_are_labels_of_the_result(prometheus: Prometheus) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            names = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            for series in prometheus.result(expanded(target["expr"])):
                assert names <= set(series["metric"]), (panel["title"], series["metric"])


@pytest.mark.process
@pytest.mark.parametrize("variable", ["namespace", "job", "instance"])
def test_a_variable_has_values(variable: str, prometheus: Prometheus) -> None:
    (definition,) = (each["definition"] for each in BOARD["templating"]["list"] if each["name"] == variable)
    query = re.fullmatch(r"label_values\((.+), (\w+)\)", definition)
    assert query
    assert prometheus.get(f"/api/v1/label/{query[2]}/values", **{"match[]": expanded(query[1])})


@pytest.mark.process
def test_the_rules_are_evaluated_and_inactive(prometheus: Prometheus) -> None:
    """Rules with metrics of kube-state-metrics have no series here; tests/chart/test_rules.py tests those."""
    deadline = time.monotonic() + 30
    while True:
        rules = [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]
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
