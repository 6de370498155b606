"""Names and contents of published artifacts: .ci/release.py."""

import importlib
import importlib.util
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog import __version__

if TYPE_CHECKING:
    from tests.ci.conftest import Script

ROOT = Path(__file__).parents[2]
SHA = "0123456789abcdef0123456789abcdef01234567"
MAIN = {
    "GITHUB_REPOSITORY": "Ada-L/Blog",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_REF_NAME": "main",
    "GITHUB_RUN_NUMBER": "42",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_SHA": SHA,
}
TAG = {**MAIN, "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.2.3"}


@pytest.fixture
def release(repository: Path) -> Path:
    return repository / ".ci/release.py"


def names(script: "Script", python: str, release: Path, variables: Mapping[str, str]) -> dict[str, str]:
    output = script(python, release, "names", **variables).stdout
    return dict(line.split("=", 1) for line in output.splitlines())


def test_a_fork_publishes_under_its_own_name_in_lower_case(script: "Script", python: str, release: Path) -> None:
    published = names(script, python, release, MAIN)
    assert published["image"] == "ghcr.io/ada-l/blog"
    assert published["charts"] == "ghcr.io/ada-l/charts"


def test_a_commit_of_main_is_named_after_its_run(script: "Script", python: str, release: Path) -> None:
    published = names(script, python, release, MAIN)
    assert published["chart_version"] == "1.2.4-main.42.1.g0123456"
    assert published["image_tag"] == "sha-0123456"
    assert published["version"] == "1.2.3+g0123456"
    assert published["epoch"].isdigit()
    assert datetime.fromisoformat(published["created"]).timestamp() == int(published["epoch"])


def test_a_second_attempt_has_its_own_chart_version(script: "Script", python: str, release: Path) -> None:
    published = names(script, python, release, {**MAIN, "GITHUB_RUN_ATTEMPT": "2"})
    assert published["chart_version"] == "1.2.4-main.42.2.g0123456"


@pytest.mark.parametrize(("tree", "above"), [("1.2.3", "1.2.3"), ("1.2.3-rc.1", "1.2.3"), ("0.9.9", "0.9.9")])
def test_the_chart_of_main_is_above_the_release_that_it_follows(
    script: "Script", python: str, release: Path, tree: str, above: str
) -> None:
    """SemVer: a pre-release is below its version, so the next patch is the version that it precedes."""
    path = release.parents[1] / "src/blog/__init__.py"
    path.write_text(path.read_text(encoding="utf-8").replace("1.2.3", tree), encoding="utf-8")
    core = names(script, python, release, MAIN)["chart_version"].partition("-")[0]
    assert [int(part) for part in core.split(".")] > [int(part) for part in above.split(".")]


def test_a_tag_is_named_after_its_version(script: "Script", python: str, release: Path) -> None:
    published = names(script, python, release, TAG)
    versions = (published["chart_version"], published["image_tag"], published["version"])
    assert versions == ("1.2.3", "v1.2.3", "1.2.3")


def test_the_script_runs_without_githubs_variables(script: "Script", python: str, release: Path) -> None:
    assert names(script, python, release, {})["chart_version"].startswith("1.2.4-main.0.0.g")


def test_a_tag_with_the_version_of_the_tree_is_released(script: "Script", python: str, release: Path) -> None:
    done = script(python, release, "check", TAG="v1.2.3")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        pytest.param(
            "src/blog/__init__.py", ("1.2.3", "1.2.4"), "__version__ is v1.2.4, the tag is v1.2.3", id="package"
        ),
        pytest.param("chart/Chart.yaml", ("\nversion: 1.2.3", "\nversion: 1.2.2"), "version is v1.2.2", id="chart"),
        pytest.param(
            "chart/Chart.yaml",
            ("appVersion: v1.2.3", "appVersion: 1.2.3"),
            "appVersion is 1.2.3",
            id="app-version-without-v",
        ),
        pytest.param("CHANGELOG.md", ("## 1.2.3", "## 1.2.30"), "nothing below a heading for 1.2.3", id="changelog"),
    ],
)
def test_a_tag_with_another_version_than_the_tree_is_refused(
    script: "Script", python: str, release: Path, file: str, edit: tuple[str, str], message: str
) -> None:
    path = release.parents[1] / file
    path.write_text(path.read_text(encoding="utf-8").replace(*edit), encoding="utf-8")
    done = script(python, release, "check", TAG="v1.2.3")
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize("tag", ["", "1.2.3", "v1.2", "v01.2.3", "v1.2.3+5", "v1.2.3-$(touch x)", "v1.2.3\nv1.2.3"])
def test_a_tag_that_is_no_version_is_refused(script: "Script", python: str, release: Path, tag: str) -> None:
    done = script(python, release, "check", TAG=tag)
    assert done.returncode == 1
    assert "is not a version" in done.stderr


@pytest.mark.parametrize("heading", ["## 1.2.3", "## [1.2.3]", "## [1.2.3] - 2026-11-25", "## 1.2.3 (November)"])
def test_the_notes_are_the_section_of_the_version(script: "Script", python: str, release: Path, heading: str) -> None:
    changelog = release.parents[1] / "CHANGELOG.md"
    changelog.write_text(
        f"# Changelog\n\n## Unreleased\n\n- To come.\n\n{heading}\n\n### Added\n\n- It.\n\n## 1.2.2\n\n- Old.\n\n[1.2.3]: https://a.example\n",
        encoding="utf-8",
    )
    assert script(python, release, "notes", TAG="v1.2.3").stdout == "### Added\n\n- It.\n"


def test_the_notes_of_the_last_section_end_before_the_links(script: "Script", python: str, release: Path) -> None:
    changelog = release.parents[1] / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## [1.2.3]\n\n- It.\n\n[1.2.3]: https://a.example\n", encoding="utf-8")
    assert script(python, release, "notes", TAG="v1.2.3").stdout == "- It.\n"


def test_a_published_chart_has_the_image_of_its_own_repository(script: "Script", python: str, release: Path) -> None:
    folder = Path(script(python, release, "stage", **MAIN).stdout.strip())
    assert (folder / "values.yaml").read_text(encoding="utf-8") == "image:\n  repository: ghcr.io/ada-l/blog\n"
    assert "https://github.com/Ada-L/Blog" in (folder / "Chart.yaml").read_text(encoding="utf-8")
    assert "ghcr.io/example/blog" in (release.parents[1] / "chart/values.yaml").read_text(encoding="utf-8")


def test_a_chart_without_the_placeholder_is_not_published(script: "Script", python: str, release: Path) -> None:
    (release.parents[1] / "chart/values.yaml").write_text("image: {}\n", encoding="utf-8")
    done = script(python, release, "stage", **MAIN)
    assert done.returncode == 1
    assert "chart/values.yaml" in done.stderr


def test_the_real_chart_is_published_with_the_image_of_its_repository(
    script: "Script", python: str, repository: Path, needs: Callable[[object, str], None]
) -> None:
    needs(importlib.util.find_spec("helm_python"), "make install")
    helm = importlib.import_module("helm_python")
    shutil.rmtree(repository / "chart")
    shutil.copytree(ROOT / "chart", repository / "chart")
    staged = script(python, repository / ".ci/release.py", "stage", **MAIN).stdout.strip()
    package = helm.package(
        staged, destination=str(repository), version="1.2.3-main.42.1.g0123456", app_version="sha-0123456"
    )
    with helm.Chart.load_archive(Path(package).read_bytes()) as chart:
        rendered = "\n".join(chart.render({}, name="blog", namespace="web").values())
    assert set(re.findall(r'image: "(ghcr\.io/[^"]+)"', rendered)) == {"ghcr.io/ada-l/blog:sha-0123456"}
    texts = [path.read_text(encoding="utf-8") for path in Path(staged).rglob("*") if path.is_file()]
    assert [text for text in texts if "example/blog" in text or "example/charts" in text] == []


def test_package_and_chart_of_this_repository_have_the_same_version(script: "Script", python: str) -> None:
    """The section in the CHANGELOG is only written for a release, so its absence is ignored."""
    done = script(python, ROOT / ".ci/release.py", "check", TAG=f"v{__version__}")
    assert [line for line in done.stderr.splitlines() if not line.startswith("CHANGELOG.md: nothing")] == []
