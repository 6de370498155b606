"""The search page of the real process: what nobody learns of a search, and what it shows of an edition from the cache."""

import json
import re
import signal
from typing import TYPE_CHECKING

import pytest

from tests.conftest import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Process, Serve, Sink, WritePosts

pytestmark = pytest.mark.process
SITE = {
    "one.md": "---\ntitle: One\ndate: 2026-01-01\ntags: [Tea]\n---\n\n## Steeping\n\nPour the water over the leaves.\n",
    "two.md": "---\ntitle: Two\ndate: 2026-01-02\ntags: [Coffee]\n---\n\nGrind, pour, wait.\n",
}
SECRET = "xyzzysecret"


def _answered(server: "Process", path: str) -> bytes:
    """The body of a page of which the index may still be opened."""
    wait_until(lambda: server.get(path).status == 200, seconds=60)
    return server.get(path).body


def test_no_log_span_or_metric_has_the_words_of_a_search(
    serve: "Serve", posts: "WritePosts", spans_sink: "Sink"
) -> None:
    server = serve(
        posts(SITE),
        OTEL_EXPORTER_OTLP_ENDPOINT=spans_sink.url,
        OTEL_TRACES_SAMPLER="always_on",
        BLOG_ACCESS_LOG="all",
        BLOG_LOG_LEVEL="debug",
    ).wait_until_ready()
    for path in ("/search", "/api/search"):
        _answered(server, f"{path}?q={SECRET}")
        server.get(f"{path}?q={SECRET}&page=x&limit=x")
        server.get(f"{path}?q={SECRET}+" + "many+" * 100, headers={"Referer": f"http://x.example/?q={SECRET}"})
    metrics = server.get("/metrics").body.decode()
    assert re.search(r'http_request_duration_seconds_count\{.*handler="/search"', metrics)
    assert re.search(r'blog_searches_total\{outcome="empty"\} [1-9]', metrics)
    server.signal(signal.SIGTERM)
    server.wait()
    assert any(b"/search" in request.body for request in spans_sink.received)
    assert '"path": "/search"' in server.output
    for said in (metrics, server.output, *(request.body.decode("latin-1") for request in spans_sink.received)):
        assert SECRET not in said


@pytest.mark.parametrize("ratio", ["1", "0"], ids=["sampled", "late"])
def test_a_search_that_fails_leads_from_its_trace_to_its_traceback_and_does_not_say_what_was_asked(
    serve: "Serve", posts: "WritePosts", spans_sink: "Sink", tmp_path: "Path", ratio: str
) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    # The start tries a theme with other queries.
    (theme / "results.html").write_text(f'{{{{ 1 // (0 if query == "{SECRET}" else 1) }}}}', encoding="utf-8")
    sampler = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": ratio}
    server = serve(
        posts(SITE), OTEL_EXPORTER_OTLP_ENDPOINT=spans_sink.url, BLOG_TEMPLATES_DIR=str(theme), **sampler
    ).wait_until_ready()
    _answered(server, "/search?q=pour")
    assert server.get(f"/search?q={SECRET}").status == 500
    server.signal()
    server.wait()
    lines = [json.loads(line) for line in server.output.splitlines()]
    failure, access = (line for line in lines if line["level"] == "error")
    assert (failure["trace_id"], failure["span_id"]) == (access["trace_id"], access["span_id"])
    assert failure["exception"].endswith("FailedError: ZeroDivisionError")
    assert "top-level template code" in failure["exception"]
    spans = b"".join(request.body for request in spans_sink.received)
    assert bytes.fromhex(failure["span_id"]) in spans
    assert b"exception.stacktrace" in spans
    assert SECRET not in server.output
    assert SECRET.encode() not in spans


def test_an_edition_from_the_cache_has_the_same_search_page(
    serve: "Serve", posts: "WritePosts", tmp_path: "Path"
) -> None:
    folder, pages = posts(SITE), []
    for _ in range(2):
        server = serve(folder, BLOG_CACHE_DIR=str(tmp_path / "cache")).wait_until_ready()
        pages.append([_answered(server, path) for path in ("/search?q=pour", "/search")])
        server.signal()
        server.wait()
    assert pages[0] == pages[1]
    assert b"<mark>Pour</mark>" in pages[0][0]
    assert b'href="/blog/one#steeping"' in pages[0][0]
