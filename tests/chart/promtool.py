"""What the tests of the rules give to `promtool test rules`: series, and questions about alerts and expressions."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from tests.chart.conftest import Object, Render

TARGET = {"namespace": "web", "job": "blog"}
POD = {"namespace": "web", "pod": "blog-7d9c5f6b8-x2x4z", "container": "blog"}
RULES: "Object" = {"prometheusRule": {"enabled": True}}
Series = dict[str, str]


def series(name: str, values: str, **labels: str) -> Series:
    text = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return {"series": f"{name}{{{text}}}", "values": values}


def requests(status: str, values: str, handler: str = "/blog/{slug}") -> Series:
    """The requests of readers with a status, each minute."""
    return series("http_request_duration_seconds_count", values, status=status, handler=handler, **TARGET)


def firing(alert: str, minutes: Mapping[int, bool], **labels: str) -> list["Object"]:
    """Questions whether an alert fires at these minutes. Annotations depend on the series, so only firing alerts are counted."""
    selector = ",".join(f'{name}="{value}"' for name, value in {"alertname": alert, **labels}.items())
    expression = f'(count(ALERTS{{{selector},alertstate="firing"}}) > bool 0) or vector(0)'
    return [question(expression, minute, {"{}": int(fires)}) for minute, fires in minutes.items()]


def question(expression: str, minute: int, samples: Mapping[str, float]) -> "Object":
    """The question whether an expression has these samples, by their labels, at a minute."""
    expected = [{"labels": labels, "value": value} for labels, value in samples.items()]
    return {"expr": expression, "eval_time": f"{minute}m", "exp_samples": expected}


def rules_of(render: "Render", settings: "Object" = RULES, **release: str) -> list[Any]:
    groups = render(settings, **release).one("PrometheusRule")["spec"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


def write_rules(render: "Render", file: Path, settings: "Object" = RULES, **release: str) -> None:
    groups = render(settings, **release).one("PrometheusRule")["spec"]["groups"]
    file.write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")


def run(program: str, folder: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(program: str, folder: Path, given: Sequence[Series], questions: Sequence["Object"]) -> None:
    """Evaluate the rules in a folder each minute over the series, and compare the answers."""
    alerts = [each for each in questions if "alertname" in each]
    expressions = [each for each in questions if "expr" in each]
    test = {
        "rule_files": sorted(path.name for path in folder.glob("rules*.yaml")),
        "evaluation_interval": "1m",
        "tests": [
            {"interval": "1m", "input_series": list(given), "alert_rule_test": alerts, "promql_expr_test": expressions}
        ],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
    run(program, folder, "test", "rules", "test.yaml")
