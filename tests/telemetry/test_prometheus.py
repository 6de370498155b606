"""A real Prometheus scrapes the running blog, and its exemplars have the ids of traces and log lines."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve
    from tests.telemetry.conftest import Collector, FindTool

PAGES = 40
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: blog
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class Prometheus:
    """The query API of a Prometheus that a test started."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5)

    def query_api(self, path: str, **parameters: str) -> Any:
        try:
            answer = self._client.get(path, params=parameters)
        except httpx.TransportError:
            return None
        return answer.json()["data"] if answer.status_code == 200 else None

    def value(self, query: str) -> float | None:
        data = self.query_api("/api/v1/query", query=query)
        return float(data["result"][0]["value"][1]) if data and data["result"] else None

    def exemplars(self, query: str) -> list[dict[str, str]]:
        now = time.time()
        data = self.query_api("/api/v1/query_exemplars", query=query, start=str(now - 300), end=str(now + 60))
        return [exemplar["labels"] for series in data or () for exemplar in series["exemplars"]]

    def close(self) -> None:
        self._client.close()


StartPrometheus = Callable[[int], Prometheus]


@pytest.fixture
def prometheus(find_tool: "FindTool", tmp_path: Path, unused_port: int) -> Iterator[StartPrometheus]:
    program = find_tool("prometheus", "apt-get install prometheus")
    started: list[subprocess.Popen[bytes]] = []
    clients: list[Prometheus] = []

    def start(target: int) -> Prometheus:
        (tmp_path / "prometheus.yml").write_text(CONFIGURATION.format(port=target))
        command = [
            program,
            f"--config.file={tmp_path / 'prometheus.yml'}",
            f"--storage.tsdb.path={tmp_path / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{unused_port}",
            "--enable-feature=exemplar-storage",
        ]
        with (tmp_path / "prometheus.log").open("wb") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path))
        clients.append(Prometheus(unused_port))
        return clients[-1]

    yield start
    for client in clients:
        client.close()
    for process in started:
        process.kill()
        process.wait(10)


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"timed out: {what}"
        time.sleep(0.1)


def _is(prometheus: Prometheus, query: str, expected: float) -> bool:
    return prometheus.value(query) == expected


@pytest.mark.process
def test_an_exemplar_in_prometheus_has_the_ids_of_the_trace_and_the_log_line(
    serve: "Serve", site: Path, collector: "Collector", prometheus: StartPrometheus
) -> None:
    server = serve(
        site,
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_TRACES_SAMPLER="parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG="0.5",
    )
    prom = prometheus(server.port)
    server.wait_until_ready()
    _until(lambda: prom.value('blog_page_views_total{path="/blog/hello"}') == 0, "a scrape before the first request")
    for _ in range(PAGES):
        assert server.get("/blog/hello", headers={"user-agent": BROWSER}).status == 200
    assert server.get("/rss", headers={"user-agent": "Feedly/1.0"}).status == 200
    assert server.get("/about", headers={"user-agent": "Googlebot/2.1"}).status == 200
    count = 'http_request_duration_seconds_count{handler="/blog/{slug}",method="GET",status="200"}'
    _until(lambda: prom.value(count) == PAGES, f"{count} is {PAGES}")
    assert prom.value('blog_posts{state="published"}') == 2
    assert prom.value("blog_spans_dropped_total") == 0
    # What Prometheus has seen grow since the first scrape of the process is what there was.
    for name, expected in {
        'blog_page_views_total{path="/blog/hello"}': PAGES,
        "blog_page_views_total": PAGES,
        "blog_visits_total": PAGES,
        "blog_visitors_device_total": PAGES,
        'blog_bot_views_total{kind="search-engine"}': 1,
        'blog_feed_fetches_total{format="rss",reader="feedly"}': 1,
    }.items():
        grown = f"sum(max_over_time({name}[5m]) - min_over_time({name}[5m]))"
        _until(partial(_is, prom, grown, expected), grown)

    bucket = 'http_request_duration_seconds_bucket{handler="/blog/{slug}"}'
    _until(lambda: bool(prom.exemplars(bucket)), "an exemplar")
    exemplars = prom.exemplars(bucket)
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
