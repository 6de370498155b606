"""The wheel and the sdist, each built, installed into an environment outside the clone, and served from an empty folder."""

import os
import re
import site
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.process


@pytest.fixture(scope="module", params=["sdist", "wheel"])
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the distribution in it; the dependencies are those of the environment that runs the tests."""
    folder = tmp_path_factory.mktemp(request.param)
    _run(sys.executable, "-m", "hatchling", "build", "--target", request.param, "--directory", str(folder), cwd=ROOT)
    (archive,) = (path for path in folder.iterdir() if path.name.startswith("readyblog-"))
    venv.create(folder / "env", with_pip=False)
    inside = folder / "env/bin/python"
    (packages,) = (folder / "env/lib").glob("python*/site-packages")
    install = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--no-build-isolation"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(site.getsitepackages())}
    _run(*install, "--python", str(inside), str(archive), cwd=folder, environ=environ)
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return inside


def _run(*command: str, cwd: Path, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def _environ(port: int = 8000) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_", "PYTHONPATH"))
    }
    return {**inherited, "BLOG_PORT": str(port)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_it_is_imported_from_the_environment_with_its_theme_and_types(python: Path, tmp_path: Path) -> None:
    found = Path(_run(str(python), "-c", "import blog; print(blog.__file__)", cwd=tmp_path, environ=_environ()).strip())
    assert found.is_relative_to(python.parents[1])
    assert (found.parent / "py.typed").exists()
    assert (found.parent / "theme/assets/site.css").exists()


def test_it_offers_the_extra_for_imports(python: Path, tmp_path: Path) -> None:
    program = "from importlib.metadata import metadata; print(metadata('readyblog').get_all('Provides-Extra'))"
    assert _run(str(python), "-c", program, cwd=tmp_path, environ=_environ()) == "['import']\n"


def test_a_site_of_another_program_is_imported_and_checked(python: Path, tmp_path: Path) -> None:
    (tmp_path / "old/_posts").mkdir(parents=True)
    (tmp_path / "old/_posts/2019-01-02-hello.md").write_text("---\ntitle: Hello\n---\nWords.\n", encoding="utf-8")
    blog = str(python.parent / "blog")
    assert "is posts/hello.md" in _run(blog, "import", "old", cwd=tmp_path, environ=_environ())
    _run(blog, "check", "--strict", cwd=tmp_path, environ=_environ())


def test_an_empty_folder_becomes_a_blog(python: Path, tmp_path: Path) -> None:
    blog = str(python.parent / "blog")
    refused = subprocess.run([blog, "check"], cwd=tmp_path, env=_environ(), capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "blog new" in refused.stdout
    assert _run(blog, "new", "Hello", cwd=tmp_path, environ=_environ()) == "posts/hello.md\n"
    _run(blog, "check", cwd=tmp_path, environ=_environ())
    port = _free_port()
    with subprocess.Popen([blog, "serve"], cwd=tmp_path, env=_environ(port), stdout=subprocess.DEVNULL) as server:
        try:
            page = _until_served(port, "/")
            sheet = re.search(r'href="(/assets/site\.\w+\.css)"', page)
            assert sheet
            assert "{" in _until_served(port, sheet[1])
        finally:
            server.terminate()


def test_a_new_blog_is_checked_and_served(python: Path, tmp_path: Path) -> None:
    blog = str(python.parent / "blog")
    _run(blog, "init", "mine", "--title", "My notes", cwd=tmp_path, environ=_environ())
    _run(blog, "check", "--strict", cwd=tmp_path / "mine", environ=_environ())
    port = _free_port()
    with subprocess.Popen(
        [blog, "serve"], cwd=tmp_path / "mine", env=_environ(port), stdout=subprocess.DEVNULL
    ) as server:
        try:
            assert "My notes" in _until_served(port, "/")
            assert "The first post." in _until_served(port, "/blog")
            assert "<h1" in _until_served(port, "/about")
        finally:
            server.terminate()


def _until_served(port: int, path: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            body: bytes = response.read()
            return body.decode()
        time.sleep(0.1)
    raise AssertionError(f"{path} was never served")
