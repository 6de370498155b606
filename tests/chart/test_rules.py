"""The alerts, tested by promtool: each fires only under its condition and after its time."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.promtool import POD, RULES, TARGET, Series, ask, firing, rules_of, run, series, write_rules

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Object, Render

OTHER_POD = {"namespace": "web", "pod": "blog-cloudflared-7d9c5f6b8-x2x4z", "container": "cloudflared"}
HPA = {"namespace": "web", "horizontalpodautoscaler": "blog"}
STUCK = {"namespace": "web", "deployment": "blog", "condition": "Progressing", "status": "false"}
SCRAPED: "Object" = {**RULES, "serviceMonitor": {"enabled": True}}


def memory(used: str, limit: str, **labels: str) -> list[Series]:
    return [
        series("container_memory_working_set_bytes", used, **labels),
        series("kube_pod_container_resource_limits", limit, resource="memory", **labels),
    ]


def ready(instance: str, values: str) -> Series:
    return series("blog_ready", values, state="ready", instance=instance, **TARGET)


def lag(limit: str, values: str) -> Series:
    return series("blog_event_loop_lag_seconds_bucket", values, le=limit, instance="a", **TARGET)


def loop(active: str, idle: str) -> list[Series]:
    """The time of the event loop in seconds, at one value a minute."""
    name = "blog_event_loop_time_seconds_total"
    return [
        series(name, active, state="active", instance="a", **TARGET),
        series(name, idle, state="idle", instance="a", **TARGET),
    ]


def up(instance: str, values: str) -> Series:
    return series("up", values, instance=instance, **TARGET)


def edition(instance: str, digest: str, values: str) -> Series:
    return series("blog_edition_info", values, instance=instance, digest=digest, **TARGET)


def connections(values: str) -> list[Series]:
    return [
        series("blog_connections", values, instance="a", **TARGET),
        series("blog_connections_limit", "1000x60", instance="a", **TARGET),
    ]


def beacons(outcome: str, values: str) -> Series:
    return series("blog_rum_beacons_total", values, outcome=outcome, instance="a", **TARGET)


def replicas(current: str, most: str, **labels: str) -> list[Series]:
    return [
        series("kube_horizontalpodautoscaler_status_current_replicas", current, **labels),
        series("kube_horizontalpodautoscaler_spec_max_replicas", most, **labels),
    ]


UP = up("a", "1x60")
CASES = [
    pytest.param("BlogTargetAbsent", [], {4: False, 6: True}, id="no-target-at-all"),
    pytest.param("BlogTargetAbsent", [up("a", "0x60")], {6: True}, id="every-target-is-down"),
    pytest.param("BlogTargetAbsent", [UP, up("b", "0x60")], {30: False}, id="one-of-two-is-up"),
    pytest.param("BlogTargetAbsent", [series("up", "1x60", namespace="other", job="blog")], {6: True}, id="target-in-another-namespace"),
    pytest.param("BlogNobodyReady", [UP, ready("a", "0x60"), ready("b", "0x60")], {1: False, 3: True}, id="two-pods-that-load"),
    pytest.param("BlogNobodyReady", [ready("a", "0x60"), ready("b", "1x60")], {30: False}, id="one-of-two-pods-loads"),
    pytest.param("BlogSaturated", [lag("0.1", "0+90x60"), lag("1.0", "0+120x60"), lag("+Inf", "0+120x60")], {4: False, 8: True}, id="late-by-a-second"),
    pytest.param("BlogSaturated", [lag("0.1", "0+120x60"), lag("1.0", "0+120x60"), lag("+Inf", "0+120x60")], {30: False}, id="in-time"),
    pytest.param("BlogSaturated", loop("0+57x60", "0+3x60"), {4: False, 8: True}, id="no-time-left"),
    pytest.param("BlogSaturated", loop("0+30x60", "0+30x60"), {30: False}, id="half-of-the-time"),
    pytest.param("BlogTargetDown", [UP, up("b", "1x3 0x60")], {15: False, 20: True}, id="one-of-two-is-down"),
    pytest.param("BlogTargetDown", [UP, up("b", "0x10 1x40")], {8: False, 30: False}, id="down-for-ten-minutes"),
    pytest.param("BlogRebuildRefused", [series("blog_content_faults", "0x2 3x60", instance="a", **TARGET)], {11: False, 14: True}, id="three-faults"),
    pytest.param("BlogRebuildRefused", [series("blog_content_faults", "0 3x8 0x50", instance="a", **TARGET)], {8: False, 30: False}, id="corrected-in-time"),
    pytest.param("BlogEditionDiffers", [edition("a", "one", "1x60"), edition("b", "two", "1x60")], {14: False, 16: True}, id="one-pod-serves-another"),
    pytest.param("BlogEditionDiffers", [edition("a", "one", "1x60"), edition("b", "one", "1x60")], {30: False}, id="both-serve-the-same"),
    pytest.param("BlogEditionDiffers", [edition("a", "one", "1x10 stale"), edition("a", "two", "_x10 1x50"), edition("b", "one", "1x20 stale"), edition("b", "two", "_x20 1x40")], {19: False, 40: False}, id="a-rollout-of-ten-minutes"),
    pytest.param("BlogConnectionsNearLimit", connections("900x60"), {4: False, 6: True}, id="nine-tenths-in-use"),
    pytest.param("BlogConnectionsNearLimit", connections("500x60"), {30: False}, id="half-in-use"),
    pytest.param("BlogSpansLost", [series("blog_spans_dropped_total", "0+5x60", instance="a", **TARGET)], {3: False, 15: True}, id="five-a-minute"),
    pytest.param("BlogSpansLost", [series("blog_spans_dropped_total", "0 4x60", instance="a", **TARGET)], {3: False, 12: False}, id="four-in-all"),
    pytest.param("BlogBeaconsLost", [beacons("collector_gone", "0+3x60"), beacons("queue_full", "0+2x60")], {3: False, 15: True}, id="collector-gone"),
    pytest.param("BlogBeaconsLost", [beacons("forwarded", "0+60x60"), beacons("cross_site", "0+60x60"), beacons("opted_out", "0+60x60")], {30: False}, id="forwarded-and-refused"),
    pytest.param("BlogScrapeNearLimit", [series("scrape_samples_post_metric_relabeling", "17000x60", instance="a", **TARGET)], {14: False, 16: True}, id="near-the-limit"),
    pytest.param("BlogScrapeNearLimit", [series("scrape_samples_post_metric_relabeling", "9000x60", instance="a", **TARGET)], {30: False}, id="half-of-the-limit"),
    pytest.param("BlogRolloutStuck", [series("kube_deployment_status_condition", "0x5 1x60", **STUCK)], {5: False, 8: True}, id="past-the-deadline"),
    pytest.param("BlogRolloutStuck", [series("kube_deployment_status_condition", "1x60", **{**STUCK, "deployment": "blog-cloudflared"})], {30: False}, id="another-deployment"),
    pytest.param("BlogAutoscalerAtMaximum", replicas("2x5 6x60", "6x60", **HPA), {20: False, 22: True}, id="at-the-maximum"),
    pytest.param("BlogAutoscalerAtMaximum", replicas("5x60", "6x60", **HPA), {30: False}, id="below-the-maximum"),
    pytest.param(
        "BlogCrashLoop", [series("kube_pod_container_status_restarts_total", "0 1 2 3 4x20", **POD)],
        {2: False, 6: True, 25: False}, id="four-restarts-and-then-none",
    ),
    pytest.param(
        "BlogCrashLoop", [series("kube_pod_container_status_restarts_total", "0 1x60", **POD)], {30: False}, id="one-restart",
    ),
    pytest.param(
        "BlogCrashLoop",
        [series("kube_pod_container_status_waiting_reason", "1x60", reason="CrashLoopBackOff", **POD)],
        {2: True}, id="crash-loop-back-off",
    ),
    pytest.param(
        "BlogCrashLoop",
        [series("kube_pod_container_status_waiting_reason", "1x60", reason="ContainerCreating", **POD)],
        {5: False}, id="container-creating",
    ),
    pytest.param(
        "BlogCrashLoop", [series("kube_pod_container_status_restarts_total", "0+1x60", **OTHER_POD)], {10: False}, id="the-tunnel",
    ),
    pytest.param("BlogMemoryNearLimit", memory("245x60", "268x60", **POD), {9: False, 11: True}, id="nine-tenths"),
    pytest.param("BlogMemoryNearLimit", memory("200x60", "268x60", **POD), {30: False}, id="three-quarters"),
    pytest.param("BlogMemoryNearLimit", memory("268x60", "268x60", **OTHER_POD), {30: False}, id="the-tunnel-is-full"),
    pytest.param(
        "BlogMemoryNearLimit", [*memory("100x60", "268x60", **POD), *memory("260x60", "268x60", **{**POD, "pod": "blog-7d9c5f6b8-aaaaa"})],
        {11: True}, id="one-of-two-pods",
    ),
]  # fmt: skip


@pytest.fixture
def promtool(need: "Need") -> str:
    return need("promtool", "apt-get install prometheus")


@pytest.mark.parametrize("settings", [RULES, SCRAPED, {"prometheusRule": {**RULES["prometheusRule"], "clusterMetrics": False}}], ids=["alone", "scraped", "no-cluster-metrics"])  # fmt: skip
def test_promtool_accepts_the_rules(settings: "Object", render: "Render", promtool: str, tmp_path: Path) -> None:
    write_rules(render, tmp_path / "rules.yaml", settings)
    found = len(rules_of(render, settings))
    assert f"SUCCESS: {found} rules found" in run(promtool, tmp_path, "check", "rules", "--lint-fatal", "rules.yaml")


@pytest.mark.parametrize(("alert", "given_series", "fires"), CASES)
def test_an_alert_fires_only_under_its_condition(
    alert: str, given_series: list[Series], fires: dict[int, bool], render: "Render", promtool: str, tmp_path: Path
) -> None:
    write_rules(render, tmp_path / "rules.yaml", SCRAPED)
    # Alertmanager routes and silences by the namespace.
    ask(promtool, tmp_path, given_series, firing(alert, fires, namespace="web"))


def test_every_alert_has_cases_in_which_it_fires_and_does_not_fire(render: "Render") -> None:
    cases = {(case.values[0], firing) for case in CASES for firing in case.values[2].values()}  # type: ignore[union-attr]
    alerts = {rule["alert"] for rule in rules_of(render, SCRAPED) if "alert" in rule}
    # tests/chart/test_objectives.py has the cases of the budgets, window by window.
    assert cases == {(alert, fires) for alert in alerts if not alert.endswith("BudgetBurn") for fires in (True, False)}


def test_every_alert_says_what_readers_notice_and_where_to_look(render: "Render") -> None:
    with_grafana = {**SCRAPED, "prometheusRule": {"enabled": True, "grafanaUrl": "https://grafana.example/graphs/"}}
    boards = {json.loads(text)["uid"] for text in render().one("ConfigMap", "-dashboard")["data"].values()}
    for rule in rules_of(render, with_grafana):
        if "record" not in rule:
            notes = rule["annotations"]
            assert rule["labels"]["severity"] in {"critical", "warning"}
            assert set(notes) == {"summary", "description", "runbook_url", "dashboard_url"}
            assert re.search(r"Readers |requests of the last", notes["description"]), rule["alert"]
            base, _, uid = notes["dashboard_url"].rpartition("/d/")
            assert base == "https://grafana.example/graphs"
            assert uid in boards


@pytest.mark.parametrize("values", [{}, {"dashboard": {"enabled": False}}], ids=["no-address", "no-dashboards"])
def test_without_a_board_to_open_alerts_have_no_dashboard_url(values: "Object", render: "Render") -> None:
    address = "https://grafana.example" if values else ""
    settings = {**values, "prometheusRule": {"enabled": True, "grafanaUrl": address}}
    assert not [rule for rule in rules_of(render, settings) if "dashboard_url" in rule.get("annotations", {})]


def test_the_description_of_an_alert_has_the_pod_and_the_share(render: "Render", promtool: str, tmp_path: Path) -> None:
    write_rules(render, tmp_path / "rules.yaml")
    (rule,) = (each for each in rules_of(render) if each.get("alert") == "BlogMemoryNearLimit")
    pod = POD["pod"]
    description = f"Readers lose requests when the kernel kills the process at its limit. {pod} uses 93.28% of it."
    expected = {
        "exp_labels": {"severity": "warning", "namespace": "web", "pod": pod},
        "exp_annotations": {**rule["annotations"], "description": description},
    }
    question = {"eval_time": "12m", "alertname": "BlogMemoryNearLimit", "exp_alerts": [expected]}
    ask(promtool, tmp_path, memory("250x60", "268x60", **POD), [question])


def alerts_of(render: "Render", settings: "Object") -> dict[str, Any]:
    return {rule["alert"]: rule for rule in rules_of(render, settings) if "alert" in rule}


def test_thresholds_and_labels_can_be_set(render: "Render") -> None:
    alerts = alerts_of(
        render,
        {"prometheusRule": {"enabled": True, "memoryRatio": 1, "restarts": 0, "lostItems": 7, "alertLabels": {"team": "web", "severity": "page"}}},
    )  # fmt: skip
    assert alerts["BlogMemoryNearLimit"]["expr"].endswith("> 1")
    assert "[15m]) > 0" in alerts["BlogCrashLoop"]["expr"]
    assert alerts["BlogSpansLost"]["expr"].endswith(">= 7")
    assert {(rule["labels"]["team"], rule["labels"]["severity"]) for rule in alerts.values()} == {("web", "page")}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        pytest.param({}, {"BlogScrapeNearLimit"}, id="no-monitor-has-no-limit"),
        pytest.param({"serviceMonitor": {"enabled": True, "sampleLimit": 0}}, {"BlogScrapeNearLimit"}, id="no-limit"),
        pytest.param({"serviceMonitor": {"enabled": True}, "autoscaling": {"enabled": False}}, {"BlogAutoscalerAtMaximum"}, id="no-autoscaler"),
        pytest.param(
            {"podMonitor": {"enabled": True}, "autoscaling": {"minReplicas": 3, "maxReplicas": 3}}, {"BlogAutoscalerAtMaximum"}, id="a-fixed-number-of-pods",
        ),
        pytest.param(
            {"serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True, "clusterMetrics": False}},
            {"BlogCrashLoop", "BlogMemoryNearLimit", "BlogRolloutStuck", "BlogAutoscalerAtMaximum"}, id="no-kube-state-metrics",
        ),
    ],
)  # fmt: skip
def test_an_alert_that_could_never_fire_is_left_out(values: "Object", missing: set[str], render: "Render") -> None:
    assert set(alerts_of(render, SCRAPED)) - set(alerts_of(render, {**RULES, **values})) == missing


def test_the_limit_of_a_scrape_is_that_of_the_monitor(render: "Render") -> None:
    alerts = alerts_of(render, {**RULES, "serviceMonitor": {"enabled": True, "sampleLimit": 2000000}})
    assert alerts["BlogScrapeNearLimit"]["expr"].endswith("/ 2000000 > 0.8")


@pytest.mark.parametrize("name", ["a-name-that-is-as-long-as-kubernetes-lets-the-name-of-a-service", "blog"])
def test_the_pods_of_a_release_with_a_long_name_are_found(
    name: str, render: "Render", promtool: str, tmp_path: Path
) -> None:
    write_rules(render, tmp_path / "rules.yaml", {**RULES, "fullnameOverride": name})
    # Kubernetes truncates the ReplicaSet's name to 58 characters and appends five random ones.
    pod = f"{name}-7d9c5f6b8-"[:58] + "x2x4z"
    given = [series("kube_pod_container_status_restarts_total", "0+1x20", **{**POD, "pod": pod})]
    ask(promtool, tmp_path, given, firing("BlogCrashLoop", {10: True}))
