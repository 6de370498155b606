"""The Deployment and what scales and guards it."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Render


def budget(render: "Render", **values: Any) -> dict[str, Any]:
    spec = render({"podDisruptionBudget": values}).one("PodDisruptionBudget")["spec"]
    return {name: spec[name] for name in ("minAvailable", "maxUnavailable") if name in spec}


def test_with_an_autoscaler_nobody_else_owns_the_number_of_pods(render: "Render") -> None:
    release = render()
    assert "replicas" not in release.one("Deployment")["spec"]
    spec = release.one("HorizontalPodAutoscaler")["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "blog"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 4)


def test_without_an_autoscaler_the_number_is_said_and_zero_is_one(render: "Render") -> None:
    release = render({"autoscaling": {"enabled": False}})
    assert release.one("Deployment")["spec"]["replicas"] == 2
    assert release.all("HorizontalPodAutoscaler") == []
    none = render({"autoscaling": {"enabled": False}, "replicas": 0})
    assert none.one("Deployment")["spec"]["replicas"] == 0


def test_cpu_is_the_only_reason_to_scale(render: "Render") -> None:
    (metric,) = render().one("HorizontalPodAutoscaler")["spec"]["metrics"]
    assert metric == {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }


def test_scaling_down_is_calm(render: "Render") -> None:
    behavior = render().one("HorizontalPodAutoscaler")["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300
    assert behavior["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 120}]


def test_no_pod_leaves_before_its_successor_is_ready(render: "Render") -> None:
    strategy = render().one("Deployment")["spec"]["strategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def test_a_share_of_pods_stays_a_share_and_a_number_a_number(render: "Render") -> None:
    def surge(value: int | str) -> object:
        return render({"maxSurge": value}).one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]

    assert (surge(2), surge("25%")) == (2, "25%")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param({}, {"maxUnavailable": 1}, id="nothing-said"),
        pytest.param({"minAvailable": 0}, {"minAvailable": 0}, id="none-has-to-stay"),
        pytest.param({"maxUnavailable": 0}, {"maxUnavailable": 0}, id="none-may-leave"),
        pytest.param({"minAvailable": "50%"}, {"minAvailable": "50%"}, id="half-has-to-stay"),
        pytest.param({"maxUnavailable": 2}, {"maxUnavailable": 2}, id="two-may-leave"),
    ],
)
def test_a_budget_says_what_was_given(said: dict[str, Any], wanted: dict[str, Any], render: "Render") -> None:
    assert budget(render, **said) == wanted


def test_a_pod_that_is_not_ready_never_holds_up_a_drain(render: "Render") -> None:
    assert render().one("PodDisruptionBudget")["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@pytest.mark.parametrize("part", ["podDisruptionBudget", "networkPolicy", "dashboard", "helmTest", "autoscaling"])
def test_what_is_on_can_be_switched_off(part: str, render: "Render") -> None:
    """`false | default true` is true in a template."""
    kind = {
        "podDisruptionBudget": "PodDisruptionBudget", "networkPolicy": "NetworkPolicy", "dashboard": "ConfigMap",
        "helmTest": "Pod", "autoscaling": "HorizontalPodAutoscaler",
    }[part]  # fmt: skip
    assert len(render().all(kind)) == 1
    assert render({part: {"enabled": False}}).all(kind) == []


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule", "HTTPRoute", "Ingress", "PodMonitor"])
def test_what_needs_more_than_a_bare_cluster_is_off(kind: str, render: "Render") -> None:
    assert render().all(kind) == []


def test_the_spread_finds_the_pods_of_this_release_and_this_rollout(render: "Render") -> None:
    release = render()
    own = release.one("Deployment")["spec"]["selector"]
    for constraint in release.template["spec"]["topologySpreadConstraints"]:
        assert constraint["labelSelector"] == own
        assert constraint["matchLabelKeys"] == ["pod-template-hash"]
        assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"


def test_a_selector_that_was_given_is_left_alone(render: "Render") -> None:
    given = {
        "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"mine": "yes"}},
    }  # fmt: skip
    release = render({"topologySpreadConstraints": [given]})
    assert release.template["spec"]["topologySpreadConstraints"] == [given]


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        pytest.param({}, "ghcr.io/example/blog:0.1.0", id="the-version-of-the-chart"),
        pytest.param({"tag": "sha-8f65cd2"}, "ghcr.io/example/blog:sha-8f65cd2", id="a-tag"),
        pytest.param(
            {"tag": "x", "digest": "sha256:" + "0a" * 32}, "ghcr.io/example/blog@sha256:" + "0a" * 32, id="a-digest"
        ),
    ],
)
def test_the_image_is_the_most_exact_one_that_was_named(image: dict[str, Any], wanted: str, render: "Render") -> None:
    release = render({"image": image})
    assert release.blog["image"] == wanted
    assert release.one("Pod")["spec"]["containers"][0]["image"] == wanted


def test_whatever_the_pods_are_made_of_rolls_them(render: "Render") -> None:
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


def test_two_releases_in_a_namespace_share_nothing(render: "Render") -> None:
    def names(release: str) -> set[tuple[str, str]]:
        return {(each["kind"], each["metadata"]["name"]) for each in render(name=release).objects}

    assert not names("blog") & names("notes")
    labels = render(name="notes").template["metadata"]["labels"]
    assert not render(name="blog").one("Service")["spec"]["selector"].items() <= labels.items()


@pytest.mark.parametrize(
    ("release", "wanted"),
    [
        pytest.param("blog", "blog", id="the-charts-own-name"),
        pytest.param("my-blog", "my-blog", id="a-name-that-has-it"),
        pytest.param("notes", "notes-blog", id="another-name"),
        pytest.param("notes.v2", "notes-v2-blog", id="a-dot"),
        pytest.param("n" * 53, "n" * 53 + "-blog", id="the-longest"),
    ],
)
def test_a_release_gives_its_name(release: str, wanted: str, render: "Render") -> None:
    assert render(name=release).one("Deployment")["metadata"]["name"] == wanted


def test_common_labels_and_annotations_are_on_everything(render: "Render") -> None:
    release = render({"commonLabels": {"team": "web"}, "commonAnnotations": {"contact": "me"}})
    for found in release.objects:
        assert found["metadata"]["labels"]["team"] == "web"
        assert found["metadata"]["annotations"]["contact"] == "me"
    assert release.template["metadata"]["labels"]["team"] == "web"
    assert release.template["metadata"]["annotations"]["contact"] == "me"


def test_the_own_labels_of_an_object_cannot_be_lost(render: "Render") -> None:
    release = render({"commonLabels": {"app.kubernetes.io/managed-by": "hand"}})
    assert release.one("Deployment")["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"


def test_big_numbers_are_not_written_as_powers_of_ten(render: "Render") -> None:
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


def test_the_service_has_both_ports_where_it_stays_inside(render: "Render") -> None:
    (service,) = render().all("Service")
    assert service["spec"]["type"] == "ClusterIP"
    assert {port["name"]: port["port"] for port in service["spec"]["ports"]} == {"http": 80, "metrics": 9090}


def test_ways_in_lead_to_the_http_port(render: "Render") -> None:
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


def test_objects_of_ones_own_are_rendered_as_templates(render: "Render") -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}}
    assert render({"extraObjects": [config]}).one("ConfigMap", "-more")["metadata"]["name"] == "blog-more"


def test_an_account_can_be_another_ones(render: "Render") -> None:
    release = render({"serviceAccount": {"create": False, "name": "shared"}})
    assert release.all("ServiceAccount") == []
    assert release.template["spec"]["serviceAccountName"] == "shared"
    assert render({"serviceAccount": {"create": False}}).template["spec"]["serviceAccountName"] == "default"
