"""The way of a request: its answer, its sampling decision, and after the last byte its metrics, span and log line."""

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
from blog.http.semantics import SERVER_ERROR
from blog.serve.store import PageStore
from blog.settings import Settings
from blog.telemetry.logs import Access
from blog.telemetry.metrics import UNROUTED, Metrics
from blog.telemetry.visits import Visits
from blog.telemetry.visits.sources import host_of

if TYPE_CHECKING:  # a process without an endpoint does not even import the SDK
    from blog.telemetry.tracing import Tracing

_PROBES = frozenset({urls.HEALTH, urls.READY, urls.METRICS})
_UNTRACED = _PROBES | {urls.RELOAD_EVENTS, urls.FAVICON}
_UNTRACED_BELOW = ("/assets/", "/rum/")


class RequestPipeline:
    """ASGI app: answers from the page store or the router, then records metrics, span and access log.

    The server asks for prepared answers without a detour (``answer``, then ``finished``); all else, and every client that speaks ASGI, calls it.
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
        # Only a browser that reports has a use for it, and a page that says so may not be cached.
        self._names_traces = settings.faro_url is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The server's protocol has asked already, and nothing is prepared, where there is a record.
        known: RequestRecord | None = scope.get(KEY)
        record = known or RequestRecord.of(scope)
        answer = self.answer(record) if known is None else None
        self._metrics.active += 1
        try:
            if answer is not None:
                await _send(answer, record, send)
            else:
                await self._ask(record, scope, receive, send)
        except Exception:
            record.status = 500
            raise
        finally:
            self._metrics.active -= 1
            self.finished(record)

    def answer(self, record: RequestRecord) -> PreparedResponse | None:
        """The prepared answer, if there is one; and whether the request is recorded."""
        answer = self._store.answer(record)
        if self._tracing is not None:
            record.decision = decision = self._decide(self._tracing, record)
            if decision is not None and decision.sampled and answer is not None:
                record.trace = trace = self._tracing.ids(decision)
                if self._names_traces:
                    answer = with_traceparent(answer, f"00-{trace['trace_id']}-{trace['span_id']}-01")
        return answer

    def finished(self, record: RequestRecord) -> None:
        """Count, record and log a request whose answer has been handed to the transport."""
        seconds = time.perf_counter() - record.started
        status = record.status
        if self._tracing is not None and (record.trace is not None or self._tracing.is_late(status, seconds)):
            self._record(self._tracing, record, seconds)
        if not record.dynamic:
            self._metrics.observe(record.method, record.route, status, seconds, record.trace)
            if record.route and record.method == "GET":
                self._visits.count(record.route, record.path, status, record.headers, record.query)
        # A probe that is told no has been answered well: that is its job, every few seconds, and no error.
        failed = status >= SERVER_ERROR and record.path not in _PROBES
        if self._access.wants(seconds, failed=failed, traced=record.trace is not None):
            self._log(record, seconds, logging.ERROR if failed else logging.INFO)

    async def _ask(self, record: RequestRecord, scope: Scope, receive: Receive, send: Send) -> None:
        decision = record.decision
        if self._tracing is not None and decision is not None and decision.sampled:
            await self._tracing.call(decision, scope, partial(self._dynamic, scope), receive, send)
        else:
            await self._dynamic(scope, receive, send)

    def _decide(self, tracing: "Tracing", record: RequestRecord) -> Decision | None:
        client = record.connection.client
        decision = tracing.gate.decide(record.headers.get(b"traceparent"), client[0] if client else None)
        # The rare sampled request pays for this look, and not every one of them.
        return None if decision is not None and decision.sampled and not _is_traced(record.path) else decision

    def _record(self, tracing: "Tracing", record: RequestRecord, seconds: float) -> None:
        """What the instrumentation has not recorded itself: prepared answers, and failures that nobody had sampled."""
        if record.trace is None:
            if _is_traced(record.path):
                tracing.late(record, seconds)
        elif not record.dynamic:
            tracing.record(record, seconds)

    def _log(self, record: RequestRecord, seconds: float, level: int) -> None:
        fields = {
            "method": record.method[:32],
            "route": record.route,
            "path": record.path,
            "status": record.status,
            "duration_ms": round(seconds * 1000, 3),
            "bytes": record.size,
            "referrer_host": host_of(record.headers.get(b"referer", b"")),
        }
        self._access.write(fields, record.trace, level)


async def _send(answer: PreparedResponse, record: RequestRecord, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    body = b"" if record.method == "HEAD" else answer.body
    record.size = len(body)
    await send({"type": "http.response.body", "body": body})


def instrument(app: Starlette, metrics: Metrics) -> None:
    """Have the dynamic routes measured by the instrumentator, into the families that the page store feeds as well."""

    def observe(info: Info) -> None:
        record: RequestRecord = info.request.scope[KEY]
        handler = "" if info.modified_handler == UNROUTED else info.modified_handler
        status = int(info.modified_status)
        metrics.observe(record.method, handler, status, info.modified_duration, record.trace)

    Instrumentator(should_group_status_codes=False, registry=metrics.registry).add(observe).instrument(app)


def _is_traced(path: str) -> bool:
    return path not in _UNTRACED and not path.startswith(_UNTRACED_BELOW)
