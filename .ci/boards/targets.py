"""Queries of panels, and the parts of PromQL, LogQL and TraceQL that several of them share."""

from dataclasses import dataclass
from typing import Any

PROMETHEUS, LOKI, TEMPO = "prometheus", "loki", "tempo"
# The series that the variables at the top of a board select.
SELECTED = 'job=~"$job",namespace=~"$namespace",instance=~"$instance"'
# Probes, scrapes, beacons and open event streams are no requests of readers.
_OTHERS = "/api/(health|ready|reload)|/metrics|/rum/collect"
READERS = f'{SELECTED},handler!~"{_OTHERS}"'
# What a file takes is the time of the reader's network.
TIMED = f'{SELECTED},handler!~"{_OTHERS}|/assets/[{{]asset[}}]|/[{{]file[}}]|/preview/files/[{{]file[}}]"'
COUNT, BUCKET = "http_request_duration_seconds_count", "http_request_duration_seconds_bucket"
RATE, RANGE = "[$__rate_interval]", "[$__range]"
# kube-state-metrics and cAdvisor know a container by its pod, not by the target of Prometheus.
CONTAINER = 'namespace=~"$namespace",pod=~"$pod",container="blog"'
# Selectors of streams in Loki, which depend on how log lines get there.
LOGS, BEACONS = "${logs:raw}", "${beacons:raw}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A query of a panel. ``legend`` names a series by its labels; ``instant`` asks for one moment, the end of the range."""

    query: str
    legend: str = ""
    kind: str = PROMETHEUS
    instant: bool = False
    exemplars: bool = False
    format: str = "time_series"

    def json(self, ref: str) -> dict[str, Any]:
        common = {"refId": ref, "datasource": source(self.kind)}
        match self.kind:
            case "prometheus":
                when = {"instant": self.instant, "range": not self.instant, "exemplar": self.exemplars}
                return {**common, "expr": self.query, "legendFormat": self.legend, "format": self.format, **when}
            case "loki":
                when = {"queryType": "instant" if self.instant else "range"}
                return {**common, "expr": self.query, "legendFormat": self.legend, **when}
            case _:
                return {**common, "queryType": "traceql", "query": self.query, "limit": 20, "tableType": "traces"}


def source(kind: str) -> dict[str, str]:
    """A reference to the data source that the variable of its kind selects."""
    return {"type": kind, "uid": f"${{{kind}}}"}


def rate(metric: str, by: str = "", more: str = "") -> str:
    """The rate of a counter, summed by labels."""
    return f"sum{_by(by)} (rate({metric}{{{SELECTED}{more}}}{RATE}))"


def increase(metric: str, by: str = "", more: str = "") -> str:
    """What a counter has counted in the range of the board, summed by labels."""
    return f"sum{_by(by)} (increase({metric}{{{SELECTED}{more}}}{RANGE}))"


def quantile(share: float, bucket: str, selector: str, by: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({bucket}{{{selector}}}{RATE})))"


def all_requests(window: str) -> str:
    """The requests of readers in a window, with the connections that were refused before they were requests."""
    return f'sum(increase({COUNT}{{{READERS}}}{window}) or increase(http_requests_refused_total{{{SELECTED},status="503"}}{window}))'


def failed_requests(window: str) -> str:
    """Those that got an error of the server."""
    return f'sum(increase({COUNT}{{{READERS},status=~"5.."}}{window}) or increase(http_requests_refused_total{{{SELECTED},status="503"}}{window}))'


def beacons(kind: str, condition: str) -> str:
    """The lines of one kind of a browser's signals. The first filter spares Loki from parsing the others."""
    return f'{BEACONS} |= "kind={kind}" | logfmt | {condition}'


def vital(name: str, window: str, by: str = "app_name") -> str:
    """The 75th percentile of a vital, by which Google judges a page."""
    lines = beacons("measurement", f'type="web-vitals" | {name}!="" | unwrap {name} | __error__=""')
    return f"quantile_over_time(0.75, {lines} {window}) by ({by})"


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""
