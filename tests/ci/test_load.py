"""The load generator of `make kind` reports failed requests, and the smoke test finds no fault in a running blog."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePost, WritePosts

LOAD = Path(__file__).parents[2] / ".ci/load.py"
SMOKE = Path(__file__).parents[2] / ".ci/smoke.py"
pytestmark = pytest.mark.process


@contextmanager
def running_load(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", LOAD.read_text(encoding="utf-8"), f"http://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as load:
        assert load.stdout
        assert load.stdout.readline() == "running\n"
        yield load


def test_no_request_fails_while_the_blog_runs(serve: "Serve", posts: "WritePosts", post: "WritePost") -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    with running_load(blog.port) as load:
        time.sleep(0.5)
        load.terminate()
        output, _ = load.communicate(timeout=20)
    assert load.returncode == 0, output
    assert output.endswith(" responses, 0 failed\n")


def test_requests_after_the_end_of_the_blog_are_reported(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    with running_load(blog.port) as load:
        time.sleep(0.3)
        blog.signal()
        blog.wait()
        time.sleep(0.3)
        load.terminate()
        output, _ = load.communicate(timeout=20)
    assert load.returncode == 1, output
    assert "ConnectionRefusedError" in output


def test_a_run_without_any_response_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
    with running_load(port) as load:
        load.terminate()
        load.communicate(timeout=20)
    assert load.returncode == 1


def test_the_smoke_test_finds_no_fault_in_a_running_blog(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    script = f"import runpy; print(list(runpy.run_path({str(SMOKE)!r})['faults']('http://127.0.0.1:{blog.port}')))"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output == "[]\n"
