"""The import contracts: each is broken on purpose in a copy of the source, and import-linter must report it."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# By the first words of a contract: a module of the copy, and the forbidden imports that are added to it.
BREACHES: Mapping[str, tuple[str, ...]] = {
    "Layers": ("content/site.py", "blog.render.theme"),
    "Content and render are pure": ("render/feeds.py", "socket", "select", "socketserver", "http", "ctypes", "blog.machine.cores", "blog.machine.cache"),
    "Of content and render": ("content/site.py", "shutil", "io"),
    "The packages below serve": ("build/encodings.py", "starlette"),
    "Telemetry modules": ("telemetry/logs.py", "blog.telemetry.metrics"),
    "Only telemetry imports prometheus_client": ("serve/store.py", "prometheus_client"),
    "Only render imports jinja2": ("build/edition.py", "jinja2"),
    "Only telemetry imports httpx": ("serve/api.py", "httpx"),
    "Only content imports imagesize": ("build/dates.py", "imagesize", "mistune", "pygments", "yaml"),
    "Only search imports Stemmer": ("serve/health.py", "Stemmer", "sqlite3"),
    "Only build imports brotli": ("serve/health.py", "brotli", "PIL", "watchfiles", "zstandard"),
}  # fmt: skip
# What a pure module may not call. import-linter sees imports only.
DISK_CALLS = frozenset({
    "exists", "glob", "is_dir", "is_file", "iterdir", "lstat", "mkdir", "open", "read_bytes", "read_text", "rglob", "stat", "touch", "unlink",
    "write_bytes", "write_text",
})  # fmt: skip
DISK_MODULES = frozenset({
    "content/files.py", "content/folder.py", "render/catalogues.py", "render/theme.py", "render/theme_folders.py",
})  # fmt: skip


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
    for module, *imports in BREACHES.values():
        path = folder / "src/blog" / module
        path.write_text("\n".join([path.read_text(), *(f"import {imported}  # planted" for imported in imports), ""]))
    return _lint(folder)


@pytest.mark.parametrize("contract", _contracts())
def test_a_breach_of_a_contract_is_reported(contract: str, outcome: str) -> None:
    planted = next((it for words, it in BREACHES.items() if contract.startswith(words)), None)
    assert planted, "add a breach of this contract"
    # import-linter wraps names at the width of the terminal.
    unwrapped = " ".join(outcome.split())
    assert re.search(rf"{re.escape(contract)} BROKEN", unwrapped), outcome
    module = "blog." + planted[0].removesuffix(".py").replace("/", ".")
    for imported in planted[1:]:
        assert re.search(rf"{re.escape(module)} ?-> ?{re.escape(imported)} ", unwrapped), f"{imported} is not reported"


@pytest.mark.parametrize("contract", [name for name in _contracts() if name.startswith("Only")])
def test_a_contract_about_one_package_binds_all_others(contract: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (bound,) = [set(it["source_modules"]) for it in settings["contracts"] if it["name"] == contract]
    packages = {f"blog.{path.stem}" for path in (ROOT / "src/blog").iterdir() if path.is_dir() or path.suffix == ".py"}
    packages -= {"blog.__init__", "blog.__pycache__", "blog.theme"}
    assert packages - bound == {f"blog.{contract.split()[1]}"}


def _disk_calls(source: str) -> list[str]:
    called = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [
        it.id if isinstance(it, ast.Name) else it.attr for it in called if isinstance(it, (ast.Name, ast.Attribute))
    ]
    return [name for name in names if name in DISK_CALLS]


def test_pure_modules_touch_no_disk() -> None:
    package = ROOT / "src/blog"
    modules = [path for room in ("content", "render") for path in (package / room).rglob("*.py")]
    found = {str(path.relative_to(package)): _disk_calls(path.read_text()) for path in modules}
    assert {name: calls for name, calls in found.items() if calls and name not in DISK_MODULES} == {}


@pytest.mark.parametrize(
    "breach", ["open('x')", "Path('x').read_text()", "file.path.exists()", "[p for p in f.glob('*')]"]
)
def test_a_call_that_touches_the_disk_is_found(breach: str) -> None:
    assert _disk_calls(breach)
