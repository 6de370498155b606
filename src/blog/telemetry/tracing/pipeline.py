"""Exports ended spans to the collector: a bounded queue that counts what it drops and never blocks a request."""

import logging
import threading
from collections.abc import Callable, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression, trace_exporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from blog import __version__
from blog.settings import Settings
from blog.telemetry.tracing.encoding import BatchEncoder
from blog.telemetry.tracing.ids import chosen_trace_id
from blog.telemetry.tracing.limits import SpanLimits
from blog.telemetry.tracing.session import CollectorSession

# OTLP specification, "Configuration Options". Retries are part of it, so a shorter one loses the spans of a collector that restarts.
EXPORT_TIMEOUT_SECONDS = 10.0
FLUSH_SECONDS = 2.0
# The SDK's processor takes it and does not use it.
_UNUSED_MILLISECONDS = 30_000
# Semantic conventions, VCS attributes. They are in development, so the stable package does not define them.
_REVISION = "vcs.ref.head.revision"

logger = logging.getLogger(__name__)


class _ChosenIds(RandomIdGenerator):
    """Uses the trace id on which the head sampler based its decision."""

    def generate_trace_id(self) -> int:
        return chosen_trace_id.get() or super().generate_trace_id()


class _CountingExporter(SpanExporter):
    """Exports batches within limits, and counts spans that the collector did not accept.

    ``rejected`` is how many it has rejected of those that it answered with 200.
    """

    def __init__(self, exporter: SpanExporter, limits: SpanLimits, rejected: Callable[[], int] = lambda: 0) -> None:
        self._exporter = exporter
        self._limits = limits
        self._rejected = rejected
        self.done = 0
        self.refused = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result, before = SpanExportResult.FAILURE, self._rejected()
        try:
            result = self._exporter.export([self._limits.limited(span) for span in spans])
        except Exception:
            logger.exception("spans could not be exported")
        finally:
            # First the refused ones, because a scrape in between subtracts them.
            is_taken = result is SpanExportResult.SUCCESS
            self.refused += min(self._rejected() - before, len(spans)) if is_taken else len(spans)
            self.done += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class _BoundedProcessor(SpanProcessor):
    """Queues a span if there is room, and counts it as dropped if not.

    The SDK's queue drops spans without a readable count, so this processor never lets it fill.
    """

    def __init__(self, exporter: _CountingExporter, settings: Settings) -> None:
        self._exporter = exporter
        self._most = settings.span_queue
        # All values are given, because the SDK would read the others from the environment and raise for wrong ones.
        self._batches = BatchSpanProcessor(
            exporter,
            max_queue_size=2 * settings.span_queue,
            schedule_delay_millis=settings.span_delay * 1000,
            max_export_batch_size=settings.span_batch,
            export_timeout_millis=_UNUSED_MILLISECONDS,
        )
        self._queued = 0
        self.dropped = 0

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self._batches.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        if self._queued - self._exporter.done >= self._most:
            self.dropped += 1
        else:
            self._queued += 1
            self._batches.on_end(span)

    def shutdown(self) -> None:
        self._batches.shutdown()  # type: ignore[no-untyped-call]

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._batches.force_flush(timeout_millis)

    @property
    def waiting(self) -> int:
        return self._queued - self._exporter.done


class Pipeline:
    """A tracer provider that exports OTLP over HTTP/protobuf. It is not registered as the global one."""

    def __init__(self, settings: Settings, exporter: SpanExporter | None = None) -> None:
        self._exporter = _CountingExporter(exporter, SpanLimits.of(settings)) if exporter else _otlp(settings)
        self._processor = _BoundedProcessor(self._exporter, settings)
        self.provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=_resource(settings),
            id_generator=_ChosenIds(),
            shutdown_on_exit=False,
        )
        self.provider.add_span_processor(self._processor)

    @property
    def dropped(self) -> int:
        """The number of spans that were recorded and did not reach the collector."""
        return self._processor.dropped + self._exporter.refused

    @property
    def exported(self) -> int:
        """The number of spans that the collector has accepted."""
        return self._exporter.done - self._exporter.refused

    def enqueue(self, span: ReadableSpan) -> None:
        """Queue an ended span for the next batch."""
        self._processor.on_end(span)

    def shutdown(self) -> None:
        """Send the queued spans within FLUSH_SECONDS, so that a collector which hangs does not keep the process alive."""
        flush = threading.Thread(target=self.provider.shutdown, name="spans-flush", daemon=True)
        flush.start()
        flush.join(FLUSH_SECONDS)
        if flush.is_alive():
            logger.warning("the collector did not take the last spans in %g s; %d are lost",
                           FLUSH_SECONDS, self._processor.waiting)  # fmt: skip


def _otlp(settings: Settings) -> _CountingExporter:
    session = CollectorSession(settings)
    # The exporter takes no encoder as an argument.
    trace_exporter.encode_spans = BatchEncoder()  # type: ignore[assignment, attr-defined]
    exporter = trace_exporter.OTLPSpanExporter(
        endpoint=settings.traces_url,
        headers=dict(settings.otlp_traces_headers or settings.otlp_headers),
        timeout=settings.otlp_traces_timeout or settings.otlp_timeout or EXPORT_TIMEOUT_SECONDS,
        compression=Compression(settings.otlp_traces_compression or settings.otlp_compression),
        session=session,
    )
    return _CountingExporter(exporter, SpanLimits.of(settings), lambda: session.rejected)


def _resource(settings: Settings) -> Resource:
    attributes = {
        SERVICE_NAME: "blog",
        SERVICE_VERSION: __version__,
        _REVISION: settings.revision,
        **dict(settings.resource_attributes),
    }
    return Resource.create(attributes | ({SERVICE_NAME: settings.service_name} if settings.service_name else {}))
