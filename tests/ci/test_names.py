"""The image and the chart have the names in the documentation that the workflow publishes them under."""

import re
import subprocess
from pathlib import Path
from typing import Any

import helm_python as helm
import yaml

from blog import __version__
from blog.starter.answers import Answers

ROOT = Path(__file__).parents[2]
IMAGE = re.compile(r"ghcr\.io/example/blog:([\w.-]+)")
CHART = re.compile(r"(?:oci://ghcr\.io/example/charts/blog --version|targetRevision:) (\S+)")


def texts() -> dict[str, str]:
    names = ["README.md", "docs/*.md", "chart/*.md", "chart/Chart.yaml", "chart/examples/*.yaml"]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for name in names for path in ROOT.glob(name)}


def published() -> set[str]:
    """The tags of a release of the version in the tree, by the patterns in build.yml (tests/ci/test_workflows.py)."""
    major, minor, _ = __version__.split(".")
    return {f"v{__version__}", f"v{major}.{minor}", "latest"}


def test_every_documented_tag_of_the_image_is_published() -> None:
    found = {(name, tag) for name, text in texts().items() for tag in IMAGE.findall(text)}
    assert found
    assert {(name, tag) for name, tag in found if tag not in published()} == set()


def test_every_documented_version_of_the_chart_is_that_of_the_tree() -> None:
    found = {(name, version) for name, text in texts().items() for version in CHART.findall(text)}
    assert found
    assert {(name, version) for name, version in found if version != __version__} == set()


def test_a_chart_from_the_tree_and_a_new_blog_use_a_published_tag() -> None:
    chart = yaml.safe_load((ROOT / "chart" / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["appVersion"] == f"v{__version__}"
    assert IMAGE.findall(Answers().base_image) == [f"v{__version__}"]


def images(values: dict[str, Any]) -> set[str]:
    with helm.Chart.load(ROOT / "chart") as chart:
        files = chart.render(values, name="blog", namespace="web")
    return {image for text in files.values() for image in re.findall(r'image: "(.+)"', text)}


def test_artifact_hub_lists_every_image_of_the_chart() -> None:
    chart = yaml.safe_load((ROOT / "chart" / "Chart.yaml").read_text(encoding="utf-8"))
    listed = {each["image"] for each in yaml.safe_load(chart["annotations"]["artifacthub.io/images"])}
    verify = {"enabled": True, "allowedSigners": "me ssh-ed25519 AAAA"}
    sync = {"enabled": True, "repository": "https://git.example.com/posts", "verify": verify}
    assert listed == images({"gitSync": sync, "cloudflared": {"enabled": True, "token": {"existingSecret": "t"}}})


def test_the_icon_of_the_chart_is_a_file_of_the_repository() -> None:
    chart = yaml.safe_load((ROOT / "chart" / "Chart.yaml").read_text(encoding="utf-8"))
    path = chart["icon"].removeprefix("https://raw.githubusercontent.com/example/blog/main/")
    tracked = subprocess.run(["git", "ls-files", path], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert tracked.strip() == path


def test_the_readme_of_the_packaged_chart_has_no_link_out_of_the_package() -> None:
    readme = (ROOT / "chart" / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", readme) if "://" not in link]
    assert [
        link for link in links if link.startswith((".", "ci/", "examples/")) or not (ROOT / "chart" / link).is_file()
    ] == []
    for path in re.findall(r"https://github\.com/example/blog/blob/main/([\w./-]+)", readme):
        assert (ROOT / path).is_file(), path
