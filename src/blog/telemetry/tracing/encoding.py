"""Encodes batches of spans for the collector. What spans of pages have in common is encoded once, because the library takes 42 µs a span.

A message of Protocol Buffers is the concatenation of its fields, in any order (Encoding, "Message Structure").
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from blog import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

# The scope of the spans that are recorded after a response. Their attributes are texts and integers.
SCOPE = InstrumentationScope("blog", __version__)
_MOST_KNOWN = 1024
# The tags of fields in trace.proto and trace_service.proto, with the length where it is fixed: trace_id, span_id, the times in nanoseconds,
# and the nested messages.
_TRACE_ID, _SPAN_ID, _START, _END = b"\x0a\x10", b"\x12\x08", b"\x39", b"\x41"
_RESOURCE_SPANS, _SCOPE_SPANS, _SPAN = b"\x0a", b"\x12", b"\x12"
_VARYING = ("trace_id", "span_id", "start_time_unix_nano", "end_time_unix_nano")


class EncodedBatch:
    """An export request that is encoded already, as the exporter takes it."""

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded

    def SerializePartialToString(self) -> bytes:  # noqa: N802 -- the name in protobuf
        return self._encoded


class BatchEncoder:
    """Encodes batches, each with the spans of one resource; a call does what the exporter's ``encode_spans`` does."""

    def __init__(self) -> None:
        self._resource: Resource | None = None
        self._frame = (b"", b"")
        self._known: dict[tuple[object, ...], bytes] = {}

    def __call__(self, spans: Sequence[ReadableSpan]) -> EncodedBatch:
        pages = [span for span in spans if _is_of_page(span)]
        others = [span for span in spans if not _is_of_page(span)]
        encoded = encode_spans(others).SerializeToString() if others else b""
        return EncodedBatch(encoded + self._encoded(pages) if pages else encoded)

    def _encoded(self, spans: Sequence[ReadableSpan]) -> bytes:
        if spans[0].resource is not self._resource:
            self._resource, self._frame = spans[0].resource, _frame(spans[0])
        resource, scope = self._frame
        scope_spans = scope + b"".join([_nested(_SPAN, self._span(span)) for span in spans])
        return _nested(_RESOURCE_SPANS, resource + _nested(_SCOPE_SPANS, scope_spans))

    def _span(self, span: ReadableSpan) -> bytes:
        context, start, end = span.context, span.start_time, span.end_time
        assert context is not None and start is not None and end is not None  # noqa: PT018, S101 -- `Tracing.record` sets them
        return b"".join((
            _TRACE_ID, context.trace_id.to_bytes(16), _SPAN_ID, context.span_id.to_bytes(8),
            _START, start.to_bytes(8, "little"), _END, end.to_bytes(8, "little"), self._common(span),
        ))  # fmt: skip

    def _common(self, span: ReadableSpan) -> bytes:
        """The fields of a span that other spans have too: name, kind, attributes, status, flags."""
        attributes = span.attributes or {}
        key = (span.name, span.status.status_code, span.dropped_attributes, *attributes.items())
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            message = encode_spans([span]).resource_spans[0].scope_spans[0].spans[0]
            for field in _VARYING:
                message.ClearField(field)
            known = self._known[key] = message.SerializeToString()
        return known


def _is_of_page(span: ReadableSpan) -> bool:
    """Whether a span was recorded after a response, and has no parent and no exception."""
    return span.instrumentation_scope is SCOPE and span.parent is None and not span.events


def _frame(span: ReadableSpan) -> tuple[bytes, bytes]:
    """The resource and the scope of a span, each as the beginning of its message."""
    resource = encode_spans([span]).resource_spans[0]
    scope = resource.scope_spans[0]
    scope.ClearField("spans")
    encoded_scope = scope.SerializeToString()
    resource.ClearField("scope_spans")
    return resource.SerializeToString(), encoded_scope


def _nested(tag: bytes, message: bytes) -> bytes:
    """A field that contains a message: its tag, the length as a varint, and the message."""
    size, length = len(message), bytearray()
    while size > 0x7F:  # noqa: PLR2004 -- seven bits a byte
        length.append(size & 0x7F | 0x80)
        size >>= 7
    length.append(size)
    return b"".join((tag, length, message))
