"""Network policies: allowed ingress, and egress that is derived from the URLs in the values."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Object, Render

ALLOY = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}


def egress(render: "Render", values: dict[str, Any]) -> "list[Object]":
    """The egress rules except DNS."""
    rules = render(values).one("NetworkPolicy")["spec"]["egress"]
    return [rule for rule in rules if rule["ports"][0]["port"] != 53]


def to(port: int, *peers: "Object") -> "Object":
    return {"ports": [{"port": port, "protocol": "TCP"}], **({"to": list(peers)} if peers else {})}


def test_by_default_the_blog_may_reach_only_dns_and_the_collector(render: "Render") -> None:
    dns, otlp = render().one("NetworkPolicy")["spec"]["egress"]
    assert [(port["port"], port["protocol"]) for port in dns["ports"]] == [(53, "UDP"), (53, "TCP")]
    assert dns["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}
    assert otlp == to(4318, ALLOY)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        pytest.param("http://tempo.traces.svc:4317", to(4317, {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "traces"}}}), id="a-service"),
        pytest.param("http://tempo.traces.svc.cluster.local", to(80, {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "traces"}}}), id="without-a-port"),
        pytest.param("http://alloy:4318", to(4318, {"podSelector": {}}), id="in-the-same-namespace"),
        pytest.param("https://otlp.example.com/v1", to(443), id="a-name-outside"),
        pytest.param("https://otlp.example.com:8443", to(8443), id="a-name-outside-and-a-port"),
        pytest.param("http://svc.example.com:1", to(1), id="a-name-that-only-looks-like-a-service"),
        pytest.param("http://10.1.2.3:4318", to(4318, {"ipBlock": {"cidr": "10.1.2.3/32"}}), id="an-address"),
        pytest.param("http://[fd00::5]:4318", to(4318, {"ipBlock": {"cidr": "fd00::5/128"}}), id="an-address-of-six"),
        pytest.param("http://[fd00::5]", to(80, {"ipBlock": {"cidr": "fd00::5/128"}}), id="an-address-of-six-without-a-port"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["tracing.endpoint", "tracing.tracesEndpoint", "faro.url"])
def test_a_url_allows_only_its_own_destination(value: str, url: str, rule: "Object", render: "Render") -> None:
    part, _, name = value.partition(".")
    values = {"tracing": {"endpoint": ""}, "faro": {}} | {part: {name: url}}
    assert egress(render, values) == [rule]


def test_without_tracing_there_is_no_egress_rule(render: "Render") -> None:
    assert egress(render, {"tracing": {"enabled": False}}) == []


def test_in_direct_mode_there_is_no_egress_rule_for_beacons(render: "Render") -> None:
    faro = {"url": "https://faro.example.com/collect"}
    off = {"enabled": False}
    assert egress(render, {"tracing": off, "faro": faro | {"mode": "direct"}}) == []
    assert egress(render, {"tracing": off, "faro": faro | {"mode": "proxy"}}) == [to(443)]


def test_one_collector_for_spans_and_beacons_has_one_rule(render: "Render") -> None:
    url = "http://alloy.monitoring.svc:4318"
    assert egress(render, {"tracing": {"endpoint": url}, "faro": {"url": url}}) == [to(4318, ALLOY)]


def test_egress_can_be_forbidden_completely(render: "Render") -> None:
    spec = render({"tracing": {"enabled": False}, "networkPolicy": {"dnsTo": []}}).one("NetworkPolicy")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    # An empty list would be a change in every upgrade, because the API server does not keep it.
    assert "egress" not in spec
    assert "Egress" in spec["policyTypes"]


def test_all_may_reach_the_site_and_only_monitoring_the_metrics(render: "Render") -> None:
    site, metrics = render().one("NetworkPolicy")["spec"]["ingress"]
    assert site == {"ports": [{"port": 8000, "protocol": "TCP"}]}
    assert metrics == {"ports": [{"port": 9090, "protocol": "TCP"}], "from": [ALLOY]}


def test_without_monitoring_namespaces_no_pod_may_reach_the_metrics(render: "Render") -> None:
    (site,) = render({"networkPolicy": {"monitoringNamespaces": []}}).one("NetworkPolicy")["spec"]["ingress"]
    assert site["ports"][0]["port"] == 8000


def test_restricted_peers_always_include_the_tunnel_and_the_test_pod(render: "Render") -> None:
    chosen = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    release = render(
        {
            "networkPolicy": {"httpFrom": [chosen]},
            "cloudflared": {"enabled": True, "token": {"existingSecret": "t"}},
        }
    )
    peers = release.one("NetworkPolicy")["spec"]["ingress"][0]["from"]
    assert peers[0] == chosen
    components = [peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in peers[1:]]
    assert components == ["cloudflared", "test"]


def test_the_policy_does_not_select_the_test_pod(render: "Render") -> None:
    selector = render().one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]
    assert not selector.items() <= render().one("Pod")["metadata"]["labels"].items()


def test_the_tunnel_may_reach_only_dns_the_edge_and_the_blog(render: "Render") -> None:
    release = render({"cloudflared": {"enabled": True, "token": {"existingSecret": "t"}}, "blog": {"port": 8123}})
    spec = release.one("NetworkPolicy", "-cloudflared")["spec"]
    dns, edge, blog = spec["egress"]
    assert dns["ports"][0]["port"] == 53
    assert [(port["port"], port["protocol"]) for port in edge["ports"]] == [(7844, "UDP"), (7844, "TCP"), (443, "TCP")]
    assert blog["ports"] == [{"port": 8123, "protocol": "TCP"}]
    assert blog["to"][0]["podSelector"]["matchLabels"] == release.one("Service")["spec"]["selector"]
    assert [rule["ports"][0]["port"] for rule in spec["ingress"]] == [2000]


def test_cloudflared_without_monitoring_takes_no_requests(render: "Render") -> None:
    token = {"enabled": True, "token": {"existingSecret": "t"}}
    policy = render({"cloudflared": token, "networkPolicy": {"monitoringNamespaces": []}}).one(
        "NetworkPolicy", "-cloudflared"
    )
    assert "ingress" not in policy["spec"]
    assert "Ingress" in policy["spec"]["policyTypes"]
