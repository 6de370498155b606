"""The values.yaml that `blog init` writes."""

from pathlib import Path

import pytest

from blog.__main__ import main
from tests.chart.conftest import Render, read_yaml


def test_the_chart_renders_with_the_values_of_a_new_blog(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    flags = ["--base-url", "https://mara.example", "--image", "ghcr.io/mara/notes"]
    assert main(["init", str(tmp_path), *flags], {}) == 0
    (values,) = read_yaml((tmp_path / "values.yaml").read_text())
    release = render(values)
    assert release.environment["BLOG_BASE_URL"] == "https://mara.example"
    assert release.blog["image"] == "ghcr.io/mara/notes:latest"
