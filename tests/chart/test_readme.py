"""The tables of chart/README.md are generated from the comments in values.yaml, and every value has a comment."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "chart" / "README.md"
VALUES = (ROOT / "chart" / "values.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("chart_readme", ROOT / ".ci" / "chart_readme.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_readme_is_up_to_date(generator: ModuleType) -> None:
    """`make chart` generates it."""
    readme = README.read_text(encoding="utf-8")
    assert generator.with_tables(readme, VALUES) == readme


def test_a_value_without_a_comment_is_an_error(generator: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"no comment above image\.tag"):
        generator.tables("image:\n  # Where.\n  repository: x\n  tag: y\n")


def test_a_changed_comment_or_default_changes_the_readme(generator: ModuleType) -> None:
    readme = README.read_text(encoding="utf-8")
    assert generator.with_tables(readme, VALUES.replace("maxReplicas: 4", "maxReplicas: 5")) != readme
    assert generator.with_tables(readme, VALUES.replace("# An exact tag.", "# A tag.")) != readme


def test_the_defaults_in_the_readme_are_those_of_the_values(defaults: dict[str, Any]) -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| `(.+?)` \| .+ \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 140
    for path, default in rows:
        value: Any = defaults
        for name in path.split("."):
            value = value[name]
        assert json.loads(default) == value


def test_the_table_of_memory_has_the_measured_figures_and_the_default_limit_fits(defaults: dict[str, Any]) -> None:
    """docs/operations.md has what was measured: posts, peak with page cache, the processes' own, idle, under load, during a reload."""
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    size = r" (\d+) MiB \|"
    measured = {
        posts: (idle, load, own, reload)
        for posts, _, own, idle, load, reload in re.findall(rf"^\| ([\d,]+) \|{size * 5}$", operations, re.MULTILINE)
    }
    rows = re.findall(
        rf"^\| ([\d,]+) \|{size * 4} .*?(\d+)Mi \| .*?(\d+)Mi \|$", README.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {row[0]: row[1:5] for row in rows} == measured
    assert {"35", "300", "1,000"} <= measured.keys()
    # BlogMemoryNearLimit alerts at nine tenths of the limit.
    assert all(
        int(reload) < 0.9 * int(limit) and int(idle) < int(request) for _, idle, _, _, reload, request, limit in rows
    )
    assert int(defaults["resources"]["limits"]["memory"].removesuffix("Mi")) * 0.9 > int(measured["300"][3])
