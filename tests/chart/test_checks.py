"""Values that contradict each other are refused with a message that names both."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import RefusalOf, Render

TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef"
RULE = [{"hostname": "blog.example.com"}]
FIXED = {"autoscaling": {"enabled": False}}
# Budgets and numbers of pods with which no pod could ever be evicted.
BLOCKING: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"maxUnavailable": 0}, {}),
    ({"maxUnavailable": "0%"}, {}),
    ({"maxUnavailable": 0}, {**FIXED, "replicas": None}),
    ({"minAvailable": 2}, {}),
    ({"minAvailable": "100%"}, {}),
    ({"minAvailable": "100%"}, {**FIXED, "replicas": None}),
    ({"minAvailable": "51%"}, {}),
    ({"minAvailable": 1}, {**FIXED, "replicas": 1}),
    ({"minAvailable": "1%"}, {**FIXED, "replicas": 1}),
    ({"minAvailable": 3}, {"autoscaling": {"minReplicas": 3, "maxReplicas": 9}}),
]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            {"autoscaling": {"minReplicas": 5, "maxReplicas": 4}},
            "autoscaling.minReplicas (5) is more than autoscaling.maxReplicas (4)",
            id="minimum-above-maximum",
        ),
        pytest.param(
            {"blog": {"drainSeconds": 60}},
            "terminationGracePeriodSeconds (30) must be at least 73: blog.drainSeconds (60)",
            id="drain-longer-than-grace",
        ),
        pytest.param(
            {"blog": {"drainSeconds": 17.5}},
            "terminationGracePeriodSeconds (30) must be at least 31",
            id="half-a-second-too-long",
        ),
        pytest.param(
            {"terminationGracePeriodSeconds": 22}, "(22) must be at least 23", id="grace-without-time-for-the-last-responses"
        ),
        pytest.param(
            {"cloudflared": {"enabled": True}},
            "cloudflared.enabled needs the tunnel's token in a Secret (cloudflared.token.existingSecret)",
            id="tunnel-without-token",
        ),
        pytest.param(
            {"cloudflared": {"enabled": True, "token": {"existingSecret": "t"}, "config": {"tunnel": TUNNEL}}},
            "set cloudflared.token.existingSecret or cloudflared.config.tunnel, not both",
            id="tunnel-managed-twice",
        ),
        pytest.param(
            {"cloudflared": {"enabled": True, "config": {"tunnel": TUNNEL, "ingress": RULE}}},
            "cloudflared.config.tunnel needs cloudflared.config.existingSecret",
            id="tunnel-without-credentials",
        ),
        pytest.param(
            {"cloudflared": {"enabled": True, "config": {"tunnel": TUNNEL, "existingSecret": "c"}}},
            "cloudflared.config.tunnel needs cloudflared.config.ingress",
            id="tunnel-without-rules",
        ),
        pytest.param(
            {"cloudflared": {"enabled": True, "token": {"existingSecret": "t"}, "config": {"ingress": RULE}}},
            "cloudflared.config.ingress needs cloudflared.config.tunnel",
            id="rules-without-local-tunnel",
        ),
        pytest.param(
            {"blog": {"metricsPort": 8000}}, "blog.metricsPort (8000) must differ from blog.port",
            id="metrics-on-the-port-of-the-site",
        ),
        pytest.param(
            {"service": {"metricsPort": 80}}, "service.metricsPort (80) must differ from service.port",
            id="metrics-on-the-port-of-the-service",
        ),
        pytest.param(
            {"podDisruptionBudget": {"minAvailable": 0, "maxUnavailable": 0}},
            "set podDisruptionBudget.minAvailable (0) or podDisruptionBudget.maxUnavailable (0), not both",
            id="budget-set-twice",
        ),
        pytest.param(
            {"resources": {"requests": {"cpu": None}}}, "autoscaling.enabled needs resources.requests.cpu",
            id="autoscaling-without-cpu-request",
        ),
        pytest.param({"ingress": {"enabled": True}}, "ingress.enabled needs ingress.hosts", id="ingress-without-host"),
        pytest.param(
            {"httpRoute": {"enabled": True}}, "httpRoute.enabled needs httpRoute.parentRefs", id="route-without-gateway"
        ),
        pytest.param(
            {"tracing": {"headers": {"a": "b"}, "headersSecret": {"name": "otlp"}}},
            "set tracing.headers or tracing.headersSecret.name, not both",
            id="headers-set-twice",
        ),
        pytest.param(
            {"tracing": {"tls": {"caSecret": {"name": "a"}, "caConfigMap": {"name": "b"}}}},
            "set tracing.tls.caSecret.name or tracing.tls.caConfigMap.name, not both",
            id="authorities-set-twice",
        ),
        pytest.param(
            {"extraEnv": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
            "extraEnv must not have A",
            id="variable-set-twice",
        ),
        pytest.param(
            {"commonLabels": {"app.kubernetes.io/name": "x"}},
            "commonLabels must not have app.kubernetes.io/name",
            id="label-that-selectors-need",
        ),
        pytest.param(
            {"podLabels": {"app.kubernetes.io/component": "x"}},
            "podLabels must not have app.kubernetes.io/component",
            id="pod-label-that-selectors-need",
        ),
        pytest.param(
            {"blog": {"baseUrl": "https://blog.example.com"}, "faro": {"mode": "direct", "url": "http://alloy/collect"}},
            "faro.url (http://alloy/collect) must be https if faro.mode is direct",
            id="beacons-from-https-to-http",
        ),
        pytest.param(
            {"serviceMonitor": {"interval": "1m", "scrapeTimeout": "1m1s"}},
            "serviceMonitor.scrapeTimeout (1m1s) is longer than serviceMonitor.interval (1m)",
            id="scrape-longer-than-its-interval",
        ),
        pytest.param({"maxSurge": 0}, "maxSurge (0) and maxUnavailable (0): with both 0 a rollout cannot begin", id="rollout-that-cannot-begin"),
        pytest.param({"maxSurge": "0%", "maxUnavailable": "00%"}, "a rollout cannot begin", id="rollout-of-no-percentage"),
        *(
            pytest.param({"podDisruptionBudget": budget, **pods}, "would block the drain of every node", id=f"budget-{number}")
            for number, (budget, pods) in enumerate(BLOCKING)
        ),
        pytest.param({"dnsPolicy": "None"}, "dnsPolicy None needs dnsConfig.nameservers", id="no-dns-server"),
        pytest.param({"service": {"nodePort": 30080}}, "service.nodePort (30080) needs service.type", id="node-port-of-a-cluster-ip"),
        pytest.param({"service": {"externalTrafficPolicy": "Local"}}, "service.externalTrafficPolicy (Local) needs", id="outside-policy-of-a-cluster-ip"),
        pytest.param(
            {"service": {"type": "NodePort", "loadBalancerClass": "x"}},
            "service.loadBalancerClass needs service.type LoadBalancer", id="class-without-a-load-balancer",
        ),
        pytest.param(
            {"service": {"loadBalancerSourceRanges": ["10.0.0.0/8"]}},
            "service.loadBalancerSourceRanges needs service.type LoadBalancer", id="networks-without-a-load-balancer",
        ),
        pytest.param(
            {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}, "would be scraped twice", id="two-monitors"
        ),
        pytest.param(
            {"autoscaling": {"targetCPUUtilizationPercentage": None}}, "or autoscaling.metrics", id="autoscaler-without-a-metric"
        ),
        pytest.param(
            {"cloudflared": {"enabled": True, "config": {"tunnel": TUNNEL, "existingSecret": "c", "ingress": [{"service": "http_status:404"}, *RULE]}}},
            "cloudflared.config.ingress[0] has no hostname, so it matches every request", id="catch-all-before-a-rule",
        ),
        pytest.param(
            {"cloudflared": {"enabled": True, "config": {"tunnel": TUNNEL, "existingSecret": "c", "ingress": [*RULE, {"path": "/x"}]}}},
            "cloudflared.config.ingress[1] has neither hostname nor service", id="every-host-to-the-blog",
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_with_a_message(
    values: dict[str, Any], message: str, refusal_of: "RefusalOf"
) -> None:
    assert message in refusal_of(values)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param({"image": {"digest": "sha256:abc"}}, "/image/digest", id="malformed-digest"),
        pytest.param({"image": {"repository": "ghcr.io/x/blog:1.0"}}, "/image/repository", id="tag-in-the-repository"),
        pytest.param({"image": {"tag": 1.0}}, "/image/tag", id="tag-that-yaml-reads-as-a-number"),
        pytest.param({"replicas": -1}, "/replicas", id="negative-number"),
        pytest.param({"blog": {"baseUrl": "blog.example.com"}}, "/blog/baseUrl", id="origin-without-scheme"),
        pytest.param({"blog": {"baseUrl": "https://blog.example.com/blog"}}, "/blog/baseUrl", id="origin-with-path"),
        pytest.param({"tracing": {"samplerRatio": 10}}, "/tracing/samplerRatio", id="share-above-1"),
        pytest.param({"maxSurge": "1.5"}, "/maxSurge", id="half-a-pod"),
        pytest.param({"resources": {"limits": {"memry": "1Gi"}}}, "'memry'", id="typo-in-a-resource"),
        pytest.param({"resources": {"limit": {"memory": "1Gi"}}}, "'limit'", id="typo-in-resources"),
        pytest.param({"podSecurityContext": {"runAsUsr": 1}}, "'runAsUsr'", id="typo-in-a-security-context"),
        pytest.param({"affinity": {"nodeAffinty": {}}}, "'nodeAffinty'", id="typo-in-an-affinity"),
        pytest.param({"extraContainers": [{"name": "a", "imag": "x"}]}, "'imag'", id="typo-in-a-container"),
        pytest.param({"volumes": [{"name": "a", "emptydir": {}}]}, "'emptydir'", id="typo-in-a-volume"),
        pytest.param({"networkPolicy": {"httpFrom": [{"podSelectr": {}}]}}, "'podSelectr'", id="typo-in-a-peer"),
        pytest.param({"autoscaling": {"behavior": {"scaleup": {}}}}, "'scaleup'", id="typo-in-a-behavior"),
        pytest.param({"cloudflared": {"config": {"originRequest": {"connectTimout": "5s"}}}}, "'connectTimout'", id="typo-in-an-origin-request"),
        pytest.param({"httpRoute": {"timeouts": {"requst": "5s"}}}, "'requst'", id="typo-in-timeouts"),
        pytest.param({"serviceMonitor": {"relabelings": [{"targetlabel": "x"}]}}, "'targetlabel'", id="typo-in-a-relabeling"),
        pytest.param({"networkPolicy": {"httpForm": []}}, "httpForm", id="typo-in-a-key"),
        pytest.param({"probes": {"liveness": {"path": "/"}}}, "'path'", id="typo-in-a-nested-key"),
        pytest.param({"autoscaling": {"enabled": "false"}}, "/autoscaling/enabled", id="text-for-a-boolean"),
    ],
)  # fmt: skip
def test_the_message_about_a_wrong_value_names_it(values: dict[str, Any], named: str, refusal_of: "RefusalOf") -> None:
    assert named in refusal_of(values)


def test_a_release_name_that_gives_no_valid_name_for_a_service_is_refused(render: "Render") -> None:
    with pytest.raises(Exception, match='the release name "2048" gives names that begin with a digit'):
        render(name="2048")
    assert render({"fullnameOverride": "game"}, name="2048").one("Service")["metadata"]["name"] == "game"


def test_values_at_their_limits_are_accepted(render: "Render") -> None:
    render({"blog": {"drainSeconds": 17}, "autoscaling": {"minReplicas": 4, "maxReplicas": 4}})
    render({"blog": {"drainSeconds": 0}, "terminationGracePeriodSeconds": 13})
    render({"serviceMonitor": {"interval": "1m", "scrapeTimeout": "60s"}})
    render({"podDisruptionBudget": {"minAvailable": 1}})
    render({"podDisruptionBudget": {"minAvailable": "50%"}})
    render({"podDisruptionBudget": {"minAvailable": 5}, **FIXED, "replicas": None})
    render({"podDisruptionBudget": {"minAvailable": 9, "enabled": False}})
    render({"maxSurge": 0, "maxUnavailable": 1})
    render({"strategy": {"type": "Recreate"}, "maxSurge": 0})
