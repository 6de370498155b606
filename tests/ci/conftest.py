"""Fixtures: the repository's workflows, and a small repository with the same scripts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / ".ci"
SHA = "0123456789abcdef0123456789abcdef01234567"


def need(found: object, how: str) -> None:
    """Skip the test if a tool is missing, with a hint how to install it. In CI a missing tool is a failure."""
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"missing; install it with: {how}")


@pytest.fixture(scope="session")
def needs() -> Callable[[object, str], None]:
    return need


@dataclass(frozen=True, slots=True)
class Workflow:
    path: Path
    text: str
    tree: Mapping[Any, Any]

    @property
    def jobs(self) -> Mapping[str, Any]:
        jobs: Mapping[str, Any] = self.tree["jobs"]
        return jobs

    @property
    def triggers(self) -> Mapping[str, Any]:
        """The triggers of the workflow. Their key is true, because YAML 1.1 reads `on` as true."""
        triggers: Mapping[str, Any] = self.tree[True]
        return triggers

    def steps(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [(name, step) for name, job in self.jobs.items() for step in job.get("steps", [])]


def _workflow(path: Path) -> Workflow:
    text = path.read_text(encoding="utf-8")
    return Workflow(path, text, yaml.safe_load(text))


@pytest.fixture(scope="session")
def workflows() -> Mapping[str, Workflow]:
    return {path.stem: _workflow(path) for path in sorted(ROOT.glob(".github/workflows/*.yml"))}


class Script(Protocol):
    def __call__(self, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Runs a script of .ci in a temporary folder, without GitHub's environment variables."""

    def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "BLOG_"))}
        # Programs of the fixture `stand_in` are found first.
        path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environ = {**inherited, "PATH": path, **variables}
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    return run


class StandIn(Protocol):
    def __call__(self, name: str, body: str) -> Path: ...


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    """Installs a substitute for an external program. It runs ``body``, and logs the arguments of each call as a line of the returned file."""

    def put(name: str, body: str) -> Path:
        (tmp_path / "bin").mkdir(exist_ok=True)
        program, calls = tmp_path / "bin" / name, tmp_path / f"{name}.calls"
        program.write_text(f'#!/usr/bin/env bash\necho "$*" >> "{calls}"\n{body}\n', encoding="utf-8")
        program.chmod(0o755)
        return calls

    return put


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with our scripts, in which the package, the chart and the CHANGELOG have version 1.2.3."""
    root = tmp_path / "repository"
    files = {
        "src/blog/__init__.py": '"""A blog."""\n\n__version__ = "1.2.3"\n',
        "chart/Chart.yaml": "name: blog\nversion: 1.2.3\nappVersion: v1.2.3\nhome: https://github.com/example/blog\n",
        "chart/values.yaml": "image:\n  repository: ghcr.io/example/blog\n",
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- To come.\n\n## 1.2.3 - 2026-11-25\n\n### Added\n\n- It.\n\n## 1.2.2\n\n- Old.\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    shutil.copytree(SCRIPTS, root / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", "One"], cwd=root, check=True)
    return root


@pytest.fixture
def python() -> str:
    return sys.executable
