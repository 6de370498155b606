"""The Deployment, its autoscaler, its disruption budget and its Services."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import helm_python as helm
import pytest
import yaml

if TYPE_CHECKING:
    from tests.chart.conftest import Render


CHART = Path(__file__).parents[2] / "chart"


def budget(render: "Render", **values: Any) -> dict[str, Any]:
    spec = render({"podDisruptionBudget": values}).one("PodDisruptionBudget")["spec"]
    return {name: spec[name] for name in ("minAvailable", "maxUnavailable") if name in spec}


def test_with_an_autoscaler_the_deployment_sets_no_number_of_pods(render: "Render") -> None:
    release = render()
    assert "replicas" not in release.one("Deployment")["spec"]
    spec = release.one("HorizontalPodAutoscaler")["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "blog"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 4)


def test_without_an_autoscaler_the_deployment_sets_the_number_which_may_be_zero(render: "Render") -> None:
    release = render({"autoscaling": {"enabled": False}})
    assert release.one("Deployment")["spec"]["replicas"] == 2
    assert release.all("HorizontalPodAutoscaler") == []
    none = render({"autoscaling": {"enabled": False}, "replicas": 0})
    assert none.one("Deployment")["spec"]["replicas"] == 0


def test_another_scaler_may_own_the_number_of_pods(render: "Render") -> None:
    release = render({"autoscaling": {"enabled": False}, "replicas": None})
    assert "replicas" not in release.one("Deployment")["spec"]
    assert release.all("HorizontalPodAutoscaler") == []


def test_more_metrics_are_added_to_that_of_the_cpu_or_replace_it(render: "Render") -> None:
    more = {
        "type": "Pods",
        "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "100"}},
    }

    def metrics(**values: Any) -> list[dict[str, Any]]:
        return list(render({"autoscaling": values}).one("HorizontalPodAutoscaler")["spec"]["metrics"])

    assert [each["type"] for each in metrics(metrics=[more])] == ["ContainerResource", "Pods"]
    assert metrics(metrics=[more], targetCPUUtilizationPercentage=None) == [more]


@pytest.mark.parametrize(("version", "kind"), [("v1.29.3", "Resource"), ("v1.30.1-gke.5", "ContainerResource")])
def test_the_metric_of_one_container_needs_kubernetes_1_30(version: str, kind: str, tmp_path: Path) -> None:
    """With the Helm SDK only `lint` takes a version, so a template reports what was rendered."""
    chart = shutil.copytree(CHART, tmp_path / "blog")
    template = chart / "templates" / "horizontalpodautoscaler.yaml"
    text = template.read_text(encoding="utf-8").replace("$.Capabilities.KubeVersion.Version", json.dumps(version))
    template.write_text(text, encoding="utf-8")
    with helm.Chart.load(chart) as changed:
        rendered = changed.render({}, name="blog", namespace="web")["blog/templates/horizontalpodautoscaler.yaml"]
    (metric,) = yaml.safe_load(rendered)["spec"]["metrics"]
    assert metric["type"] == kind


def test_objects_can_be_in_another_namespace_than_the_release(render: "Render") -> None:
    release = render(
        {"namespaceOverride": "elsewhere", "serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}
    )
    assert {found["metadata"]["namespace"] for found in release.objects} == {"elsewhere"}
    assert "web" not in json.dumps(release.environment)
    assert 'namespace="elsewhere"' in release.text
    assert "http://blog.elsewhere.svc:80" in release.one("Pod")["spec"]["containers"][0]["args"]


def test_the_autoscaler_uses_only_the_cpu_of_the_blog(render: "Render") -> None:
    (metric,) = render().one("HorizontalPodAutoscaler")["spec"]["metrics"]
    assert metric == {
        "type": "ContainerResource",
        "containerResource": {
            "container": "blog",
            "name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": 70},
        },
    }


def test_scaling_down_is_slow(render: "Render") -> None:
    behavior = render().one("HorizontalPodAutoscaler")["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300
    assert behavior["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 120}]


def test_no_pod_is_stopped_before_its_successor_is_ready(render: "Render") -> None:
    strategy = render().one("Deployment")["spec"]["strategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def test_a_percentage_stays_a_percentage_and_a_number_a_number(render: "Render") -> None:
    def surge(value: int | str) -> object:
        return render({"maxSurge": value}).one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]

    assert (surge(2), surge("25%")) == (2, "25%")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({}, {"maxUnavailable": 1}, id="default"),
        pytest.param({"minAvailable": 0}, {"minAvailable": 0}, id="min-available-zero"),
        pytest.param({"minAvailable": "50%"}, {"minAvailable": "50%"}, id="min-available-percentage"),
        pytest.param({"maxUnavailable": 2}, {"maxUnavailable": 2}, id="max-unavailable-number"),
    ],
)
def test_the_budget_has_the_given_value(values: dict[str, Any], expected: dict[str, Any], render: "Render") -> None:
    assert budget(render, **values) == expected


def test_a_pod_that_is_not_ready_never_blocks_a_drain(render: "Render") -> None:
    assert render().one("PodDisruptionBudget")["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@pytest.mark.parametrize("part", ["podDisruptionBudget", "networkPolicy", "dashboard", "helmTest", "autoscaling"])
def test_a_part_that_is_enabled_by_default_can_be_disabled(part: str, render: "Render") -> None:
    """In a template, `false | default true` would be true."""
    kind = {
        "podDisruptionBudget": "PodDisruptionBudget", "networkPolicy": "NetworkPolicy", "dashboard": "ConfigMap",
        "helmTest": "Pod", "autoscaling": "HorizontalPodAutoscaler",
    }[part]  # fmt: skip
    assert len(render().all(kind)) == 1
    assert render({part: {"enabled": False}}).all(kind) == []


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule", "HTTPRoute", "Ingress", "PodMonitor"])
def test_objects_that_need_more_than_a_plain_cluster_are_off(kind: str, render: "Render") -> None:
    assert render().all(kind) == []


def test_the_spread_constraints_select_the_pods_of_this_release_and_rollout(render: "Render") -> None:
    release = render()
    own = release.one("Deployment")["spec"]["selector"]
    for constraint in release.template["spec"]["topologySpreadConstraints"]:
        assert constraint["labelSelector"] == own
        assert constraint["matchLabelKeys"] == ["pod-template-hash"]
        assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"


def test_a_spread_constraint_with_a_selector_is_unchanged(render: "Render") -> None:
    given = {
        "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"mine": "yes"}},
    }  # fmt: skip
    release = render({"topologySpreadConstraints": [given]})
    assert release.template["spec"]["topologySpreadConstraints"] == [given]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param({}, "ghcr.io/example/blog:v0.1.0", id="the-version-of-the-chart"),
        pytest.param({"tag": "sha-8f65cd2"}, "ghcr.io/example/blog:sha-8f65cd2", id="a-tag"),
        pytest.param(
            {"tag": "x", "digest": "sha256:" + "0a" * 32}, "ghcr.io/example/blog@sha256:" + "0a" * 32, id="a-digest"
        ),
    ],
)
def test_a_digest_takes_precedence_over_a_tag(image: dict[str, Any], expected: str, render: "Render") -> None:
    release = render({"image": image})
    assert release.blog["image"] == expected
    assert release.one("Pod")["spec"]["containers"][0]["image"] == expected


def test_changed_settings_and_objects_roll_the_pods(render: "Render") -> None:
    def template(posts: str, level: str = "info") -> object:
        posts_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "posts"}, "data": {"a.md": posts}}
        return render({"extraObjects": [posts_map], "blog": {"logLevel": level}}).template["metadata"]["annotations"]

    assert template("one") == template("one")
    assert template("one") != template("two")
    assert template("one") != template("one", "debug")


def test_a_new_chart_alone_does_not_roll_the_pods(render: "Render") -> None:
    labels = render().template["metadata"]["labels"]
    assert "helm.sh/chart" not in labels
    assert "app.kubernetes.io/managed-by" not in labels


def test_selectors_do_not_move_with_what_may_change(render: "Render") -> None:
    """A Deployment's selector is immutable: an upgrade that moved it would be refused."""
    changed = {
        "image": {"tag": "next"},
        "commonLabels": {"team": "web"},
        "podLabels": {"mesh": "off"},
        "blog": {"port": 8080},
        "fullnameOverride": "other",
    }
    before, after = render().one("Deployment")["spec"], render(changed).one("Deployment")["spec"]
    assert before["selector"] == after["selector"]


def board(render: "Render", *, name: str = "blog", namespace: str = "web") -> dict[str, str]:
    return dict(render(name=name, namespace=namespace).one("ConfigMap", "-dashboard")["data"])


def test_two_releases_of_one_name_share_nothing_in_the_namespace_of_the_monitoring(render: "Render") -> None:
    monitoring = {"enabled": True, "namespace": "monitoring"}
    values = {"serviceMonitor": monitoring, "prometheusRule": monitoring, "dashboard": monitoring}

    def names(namespace: str) -> set[tuple[str, str, str]]:
        about = [(each["kind"], each["metadata"]) for each in render(values, namespace=namespace).objects]
        return {(kind, metadata["namespace"], metadata["name"]) for kind, metadata in about}

    assert not names("one") & names("two")
    assert not set(board(render, namespace="one")) & set(board(render, namespace="two"))


def test_two_releases_in_a_namespace_are_independent(render: "Render") -> None:
    def names(release: str) -> set[tuple[str, str]]:
        return {(each["kind"], each["metadata"]["name"]) for each in render(name=release).objects}

    assert not names("blog") & names("notes")
    boards = [json.loads(text) for release in ("blog", "notes") for text in board(render, name=release).values()]
    for unique in ("uid", "title"):
        assert len({found[unique] for found in boards}) == len(boards)
    assert not set(board(render, name="blog")) & set(board(render, name="notes"))
    labels = render(name="notes").template["metadata"]["labels"]
    assert not render(name="blog").one("Service")["spec"]["selector"].items() <= labels.items()


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        pytest.param("blog", "blog", id="the-charts-own-name"),
        pytest.param("my-blog", "my-blog", id="a-name-that-has-it"),
        pytest.param("notes", "notes-blog", id="another-name"),
        pytest.param("notes.v2", "notes-v2-blog", id="a-dot"),
        pytest.param("n" * 53, "n" * 53 + "-blog", id="the-longest"),
    ],
)
def test_objects_are_named_after_the_release(release: str, expected: str, render: "Render") -> None:
    assert render(name=release).one("Deployment")["metadata"]["name"] == expected


def test_every_object_has_the_common_labels_and_annotations(render: "Render") -> None:
    release = render({"commonLabels": {"team": "web"}, "commonAnnotations": {"contact": "me"}})
    for found in release.objects:
        assert found["metadata"]["labels"]["team"] == "web"
        assert found["metadata"]["annotations"]["contact"] == "me"
    assert release.template["metadata"]["labels"]["team"] == "web"
    assert release.template["metadata"]["annotations"]["contact"] == "me"


def test_common_labels_do_not_replace_the_charts_labels(render: "Render") -> None:
    release = render({"commonLabels": {"app.kubernetes.io/managed-by": "hand"}})
    assert release.one("Deployment")["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"


def test_large_numbers_are_not_written_in_scientific_notation(render: "Render") -> None:
    release = render(
        {"podSecurityContext": {"runAsUser": 1000680000}, "serviceMonitor": {"enabled": True, "sampleLimit": 5000000}}
    )
    assert "1000680000" in release.text
    assert "sampleLimit: 5000000" in release.text


def test_a_public_service_has_no_metrics(render: "Render") -> None:
    for kind in ("NodePort", "LoadBalancer"):
        release = render({"service": {"type": kind}, "serviceMonitor": {"enabled": True}})
        public, private = release.one("Service"), release.one("Service", "-metrics")
        assert (public["spec"]["type"], [port["name"] for port in public["spec"]["ports"]]) == (kind, ["http"])
        assert (private["spec"]["type"], [port["name"] for port in private["spec"]["ports"]]) == (
            "ClusterIP",
            ["metrics"],
        )


def test_a_cluster_ip_service_has_both_ports(render: "Render") -> None:
    (service,) = render().all("Service")
    assert service["spec"]["type"] == "ClusterIP"
    assert {port["name"]: port["port"] for port in service["spec"]["ports"]} == {"http": 80, "metrics": 9090}


def test_ingress_and_route_lead_to_the_http_port(render: "Render") -> None:
    release = render(
        {
            "ingress": {"enabled": True, "hosts": [{"host": "blog.example.com"}]},
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}], "hostnames": ["blog.example.com"]},
            "service": {"port": 8080},
        }
    )
    (path,) = release.one("Ingress")["spec"]["rules"][0]["http"]["paths"]
    assert path == {
        "path": "/",
        "pathType": "Prefix",
        "backend": {"service": {"name": "blog", "port": {"name": "http"}}},
    }
    (rule,) = release.one("HTTPRoute")["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": "blog", "port": 8080}]


def test_extra_objects_are_rendered_as_templates(render: "Render") -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}}
    assert render({"extraObjects": [config]}).one("ConfigMap", "-more")["metadata"]["name"] == "blog-more"


def test_an_existing_service_account_can_be_used(render: "Render") -> None:
    release = render({"serviceAccount": {"create": False, "name": "shared"}})
    assert release.all("ServiceAccount") == []
    assert release.template["spec"]["serviceAccountName"] == "shared"
    assert render({"serviceAccount": {"create": False}}).template["spec"]["serviceAccountName"] == "default"
