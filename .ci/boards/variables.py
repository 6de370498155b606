"""The variables at the top of the boards, and the annotations of their graphs."""

from typing import Any

from targets import LOKI, PROMETHEUS, SELECTED, TEMPO, source

_HIDDEN = 2


def _datasource(kind: str, label: str) -> dict[str, Any]:
    return {"name": kind, "label": label, "type": "datasource", "query": kind, "refresh": 1, "current": {}}


def _labels(name: str, label: str, query: str, current: str = "$__all", *, hide: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": source(PROMETHEUS),
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "hide": hide,
        "includeAll": True,
        # A target may lack the label, as one of a static configuration does.
        "allValue": ".*",
        "multi": True,
        "sort": 1,
        "current": {"selected": True, "text": "All" if current == "$__all" else current, "value": current},
    }


def _constant(name: str, value: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "constant",
        "hide": _HIDDEN,
        "query": value,
        "current": {"text": value, "value": value},
    }


def _text(name: str, label: str, value: str) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "textbox", "query": value, "current": {"text": value, "value": value}}


METRICS = (
    _datasource(PROMETHEUS, "Prometheus"),
    _labels("namespace", "Namespace", "label_values(blog_build_info, namespace)", "compose"),
    _labels("job", "Job", 'label_values(blog_build_info{namespace=~"$namespace"}, job)', "blog"),
    _labels("instance", "Instance", 'label_values(blog_build_info{namespace=~"$namespace",job=~"$job"}, instance)'),
)
# The names by which kube-state-metrics and cAdvisor know the release, and its objective for availability.
CLUSTER = (
    _labels("pod", "Pod", f"label_values(blog_build_info{{{SELECTED}}}, pod)", hide=_HIDDEN) | {"allValue": None},
    _constant("release", "blog"),
)
OBJECTIVE = (_constant("availability", "0.999"),)
LOGS = (_datasource(LOKI, "Loki"), _text("logs", "Log lines", '{service_name="blog", source="server"}'))
BEACONS = (_datasource(LOKI, "Loki"), _text("beacons", "Lines of browsers", '{app_name="blog"}'))
TRACES = (_datasource(TEMPO, "Tempo"), _constant("service", "blog"))

_VERSIONS = f"count by (version, revision) (blog_build_info{{{SELECTED}}})"
DEPLOYS = (
    {
        "name": "Rollouts",
        "datasource": source(PROMETHEUS),
        "enable": True,
        "iconColor": "purple",
        "expr": f"{_VERSIONS} unless count by (version, revision) (blog_build_info{{{SELECTED}}} offset 5m)",
        "titleFormat": "{{version}} {{revision}}",
        "step": "60s",
    },
    {
        "name": "Editions",
        "datasource": source(PROMETHEUS),
        "enable": True,
        "iconColor": "blue",
        "expr": f"max(blog_edition_timestamp_seconds{{{SELECTED}}}) * 1000",
        "useValueForTime": True,
        "titleFormat": "New edition",
        "step": "60s",
    },
)
