"""The tunnel: off by default, with two connectors and without a liveness probe."""

from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.chart.conftest import Object, Release, Render

TOKEN = {"enabled": True, "token": {"existingSecret": "tunnel", "key": "TOKEN"}}
LOCAL = {
    "enabled": True,
    "config": {
        "tunnel": "6ff42ae2-765d-4adf-8112-31c55c1551ef",
        "existingSecret": "credentials",
        "ingress": [{"hostname": "blog.example.com"}, {"hostname": "www.example.com"}],
    },
}


def pod(release: "Release") -> "Object":
    return dict(release.one("Deployment", "-cloudflared")["spec"]["template"]["spec"])


def container(release: "Release") -> "Object":
    (found,) = pod(release)["containers"]
    return dict(found)


def rules(release: "Release") -> "Object":
    return dict(yaml.safe_load(release.one("ConfigMap", "-cloudflared")["data"]["config.yaml"]))


def test_the_tunnel_is_off_by_default(render: "Render") -> None:
    assert "cloudflared" not in render().text


def test_the_token_comes_from_a_secret_and_is_in_no_argument(render: "Render") -> None:
    found = container(render({"cloudflared": TOKEN}))
    assert found["env"] == [{"name": "TUNNEL_TOKEN", "valueFrom": {"secretKeyRef": {"name": "tunnel", "key": "TOKEN"}}}]
    assert not [argument for argument in found["args"] if "token" in argument.lower()]
    assert "volumes" not in pod(render({"cloudflared": TOKEN}))


@pytest.mark.parametrize("tunnel", [TOKEN, LOCAL], ids=["token", "local"])
def test_it_runs_the_pinned_image_and_never_updates_itself(tunnel: dict[str, Any], render: "Render") -> None:
    found = container(render({"cloudflared": tunnel}))
    assert found["args"][:3] == ["tunnel", "--no-autoupdate", "--metrics=:2000"]
    assert found["args"][-1] == "run"
    assert found["image"] == "docker.io/cloudflare/cloudflared:2026.9.1"


@pytest.mark.parametrize("tunnel", [TOKEN, LOCAL], ids=["token", "local"])
def test_readiness_checks_the_connection_to_the_edge_and_there_is_no_liveness_probe(
    tunnel: dict[str, Any], render: "Render"
) -> None:
    found = container(render({"cloudflared": tunnel}))
    for probe in ("startupProbe", "readinessProbe"):
        assert found[probe]["httpGet"] == {"path": "/ready", "port": "metrics", "scheme": "HTTP"}
    assert "livenessProbe" not in found
    assert found["ports"] == [{"name": "metrics", "containerPort": 2000, "protocol": "TCP"}]


def test_one_of_two_connectors_may_be_evicted(render: "Render") -> None:
    release = render({"cloudflared": TOKEN})
    assert release.one("Deployment", "-cloudflared")["spec"]["replicas"] == 2
    assert release.one("PodDisruptionBudget", "-cloudflared")["spec"]["maxUnavailable"] == 1


def test_the_grace_period_of_the_pod_is_longer_than_that_of_requests(render: "Render") -> None:
    release = render({"cloudflared": TOKEN | {"gracePeriodSeconds": 60}})
    assert "--grace-period=60s" in container(release)["args"]
    assert pod(release)["terminationGracePeriodSeconds"] == 70


def test_local_rules_route_every_host_to_the_blog_and_end_with_a_404(render: "Render") -> None:
    release = render({"cloudflared": LOCAL, "service": {"port": 8080}})
    assert rules(release) == {
        "tunnel": LOCAL["config"]["tunnel"],  # type: ignore[index]
        "credentials-file": "/etc/cloudflared/credentials/credentials.json",
        "ingress": [
            {"hostname": "blog.example.com", "service": "http://blog.web.svc:8080"},
            {"hostname": "www.example.com", "service": "http://blog.web.svc:8080"},
            {"service": "http_status:404"},
        ],
    }


def test_local_rules_and_credentials_are_mounted_where_the_configuration_expects_them(render: "Render") -> None:
    release = render({"cloudflared": LOCAL})
    found, volumes = container(release), {volume["name"]: volume for volume in pod(release)["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in found["volumeMounts"]}
    assert f"--config={mounts['config']}/config.yaml" in found["args"]
    assert volumes["config"]["configMap"]["name"] == release.one("ConfigMap", "-cloudflared")["metadata"]["name"]
    assert volumes["credentials"]["secret"]["secretName"] == "credentials"
    (item,) = volumes["credentials"]["secret"]["items"]
    assert rules(release)["credentials-file"] == f"{mounts['credentials']}/{item['path']}"
    assert "env" not in found


def test_changed_rules_roll_only_the_connectors(render: "Render") -> None:
    def checksum(host: str) -> tuple[object, object]:
        release = render({"cloudflared": LOCAL | {"config": {**LOCAL["config"], "ingress": [{"hostname": host}]}}})  # type: ignore[dict-item]
        template = release.one("Deployment", "-cloudflared")["spec"]["template"]
        return template["metadata"]["annotations"]["checksum/config"], release.template

    assert checksum("a.example.com") == checksum("a.example.com")
    assert checksum("a.example.com")[0] != checksum("b.example.com")[0]
    assert checksum("a.example.com")[1] == checksum("b.example.com")[1]


def test_its_metrics_are_scraped_too(render: "Render") -> None:
    release = render({"cloudflared": TOKEN, "serviceMonitor": {"enabled": True}})
    monitor = release.one("PodMonitor")["spec"]
    labels = release.one("Deployment", "-cloudflared")["spec"]["template"]["metadata"]["labels"]
    assert monitor["selector"]["matchLabels"].items() <= labels.items()
    assert [endpoint["port"] for endpoint in monitor["podMetricsEndpoints"]] == ["metrics"]
