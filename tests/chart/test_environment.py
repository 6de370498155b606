"""The environment that the chart sets is exactly the environment that the service knows."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from blog.settings import VARIABLES, Settings, variable

if TYPE_CHECKING:
    from tests.chart.conftest import Refusal, Release, Render

CHART = Path(__file__).parents[2] / "chart"
# Not settings: the kubelet puts OTEL_RESOURCE_ATTRIBUTES together from them, and only in this way can it name pod and node.
HELPERS = {"POD_NAME", "POD_UID", "NODE_NAME"}
# The two of them exclude each other: tracing is on and has a destination, or it is off.
OFF = "OTEL_SDK_DISABLED"
DOWNWARD = {"metadata.name": "blog-7d9c-x2x4z", "metadata.uid": "0a1b", "spec.nodeName": "node-1"}
Values = Callable[[Path], dict[str, Any]]


def started(release: "Release") -> dict[str, str]:
    """The environment as the process finds it: fields filled in, $(NAME) expanded, secrets read."""
    found: dict[str, str] = {}
    for name, value in release.environment.items():
        if isinstance(value, dict):
            field = value.get("fieldRef", {}).get("fieldPath")
            found[name] = DOWNWARD[field] if field else "authorization=Basic%20QTpC"
            continue
        for known, text in found.items():
            value = value.replace(f"$({known})", text)  # noqa: PLW2901 -- one name after the other, as the kubelet does
        found[name] = value
    return found


@pytest.fixture
def everything(render: "Render", example_values: Values) -> "Release":
    return render(example_values(CHART / "ci" / "everything.yaml"))


def test_with_every_value_given_all_that_the_service_knows_is_set(
    everything: "Release", example_values: Values
) -> None:
    own = {each["name"] for each in example_values(CHART / "ci" / "everything.yaml")["extraEnv"]}
    assert set(everything.environment) - own - HELPERS == set(VARIABLES) - {OFF}


def test_switched_off_tracing_leaves_only_the_switch(render: "Render") -> None:
    environment = render({"tracing": {"enabled": False}}).environment
    assert {name for name in environment if name.startswith("OTEL_")} == {OFF}
    assert environment[OFF] == "true"
    assert not set(environment) & HELPERS


def test_nothing_is_set_that_the_service_does_not_know(given: Path, render: "Render", example_values: Values) -> None:
    values = example_values(given)
    own = {each["name"] for each in values.get("extraEnv", [])}
    assert set(render(values).environment) - own - HELPERS <= set(VARIABLES)


def test_the_service_takes_the_environment_of_every_scenario(
    given: Path, render: "Render", example_values: Values
) -> None:
    Settings.from_environ(started(render(example_values(given))))


def test_the_service_understands_what_the_values_mean(everything: "Release") -> None:
    settings = Settings.from_environ(started(everything))
    assert (settings.host, settings.port, settings.metrics_port) == ("::", 8080, 9100)
    assert settings.base_url == "https://blog.example.com"
    assert settings.drain_seconds == 12.5
    limits = (settings.header_timeout_seconds, settings.body_timeout_seconds, settings.send_timeout_seconds)
    assert (limits, settings.max_connections) == ((20, 30, 40), 1_000_000)
    assert settings.reload
    assert (settings.log_format, settings.log_level, settings.access_log) == ("console", "debug", "all")
    assert settings.revision == "8f65cd2"
    assert settings.trusted_proxies == "10.0.0.0/8,fd00::/8"
    assert str(settings.posts_dir) == "/content/posts"
    assert settings.traces_url == "https://otlp.example.com/custom/v1/traces"
    assert settings.otlp_headers == (("authorization", "Basic QTpC"), ("x-scope", "a b"))
    assert settings.otlp_timeout == 5
    assert (settings.service_name, settings.traces_sampler, settings.traces_sampler_arg) == (
        "field-notes",
        "traceidratio",
        0.25,
    )


def test_the_defaults_of_the_chart_are_those_of_the_service_save_where_a_pod_differs(render: "Render") -> None:
    settings = Settings.from_environ(started(render()))
    ours = {name: getattr(settings, name) for name in Settings.__slots__}
    theirs = {name: getattr(Settings(), name) for name in Settings.__slots__}
    assert {name for name in ours if ours[name] != theirs[name]} == {
        "host",  # a pod is asked from outside of itself
        "metrics_port",  # not where the tunnel points
        "drain_seconds",  # endpoints take their time
        "otlp_endpoint", "otlp_timeout", "service_name", "resource_attributes",  # there is a collector
    }  # fmt: skip


def test_every_span_names_pod_node_namespace_and_version(render: "Render") -> None:
    attributes = dict(Settings.from_environ(started(render(namespace="web"))).resource_attributes)
    assert attributes["k8s.pod.name"] == "blog-7d9c-x2x4z"
    assert attributes["k8s.pod.uid"] == attributes["service.instance.id"] == "0a1b"
    assert attributes["k8s.node.name"] == "node-1"
    assert attributes["k8s.namespace.name"] == attributes["service.namespace"] == "web"
    assert attributes["k8s.deployment.name"] == "blog"
    assert attributes["service.version"] == "0.1.0"


def test_more_attributes_are_kept_whole_whatever_is_in_them(everything: "Release") -> None:
    attributes = dict(Settings.from_environ(started(everything)).resource_attributes)
    assert attributes["team"] == "web, and more"
    assert attributes["deployment.environment.name"] == "staging"
    assert unquote(everything.environment["OTEL_RESOURCE_ATTRIBUTES"]).endswith("team=web, and more")


def test_a_field_is_known_before_it_is_used(render: "Render") -> None:
    """The kubelet expands $(NAME) only from what stands above."""
    names = list(render().environment)
    assert max(names.index(helper) for helper in HELPERS) < names.index("OTEL_RESOURCE_ATTRIBUTES")


def test_every_value_is_a_text(given: Path, render: "Render", example_values: Values) -> None:
    for value in render(example_values(given)).environment.values():
        assert isinstance(value, str | dict)


def test_spans_go_to_alloy_and_one_in_ten_is_kept_by_default(render: "Render") -> None:
    settings = Settings.from_environ(started(render()))
    assert settings.traces_url == "http://alloy.monitoring.svc.cluster.local:4318/v1/traces"
    assert (settings.traces_sampler, settings.traces_sampler_arg) == ("parentbased_traceidratio", 0.1)


def test_what_an_image_was_built_for_is_left_alone_unless_it_is_said(render: "Render") -> None:
    """The image carries these; pages in its cache are those of its origin."""
    built = {"BLOG_BASE_URL", "BLOG_REVISION", "BLOG_POSTS_DIR", "BLOG_TEMPLATES_DIR", "BLOG_CACHE_DIR"}
    assert not built & set(render().environment)


def test_a_tiny_share_is_still_a_number(render: "Render") -> None:
    settings = Settings.from_environ(started(render({"tracing": {"samplerRatio": 0.0000001}})))
    assert settings.traces_sampler_arg == 0.0000001


def test_headers_of_the_collector_can_come_from_a_secret(render: "Render") -> None:
    value = render({"tracing": {"headersSecret": {"name": "otlp", "key": "auth"}}}).environment[
        "OTEL_EXPORTER_OTLP_HEADERS"
    ]
    assert value == {"secretKeyRef": {"name": "otlp", "key": "auth"}}


def test_without_a_collector_of_beacons_no_browser_is_asked(render: "Render") -> None:
    assert [name for name in render({"faro": {"mode": "direct"}}).environment if "FARO" in name] == []


@pytest.mark.parametrize(
    "name", [name for name in VARIABLES if name in {variable("port"), variable("drain_seconds"), variable("log_level")}]
)
def test_a_variable_of_the_chart_cannot_be_set_twice(name: str, refusal: "Refusal") -> None:
    assert f"extraEnv must not have {name}" in refusal({"extraEnv": [{"name": name, "value": "x"}]})


def test_what_the_chart_leaves_open_can_be_set_by_hand(render: "Render") -> None:
    environment = render({"extraEnv": [{"name": "BLOG_POSTS_DIR", "value": "/posts"}]}).environment
    assert environment["BLOG_POSTS_DIR"] == "/posts"
