"""The import contracts: each is broken on purpose in a copy of the source, and import-linter must report it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# By the first words of a contract: a module of the copy, and the forbidden import that is added to it.
BREACHES = {
    "Layers": ("content/site.py", "blog.render.theme"),
    "Content and render are pure": ("render/feeds.py", "socket"),
    "Of content and render": ("content/site.py", "shutil"),
    "The packages below serve": ("build/encodings.py", "starlette"),
    "Telemetry modules": ("telemetry/logs.py", "blog.telemetry.metrics"),
    "Only telemetry imports prometheus_client": ("serve/store.py", "prometheus_client"),
    "Only render imports jinja2": ("build/edition.py", "jinja2"),
    "Only telemetry imports httpx": ("serve/api.py", "httpx"),
    "Only content imports mistune": ("render/meta.py", "mistune"),
}


def _contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return [contract["name"] for contract in settings["contracts"]]


def _lint(folder: Path) -> str:
    environ = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "300"}
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command = [sys.executable, "-c", program, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The output of import-linter for a copy of the source with every breach."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for module, imported in BREACHES.values():
        path = folder / "src/blog" / module
        path.write_text(f"{path.read_text()}\nimport {imported}  # planted\n")
    return _lint(folder)


@pytest.mark.parametrize("contract", _contracts())
def test_a_breach_of_a_contract_is_reported(contract: str, outcome: str) -> None:
    assert any(contract.startswith(words) for words in BREACHES), "add a breach of this contract"
    # import-linter wraps names at the width of the terminal.
    assert re.search(rf"{re.escape(contract)} BROKEN", " ".join(outcome.split())), outcome
