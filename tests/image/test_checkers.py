"""What other people's checkers say of the Dockerfile and of the compose file."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.image.conftest import Need

DOCKER = Path(__file__).parents[2] / "docker"
COMPOSE = DOCKER / "compose.yaml"
YAML = sorted(DOCKER.rglob("*.yaml"))
RULES = "{extends: default, rules: {document-start: disable, line-length: {max: 150}, comments-indentation: disable}}"


def said(*command: str | Path) -> str:
    """What a checker of the environment said, where it was not content."""
    done = subprocess.run(
        [Path(sys.executable).with_name(str(command[0])), *command[1:]], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_the_dockerfile_is_clean() -> None:
    assert said("hadolint", "--failure-threshold", "style", DOCKER / "Dockerfile") == ""


def test_the_dockerfile_builds_without_the_newest_builder() -> None:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"<<-?\w", text)
    assert not re.search(r"^(COPY|ADD) .*--link", text, re.MULTILINE)
    assert not re.search(r"^RUN --", text, re.MULTILINE)
    assert re.search(r"^ARG PYTHON_IMAGE=docker\.io/library/python:3\.13-slim@sha256:[0-9a-f]{64}$", text, re.MULTILINE)


def test_the_compose_file_follows_the_schema() -> None:
    assert said("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE) == ""


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(DOCKER)))
def test_yaml_is_clean(path: Path) -> None:
    assert said("yamllint", "--strict", "--config-data", RULES, path) == ""


def test_prometheus_takes_its_file(need: "Need") -> None:
    promtool = shutil.which("promtool")
    need(promtool, "install it with: apt-get install prometheus")
    done = subprocess.run(
        [str(promtool), "check", "config", DOCKER / "compose/prometheus.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return found


@pytest.mark.parametrize("name", services())
def test_a_service_has_an_exact_version_and_listens_on_this_machine_alone(name: str) -> None:
    service = services()[name]
    assert name == "blog" or re.fullmatch(r"[a-z]+/[a-z]+:v?\d+\.\d+\.\d+", service["image"])
    assert [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == []
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", services())
def test_what_a_service_mounts_is_there(name: str) -> None:
    volumes = [volume.split(":")[0] for volume in services()[name].get("volumes", [])]
    # The chart comes with its dashboards.
    folders = [DOCKER / volume for volume in volumes if volume.startswith(".") and "chart/" not in volume]
    assert [folder for folder in folders if not folder.exists()] == []
    assert [volume for volume in volumes if "docker.sock" in volume] == []


def test_datasources_are_linked_both_ways() -> None:
    provisioned = yaml.safe_load((DOCKER / "compose/grafana/datasources/datasources.yaml").read_text(encoding="utf-8"))
    sources = {source["uid"]: source["jsonData"] for source in provisioned["datasources"]}
    assert set(sources) == {"prometheus", "tempo", "loki"}
    assert sources["prometheus"]["exemplarTraceIdDestinations"] == [{"name": "trace_id", "datasourceUid": "tempo"}]
    assert sources["tempo"]["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert sources["tempo"]["tracesToMetrics"]["datasourceUid"] == "prometheus"
    assert [field["datasourceUid"] for field in sources["loki"]["derivedFields"]] == ["tempo"]


def test_shell_scripts_have_no_error() -> None:
    for script in (DOCKER / "build", Path(__file__).with_name("enter.sh")):
        done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
