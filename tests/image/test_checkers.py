"""The Dockerfile and the compose file pass external checkers."""

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


def errors_of(*command: str | Path) -> str:
    """The output of a checker if it failed; empty if it succeeded."""
    done = subprocess.run(
        [Path(sys.executable).with_name(str(command[0])), *command[1:]], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    assert errors_of("hadolint", "--failure-threshold", "style", DOCKER / "Dockerfile") == ""


def test_the_dockerfile_uses_no_feature_of_new_builders_only() -> None:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"<<-?\w", text)
    assert not re.search(r"^(COPY|ADD) .*--link", text, re.MULTILINE)
    assert not re.search(r"^RUN --", text, re.MULTILINE)
    assert re.search(r"^ARG PYTHON_IMAGE=docker\.io/library/python:3\.13-slim@sha256:[0-9a-f]{64}$", text, re.MULTILINE)


def test_the_compose_file_follows_the_schema() -> None:
    assert errors_of("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE) == ""


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(DOCKER)))
def test_yamllint_finds_nothing(path: Path) -> None:
    assert errors_of("yamllint", "--strict", "--config-data", RULES, path) == ""


def test_promtool_accepts_the_configuration_of_prometheus(need: "Need") -> None:
    promtool = shutil.which("promtool")
    need(promtool, "install it with: apt-get install prometheus")
    done = subprocess.run(
        [str(promtool), "check", "config", DOCKER / "compose/prometheus.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_beacon_cannot_make_alloy_fetch_an_address() -> None:
    """By default faro.receiver downloads source maps from wherever a beacon says they are."""
    receiver = (DOCKER / "compose/config.alloy").read_text(encoding="utf-8").partition("faro.receiver")[2]
    assert re.search(r"sourcemaps \{\s+download = false\s+\}", receiver.partition("\n}\n")[0])


def test_every_file_that_a_service_mounts_can_be_read_by_other_users() -> None:
    """Git keeps no mode but that of programs; what the table in docs/image.md says about umask is all that can go wrong."""
    text = (DOCKER.parent / "docs/image.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"chmod -R go\+rX ([^`]+)`", text)
    mounted = {
        str((DOCKER / volume).resolve().relative_to(DOCKER.parent))
        for service in services().values()
        for volume in (each.split(":")[0] for each in service.get("volumes", []))
        if volume.startswith(".")
    }
    assert [path for path in mounted if not any((path + "/").startswith(f"{each}/") for each in command.split())] == []


def services() -> dict[str, dict[str, Any]]:
    by_name: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return by_name


@pytest.mark.parametrize("name", services())
def test_a_service_has_an_exact_version_and_publishes_ports_only_on_loopback(name: str) -> None:
    service = services()[name]
    assert name == "blog" or re.fullmatch(r"[a-z]+/[a-z]+:v?\d+\.\d+\.\d+", service["image"])
    assert [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == []
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", services())
def test_the_files_that_a_service_mounts_exist(name: str) -> None:
    volumes = [volume.split(":")[0] for volume in services()[name].get("volumes", [])]
    # chart/dashboards belongs to the chart.
    folders = [DOCKER / volume for volume in volumes if volume.startswith(".") and "chart/" not in volume]
    assert [folder for folder in folders if not folder.exists()] == []
    assert [volume for volume in volumes if "docker.sock" in volume] == []


def test_datasources_link_to_each_other() -> None:
    provisioned = yaml.safe_load((DOCKER / "compose/grafana/datasources/datasources.yaml").read_text(encoding="utf-8"))
    sources = {source["uid"]: source["jsonData"] for source in provisioned["datasources"]}
    assert set(sources) == {"prometheus", "tempo", "loki"}
    assert sources["prometheus"]["exemplarTraceIdDestinations"] == [{"name": "trace_id", "datasourceUid": "tempo"}]
    assert sources["tempo"]["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert sources["tempo"]["tracesToMetrics"]["datasourceUid"] == "prometheus"
    assert [field["datasourceUid"] for field in sources["loki"]["derivedFields"]] == ["tempo"]


def test_shell_scripts_have_no_syntax_error() -> None:
    for script in (DOCKER / "build", Path(__file__).with_name("enter.sh")):
        done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
