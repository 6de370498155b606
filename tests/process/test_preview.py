"""Links to unpublished texts, made by the command line and opened on a real server."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, Sink, WritePost, WritePosts

pytestmark = pytest.mark.process

KEY = "0123456789abcdef" * 2


def blog(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    command = [sys.executable, "-m", "blog", *arguments]
    return subprocess.run(command, env=inherited | variables, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def variables(posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path) -> dict[str, str]:
    folder = posts(
        {
            "hello.md": post("Hello", "2026-01-01"),
            "hush.md": post("Hush", "2026-02-01", "draft: true\n", "xyzzy"),
        }
    )
    cache = str(tmp_path / "cache")
    return {"BLOG_POSTS_DIR": str(folder), "BLOG_TEMPLATES_DIR": str(templates), "BLOG_CACHE_DIR": cache}


def target_of(printed: str) -> str:
    parts = urlsplit(printed.strip())
    return f"{parts.path}?{parts.query}"


def test_a_link_opens_its_draft_on_a_warm_start_and_leaves_no_trace_of_itself(
    serve: "Serve", variables: dict[str, str], sink: "Sink"
) -> None:
    assert blog("build", **variables).returncode == 0
    done = blog("preview", "hush", "--days", "1", BLOG_PREVIEW_KEY=KEY, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    folder = Path(variables.pop("BLOG_POSTS_DIR"))
    server = serve(
        folder, BLOG_PREVIEW_KEY=f"{KEY}\n", BLOG_ACCESS_LOG="all", BLOG_LOG_LEVEL="debug", OTEL_TRACES_SAMPLER="always_on",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{sink.port}", **variables,
    ).wait_until_ready()  # fmt: skip
    opened = server.get(target_of(done.stdout))
    assert (opened.status, b"xyzzy" in opened.body) == (200, True)
    assert server.get(target_of(done.stdout) + "0").status == 404
    server.signal()
    assert server.wait() == 0
    spans = b"".join(request.body for request in sink.received)
    assert b"/preview/{slug}" in spans
    signature = re.findall(r"-([0-9a-f]{64})", done.stdout)[0]
    for told in (server.output, spans.decode("latin-1")):
        assert not [secret for secret in ("hush", signature, KEY) if secret in told]


def test_without_a_key_the_server_has_no_previews(serve: "Serve", variables: dict[str, str]) -> None:
    link = target_of(blog("preview", "hush", BLOG_PREVIEW_KEY=KEY, **variables).stdout)
    server = serve(Path(variables.pop("BLOG_POSTS_DIR")), **variables).wait_until_ready()
    assert server.get(link).status == 404


@pytest.mark.parametrize("key", ["short", "x" * 31, " " * 40], ids=["short", "one-too-short", "blank"])
def test_a_key_that_is_too_short_stops_the_start_with_one_line(variables: dict[str, str], key: str) -> None:
    done = blog("serve", BLOG_PREVIEW_KEY=key, **variables)
    assert (done.returncode, done.stderr) == (2, "")
    (line,) = done.stdout.splitlines()
    assert re.fullmatch("BLOG_PREVIEW_KEY is not usable: give at least 32 .*", json.loads(line)["message"])
    assert key.strip() not in line or not key.strip()
