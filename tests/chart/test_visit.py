"""The script of `helm test`, run against a real server."""

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Release, Render
    from tests.conftest import Serve, WritePost, WritePosts


def command(release: "Release", origin: str) -> list[str]:
    """The command of the pod, with this interpreter and another origin."""
    (container,) = release.one("Pod")["spec"]["containers"]
    assert container["command"] == ["python3", "-c"]
    script, url = container["args"]
    assert url == "http://blog.web.svc:80"
    assert "$(" not in script  # the kubelet would expand it
    return [sys.executable, "-c", script, origin]


@pytest.mark.process
def test_the_script_reads_a_post_and_the_feed(
    render: "Render", serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    server = serve(posts({"hello.md": post("Hello", "2026-03-01"), "größe.md": post("Größe", "2026-04-01")}))
    visit = subprocess.run(
        command(render(), f"http://127.0.0.1:{server.port}"), capture_output=True, text=True, timeout=60, check=False
    )
    assert visit.returncode == 0, visit.stdout + visit.stderr
    assert visit.stdout.splitlines()[0].endswith("is ready with 2 posts")
    assert "/blog/gr%C3%B6%C3%9Fe is a page" in visit.stdout
    assert "/rss has 2 entries" in visit.stdout


@pytest.mark.process
def test_the_script_reports_a_blog_that_does_not_become_ready(
    render: "Render", serve: "Serve", posts: "WritePosts"
) -> None:
    server = serve(posts({"hello.md": "no front matter"}))
    server.wait()
    script = command(render(), f"http://127.0.0.1:{server.port}")
    script[2] = script[2].replace("TRIES = 15", "TRIES = 1")
    visit = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert visit.returncode == 1
    assert visit.stderr.startswith("/api/ready: ")


@pytest.mark.process
def test_the_script_succeeds_without_posts(render: "Render", serve: "Serve", posts: "WritePosts") -> None:
    server = serve(posts({"site.yaml": "title: Empty\n"}))
    script = command(render(), f"http://127.0.0.1:{server.port}")
    visit = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert visit.returncode == 0, visit.stdout + visit.stderr
    assert "/rss has 0 entries" in visit.stdout
