"""The running image: read-only, with its numeric user and without privileges."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.image.conftest import Builder, Image, Start

pytestmark = pytest.mark.image

VERSION, REVISION = "7.8.9", "0123456789abcdef0123456789abcdef01234567"
POST = "---\ntitle: {title}\ndate: 2026-03-01\n---\n\nWords.\n"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A folder that other users may read, like a volume of a pod."""
    folder = tmp_path / "volume"
    folder.mkdir(mode=0o755)
    return folder


def test_the_image_becomes_ready_and_serves_its_posts(image: "Image", start: "Start") -> None:
    blog = start(image).until("/api/ready")
    for path in ("/", "/blog", "/rss", "/sitemap.xml", "/about", "/api/posts", "/metrics"):
        assert blog.status(path) == 200, path
    assert blog.status("/nothing") == 404
    blog.terminate()
    assert blog.wait() == 0
    assert "Traceback" not in blog.output


def test_the_start_is_warm(image: "Image", start: "Start") -> None:
    blog = start(image, BLOG_LOG_LEVEL="debug").until("/api/ready")
    # A cold start would try to write to the cache, which fails on a read-only root and is logged.
    assert "the cache cannot be written" not in blog.output


def test_metrics_may_have_their_own_port(image: "Image", start: "Start", unused_port: int) -> None:
    blog = start(image, BLOG_METRICS_PORT=str(unused_port)).until("/api/ready")
    assert blog.status("/metrics") == 404
    assert "process_resident_memory_bytes" in blog.get("/metrics", unused_port)[1]


def test_version_and_revision_are_those_of_the_build(image: "Image", start: "Start") -> None:
    with collector() as (endpoint, received):
        blog = start(image, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_TRACES_SAMPLER_ARG="1").until("/api/ready")
        assert blog.get("/api/health")[1] == f'{{"status":"ok","version":"{VERSION}","revision":"{REVISION}"}}'
        assert re.search(
            rf'^blog_build_info{{revision="{REVISION}",version="{VERSION}"}} 1.0$',
            blog.get("/metrics")[1],
            re.MULTILINE,
        )
        blog.terminate()
        assert blog.wait() == 0
    assert received
    assert all(VERSION.encode() in body and REVISION.encode() in body for body in received)


def test_after_sigterm_it_drains_and_exits_with_0(image: "Image", start: "Start") -> None:
    blog = start(image, BLOG_DRAIN_SECONDS="2").until("/api/ready")
    blog.terminate()
    blog.until("/api/ready", "draining", status=503)
    assert blog.status("/blog") == 200
    assert blog.wait() == 0


def test_sigterm_during_the_imports_ends_it(image: "Image", start: "Start") -> None:
    blog = start(image, PYTHONVERBOSE="1")
    while "uvicorn" not in blog.output:
        assert blog.popen.poll() is None, blog.output
    blog.terminate()
    assert blog.wait() == 0
    assert "Uvicorn running" not in blog.output


def test_a_start_reads_all_modules_from_bytecode(image: "Image", start: "Start") -> None:
    with collector() as (endpoint, _):
        blog = start(image, PYTHONVERBOSE="1", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint).until("/api/ready")
        blog.terminate()
        blog.wait()
    compiled = set(re.findall(r"# code object from '?([^'\n]+)'?", blog.output))
    assert any(module.endswith(".pyc") for module in compiled)
    assert [module for module in compiled if not module.endswith(".pyc")] == []


def test_faulty_content_exits_with_1_and_a_wrong_setting_with_2(image: "Image", start: "Start", volume: Path) -> None:
    (volume / "broken.md").write_text("no front matter")
    broken = start(image, {volume: "/posts"}, BLOG_POSTS_DIR="/posts")
    assert broken.wait() == 1
    assert "broken.md:1" in broken.output
    wrong = start(image, BLOG_DRAIN_SECONDS="soon")
    assert wrong.wait() == 2
    assert "BLOG_DRAIN_SECONDS" in wrong.output


def test_changes_by_git_sync_in_a_volume_of_posts_are_served(image: "Image", start: "Start", volume: Path) -> None:
    """git-sync has a checkout for each commit and replaces a symbolic link; the volume has both."""

    def publish(commit: str, title: str) -> None:
        folder = volume / ".worktrees" / commit / "posts"
        folder.mkdir(parents=True)
        (folder / "hello.md").write_text(POST.format(title=title))
        (volume / "next").symlink_to(f".worktrees/{commit}")
        (volume / "next").replace(volume / "current")

    publish("aaaa", "First of all")
    blog = start(image, {volume: "/git"}, BLOG_POSTS_DIR="/git/current/posts", BLOG_RELOAD="true").until(
        "/blog/hello", "First of all"
    )
    for commit, title in {"bbbb": "Second thoughts", "cccc": "Third time"}.items():
        old = (volume / "current").resolve()
        publish(commit, title)
        blog.until("/blog/hello", title)
        shutil.rmtree(old)
    blog.terminate()
    assert blog.wait() == 0


OWN = """
FROM {image}
COPY posts/ /posts/
ENV BLOG_POSTS_DIR=/posts BLOG_BASE_URL=https://blog.example
USER 0
RUN ["blog", "build"]
USER 65532:65532
"""


def test_a_derived_image_with_other_posts_starts_warm(
    builder: "Builder", image: "Image", start: "Start", tmp_path: Path
) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/mine.md").write_text(POST.format(title="A post of mine") + "More words. " * 100)
    (tmp_path / "Dockerfile").write_text(OWN.format(image=image.name))
    own = builder.build(tmp_path)
    assert own.config["User"] == image.config["User"]
    blog = start(own).until("/api/ready")
    assert "A post of mine" in blog.get("/blog/mine")[1]
    assert blog.get("/api/ready")[1] == '{"status":"ready","posts":1}'
    assert "the cache cannot be written" not in blog.output


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An endpoint for traces that stores the requests it receives."""
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
