"""Batches on the wire are what the library would have sent, and the spans of pages do not pass through the library one by one."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan

from blog.http.request import Connection, Decision, Parent, RequestRecord
from blog.settings import Settings
from blog.telemetry.tracing import HeadSampler, Pipeline, Tracing, encoding
from blog.telemetry.tracing.encoding import BatchEncoder
from blog.telemetry.tracing.limits import SpanLimits

if TYPE_CHECKING:
    from tests.telemetry.conftest import Collector

PAGE = "/blog/{slug}"


def _record(tracing: Tracing, path: str, status: int = 200, **fields: object) -> None:
    record = RequestRecord(Connection(("192.0.2.1", 1), None, "http"), "GET", path, b"", [])
    record.route, record.status = PAGE, status
    record.decision = Decision(sampled=True, trace_id=(1 << 127) + 5)
    for name, value in fields.items():
        setattr(record, name, value)
    record.trace = tracing.ids(record.decision)
    tracing.record(record, 0.002)


@pytest.fixture
def pipeline(base_settings: Settings, collector: "Collector") -> Pipeline:
    return Pipeline(replace(base_settings, otlp_endpoint=collector.url, span_delay=60.0))


@pytest.fixture
def spans(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> list[ReadableSpan]:
    """Spans of every kind that a batch can have: of pages, of errors, with a parent, with an exception, and those of the SDK."""
    found: list[ReadableSpan] = []
    tracing = Tracing(HeadSampler("always_on", 1.0, ""), pipeline)
    monkeypatch.setattr(pipeline, "enqueue", found.append)
    for path in ("/blog/a", "/blog/b", "/blog/a", "/blog/ö" * 40):
        _record(tracing, path)
    _record(tracing, "/blog/a", 404, route="", is_bot=True)
    _record(tracing, "/blog/a", 503)
    _record(tracing, "/blog/a", decision=Decision(sampled=True, trace_id=7, parent=Parent(7, 8, sampled=True)))
    _record(tracing, "/blog/a", 500, failure=ValueError("no"))
    with pipeline.provider.get_tracer("blog").start_as_current_span("build") as span:
        span.set_attributes({"yes": True, "list": [1, 2], "share": 0.5})
    found.append(span)  # type: ignore[arg-type]
    return found


def _by_id(message: ExportTraceServiceRequest) -> dict[bytes, Span]:
    return {
        span.span_id: span
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }


def test_a_batch_has_the_spans_that_the_library_would_send(spans: list[ReadableSpan]) -> None:
    encode = BatchEncoder()
    for _ in range(2):
        sent = ExportTraceServiceRequest.FromString(encode(spans).SerializePartialToString())
        assert _by_id(sent) == _by_id(encode_spans(spans))
        assert len(_by_id(sent)) == len(spans)


def test_a_batch_of_pages_alone_is_the_message_of_the_library(spans: list[ReadableSpan]) -> None:
    sent = ExportTraceServiceRequest.FromString(BatchEncoder()(spans[:6]).SerializePartialToString())
    assert sent == encode_spans(spans[:6])


def test_the_numbers_of_dropped_attributes_are_sent(spans: list[ReadableSpan]) -> None:
    encode = BatchEncoder()
    for most in (3, 4):
        limited = [SpanLimits(attributes=most).limited(span) for span in spans]
        sent = ExportTraceServiceRequest.FromString(encode(limited).SerializePartialToString())
        assert _by_id(sent) == _by_id(encode_spans(limited))


def test_batches_of_two_applications_have_the_resource_of_each(
    base_settings: Settings, spans: list[ReadableSpan], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Pipeline(replace(base_settings, otlp_endpoint="http://127.0.0.1:9", resource_attributes=(("a", "b"),)))
    found: list[ReadableSpan] = []
    monkeypatch.setattr(other, "enqueue", found.append)
    _record(Tracing(HeadSampler("always_on", 1.0, ""), other), "/blog/a")
    encode = BatchEncoder()
    for batch in (spans[:2], found, spans[:2]):
        sent = ExportTraceServiceRequest.FromString(encode(batch).SerializePartialToString())
        assert sent == encode_spans(batch)


def test_what_is_known_of_paths_is_bounded(spans: list[ReadableSpan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_MOST_KNOWN", 2)
    sent = ExportTraceServiceRequest.FromString(BatchEncoder()(spans).SerializePartialToString())
    assert _by_id(sent) == _by_id(encode_spans(spans))


def test_the_exporter_sends_spans_of_pages_without_the_library_encoding_each(
    pipeline: Pipeline, collector: "Collector", monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []

    def counting(batch: list[ReadableSpan]) -> ExportTraceServiceRequest:
        encoded.append(len(batch))
        return encode_spans(batch)

    monkeypatch.setattr(encoding, "encode_spans", counting)
    tracing = Tracing(HeadSampler("always_on", 1.0, ""), pipeline)
    for _ in range(50):
        _record(tracing, "/blog/a")
    pipeline.shutdown()
    assert len(collector.spans) == 50
    # One for what the spans share, and one for their resource and scope.
    assert encoded == [1, 1]
