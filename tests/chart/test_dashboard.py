"""The dashboard: found by Grafana's sidecar, and every query in it answered by a real Prometheus that scrapes the blog."""

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
VISITORS = [
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


def asked(expression: str) -> str:
    """The expression as Grafana sends it."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def test_the_config_map_is_found_by_grafanas_sidecar(render: "Render") -> None:
    found = render().one("ConfigMap", "-dashboard")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"]["blog.json"]) == BOARD


def test_panels_are_told_apart_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_no_panel_depends_on_one_installation() -> None:
    """Datasource, namespace and job are chosen in Grafana."""
    for panel in PANELS:
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            selectors = re.findall(r"\b[a-z_]+\{([^}]*)\}", target["expr"])
            assert selectors
            assert all('job=~"$job",namespace=~"$namespace",instance=~"$instance"' in each for each in selectors)


@pytest.mark.parametrize("expression", QUERIES)
def test_a_query_is_promql(expression: str) -> None:
    promql_parser.parse(asked(expression))


class Prometheus:
    """The query API of a Prometheus that has scraped a blog with visitors."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5)

    def result(self, expression: str) -> list[dict[str, Any]]:
        try:
            answer = self._client.get("/api/v1/query", params={"query": expression}).json()
        except httpx.TransportError:
            return []
        assert answer["status"] == "success" or answer["errorType"] == "unavailable", answer
        return list(answer["data"]["result"]) if answer["status"] == "success" else []

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
    # The job as the ServiceMonitor makes it, so that the rules of the release are answered as well.
    groups = render({"prometheusRule": {"enabled": True}}).one("PrometheusRule")["spec"]["groups"]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    (folder / "prometheus.yml").write_text(SCRAPE.format(port=server.port), encoding="utf-8")
    command = [
        program,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    found = Prometheus(port)
    try:
        _visited(found, f"http://127.0.0.1:{server.port}")
        yield found
    finally:
        found.close()
        process.kill()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _visited(prometheus: Prometheus, origin: str) -> None:
    """Visitors come until Prometheus has seen their counters at two scrapes: a rate needs both."""
    deadline = time.monotonic() + 60
    with httpx.Client(base_url=origin) as client:
        while not prometheus.result("min(count_over_time(blog_visitors_device_total[1m])) >= 4"):
            assert time.monotonic() < deadline, "Prometheus has not scraped the blog"
            for visitor in VISITORS:
                for path in PATHS:
                    client.get(path, headers=visitor)
            time.sleep(0.3)


@pytest.mark.process
@pytest.mark.parametrize("expression", QUERIES)
def test_a_query_is_answered(expression: str, prometheus: Prometheus) -> None:
    result = prometheus.result(asked(expression))
    assert result, f"no answer to {asked(expression)}"
    # A route that nobody asks for just now has no quantile.
    assert any(series["value"][1] != "NaN" for series in result), result


@pytest.mark.process
def test_what_a_legend_names_is_a_label_of_the_answer(prometheus: Prometheus) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            names = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            for series in prometheus.result(asked(target["expr"])):
                assert names <= set(series["metric"]), (panel["title"], series["metric"])


@pytest.mark.process
@pytest.mark.parametrize("variable", ["namespace", "job", "instance"])
def test_a_variable_has_something_to_choose_from(variable: str, prometheus: Prometheus) -> None:
    (found,) = (each for each in BOARD["templating"]["list"] if each["name"] == variable)
    query = re.fullmatch(r"label_values\((.+), (\w+)\)", found["definition"])
    assert query
    assert prometheus.get(f"/api/v1/label/{query[2]}/values", **{"match[]": asked(query[1])})


@pytest.mark.process
def test_the_rules_are_evaluated_beside_it_and_all_is_well(prometheus: Prometheus) -> None:
    """Those that ask kube-state-metrics have no answer here; tests/chart/test_rules.py gives them one."""
    deadline = time.monotonic() + 30
    while True:
        rules = [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]
        if all(rule["health"] == "ok" for rule in rules):
            break
        assert time.monotonic() < deadline, rules
        time.sleep(0.5)
    assert {rule["name"]: rule["state"] for rule in rules} == dict.fromkeys(
        ["BlogTargetAbsent", "BlogErrorRatio", "BlogLatency", "BlogCrashLoop", "BlogMemoryNearLimit"], "inactive"
    )
    for rule in rules:
        if "kube_" not in rule["query"]:
            # Without its comparison the expression has a value: its series are there under these names.
            for part in re.findall(
                r"(http_request_duration_seconds_\w+\{[^}]*namespace=\"web\",job=\"blog\")", rule["query"]
            ):
                assert prometheus.result(part + "}"), part
