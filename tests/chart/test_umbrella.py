"""The chart as a dependency of a parent chart: conditions, aliases, and the parent's global values."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import helm_python as helm
import pytest
import yaml

if TYPE_CHECKING:
    from tests.chart.conftest import RefusalOf, Render

CHART = Path(__file__).parents[2] / "chart"


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parent")
    dependency = {"name": "blog", "version": "0.1.0", "repository": "file://../blog"}
    dependencies = [
        {**dependency, "condition": "blog.enabled"},
        {**dependency, "alias": "notes", "condition": "notes.enabled"},
    ]
    about = {"apiVersion": "v2", "name": "site", "version": "1.0.0", "dependencies": dependencies}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    shutil.copytree(CHART, folder / "charts" / "blog", ignore=shutil.ignore_patterns("ci", "examples"))
    return folder


def deployments(parent: Path, values: dict[str, Any]) -> set[str]:
    with helm.Chart.load(parent) as chart:
        files = chart.render(values, name="site", namespace="web")
    found = [each for text in files.values() if "kind: Deployment" in text for each in yaml.safe_load_all(text)]
    return {each["metadata"]["name"] for each in found}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(
            {"blog": {"enabled": True}, "notes": {"enabled": True}}, {"site-blog", "site-notes"}, id="two-aliases"
        ),
        pytest.param({"blog": {"enabled": True}, "notes": {"enabled": False}}, {"site-blog"}, id="one"),
        pytest.param({"blog": {"enabled": False}, "notes": {"enabled": False}}, set(), id="none"),
    ],
)
def test_a_condition_of_the_parent_switches_the_chart(parent: Path, values: dict[str, Any], expected: set[str]) -> None:
    assert deployments(parent, values) == expected


def test_without_a_condition_enabled_false_is_refused(refusal_of: "RefusalOf") -> None:
    assert "add `condition: blog.enabled`" in refusal_of({"enabled": False})


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("ghcr.io/example/blog", "registry.corp:5000/example/blog:1"),
        ("localhost/blog", "registry.corp:5000/blog:1"),
        ("other:5000/team/blog", "registry.corp:5000/team/blog:1"),
        ("team/blog", "registry.corp:5000/team/blog:1"),
    ],
)
def test_the_registry_of_the_parent_replaces_that_of_every_image(
    repository: str, expected: str, render: "Render"
) -> None:
    release = render(
        {
            "global": {"imageRegistry": "registry.corp:5000"},
            "image": {"repository": repository, "tag": "1"},
            "gitSync": {"enabled": True, "repository": "https://git.corp/posts"},
            "cloudflared": {"enabled": True, "token": {"existingSecret": "t"}},
        }
    )
    assert release.blog["image"] == expected
    containers = [
        each for pod in release.pods.values() for each in [*pod["containers"], *pod.get("initContainers", [])]
    ]
    assert {each["image"].partition("/")[0] for each in containers} == {"registry.corp:5000"}


def test_the_pull_secrets_of_the_parent_are_added_once(render: "Render") -> None:
    release = render(
        {
            "global": {"imagePullSecrets": ["corp", {"name": "mirror"}]},
            "imagePullSecrets": [{"name": "mirror"}, {"name": "own"}],
            "cloudflared": {"enabled": True, "token": {"existingSecret": "t"}},
        }
    )
    for pod in release.pods.values():
        assert [each["name"] for each in pod["imagePullSecrets"]] == ["corp", "mirror", "own"]
