"""Fixtures: the chart in Helm, and releases rendered from values."""

import functools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import helm_python as helm
import kubernetes_validate.utils
import pytest
import yaml

from blog.app import create_app
from blog.settings import Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "chart"
SCENARIOS = sorted((CHART / "ci").glob("*.yaml"))
# A policy for Kyverno is no values file.
EXAMPLES = sorted(path for path in (CHART / "examples").glob("*.yaml") if path.stem != "kyverno-policy")
Object = dict[str, Any]
Values = Mapping[str, Any]


# The definitions of a version of Kubernetes are 1.5 MB of JSON, which the library would read again for each object.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)


class UniqueKeyLoader(yaml.CSafeLoader):
    """A YAML loader that refuses duplicate keys; the API server would silently use the last one."""


def _mapping(loader: UniqueKeyLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's signature
    names = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    assert len(names) == len(set(names)), (
        f"duplicate keys: {[name for name in names if names.count(name) > 1]} {node.start_mark}"
    )
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True) for key, value in node.value
    }


UniqueKeyLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> list[Any]:
    return [document for document in yaml.load_all(text, Loader=UniqueKeyLoader) if document]


@dataclass(frozen=True, slots=True)
class Release:
    """The chart, rendered by Helm with some values."""

    text: str
    notes: str
    objects: tuple[Object, ...]

    def all(self, kind: str) -> list[Object]:
        return [found for found in self.objects if found["kind"] == kind]

    def one(self, kind: str, end: str = "") -> Object:
        """The object of a kind with the shortest name, or the only one whose name ends with ``end``."""
        found = [each for each in self.all(kind) if each["metadata"]["name"].endswith(end)]
        (only,) = found if end else [min(found, key=lambda each: len(each["metadata"]["name"]))]
        return only

    @property
    def blog(self) -> Object:
        """The container of the blog."""
        (container,) = (each for each in self.template["spec"]["containers"] if each["name"] == "blog")
        return dict(container)

    @property
    def template(self) -> Object:
        """The pod template of the blog."""
        (deployment,) = (
            each
            for each in self.all("Deployment")
            if each["metadata"]["labels"]["app.kubernetes.io/component"] == "web"
        )
        return dict(deployment["spec"]["template"])

    @property
    def environment(self) -> dict[str, Any]:
        """The variables of the container, with their ``value`` or ``valueFrom``."""
        return {each["name"]: each.get("value", each.get("valueFrom")) for each in self.blog["env"]}

    @property
    def pods(self) -> dict[str, Object]:
        """All pod specs, by the names of their owners."""
        owned = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in self.all("Deployment")}
        return owned | {each["metadata"]["name"]: each["spec"] for each in self.all("Pod")}


class Render(Protocol):
    def __call__(self, values: Values | None = None, *, name: str = "blog", namespace: str = "web") -> Release: ...


@pytest.fixture(scope="session")
def chart() -> Iterator[helm.Chart]:
    with helm.Chart.load(CHART) as chart:
        yield chart


@pytest.fixture(scope="session")
def defaults() -> dict[str, Any]:
    """The chart's own values."""
    (values,) = read_yaml((CHART / "values.yaml").read_text(encoding="utf-8"))
    return dict(values)


@pytest.fixture(scope="session")
def render(chart: helm.Chart) -> Render:
    """Renders the chart like `helm template`."""

    @functools.cache
    def rendered(values: str, name: str, namespace: str) -> dict[str, str]:
        return chart.render(json.loads(values), name=name, namespace=namespace)

    def rendering(values: Values | None = None, *, name: str = "blog", namespace: str = "web") -> Release:
        files = dict(rendered(json.dumps(values or {}), name, namespace))
        notes = files.pop("blog/templates/NOTES.txt")
        text = "".join(f"# Source: {file}\n{files[file].strip()}\n" for file in sorted(files) if files[file].strip())
        objects = [each for file in sorted(files) for each in read_yaml(files[file])]
        return Release(text, notes, tuple(objects))

    return rendering


class RefusalOf(Protocol):
    def __call__(self, values: Values) -> str: ...


@pytest.fixture(scope="session")
def refusal_of(render: Render) -> RefusalOf:
    """Returns Helm's error message for values; fails if Helm accepts them."""

    def message(values: Values) -> str:
        with pytest.raises(helm.HelmError) as problem:
            render(values)
        return str(problem.value)

    return message


def with_value(values: Values, path: str, value: object) -> dict[str, Any]:
    """A copy of values with one of them replaced; the path has the form that --set uses."""
    copy: Any = deepcopy(dict(values))
    *parents, last = path.split(".")
    inner = copy
    for parent in parents:
        inner = inner.setdefault(parent, {})
    inner[last] = value
    return dict(copy)


@pytest.fixture(scope="session")
def put() -> Callable[[Values, str, object], dict[str, Any]]:
    return with_value


@pytest.fixture(scope="session")
def example_values() -> Callable[[Path], dict[str, Any]]:
    """The values in a file: the whole file, or those of an ArgoCD Application or a HelmRelease."""

    def values(path: Path) -> dict[str, Any]:
        document = (read_yaml(path.read_text(encoding="utf-8")) or [{}])[-1]
        match document.get("kind"):
            case "Application":
                return dict(document["spec"]["source"]["helm"]["valuesObject"])
            case "HelmRelease":
                return dict(document["spec"]["values"])
        return dict(document)

    return values


class Need(Protocol):
    def __call__(self, tool: str, how: str) -> str: ...


@pytest.fixture(scope="session")
def need() -> Need:
    """The path of a tool. If it is missing, the test is skipped, or fails in CI."""

    def needed(tool: str, how: str) -> str:
        path = tool if os.sep in tool and Path(tool).exists() else shutil.which(tool)
        if path is None:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{tool} is missing: {how}")
        return path

    return needed


@pytest.fixture
def families() -> set[str]:
    """The names of all series in the registry of a blog that forwards beacons, with their suffixes."""
    blog = create_app(Settings(faro_url="http://faro.example/collect"))
    text = blog.metrics.exposition("text/plain")[0].decode()
    known = re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE)
    histograms = {name + end for name, kind in known if kind == "histogram" for end in ("_bucket", "_count", "_sum")}
    return {name for name, _ in known} | histograms


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    return dict(json.loads((CHART / "values.schema.json").read_text(encoding="utf-8")))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests by the scenarios in chart/ci, the examples, or both."""
    for argument, paths in (("scenario", SCENARIOS), ("example", EXAMPLES), ("given", [*SCENARIOS, *EXAMPLES])):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, paths, ids=[path.stem for path in paths])
