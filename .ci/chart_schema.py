"""Writes the definitions k8s.* of chart/values.schema.json from the schemas of Kubernetes, so that the chart refuses misspelt keys (`make chart`)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate

SCHEMA = Path(__file__).parents[1] / "chart" / "values.schema.json"
KUBERNETES = "v1.37.0-local-strict"
PREFIX = "k8s."
CORE, NETWORK, SCALING = "io.k8s.api.core.v1.", "io.k8s.api.networking.v1.", "io.k8s.api.autoscaling.v2."
# The types that values have.
TYPES = [
    *(CORE + name for name in ("Affinity", "Container", "EnvFromSource", "EnvVar", "HostAlias", "Lifecycle", "LocalObjectReference")),
    *(CORE + name for name in ("PodDNSConfig", "PodSecurityContext", "SecurityContext", "Toleration", "TopologySpreadConstraint")),
    *(CORE + name for name in ("Volume", "VolumeMount")),
    *(NETWORK + name for name in ("IngressTLS", "NetworkPolicyEgressRule", "NetworkPolicyIngressRule", "NetworkPolicyPeer")),
    *(SCALING + name for name in ("HorizontalPodAutoscalerBehavior", "MetricSpec")),
]  # fmt: skip
# Two alternatives that both allow null contradict each other in oneOf.
EITHER = {"Quantity": {"type": ["string", "number"]}, "IntOrString": {"type": ["string", "integer"]}}


def definitions() -> dict[str, Any]:
    """The definitions of Kubernetes, by their full names."""
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / KUBERNETES
    return dict(json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"])


def short(name: str) -> str:
    return PREFIX + name.rpartition(".")[2]


def reduced(schema: Any, *, names: bool = False) -> Any:
    """The schema without descriptions and extensions, with short references. ``names``: the keys are names of fields."""
    if isinstance(schema, list):
        return [reduced(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema and not names:
        return {"$ref": f"#/$defs/{short(schema['$ref'])}"}
    return {
        name: reduced(inner, names=name == "properties")
        for name, inner in schema.items()
        if names or not (name in {"description", "default", "format"} or name.startswith("x-"))
    }


def references(schema: Any) -> Iterator[str]:
    """The full names of the definitions that a schema refers to."""
    for name, inner in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name == "$ref" and isinstance(inner, str):
            yield inner.rpartition("/")[2]
        elif isinstance(inner, dict | list):
            yield from references(inner)


def used() -> dict[str, Any]:
    """The reduced definitions of TYPES and of all types that they contain, by their short names."""
    known, found, left = definitions(), dict[str, Any](), list(TYPES)
    while left:
        name = left.pop()
        if short(name) not in found:
            found[short(name)] = EITHER.get(name.rpartition(".")[2]) or reduced(known[name])
            left += references(known[name])
    return dict(sorted(found.items()))


def with_definitions(text: str) -> str:
    """The text of the schema with new definitions, one a line, at the end of $defs."""
    lines = [line for line in text.splitlines() if not line.startswith(f'    "{PREFIX}')]
    end = len(lines) - 2
    assert [line.strip() for line in lines[end:]] == ["}", "}"], "$defs is not the end of values.schema.json"
    lines[end - 1] = lines[end - 1].rstrip(",") + ","
    new = [f"    {json.dumps(name)}: {json.dumps(schema)}" for name, schema in used().items()]
    return "\n".join([*lines[:end], ",\n".join(new), *lines[end:]]) + "\n"


def main() -> None:
    SCHEMA.write_text(with_definitions(SCHEMA.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
