"""A real Prometheus scrapes the running blog, and its exemplars have the ids of traces and log lines."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.prometheus import scraping

if TYPE_CHECKING:
    from tests.conftest import Serve
    from tests.telemetry.conftest import Collector, FindTool

PAGES = 40
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
COUNT = 'http_request_duration_seconds_count{handler="/blog/{slug}",method="GET",status="200"}'
BUCKET = 'http_request_duration_seconds_bucket{handler="/blog/{slug}"}'


@pytest.mark.process
def test_an_exemplar_in_prometheus_has_the_ids_of_the_trace_and_the_log_line(
    serve: "Serve", site: Path, collector: "Collector", find_tool: "FindTool", tmp_path: Path
) -> None:
    server = serve(
        site,
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_TRACES_SAMPLER="parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG="0.5",
    )
    with scraping(find_tool("prometheus", "apt-get install prometheus"), tmp_path, server.port) as prometheus:
        server.wait_until_ready()
        for _ in range(PAGES):
            assert server.get("/blog/hello", headers={"user-agent": BROWSER}).status == 200
        prometheus.wait_until(COUNT, PAGES)
        prometheus.wait_until('blog_posts{state="published"}', 2)
        prometheus.wait_until("blog_spans_dropped_total", 0)
        prometheus.wait_for(lambda: bool(prometheus.exemplars(BUCKET)), "an exemplar")
        exemplars = prometheus.exemplars(BUCKET)
    server.signal()
    assert server.wait(20) == 0, server.output
    spans = {span.trace_id: span for span in collector.requests}
    lines = [json.loads(line) for line in server.stdout.read_text().splitlines()]
    logged = {line["trace_id"]: line for line in lines if "trace_id" in line}
    for exemplar in exemplars:
        span, line = spans[exemplar["trace_id"]], logged[exemplar["trace_id"]]
        assert span.span_id == exemplar["span_id"] == line["span_id"]
        assert (span.attributes["url.path"], line["path"]) == ("/blog/hello", "/blog/hello")
    assert 0 < len(spans) < PAGES
