"""The boards in chart/dashboards and the runbook, docs/operations.md, with their queries."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "chart" / "dashboards"
BOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
VARIABLES = {
    "$__rate_interval": "30s", "$__range": "30s", "$namespace": ".*", "$job": "blog", "$instance": ".*", "$pod": "blog-.*",
    "$release": "blog", "$availability": "0.999", "$__auto": "30s", "$service": "blog",
    "${logs:raw}": '{namespace="blog",container="blog"}', "${beacons:raw}": '{app_name="blog"}',
}  # fmt: skip
# Metrics of kube-state-metrics and cAdvisor, by the names that they have had since versions 2.0 and 0.40, and of Prometheus itself.
FOREIGN = {
    "container_cpu_cfs_periods_total",
    "container_cpu_cfs_throttled_periods_total",
    "container_memory_working_set_bytes",
    "kube_deployment_spec_replicas",
    "kube_deployment_status_condition",
    "kube_deployment_status_replicas_available",
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_pod_container_resource_limits",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_status_waiting_reason",
}
OF_PROMETHEUS = {"ALERTS", "scrape_duration_seconds", "scrape_samples_post_metric_relabeling", "up"}


@dataclass(frozen=True, slots=True)
class Query:
    """A target of a panel."""

    board: str
    panel: str
    target: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.target["datasource"]["type"])

    @property
    def text(self) -> str:
        """The query as it is in the board."""
        return str(self.target.get("expr") or self.target["query"])

    @property
    def id(self) -> str:
        return f"{self.board} {self.panel} {self.target['refId']}"

    def expanded(self, values: dict[str, str] = VARIABLES) -> str:
        """The query with values for Grafana's variables."""
        text = self.text
        for name in sorted(values, key=len, reverse=True):
            text = text.replace(name, values[name])
        return text


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    """The panels that are no headings."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(kind: str) -> list[Query]:
    """The queries of one kind of data source: `prometheus`, `loki` or `tempo`."""
    every = [
        Query(name, panel["title"], target)
        for name, board in BOARDS.items()
        for panel in panels(board)
        for target in panel["targets"]
    ]
    return [query for query in every if query.kind == kind]


OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
# What stands in backticks in the runbook, and what of it is PromQL.
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", OPERATIONS, flags=re.MULTILINE | re.DOTALL))
_CALL = re.compile(r"(?:sum|max|min|count|rate|increase|histogram_quantile)\b.*\(\w|time\(\) - ")
# Queries of Loki and of Tempo in the runbook. In a table, | is escaped.
SELECTORS = [
    ("tempo" if "resource." in span else "loki", span.replace("\\|", "|"))
    for span in SPANS
    if re.match(r"\{[\w.]+=", span)
]
RUNBOOK = sorted({span for span in SPANS if _CALL.match(span) or re.fullmatch(r"\w+(?:\{.*\})? / \w+", span)})
