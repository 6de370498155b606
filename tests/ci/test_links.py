"""The link check distinguishes pages that are gone from servers with temporary problems."""

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from tests.ci.conftest import Script
    from tests.conftest import WritePost, WritePosts

LINKS = Path(__file__).parents[2] / ".ci/links.py"


class Check(Protocol):
    def __call__(self, body: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def check(script: "Script", python: str, posts: "WritePosts", post: "WritePost") -> Check:
    """Checks the links of a folder with one post."""
    return lambda body: script(python, LINKS, posts({"one.md": post("One", "2026-01-01", body=body)}), LINKS_PAUSE="0")


class Target(BaseHTTPRequestHandler):
    """Responds to /404 with 404, and so on; /get-only refuses HEAD, /moved redirects to /200."""

    def do_HEAD(self) -> None:
        self._respond(405 if self.path == "/get-only" else None)

    def do_GET(self) -> None:
        self._respond(200 if self.path == "/get-only" else None)

    def _respond(self, status: int | None) -> None:
        self.send_response(status or (301 if self.path == "/moved" else int(self.path.strip("/"))))
        if self.path == "/moved":
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def target() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Target) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "code", "output"),
    [
        pytest.param("/200", 0, "1 links, 0 gone", id="there"),
        pytest.param("/moved", 0, "1 links, 0 gone", id="moved"),
        pytest.param("/get-only", 0, "1 links, 0 gone", id="no-head"),
        pytest.param("/200#a-heading", 0, "1 links, 0 gone", id="fragment"),
        pytest.param("/404", 1, "gone:", id="not-found"),
        pytest.param("/410", 1, "gone:", id="gone"),
        pytest.param("/403", 0, "unsure:", id="forbidden"),
        pytest.param("/429", 0, "unsure:", id="limited"),
        pytest.param("/503", 0, "unsure:", id="failing"),
    ],
)
def test_the_status_decides_about_a_link(check: Check, target: str, path: str, code: int, output: str) -> None:
    done = check(f"[A link]({target}{path}), [once more]({target}{path}).")
    assert (done.returncode, output in done.stdout) == (code, True), done.stdout + done.stderr
    assert ("one.md" in done.stdout) == (code == 1 or "unsure" in output)


def test_example_hosts_are_not_checked(check: Check) -> None:
    done = check(
        "[One](https://example.org/x), <https://blog.example/y>, [three](http://localhost:1/z), [four](/blog/one)"
    )
    assert done.stdout == "0 links, 0 gone\n"


def test_a_refused_connection_does_not_fail_the_check(check: Check) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Target) as server:
        unused = server.server_port
    done = check(f"[A link](http://127.0.0.1:{unused}/)")
    assert done.returncode == 0
    assert "unsure" in done.stdout


def test_a_host_that_does_not_exist_is_gone(check: Check, target: str) -> None:
    done = check(f"[One]({target}/200), [two](http://no-such-host.home.arpa/)")
    assert done.returncode == 1
    assert "gone: http://no-such-host.home.arpa/" in done.stdout


def test_without_name_resolution_no_link_is_reported_as_gone(check: Check) -> None:
    done = check("[One](http://no-such-host.home.arpa/), [two](http://neither.home.arpa/)")
    assert done.returncode == 1
    assert done.stdout == "none of 2 links was reached: this machine resolves no name\n"
