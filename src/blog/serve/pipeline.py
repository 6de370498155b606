"""The request pipeline: answers a request, decides whether to sample it, and after the last byte records metrics, span and log line."""

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from blog import urls
from blog.build.response import PreparedResponse, with_traceparent
from blog.http.request import KEY, Decision, RequestRecord
from blog.http.semantics import SERVER_ERROR, SLOW_SECONDS, has_body
from blog.serve.store import PageStore
from blog.settings import Settings
from blog.telemetry.logs import Access, log_failure
from blog.telemetry.metrics import UNROUTED, Metrics
from blog.telemetry.visits import Visits
from blog.telemetry.visits.agents import agent_of
from blog.telemetry.visits.sources import host_of

if TYPE_CHECKING:  # a process without an OTLP endpoint does not import the SDK
    from blog.telemetry.tracing import Tracing

_PROBES = frozenset({urls.HEALTH, urls.READY, urls.METRICS})
_UNAVAILABLE = 503
_UNTRACED = _PROBES | {urls.RELOAD_EVENTS, urls.FAVICON}
_UNTRACED_BELOW = ("/assets/", "/rum/")
_INTERNAL_ERROR = PreparedResponse(
    500, b"content-length: 22\r\n", b"content-type: text/plain; charset=utf-8\r\n", b"Internal Server Error\n"
)


class RequestPipeline:
    """ASGI app: answers from the page store or the router, then records metrics, span and access log.

    The server's protocol calls ``answer`` and ``finished`` directly for prepared responses; everything else goes through the ASGI interface.
    """

    def __init__(
        self,
        settings: Settings,
        store: PageStore,
        dynamic: ASGIApp,
        metrics: Metrics,
        visits: Visits,
        tracing: "Tracing | None",
    ) -> None:
        self._store = store
        self._dynamic = dynamic
        self._metrics = metrics
        self._visits = visits
        self._tracing = tracing
        self._access = Access(settings.access_log)
        # A page that contains a traceparent must not be cached, so only sites whose browsers report beacons get one.
        self._names_traces = settings.faro_url is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # If the scope has a record, the protocol has looked in the store already and found no prepared response.
        known: RequestRecord | None = scope.get(KEY)
        record = known or RequestRecord.of(scope)
        answer = self.answer(record) if known is None else None
        try:
            if answer is not None:
                await _send(answer, record, send)
            else:
                await self._call_dynamic(record, scope, receive, send)
        except Exception as problem:
            record.status = 500
            record.failure = problem
            raise
        finally:
            self.finished(record)

    def answer(self, record: RequestRecord) -> PreparedResponse | None:
        """The prepared response as it is sent, or None. The sampling decision is stored on the record."""
        try:
            answer = self._store.answer(record)
            if self._tracing is not None:
                answer = self._traced(self._tracing, record, answer)
        except Exception as problem:  # noqa: BLE001 -- `finished` logs it, with the ids of its span
            record.failure = problem
            answer, record.status = _INTERNAL_ERROR, _INTERNAL_ERROR.status
        if answer is None or record.method == "GET" or has_body(record.method):
            return answer
        return PreparedResponse(answer.status, answer.own, answer.shared)

    def _traced(
        self, tracing: "Tracing", record: RequestRecord, answer: PreparedResponse | None
    ) -> PreparedResponse | None:
        record.decision = decision = self._decide(tracing, record)
        if decision is None or not decision.sampled or answer is None:
            return answer
        self._recognise_bot(record)
        record.trace = trace = tracing.ids(decision)
        return (
            with_traceparent(answer, f"00-{trace['trace_id']}-{trace['span_id']}-01") if self._names_traces else answer
        )

    def finished(self, record: RequestRecord) -> float:
        """Count, record and log a request whose response has been written to the transport; return the seconds that it took."""
        seconds = time.perf_counter() - record.started
        status = record.status
        # Most requests are neither sampled nor failed nor slow, and are spared the calls that tell of those.
        is_told = record.trace is not None or status >= SERVER_ERROR or seconds >= SLOW_SECONDS
        if is_told and self._tracing is not None:
            self._record(self._tracing, record, seconds)
        self._metrics.observe(record.method, record.route, status, seconds, record.trace, record.size)
        if not record.dynamic:
            if record.conditional:
                self._metrics.conditional(status)
            if record.route and record.method == "GET":
                self._visits.count(record.route, record.path, status, record.headers, record.query)
        if record.failure is not None:
            log_failure(record.failure, record.method, record.route, record.shown_path, record.trace)
        if is_told or self._access.has_all:
            failed = status >= SERVER_ERROR and not _is_expected(record.path, status)
            if self._access.wants(seconds, failed=failed, traced=record.trace is not None):
                self._log(record, seconds, logging.ERROR if failed else logging.INFO)
        return seconds

    async def _call_dynamic(self, record: RequestRecord, scope: Scope, receive: Receive, send: Send) -> None:
        decision = record.decision
        if self._tracing is not None and decision is not None and decision.sampled:
            self._recognise_bot(record)
            await self._tracing.call(decision, scope, partial(self._dynamic, scope), receive, send)
        else:
            await self._dynamic(scope, receive, send)

    def _decide(self, tracing: "Tracing", record: RequestRecord) -> Decision | None:
        client = record.connection.client
        decision = tracing.sampler.decide(record.headers.get(b"traceparent"), client[0] if client else None)
        # Checked only for sampled requests, which are few, to spare all others the cost.
        return None if decision is not None and decision.sampled and not _is_traced(record.path) else decision

    def _record(self, tracing: "Tracing", record: RequestRecord, seconds: float) -> None:
        """Record what the instrumentation has not: prepared responses, and failed or slow requests that were not sampled."""
        if record.trace is None:
            if _is_traced(record.path):
                self._recognise_bot(record)
                tracing.late(record, seconds)
        elif not record.dynamic:
            tracing.record(record, seconds)

    @staticmethod
    def _recognise_bot(record: RequestRecord) -> None:
        record.is_bot = agent_of(record.headers.get(b"user-agent", b"")).bot is not None

    def _log(self, record: RequestRecord, seconds: float, level: int) -> None:
        fields = {
            "method": record.method[:32],
            "route": record.route,
            "path": record.shown_path,
            "status": record.status,
            "duration_ms": round(seconds * 1000, 3),
            "bytes": record.size,
            "referrer_host": host_of(record.headers.get(b"referer", b"")),
        }
        self._access.write(fields, record.trace, level)


async def _send(answer: PreparedResponse, record: RequestRecord, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    body = answer.body
    record.size = len(body)
    await send({"type": "http.response.body", "body": body})


def instrument(app: Starlette, metrics: Metrics) -> None:
    """Make the instrumentator determine route and status of the dynamic routes, which `finished` counts in the families of the page store."""

    def observe(info: Info) -> None:
        record: RequestRecord = info.request.scope[KEY]
        record.route = "" if info.modified_handler == UNROUTED else info.modified_handler
        record.status = int(info.modified_status)

    Instrumentator(should_group_status_codes=False, registry=metrics.registry).add(observe).instrument(app)


def _is_expected(path: str, status: int) -> bool:
    """Whether an error is none to log: probes repeat while the process is not ready, and a flood of searches would fill the log."""
    return path in _PROBES or (status == _UNAVAILABLE and path in urls.SEARCHES)


def _is_traced(path: str) -> bool:
    return path not in _UNTRACED and not path.startswith(_UNTRACED_BELOW)
