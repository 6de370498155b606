"""The demo site in its own process, headless Chromium, and checkers that npm installs."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def require(found: object, how: str) -> None:
    """Skip the test if a tool is missing, with the command that installs it; fail in CI."""
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"missing; install it with: {how}")


@dataclass(frozen=True, slots=True)
class Site:
    origin: str
    paths: tuple[str, ...]


def _fetch(port: int, path: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        with contextlib.suppress(OSError):
            if _fetch(port, "/api/ready")[0] == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the server never became ready")


@pytest.fixture(scope="session")
def demo() -> Iterator[Site]:
    """A server of this repository's posts, and every path of its sitemap."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    origin = f"http://127.0.0.1:{port}"
    environ = {**inherited, "BLOG_PORT": str(port), "BLOG_BASE_URL": origin, "BLOG_LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "blog", "serve"], cwd=ROOT, env=environ)
    try:
        _wait_until_ready(port, process)
        sitemap = ET.fromstring(_fetch(port, "/sitemap.xml")[1])
        urls = [url.text or "" for url in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        yield Site(origin, tuple(url.removeprefix(origin) for url in urls))
    finally:
        process.terminate()
        process.wait(20)


# Playwright's event loop runs while the browser is open, and other modules need their own loops.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    require(chromium, "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    script = ROOT / "node_modules/axe-core/axe.min.js"
    require(script.exists(), "npm ci")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def vnu() -> list[str]:
    """The command line of the W3C's HTML checker."""
    jar = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"
    require(jar.exists(), "npm ci")
    require(shutil.which("java"), "apt-get install default-jre-headless")
    return ["java", "-jar", str(jar), "--errors-only", "--format", "text"]
