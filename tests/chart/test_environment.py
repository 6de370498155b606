"""The chart sets exactly the environment variables that the service reads."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from blog.settings import VARIABLES, Settings, variable

if TYPE_CHECKING:
    from tests.chart.conftest import RefusalOf, Release, Render

CHART = Path(__file__).parents[2] / "chart"
# Not settings: the kubelet expands OTEL_RESOURCE_ATTRIBUTES from them, which is the only way to include pod and node.
HELPERS = {"POD_NAME", "POD_UID", "NODE_NAME"}
# Only set if tracing is off; then the other OTEL_ variables are not set.
OFF = "OTEL_SDK_DISABLED"
# What the OpenTelemetry Operator and others set for all pods; the chart has no values for them.
INJECTED = {
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_TRACES_EXPORTER", "OTEL_PROPAGATORS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
    "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_EVENT_COUNT_LIMIT", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
}  # fmt: skip
DOWNWARD = {"metadata.name": "blog-7d9c-x2x4z", "metadata.uid": "0a1b", "spec.nodeName": "node-1"}
SECRETS = {
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20QTpC",
    "BLOG_PREVIEW_KEY": "0123456789abcdef" * 2 + "\n",
}
Values = Callable[[Path], dict[str, Any]]


def process_environment(release: "Release") -> dict[str, str]:
    """The environment of the process: with values of fields and secrets, and $(NAME) expanded."""
    environment: dict[str, str] = {}
    for name, value in release.environment.items():
        if isinstance(value, dict):
            field = value.get("fieldRef", {}).get("fieldPath")
            environment[name] = DOWNWARD[field] if field else SECRETS.get(name, "value")
            continue
        for earlier, text in environment.items():
            value = value.replace(f"$({earlier})", text)  # noqa: PLW2901 -- the kubelet expands one name after the other
        environment[name] = value
    return environment


@pytest.fixture
def everything(render: "Render", example_values: Values) -> "Release":
    return render(example_values(CHART / "ci" / "everything.yaml"))


def test_with_every_value_set_the_chart_sets_every_variable_of_the_service(
    everything: "Release", example_values: Values
) -> None:
    own = {each["name"] for each in example_values(CHART / "ci" / "everything.yaml")["extraEnv"]}
    assert set(everything.environment) - own - HELPERS == set(VARIABLES) - {OFF} - INJECTED


def test_without_tracing_only_its_switch_is_set(render: "Render") -> None:
    environment = render({"tracing": {"enabled": False}}).environment
    assert {name for name in environment if name.startswith("OTEL_")} == {OFF}
    assert environment[OFF] == "true"
    assert not set(environment) & HELPERS


def test_the_chart_sets_no_variable_that_the_service_does_not_read(
    given: Path, render: "Render", example_values: Values
) -> None:
    values = example_values(given)
    own = {each["name"] for each in values.get("extraEnv", [])}
    assert set(render(values).environment) - own - HELPERS <= set(VARIABLES)


def test_the_service_accepts_the_environment_of_every_scenario(
    given: Path, render: "Render", example_values: Values
) -> None:
    Settings.from_environ(process_environment(render(example_values(given))))


def test_the_settings_of_the_service_are_those_of_the_values(everything: "Release") -> None:
    settings = Settings.from_environ(process_environment(everything))
    assert (settings.host, settings.port, settings.metrics_port) == ("::", 8080, 9100)
    assert settings.base_url == "https://blog.example.com"
    assert settings.drain_seconds == 12.5
    limits = (settings.header_timeout_seconds, settings.body_timeout_seconds, settings.send_timeout_seconds)
    assert (limits, settings.max_connections) == ((20, 30, 40), 1_000_000)
    assert settings.reload
    assert settings.preview_key == "0123456789abcdef" * 2
    assert (settings.log_format, settings.log_level, settings.access_log) == ("console", "debug", "all")
    assert settings.revision == "8f65cd2"
    assert settings.trusted_proxies == "10.0.0.0/8,fd00::/8"
    assert str(settings.posts_dir) == "/content/posts"
    assert settings.traces_url == "https://otlp.example.com/custom/v1/traces"
    assert settings.otlp_headers == (("authorization", "Basic QTpC"), ("x-scope", "a b"))
    assert settings.otlp_timeout == 5
    assert settings.otlp_compression == "gzip"
    assert (settings.service_name, settings.traces_sampler, settings.traces_sampler_arg) == (
        "field-notes",
        "traceidratio",
        0.25,
    )


def test_the_defaults_of_the_chart_differ_from_those_of_the_service_only_where_a_pod_needs_it(render: "Render") -> None:
    settings = Settings.from_environ(process_environment(render()))
    of_chart = {name: getattr(settings, name) for name in Settings.__slots__}
    of_service = {name: getattr(Settings(), name) for name in Settings.__slots__}
    assert {name for name in of_chart if of_chart[name] != of_service[name]} == {
        "host",  # requests come from outside the pod
        "metrics_port",  # the tunnel must not expose the metrics
        "drain_seconds",  # it takes time to update endpoints
        "otlp_endpoint", "otlp_timeout", "service_name", "resource_attributes",  # a collector is assumed
    }  # fmt: skip


def test_every_span_has_pod_node_namespace_and_version(render: "Render") -> None:
    attributes = dict(Settings.from_environ(process_environment(render(namespace="web"))).resource_attributes)
    assert attributes["k8s.pod.name"] == "blog-7d9c-x2x4z"
    assert attributes["k8s.pod.uid"] == attributes["service.instance.id"] == "0a1b"
    assert attributes["k8s.node.name"] == "node-1"
    assert attributes["k8s.namespace.name"] == attributes["service.namespace"] == "web"
    assert attributes["k8s.deployment.name"] == "blog"
    assert attributes["service.version"] == "0.1.0"


def test_additional_attributes_may_contain_any_characters(everything: "Release") -> None:
    attributes = dict(Settings.from_environ(process_environment(everything)).resource_attributes)
    assert attributes["team"] == "web, and more"
    assert attributes["deployment.environment.name"] == "staging"
    assert unquote(everything.environment["OTEL_RESOURCE_ATTRIBUTES"]).endswith("team=web, and more")


def test_a_variable_is_defined_before_it_is_used(render: "Render") -> None:
    """The kubelet expands $(NAME) only from earlier variables."""
    names = list(render().environment)
    assert max(names.index(helper) for helper in HELPERS) < names.index("OTEL_RESOURCE_ATTRIBUTES")


def test_every_value_is_a_string(given: Path, render: "Render", example_values: Values) -> None:
    for value in render(example_values(given)).environment.values():
        assert isinstance(value, str | dict)


def test_by_default_a_tenth_of_requests_is_traced_and_sent_to_alloy(render: "Render") -> None:
    settings = Settings.from_environ(process_environment(render()))
    assert settings.traces_url == "http://alloy.monitoring.svc.cluster.local:4318/v1/traces"
    assert (settings.traces_sampler, settings.traces_sampler_arg) == ("parentbased_traceidratio", 0.1)


def test_variables_of_the_image_are_not_set_by_default(render: "Render") -> None:
    """The image sets these variables, and its cache is valid for its origin only."""
    built = {"BLOG_BASE_URL", "BLOG_REVISION", "BLOG_POSTS_DIR", "BLOG_TEMPLATES_DIR", "BLOG_CACHE_DIR"}
    assert not built & set(render().environment)


def test_a_very_small_ratio_is_readable(render: "Render") -> None:
    settings = Settings.from_environ(process_environment(render({"tracing": {"samplerRatio": 0.0000001}})))
    assert settings.traces_sampler_arg == 0.0000001


def test_headers_for_the_collector_can_come_from_a_secret(render: "Render") -> None:
    value = render({"tracing": {"headersSecret": {"name": "otlp", "key": "auth"}}}).environment[
        "OTEL_EXPORTER_OTLP_HEADERS"
    ]
    assert value == {"secretKeyRef": {"name": "otlp", "key": "auth"}}


def _files(release: "Release", environment: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The TLS files that variables name, with the object and the key that the kubelet takes each from."""
    (mount,) = (each for each in release.blog["volumeMounts"] if each["name"] == "collector-tls")
    (volume,) = (each for each in release.template["spec"]["volumes"] if each["name"] == "collector-tls")
    sources = {
        f"{mount['mountPath']}/{item['path']}": (source["name"], item["key"])
        for each in volume["projected"]["sources"]
        for source in each.values()
        for item in source["items"]
    }
    prefix = "OTEL_EXPORTER_OTLP_"
    return {
        name.removeprefix(prefix): sources[path]
        for name, path in environment.items()
        if isinstance(path, str) and path in sources
    }


def test_tls_files_for_the_collector_come_from_secrets_and_config_maps(render: "Render") -> None:
    client = {"name": "client"}
    for authorities in ("caSecret", "caConfigMap"):
        release = render({"tracing": {"tls": {authorities: {"name": "bundle"}, "clientSecret": client}}})
        assert _files(release, release.environment) == {
            "CERTIFICATE": ("bundle", "ca.crt"),
            "CLIENT_CERTIFICATE": ("client", "tls.crt"),
            "CLIENT_KEY": ("client", "tls.key"),
        }
    alone = render({"tracing": {"tls": {"clientSecret": client}}})
    assert set(_files(alone, alone.environment)) == {"CLIENT_CERTIFICATE", "CLIENT_KEY"}


@pytest.mark.parametrize("values", [{}, {"tracing": {"enabled": False, "tls": {"caSecret": {"name": "bundle"}}}}])
def test_without_tls_files_or_tracing_no_volume_is_mounted(values: dict[str, Any], render: "Render") -> None:
    release = render(values)
    assert "collector-tls" not in {each["name"] for each in release.blog["volumeMounts"]}
    assert not any("CERTIFICATE" in name for name in release.environment)


def test_the_preview_key_comes_from_a_secret_alone(render: "Render", refusal_of: "RefusalOf") -> None:
    value = render({"blog": {"previewKeySecret": {"name": "previews"}}}).environment["BLOG_PREVIEW_KEY"]
    assert value == {"secretKeyRef": {"name": "previews", "key": "preview-key"}}
    assert "BLOG_PREVIEW_KEY" not in render().environment
    assert "previewKey" in refusal_of({"blog": {"previewKey": "0123456789abcdef" * 2}})


def test_without_a_faro_url_no_faro_variable_is_set(render: "Render") -> None:
    assert [name for name in render({"faro": {"mode": "direct"}}).environment if "FARO" in name] == []


@pytest.mark.parametrize(
    "name", [name for name in VARIABLES if name in {variable("port"), variable("drain_seconds"), variable("log_level")}]
)
def test_extra_env_cannot_replace_a_variable_of_the_chart(name: str, refusal_of: "RefusalOf") -> None:
    assert f"extraEnv must not have {name}" in refusal_of({"extraEnv": [{"name": name, "value": "x"}]})


def test_extra_env_can_set_a_variable_that_the_chart_does_not_set(render: "Render") -> None:
    environment = render({"extraEnv": [{"name": "BLOG_POSTS_DIR", "value": "/posts"}]}).environment
    assert environment["BLOG_POSTS_DIR"] == "/posts"
