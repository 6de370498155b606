"""The alerts, tested by promtool: each fires only under its condition and after its time."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Object, Render

PODS = {"namespace": "web", "pod": "blog-7d9c5f6b8-x2x4z", "container": "blog"}
OTHER_POD = {"namespace": "web", "pod": "blog-cloudflared-7d9c5f6b8-x2x4z", "container": "cloudflared"}
TARGET = {"namespace": "web", "job": "blog"}
SETTINGS: "Object" = {"prometheusRule": {"enabled": True}}


def series(name: str, values: str, **labels: str) -> dict[str, str]:
    text = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return {"series": f"{name}{{{text}}}", "values": values}


def responses(status: str, values: str) -> dict[str, str]:
    return series("http_request_duration_seconds_count", values, status=status, handler="/blog/{slug}", **TARGET)


def bucket(limit: str, values: str) -> dict[str, str]:
    return series("http_request_duration_seconds_bucket", values, le=limit, **TARGET)


def memory(used: str, limit: str, **labels: str) -> list[dict[str, str]]:
    return [
        series("container_memory_working_set_bytes", used, **labels),
        series("kube_pod_container_resource_limits", limit, resource="memory", **labels),
    ]


def ready(instance: str, values: str) -> dict[str, str]:
    return series("blog_ready", values, state="ready", instance=instance, **TARGET)


def lag(limit: str, values: str) -> dict[str, str]:
    return series("blog_event_loop_lag_seconds_bucket", values, le=limit, instance="a", **TARGET)


PROBES = series("http_request_duration_seconds_count", "0+6000x60", status="200", handler="/api/health", **TARGET)
UP = series("up", "1x60", instance="a", **TARGET)
DOWN = series("up", "0x60", instance="a", **TARGET)
BUSY = responses("200", "0+600x60")
CASES = [
    pytest.param("BlogTargetAbsent", [], {4: False, 6: True}, id="no-target-at-all"),
    pytest.param("BlogTargetAbsent", [DOWN], {6: True}, id="every-target-is-down"),
    pytest.param("BlogTargetAbsent", [UP, series("up", "0x60", instance="b", **TARGET)], {30: False}, id="one-of-two-is-up"),
    pytest.param("BlogTargetAbsent", [series("up", "1x60", namespace="other", job="blog")], {6: True}, id="target-in-another-namespace"),
    pytest.param("BlogNobodyReady", [UP, ready("a", "0x60"), ready("b", "0x60")], {1: False, 3: True}, id="two-pods-that-load"),
    pytest.param("BlogNobodyReady", [ready("a", "0x60"), ready("b", "1x60")], {30: False}, id="one-of-two-pods-loads"),
    pytest.param("BlogSaturated", [lag("0.1", "0+90x60"), lag("1.0", "0+120x60"), lag("+Inf", "0+120x60")], {4: False, 8: True}, id="late-by-a-second"),
    pytest.param("BlogSaturated", [lag("0.1", "0+120x60"), lag("1.0", "0+120x60"), lag("+Inf", "0+120x60")], {30: False}, id="in-time"),
    pytest.param("BlogErrorRatio", [PROBES, responses("500", "0+60x60")], {12: True}, id="all-readers-fail-among-probes"),
    pytest.param("BlogErrorRatio", [BUSY, series("http_request_duration_seconds_count", "0+600x60", status="503", handler="/api/ready", **TARGET)], {30: False}, id="probes-fail"),
    pytest.param("BlogErrorRatio", [BUSY, responses("500", "0+60x60")], {4: False, 12: True}, id="a-tenth-fails"),
    pytest.param("BlogErrorRatio", [BUSY, responses("500", "0+6x60")], {30: False}, id="one-in-a-hundred-fails"),
    pytest.param("BlogErrorRatio", [BUSY, responses("404", "0+600x60")], {30: False}, id="half-are-404"),
    pytest.param("BlogErrorRatio", [responses("503", "0+1x60")], {30: False}, id="few-requests"),
    pytest.param("BlogErrorRatio", [responses("503", "0+600x60")], {12: True}, id="everything-fails"),
    pytest.param(
        "BlogLatency", [BUSY, bucket("0.1", "0+570x60"), bucket("1.0", "0+600x60"), bucket("+Inf", "0+600x60")],
        {9: False, 16: True}, id="one-in-twenty-is-slow",
    ),
    pytest.param(
        "BlogLatency", [BUSY, bucket("0.1", "0+600x60"), bucket("1.0", "0+600x60"), bucket("+Inf", "0+600x60")],
        {30: False}, id="all-are-fast",
    ),
    pytest.param(
        "BlogLatency", [responses("200", "0+1x60"), bucket("0.1", "0x60"), bucket("1.0", "0+1x60"), bucket("+Inf", "0+1x60")],
        {30: False}, id="few-slow-requests",
    ),
    pytest.param(
        "BlogCrashLoop", [series("kube_pod_container_status_restarts_total", "0 1 2 3 4x20", **PODS)],
        {2: False, 6: True, 25: False}, id="four-restarts-and-then-none",
    ),
    pytest.param(
        "BlogCrashLoop", [series("kube_pod_container_status_restarts_total", "0 1x60", **PODS)], {30: False}, id="one-restart",
    ),
    pytest.param(
        "BlogCrashLoop",
        [series("kube_pod_container_status_waiting_reason", "1x60", reason="CrashLoopBackOff", **PODS)],
        {2: True}, id="crash-loop-back-off",
    ),
    pytest.param(
        "BlogCrashLoop",
        [series("kube_pod_container_status_waiting_reason", "1x60", reason="ContainerCreating", **PODS)],
        {5: False}, id="container-creating",
    ),
    pytest.param(
        "BlogCrashLoop", [series("kube_pod_container_status_restarts_total", "0+1x60", **OTHER_POD)], {10: False}, id="the-tunnel",
    ),
    pytest.param("BlogMemoryNearLimit", memory("245x60", "268x60", **PODS), {9: False, 11: True}, id="nine-tenths"),
    pytest.param("BlogMemoryNearLimit", memory("200x60", "268x60", **PODS), {30: False}, id="three-quarters"),
    pytest.param("BlogMemoryNearLimit", memory("268x60", "268x60", **OTHER_POD), {30: False}, id="the-tunnel-is-full"),
    pytest.param(
        "BlogMemoryNearLimit", [*memory("100x60", "268x60", **PODS), *memory("260x60", "268x60", **{**PODS, "pod": "blog-7d9c5f6b8-aaaaa"})],
        {11: True}, id="one-of-two-pods",
    ),
]  # fmt: skip
Check = Callable[..., str]


@pytest.fixture
def promtool(need: "Need", tmp_path: Path) -> Check:
    program = need("promtool", "apt-get install prometheus")

    def check(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return check


def write_rules(render: "Render", folder: Path, settings: "Object" = SETTINGS) -> list[Any]:
    groups = render(settings).one("PrometheusRule")["spec"]["groups"]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    return [rule for group in groups for rule in group["rules"]]


def test_promtool_accepts_the_rules(render: "Render", promtool: Check, tmp_path: Path) -> None:
    write_rules(render, tmp_path)
    assert "SUCCESS: 7 rules found" in promtool("check", "rules", "--lint-fatal", "rules.yaml")


@pytest.mark.parametrize(("alert", "given_series", "fires"), CASES)
def test_an_alert_fires_only_under_its_condition(
    alert: str,
    given_series: list[dict[str, str]],
    fires: dict[int, bool],
    render: "Render",
    promtool: Check,
    tmp_path: Path,
) -> None:
    (rule,) = (each for each in write_rules(render, tmp_path) if each["alert"] == alert)
    # The annotations depend on the series, so only the number of firing alerts is compared.
    questions = [
        {
            "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": "{}", "value": int(firing)}],
        }
        for minute, firing in fires.items()
    ]
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": given_series, "promql_expr_test": questions}],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
    promtool("test", "rules", "test.yaml")
    assert rule["labels"]["severity"] in {"critical", "warning"}


def test_every_alert_has_cases_in_which_it_fires_and_does_not_fire() -> None:
    cases = {(case.values[0], firing) for case in CASES for firing in case.values[2].values()}  # type: ignore[union-attr]
    alerts = {alert for alert, _ in cases}
    assert len(alerts) == 7
    assert cases == {(alert, firing) for alert in alerts for firing in (True, False)}


def test_the_description_of_an_alert_has_the_pod_and_the_share(
    render: "Render", promtool: Check, tmp_path: Path
) -> None:
    (rule,) = (each for each in write_rules(render, tmp_path) if each["alert"] == "BlogMemoryNearLimit")
    pod = PODS["pod"]
    description = f"{pod} uses 93.28% of its limit; above the limit the kernel kills the process."
    expected = {
        "exp_labels": {"severity": "warning", "namespace": "web", "pod": pod},
        "exp_annotations": {**rule["annotations"], "description": description},
    }
    question = {"eval_time": "12m", "alertname": "BlogMemoryNearLimit", "exp_alerts": [expected]}
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {"interval": "1m", "input_series": memory("250x60", "268x60", **PODS), "alert_rule_test": [question]}
        ],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
    promtool("test", "rules", "test.yaml")


def test_thresholds_and_labels_can_be_set(render: "Render", tmp_path: Path) -> None:
    rules = write_rules(
        render, tmp_path,
        {"prometheusRule": {"enabled": True, "errorRatio": 0.001, "memoryRatio": 1, "restarts": 0, "alertLabels": {"team": "web", "severity": "page"}}},
    )  # fmt: skip
    expressions = {rule["alert"]: rule["expr"] for rule in rules}
    assert "> 0.001\n" in expressions["BlogErrorRatio"]
    assert expressions["BlogMemoryNearLimit"].endswith("> 1")
    assert "[15m]) > 0" in expressions["BlogCrashLoop"]
    assert {(rule["labels"]["team"], rule["labels"]["severity"]) for rule in rules} == {("web", "page")}


@pytest.mark.parametrize("name", ["a-name-that-is-as-long-as-kubernetes-lets-the-name-of-a-service", "blog"])
def test_the_pods_of_a_release_with_a_long_name_are_found(
    name: str, render: "Render", promtool: Check, tmp_path: Path
) -> None:
    write_rules(render, tmp_path, {**SETTINGS, "fullnameOverride": name})
    # Kubernetes truncates the ReplicaSet's name to 58 characters and appends five random ones.
    pod = f"{name}-7d9c5f6b8-"[:58] + "x2x4z"
    question = {
        "expr": 'count(ALERTS{alertname="BlogCrashLoop",alertstate="firing"})',
        "eval_time": "10m",
        "exp_samples": [{"labels": "{}", "value": 1}],
    }
    given = [series("kube_pod_container_status_restarts_total", "0+1x20", **{**PODS, "pod": pod})]
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": given, "promql_expr_test": [question]}],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
    promtool("test", "rules", "test.yaml")
