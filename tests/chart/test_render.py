"""All scenarios and examples in Helm: linted, rendered, valid for the API server, and equal to the golden files."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

from blog import __version__
from tests.chart.conftest import EXAMPLES, SCENARIOS

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Object, Release, Render

ROOT = Path(__file__).parents[2]
CHART = ROOT / "chart"
GOLDEN = ROOT / "tests" / "golden" / "chart"
# The oldest version that Chart.yaml allows, and the supported ones.
KUBERNETES = ("1.29", "1.34", "1.35", "1.36", "1.37")
CUSTOM = {"ServiceMonitor", "PodMonitor", "PrometheusRule", "HTTPRoute", "Application"}
# Kinds in extraObjects of the examples, for which no schema is here.
FOREIGN = {"ScaledObject", "Route", "GrafanaDashboard"}
ExampleValues = Callable[[Path], dict[str, Any]]


@pytest.fixture
def release(given: Path, render: "Render", example_values: ExampleValues) -> "Release":
    return render(example_values(given))


def test_there_are_at_least_a_dozen_scenarios() -> None:
    assert len(list((CHART / "ci").glob("*.yaml"))) >= 12


def test_helm_lint_finds_nothing(given: Path, example_values: ExampleValues) -> None:
    report = helm.lint(CHART, example_values(given), strict=True, namespace="web")
    assert report["errors"] == []
    assert [found for found in report["messages"] if found["severity"] > 1] == []


def test_golden_manifests(scenario: Path, render: "Render", example_values: ExampleValues) -> None:
    text = render(example_values(scenario)).text
    manifests = re.sub(r"(\.json: \|\n)(    .*\n)+", r"\1    (chart/dashboards)\n", text)
    golden = GOLDEN / scenario.name
    if os.environ.get("BLOG_GOLDEN") == "refresh":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(manifests, encoding="utf-8")
    assert manifests == golden.read_text(encoding="utf-8")


def test_every_golden_file_has_its_scenario() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {path.name for path in (CHART / "ci").iterdir()}


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_valid_for_the_api_server(version: str, release: "Release") -> None:
    for found in release.objects:
        if found["kind"] not in CUSTOM | FOREIGN:
            kubernetes_validate.validate(found, version, strict=True)


def faults(objects: "list[Object]", need: "Need") -> list[str]:
    """The faults that the schemas of custom resources find."""
    need(str(ROOT / "node_modules" / "@kubernetes-models" / "argo-cd"), "npm ci")
    command = [need("node", "apt-get install npm"), str(Path(__file__).with_name("crd.mjs"))]
    done = subprocess.run(command, input=json.dumps(objects), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_custom_object_is_valid(render: "Render", example_values: ExampleValues, need: "Need") -> None:
    objects = [
        found
        for path in [*SCENARIOS, *EXAMPLES]
        for found in render(example_values(path)).objects
        if found["kind"] in CUSTOM
    ]
    application = yaml.safe_load((CHART / "examples" / "argocd-application.yaml").read_text(encoding="utf-8"))
    objects.append(application)
    assert {found["kind"] for found in objects} == CUSTOM
    assert faults(objects, need) == []


def test_a_misspelt_key_of_a_custom_object_is_found(render: "Render", need: "Need") -> None:
    monitor = render({"serviceMonitor": {"enabled": True}}).one("ServiceMonitor")
    monitor["spec"]["endpoints"][0]["intervall"] = "30s"
    monitor["spec"]["sampleLimit"] = "many"
    found = faults([monitor], need)
    assert "ServiceMonitor/blog/spec/endpoints/0/intervall: unknown" in found
    assert any(fault.startswith("ServiceMonitor/blog/spec/sampleLimit: type") for fault in found)


def test_the_helm_binary_renders_the_same_objects(
    render: "Render", example_values: ExampleValues, tmp_path: Path
) -> None:
    program = shutil.which("helm")
    if program is None:
        # Not required in CI either, because no package registry has it.
        pytest.skip("helm is missing: see https://helm.sh/docs/intro/install")

    def order(found: "Object") -> tuple[str, str]:
        return found["kind"], found["metadata"]["name"]

    for path in [*SCENARIOS, *EXAMPLES]:
        values = tmp_path / path.name
        values.write_text(yaml.safe_dump(example_values(path)), encoding="utf-8")
        command = [program, "template", "blog", str(CHART), "--namespace", "web", "--values", str(values)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rendered = [found for found in yaml.safe_load_all(text) if found]
        assert sorted(rendered, key=order) == sorted(render(example_values(path)).objects, key=order)


def test_no_object_is_rendered_twice(release: "Release") -> None:
    names = [(found["kind"], found["metadata"]["namespace"], found["metadata"]["name"]) for found in release.objects]
    assert len(names) == len(set(names))


def test_every_object_has_the_labels_that_kubernetes_recommends(release: "Release") -> None:
    for found in release.objects:
        labels = found["metadata"]["labels"]
        if found["metadata"]["name"] == "posts" or found["kind"] in FOREIGN:
            continue  # from extraObjects
        assert labels["app.kubernetes.io/instance"] == "blog"
        assert labels["app.kubernetes.io/managed-by"] == "Helm"
        assert {
            "app.kubernetes.io/name",
            "app.kubernetes.io/version",
            "app.kubernetes.io/component",
            "helm.sh/chart",
        } <= set(labels)


def test_every_name_and_label_is_short_enough(release: "Release") -> None:
    for found in release.objects:
        assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", found["metadata"]["name"])
        for value in found["metadata"].get("labels", {}).values():
            assert re.fullmatch(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?", value)


def test_every_selector_selects_exactly_its_own_pods(release: "Release") -> None:
    templates = {
        found["metadata"]["name"]: found["spec"]["template"]["metadata"]["labels"]
        for found in release.all("Deployment")
    }
    pods = {**templates, **{found["metadata"]["name"]: found["metadata"]["labels"] for found in release.all("Pod")}}
    web = release.one("Service")["metadata"]["name"]
    for found in release.objects:
        spec = found.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector")
        if found["kind"] == "ServiceMonitor" or not selector:
            continue
        selected = selector.get("matchLabels", selector) if isinstance(selector, dict) else selector
        matched = [name for name, labels in pods.items() if selected.items() <= labels.items()]
        component = found["metadata"]["labels"]["app.kubernetes.io/component"]
        (only,) = matched
        assert pods[only]["app.kubernetes.io/component"] == component
        assert component != "web" or only == web


def test_rendering_is_deterministic(given: Path, render: "Render", example_values: ExampleValues) -> None:
    """ArgoCD renders the chart repeatedly, and would report a random value as a difference each time."""
    assert render(example_values(given)).text == render(example_values(given)).text


def test_templates_neither_query_the_cluster_nor_use_random_values() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (CHART / "templates").rglob("*.*"))
    assert (
        re.findall(
            r"\b(lookup|randAlpha\w*|randNumeric|uuidv4|now|genCA|\.Capabilities\.APIVersions|htpasswd)\b", templates
        )
        == []
    )


def test_the_only_hook_is_that_of_helm_test(release: "Release") -> None:
    hooks = {
        found["metadata"]["name"]: hook
        for found in release.objects
        for name, hook in found["metadata"].get("annotations", {}).items()
        if name == "helm.sh/hook"
    }
    assert set(hooks.values()) <= {"test"}


def test_the_chart_has_the_version_of_the_package(chart: helm.Chart) -> None:
    assert chart.metadata["appVersion"] == f"v{__version__}"
    assert chart.metadata["version"] == "0.1.0"
    assert chart.metadata["kubeVersion"] == ">=1.29.0-0"


def test_the_packaged_chart_has_neither_scenarios_nor_examples(chart: helm.Chart, tmp_path: Path) -> None:
    with helm.Chart.load(chart.save(tmp_path)) as packed:
        names = {each["name"] for each in packed.files}
    assert {"README.md", "dashboards/overview.json", "files/visit.py"} <= names
    assert not [name for name in names if name.startswith(("ci/", "examples/"))]


@pytest.mark.parametrize("where", ["ghcr.io/example/charts"])
def test_the_application_pins_this_chart(where: str, chart: helm.Chart) -> None:
    source = yaml.safe_load((CHART / "examples" / "argocd-application.yaml").read_text(encoding="utf-8"))["spec"][
        "source"
    ]
    assert (source["repoURL"], source["chart"], source["targetRevision"]) == (where, chart.name, chart.version)
