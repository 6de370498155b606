"""Renovate finds all pinned dependencies, and proposes updates after a minimum age."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = json.loads((ROOT / ".github/renovate.json").read_text(encoding="utf-8"))
# The options of uv that Renovate's pip-compile manager supports; it refuses a lock whose header has another one.
KNOWN = {"--universal", "--generate-hashes", "--group", "--constraints", "--output-file"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_renovate_can_parse_the_command_in_the_header_of_a_lock(name: str) -> None:
    """The pattern is Renovate's own: comment lines, of which the last is the command after a # and four spaces."""
    header = re.match(r"^(?:#.*?\n)+# {4}(uv pip compile .*)\n", (ROOT / name).read_text(encoding="utf-8"))
    assert header
    options = [word for word in header[1].split() if word.startswith("-")]
    assert {option.partition("=")[0] for option in options} <= KNOWN
    assert f"--output-file={name}" in options
    assert header[1].endswith(" pyproject.toml")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_configuration_matches_the_locks(name: str) -> None:
    (pattern,) = CONFIG["pip-compile"]["managerFilePatterns"]
    assert re.search(pattern.strip("/"), name)


def test_every_kind_of_dependency_is_managed_and_grouped() -> None:
    grouped = {
        manager for rule in CONFIG["packageRules"] if "groupName" in rule for manager in rule.get("matchManagers", [])
    }
    assert set(CONFIG["enabledManagers"]) == grouped
    assert {"pep621", "pip-compile", "npm", "github-actions", "helm-values", "custom.regex"} <= grouped


def test_a_release_has_a_minimum_age_unless_it_fixes_a_vulnerability() -> None:
    assert CONFIG["minimumReleaseAge"] == "7 days"
    assert CONFIG["internalChecksFilter"] == "strict"
    assert CONFIG["vulnerabilityAlerts"]["minimumReleaseAge"] is None


def test_the_base_image_is_found_in_the_dockerfile() -> None:
    """The base image is an argument of the Dockerfile, which only our custom manager matches."""
    (expression,) = CONFIG["customManagers"][0]["matchStrings"]
    line = f"ARG PYTHON_IMAGE=docker.io/library/python:3.13-slim@sha256:{'0' * 64}"
    found = re.match(expression.replace("(?<", "(?P<"), line)
    assert found
    assert found.groupdict() == {
        "depName": "docker.io/library/python",
        "currentValue": "3.13-slim",
        "currentDigest": f"sha256:{'0' * 64}",
    }


@pytest.mark.parametrize(
    ("number", "name", "file"),
    [(1, "moby/buildkit", ".github/workflows/build.yml"), (2, "github.com/rhysd/actionlint", "Makefile")],
)
def test_a_version_that_is_pinned_elsewhere_is_found(number: int, name: str, file: str) -> None:
    manager = CONFIG["customManagers"][number]
    (expression,), (path,) = manager["matchStrings"], manager["managerFilePatterns"]
    assert re.search(path.strip("/"), file)
    found = re.search(expression.replace("(?<", "(?P<"), (ROOT / file).read_text(encoding="utf-8"))
    assert found
    assert found["depName"] == name
    assert re.fullmatch(r"v[\d.]+", found["currentValue"])
