"""Every rule of values.schema.json: values that break it are refused with a message that names them."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import helm_python as helm
import jsonschema
import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Render

Schema = dict[str, Any]
Wrap = Callable[[Any], Any]
ROOT: Schema = json.loads((Path(__file__).parents[2] / "chart" / "values.schema.json").read_text(encoding="utf-8"))
ANNOTATIONS = {"$schema", "title", "description", "$comment", "$defs", "type"}
# Texts of which each pattern matches one, and wrong texts. A new pattern that matches none needs another text here.
TEXTS = [
    "x",
    "/x",
    "http://x",
    "ghcr.io/x/y",
    "127.0.0.1",
    "1m",
    "50%",
    "6ff42ae2-765d-4adf-8112-31c55c1551ef",
    "1Gi",
    "git@x:y",
    "10.0.0.0/8",
    "",
]
NAMES = ["x-anchor", "hugepages-2Mi", "example.com/gpu", "hello.md"]
WRONG_TEXTS = ["no such thing!", "-", "sha256:0123", "x"]
WRONG_KINDS: dict[str, list[Any]] = {
    "string": [1, True, ["x"], {"x": 1}],
    "integer": ["text", 1.5, True, []],
    "number": ["text", True, []],
    "boolean": ["true", 1, []],
    "array": ["text", 1, {"x": 1}],
    "object": ["text", 1, ["x"]],
}


@dataclass(frozen=True, slots=True)
class Breach:
    """Values that break one rule, and the name that the error message must contain."""

    path: str
    rule: str
    values: dict[str, Any]
    named: str


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the values: how to put a value there, and whether it is inside a list, where Helm adds no defaults."""

    path: str = ""
    wrap: Wrap = dict
    in_list: bool = False

    def below(self, schema: Schema, name: str) -> "Place":
        siblings = sample(schema) if self.in_list else {}
        return Place(f"{self.path}/{name}", lambda value: self.wrap({**siblings, name: value}), self.in_list)

    def entry(self) -> "Place":
        return Place(f"{self.path}/0", lambda value: self.wrap([value]), in_list=True)

    def breach(self, rule: str, value: Any, named: str = "") -> Breach:
        return Breach(self.path, rule, self.wrap(value), named or f"'{self.path}'")


def from_kubernetes(schema: Schema) -> bool:
    """Whether a definition is one of those that .ci/chart_schema.py writes."""
    return str(schema.get("$ref", "")).startswith("#/$defs/k8s.")


def resolve(schema: Schema) -> Schema:
    return ROOT["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def sample(schema: Schema) -> Any:
    """The smallest valid value."""
    schema = resolve(schema)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "object":
        return {name: sample(schema["properties"][name]) for name in schema.get("required", [])}
    if kind == "string":
        return next(text for text in TEXTS if re.search(schema.get("pattern", ""), text))
    return {"array": [sample(schema["items"])] if "minItems" in schema else [], "boolean": True, "integer": 1}[kind]


def breaches(schema: Schema, place: Place) -> Iterator[Breach]:
    if from_kubernetes(schema):
        yield place.breach("unknown-key", {**sample(schema), "unknown": 1}, "'unknown'")
        return
    schema = resolve(schema)
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if place.path and kinds:
        wrong = [value for value in WRONG_KINDS[kinds[0]] if not ("string" in kinds and isinstance(value, str))]
        yield from (place.breach(f"type-{type(value).__name__}", value) for value in wrong)
    for rule, allowed in schema.items():
        if rule not in ANNOTATIONS:
            yield from broken(rule, allowed, schema, place)


def broken(rule: str, allowed: Any, schema: Schema, place: Place) -> Iterator[Breach]:  # noqa: C901, PLR0912 -- one arm for each keyword
    match rule:
        case "enum":
            yield place.breach(rule, "unknown")
            yield place.breach("enum-case", str(allowed[-1]).swapcase())
        case "pattern":
            yield place.breach(rule, next(text for text in WRONG_TEXTS if not re.search(allowed, text)))
            # "$" must not match before a line feed.
            yield place.breach(f"{rule}-line", sample({"type": "string", "pattern": allowed}) + "\nx y")
        case "minimum":
            yield place.breach(rule, allowed - 1)
        case "maximum":
            yield place.breach(rule, allowed + 1)
        case "minLength":
            yield place.breach(rule, "x" * (allowed - 1))
        case "minItems":
            yield place.breach(rule, [])
        case "maxLength":
            yield place.breach(rule, "x" * (allowed + 1))
        case "required":
            for name in allowed:
                rest = (
                    {key: value for key, value in sample(schema).items() if key != name}
                    if place.in_list
                    else {name: None}
                )
                yield place.breach(f"without-{name}", rest, f"'{name}'")
        case "additionalProperties" if allowed is False:
            siblings = sample(schema) if place.in_list else {}
            yield place.breach("unknown-key", {**siblings, ".unknown": 1}, "'.unknown'")
        case "additionalProperties":
            yield from breaches(allowed, place.below(schema, "any"))
        case "properties":
            for name, inner in allowed.items():
                yield from breaches(inner, place.below(schema, name))
        case "patternProperties":
            for pattern, inner in allowed.items():
                name = next(text for text in NAMES if re.search(pattern, text))
                yield from breaches(inner, place.below(schema, name)) if inner.keys() - ANNOTATIONS else ()
        case "items":
            yield from breaches(allowed, place.entry())
        case _:
            raise AssertionError(f"no breach is defined for {rule}")


BREACHES = list(breaches(ROOT, Place()))


def coalesced(values: Any, defaults: Any) -> Any:
    """The values with defaults, as Helm passes them to the schema: null removes a default."""
    if not (isinstance(values, dict) and isinstance(defaults, dict)):
        return values
    both = defaults | {name: coalesced(value, defaults.get(name)) for name, value in values.items()}
    return {name: value for name, value in both.items() if values.get(name, value) is not None or name not in defaults}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(ROOT)


@pytest.mark.parametrize("part", sorted(ROOT["properties"]))
def test_a_breach_is_refused_with_its_name(
    part: str, validator: jsonschema.Draft7Validator, defaults: dict[str, Any]
) -> None:
    """By another validator than Helm's, which reads the schema again for each of the thousand breaches."""
    for breach in BREACHES:
        if breach.path.split("/")[1:2] == [part]:
            errors = validator.iter_errors(coalesced(breach.values, defaults))
            messages = [f"'/{'/'.join(map(str, error.absolute_path))}' {error.message}" for error in errors]
            assert any(breach.named in message for message in messages), (breach, messages)


# The first breach of each rule of the schema.
FIRST = {re.sub(r"^(without|type)-.*", r"\1", breach.rule): breach for breach in reversed(BREACHES)}


@pytest.mark.parametrize("rule", sorted(FIRST))
def test_helm_refuses_a_breach_of_each_rule(rule: str, chart: helm.Chart) -> None:
    with pytest.raises(helm.HelmValuesError) as refusal:
        chart.validate_schema(FIRST[rule].values)
    assert FIRST[rule].named in str(refusal.value)


def test_there_is_a_breach_of_every_rule() -> None:
    assert len(BREACHES) > 900
    assert {breach.path.split("/")[1] for breach in BREACHES if breach.path} == set(ROOT["properties"])


def test_rendering_validates_values_by_the_schema(render: "Render") -> None:
    with pytest.raises(helm.HelmValuesError, match="additional properties 'tagg' not allowed"):
        render({"image": {"tagg": "1"}})


def strict(schema: Schema, path: str = "") -> Iterator[str]:
    """The paths of objects with defined keys that also allow other keys."""
    schema = resolve(schema)
    if (
        "properties" in schema
        and path != "/global"
        and "name" not in schema["properties"]
        and schema.get("additionalProperties") is not False
    ):
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from strict(inner, f"{path}/{name}")
    if "items" in schema:
        yield from strict(schema["items"], f"{path}/0")


def test_no_object_with_defined_keys_allows_others() -> None:
    assert list(strict(ROOT)) == []


def keys(schema: Schema, values: Any, path: str = "") -> Iterator[tuple[str, set[str], set[str]]]:
    """The path of each object in both, with its keys in the schema and in the values."""
    generated, schema = from_kubernetes(schema), resolve(schema)
    if "properties" in schema and isinstance(values, dict) and not generated and path not in OPEN:
        yield path, set(schema["properties"]), set(values)
        for name in set(schema["properties"]) & set(values):
            yield from keys(schema["properties"][name], values[name], f"{path}/{name}")


# Maps whose keys have no defaults.
OPEN = {
    "/resources",
    "/cloudflared/resources",
    "/gitSync/resources",
    "/httpRoute/timeouts",
    "/cloudflared/config/originRequest",
}


def test_schema_and_values_have_the_same_keys(defaults: dict[str, Any]) -> None:
    differences = {path: in_schema ^ in_values for path, in_schema, in_values in keys(ROOT, defaults)}
    assert {path: names for path, names in differences.items() if names} == {"": {"global"}}


def test_global_values_of_a_parent_chart_are_allowed(render: "Render") -> None:
    assert render({"global": {"storageClass": "fast"}}).text == render().text
