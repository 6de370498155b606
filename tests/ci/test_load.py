"""The visitors of `make kind` notice what a rollout loses, and nothing else."""

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
def visiting(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", LOAD.read_text(encoding="utf-8"), f"http://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as load:
        assert load.stdout
        assert load.stdout.readline() == "visiting\n"
        yield load


def test_visitors_of_a_blog_that_stays_lose_nothing(serve: "Serve", posts: "WritePosts", post: "WritePost") -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    with visiting(blog.port) as load:
        time.sleep(0.5)
        load.terminate()
        said, _ = load.communicate(timeout=20)
    assert load.returncode == 0, said
    assert said.endswith(" answers, 0 lost\n")


def test_visitors_of_a_blog_that_goes_lose_something(serve: "Serve", posts: "WritePosts", post: "WritePost") -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    with visiting(blog.port) as load:
        time.sleep(0.3)
        blog.signal()
        blog.wait()
        time.sleep(0.3)
        load.terminate()
        said, _ = load.communicate(timeout=20)
    assert load.returncode == 1, said
    assert "ConnectionRefusedError" in said


def test_visitors_who_got_no_answer_at_all_are_no_proof() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port: int = silent.getsockname()[1]
    with visiting(port) as load:
        load.terminate()
        load.communicate(timeout=20)
    assert load.returncode == 1


def test_the_questions_of_the_smoke_run_are_answered_by_the_blog(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    asking = f"import runpy; print(list(runpy.run_path({str(SMOKE)!r})['faults']('http://127.0.0.1:{blog.port}')))"
    said = subprocess.run([sys.executable, "-c", asking], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
