"""Server spans: the FastAPI instrumentation makes those of dynamic routes; those of prepared responses and failures are recorded afterwards."""

import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from opentelemetry.context import Context
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import (
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    format_span_id,
    format_trace_id,
    get_current_span,
)
from opentelemetry.util.types import AttributeValue
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blog import __version__
from blog.http.request import KEY, Decision, Parent, RequestRecord
from blog.http.semantics import SERVER_ERROR
from blog.machine.stages import SetCount
from blog.machine.token_bucket import TokenBucket
from blog.telemetry.tracing.description import Description
from blog.telemetry.tracing.encoding import SCOPE
from blog.telemetry.tracing.ids import chosen_trace_id, new_span_id, new_trace_id
from blog.telemetry.tracing.pipeline import Pipeline
from blog.telemetry.tracing.sampler import HeadSampler

ERROR_TYPE = "error.type"
# W3C Trace Context, section 3.3.1.5: at least this much is to be propagated.
_LONGEST_STATE = 512
_LATE_PER_SECOND, _LATE_BURST = 1.0, 20.0

Handle = Callable[[Receive, Send], Awaitable[None]]


class Tracing:
    """Tracing of requests and builds. A "late" span is recorded after a failed or slow request that was not sampled. ``origin`` is that of the site."""

    def __init__(
        self,
        sampler: HeadSampler,
        pipeline: Pipeline,
        late: TokenBucket | None = None,
        *,
        origin: str = "http://127.0.0.1:8000",
    ) -> None:
        self.sampler = sampler
        self._described = Description(origin, sampler.trusts)
        self.pipeline = pipeline
        self._late = late or TokenBucket(_LATE_PER_SECOND, _LATE_BURST)
        # Late spans that the rate limit kept from being recorded.
        self.held_back = 0
        self._tracer = pipeline.provider.get_tracer("blog", __version__)
        self._traced = _instrumented(pipeline)

    async def call(self, decision: Decision, scope: Scope, handle: Handle, receive: Receive, send: Send) -> None:
        """Handle a request in a SERVER span, and store the span's ids on the record for log lines and exemplars."""
        record: RequestRecord = scope[KEY]

        async def inner(_scope: Scope, inner_receive: Receive, inner_send: Send) -> None:
            span = get_current_span()
            context = span.get_span_context()
            record.trace = _ids(context.trace_id, context.span_id)

            async def naming_send(message: Message) -> None:
                # The route is known now, and the span ends only with the last byte.
                if message["type"] == "http.response.start":
                    self._name(span, record)
                await inner_send(message)
                # The instrumentation has set the status as the type of the error.
                if message["type"] == "http.response.start" and record.failure:
                    span.set_attribute(ERROR_TYPE, _type_of(record.failure))
                    span.add_event("exception", _exception(record.failure))

            await handle(inner_receive, naming_send)

        token = chosen_trace_id.set(decision.trace_id)
        try:
            await self._traced({**_without_personal_data(scope, decision), "blog.inner": inner}, receive, send)
        finally:
            chosen_trace_id.reset(token)

    def ids(self, decision: Decision) -> dict[str, str]:
        """Ids for the span of a sampled request, as log lines and exemplars contain them."""
        return _ids(decision.trace_id, new_span_id())

    def record(self, record: RequestRecord, seconds: float) -> None:
        """Record a completed request with the ids on its record. A span that has ended can be built without a tracer."""
        assert record.trace is not None  # noqa: S101 -- ids() came first
        ended, failed = time.time_ns(), record.status >= SERVER_ERROR
        name, attributes = self._described(record)
        attributes["http.response.status_code"] = record.status
        if failed:
            attributes[ERROR_TYPE] = _type_of(record.failure) if record.failure else str(record.status)
        parent = record.decision.parent if record.decision else None
        state = _state(record) if parent else None
        self.pipeline.enqueue(
            ReadableSpan(
                name,
                context=_context(record.trace, state),
                parent=_remote(parent, state) if parent else None,
                events=[Event("exception", _exception(record.failure), ended)] if record.failure else (),
                resource=self.pipeline.provider.resource,
                attributes=attributes,
                kind=SpanKind.SERVER,
                instrumentation_scope=SCOPE,
                status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
                start_time=ended - round(seconds * 1e9),
                end_time=ended,
            )
        )

    def _name(self, span: Span, record: RequestRecord) -> None:
        name, attributes = self._described(record)
        span.update_name(name)
        span.set_attributes(attributes)

    def late(self, record: RequestRecord, seconds: float) -> None:
        """Record a failed or slow request that was not sampled, with its actual start, within the rate limit."""
        if self.sampler.records_nothing:
            return
        if not self._late.take():
            self.held_back += 1
            return
        decision = record.decision
        record.trace = _ids(decision.trace_id if decision else new_trace_id(), new_span_id())
        self.record(record, seconds)

    @contextmanager
    def start(self, name: str) -> Iterator[None]:
        """The trace of a first build or a rebuild. Its stages become child spans."""
        if self.sampler.records_nothing:
            yield
            return
        with self._tracer.start_as_current_span(name, Context()):
            yield

    @contextmanager
    def stage(self, name: str) -> Iterator[SetCount]:
        """A span for a stage of a build; its counts become attributes."""
        if self.sampler.records_nothing:
            yield lambda _what, _count: None
            return
        with self._tracer.start_as_current_span(name) as span:
            yield lambda what, count: span.set_attribute(f"blog.{what}", count)

    def shutdown(self) -> None:
        self.pipeline.shutdown()


def _ids(trace_id: int, span_id: int) -> dict[str, str]:
    return {"trace_id": format_trace_id(trace_id), "span_id": format_span_id(span_id)}


def _context(trace: Mapping[str, str], state: TraceState | None) -> SpanContext:
    ids = (int(trace["trace_id"], 16), int(trace["span_id"], 16))
    return SpanContext(*ids, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED), trace_state=state)


def _state(record: RequestRecord) -> TraceState:
    """The tracestate of the honoured parent, which every span of its trace keeps (W3C Trace Context, section 3.3)."""
    sent = record.headers.get(b"tracestate", b"")[:_LONGEST_STATE]
    return TraceState.from_header([sent.decode("latin-1")])


def _type_of(problem: BaseException) -> str:
    kind = type(problem)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _exception(problem: BaseException) -> dict[str, AttributeValue]:
    """The attributes of an exception event, without the exception's message, which may contain what a reader sent."""
    stack = "".join(traceback.format_tb(problem.__traceback__))
    return {"exception.type": _type_of(problem), "exception.stacktrace": f"{stack}{_type_of(problem)}"}


def _instrumented(pipeline: Pipeline) -> ASGIApp:
    """An empty application that is instrumented, and calls the ASGI app in the scope."""
    carrier = FastAPI(openapi_url=None)
    carrier.add_middleware(_Inner)
    FastAPIInstrumentor.instrument_app(
        carrier,
        tracer_provider=pipeline.provider,
        meter_provider=NoOpMeterProvider(),
        excluded_urls="",
        exclude_spans=["receive", "send"],
    )
    return carrier


class _Inner:
    def __init__(self, app: ASGIApp) -> None:
        del app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["blog.inner"](scope, receive, send)


def _without_personal_data(scope: Scope, decision: Decision) -> dict[str, Any]:
    """The scope for the instrumentation: without client, query and mail addresses, and with no header field but traceparent and tracestate, if honoured."""
    carried = (b"traceparent", b"tracestate") if decision.parent else ()
    host, _ = scope.get("server") or ("", 0)
    return {
        "type": "http",
        "http_version": scope.get("http_version", "1.1"),
        "method": scope["method"],
        "scheme": scope.get("scheme", "http"),
        "path": scope[KEY].shown_path,
        "root_path": "",
        "query_string": b"",
        "headers": [(name, value) for name, value in scope["headers"] if name in carried],
        # The instrumentation appends any other port to the address. _name sets the actual port.
        "server": (str(host), 80),
        "client": None,
    }


def _remote(parent: Parent, state: TraceState | None) -> SpanContext:
    flags = TraceFlags(int(parent.sampled))
    return SpanContext(parent.trace_id, parent.span_id, is_remote=True, trace_flags=flags, trace_state=state)
