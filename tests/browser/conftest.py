"""The demo site in its own process, headless Chromium, and checkers that npm installs."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from blog import urls
from blog.build.edition import Edition

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
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        with contextlib.suppress(OSError):
            # The first search of a process waits for its index only for a while.
            if _fetch(port, "/api/ready")[0] == _fetch(port, "/api/search?q=a")[0] == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the server never became ready")


def _write_recording(posts: Path) -> None:
    """A post with a second of silence, and a video with captions and keys in HTML of its own. Of the video there is only the beginning of a file."""
    with wave.open(str(posts / "silence.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 8000, "NONE", "not compressed"))
        file.writeframes(bytes(8000))
    front_matter = "title: A recording\ndate: 2026-01-01\ndescription: A second of silence.\naudio: silence.wav\n"
    (posts / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")
    (posts / "film.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nWords.\n")
    body = "![A film](film.mp4)\n\nPress <kbd>Ctrl</kbd> + <kbd>C</kbd>.\n"
    (posts / "a-recording.md").write_text(f"---\n{front_matter}---\n\nWords.\n\n{body}")


_CODE = """---
title: Code of every kind
date: 2026-01-02
description: Lines that are marked, numbered, added, taken out and dimmed.
---

```python title="src/app.py" {2} linenos linenostart=98
def main(arguments):  # [!code --]
def main(arguments: list[str]) -> int:  # [!code ++]

    print("A line that is so long that it goes on to the side, even on a wide page, whatever the width", arguments)
    return 0
```

```js
import { a } from "./a.js"; // a comment that stays
const answer = await a(42); // [!code focus]
export default class extends Thing { get name() { return `x${answer}` } }
```

```console
$ make dev
# whoami
root
$ echo a \\
> b
```

```python
def narrow(): ...
```

```python
an_assignment_that_scrolls = "a text that is so long that it goes on to the side, even on a wide page, as the one above"
```

```diff
- old
+ new
@@ -1 +1 @@
```

```go {1-3}
// A comment.
func main() { fmt.Println("text", 42, nil) }
type T struct{}
```

```go ins={1-3} del={4-6}
// A comment.
func main() { fmt.Println("text", 42, nil) }
type T struct{}
// A comment.
func main() { fmt.Println("text", 42, nil) }
type T struct{}
```
"""


def _long_text() -> str:
    """A text with notes, a table of twelve columns, headings of every level and forty sections."""
    row = "|" + "|".join(f" column {number} " for number in range(12)) + "|\n"
    sections = "".join(f"## Section {number}\n\n{'More words. ' * 30}\n\n" for number in range(40))
    return (
        "---\ntitle: A long text\ndate: 2026-01-03\ndescription: Notes, a wide table and many sections.\n---\n\n"
        f"First words[^a] and more[^b].\n\n{row}{'|---' * 12}|\n{row}\nAfter it[^c].\n\n"
        f"{sections}### Three\n\n#### Four\n\n##### Five\n\n###### Six\n\n"
        "[^a]: The first note.\n[^b]: The second note.\n[^c]: The third note.\n"
    )


@pytest.fixture(scope="session")
def demo_posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's posts, and some with a recording, with code of every kind and with a long text."""
    posts = tmp_path_factory.mktemp("demo") / "posts"
    shutil.copytree(ROOT / "posts", posts)
    _write_recording(posts)
    (posts / "code-of-every-kind.md").write_text(_CODE)
    (posts / "a-long-text.md").write_text(_long_text())
    return posts


@pytest.fixture(scope="session")
def demo(demo_posts: Path) -> Iterator[Site]:
    """A server of the demo posts."""
    with serving(demo_posts) as site:
        yield site


@contextlib.contextmanager
def serving(posts: Path, **variables: str) -> Iterator[Site]:
    """A server of these posts with these settings, and every path of its sitemap."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    origin = f"http://127.0.0.1:{port}"
    environ = {
        **inherited,
        "BLOG_PORT": str(port),
        "BLOG_BASE_URL": origin,
        "BLOG_LOG_LEVEL": "warning",
        "BLOG_POSTS_DIR": str(posts),
        **variables,
    }
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


def answer_from(page: Page, edition: Edition, origin: str) -> None:
    """Answer what a page asks of an origin from memory. Nothing need listen there."""

    def answer(route: Route) -> None:
        found = edition.pages.get(urls.decoded(route.request.url.removeprefix(origin).partition("?")[0]))
        if found is None:
            route.fulfill(status=404)
        else:
            route.fulfill(status=200, headers={"content-type": str(found.media_type)}, body=found.identity.body)

    page.route("**/*", answer)


@pytest.fixture(scope="session")
def axe() -> str:
    script = ROOT / "node_modules/axe-core/axe.min.js"
    require(script.exists(), "npm ci")
    return script.read_text(encoding="utf-8")


def npm_command(name: str) -> str:
    """A command of an npm package."""
    command = ROOT / "node_modules/.bin" / name
    require(command.exists() and shutil.which("node"), "apt-get install npm && npm ci")
    return str(command)


@pytest.fixture(scope="session")
def vnu() -> list[str]:
    """The command line of the W3C's HTML checker."""
    jar = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"
    require(jar.exists(), "npm ci")
    require(shutil.which("java"), "apt-get install default-jre-headless")
    return ["java", "-jar", str(jar), "--errors-only", "--format", "text"]
