"""Around every request: find its answer, decide about its trace, and when it has been sent count, record and log it."""

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from blog import urls
from blog.exchange import KEY, Decision, Exchange
from blog.render.page import Answer, correlated
from blog.semantics import SERVER_ERROR
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


class Observer:
    """What the answer costs the visitor is done by then: classification and logging come after the last byte.

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
        # The server's protocol has asked already, and nothing is prepared, where there is an exchange.
        known: Exchange | None = scope.get(KEY)
        exchange = known or Exchange.of(scope)
        answer = self.answer(exchange) if known is None else None
        self._metrics.active += 1
        try:
            if answer is not None:
                await _send(answer, exchange, send)
            else:
                await self._ask(exchange, scope, receive, send)
        except Exception:
            exchange.status = 500
            raise
        finally:
            self._metrics.active -= 1
            self.finished(exchange)

    def answer(self, exchange: Exchange) -> Answer | None:
        """The prepared answer, if there is one; and whether the request is recorded."""
        answer = self._store.answer(exchange)
        if self._tracing is not None:
            exchange.decision = decision = self._decide(self._tracing, exchange)
            if decision is not None and decision.sampled and answer is not None:
                exchange.trace = trace = self._tracing.ids(decision)
                if self._names_traces:
                    answer = correlated(answer, f"00-{trace['trace_id']}-{trace['span_id']}-01")
        return answer

    def finished(self, exchange: Exchange) -> None:
        """Count, record and log a request whose answer has been handed to the transport."""
        seconds = time.perf_counter() - exchange.started
        status = exchange.status
        if self._tracing is not None and (exchange.trace is not None or self._tracing.is_late(status, seconds)):
            self._record(self._tracing, exchange, seconds)
        if not exchange.dynamic:
            self._metrics.observe(exchange.method, exchange.route, status, seconds, exchange.trace)
            if exchange.route and exchange.method == "GET":
                self._visits.count(exchange.route, exchange.path, status, exchange.headers, exchange.query)
        # A probe that is told no has been answered well: that is its job, every few seconds, and no error.
        failed = status >= SERVER_ERROR and exchange.path not in _PROBES
        if self._access.wants(seconds, failed=failed, traced=exchange.trace is not None):
            self._log(exchange, seconds, logging.ERROR if failed else logging.INFO)

    async def _ask(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        decision = exchange.decision
        if self._tracing is not None and decision is not None and decision.sampled:
            await self._tracing.call(decision, scope, partial(self._dynamic, scope), receive, send)
        else:
            await self._dynamic(scope, receive, send)

    def _decide(self, tracing: "Tracing", exchange: Exchange) -> Decision | None:
        client = exchange.connection.client
        decision = tracing.gate.decide(exchange.headers.get(b"traceparent"), client[0] if client else None)
        # The rare sampled request pays for this look, and not every one of them.
        return None if decision is not None and decision.sampled and not _is_traced(exchange.path) else decision

    def _record(self, tracing: "Tracing", exchange: Exchange, seconds: float) -> None:
        """What the instrumentation has not recorded itself: prepared answers, and failures that nobody had sampled."""
        if exchange.trace is None:
            if _is_traced(exchange.path):
                tracing.late(exchange, seconds)
        elif not exchange.dynamic:
            tracing.record(exchange, seconds)

    def _log(self, exchange: Exchange, seconds: float, level: int) -> None:
        fields = {
            "method": exchange.method[:32],
            "route": exchange.route,
            "path": exchange.path,
            "status": exchange.status,
            "duration_ms": round(seconds * 1000, 3),
            "bytes": exchange.size,
            "referrer_host": host_of(exchange.headers.get(b"referer", b"")),
        }
        self._access.write(fields, exchange.trace, level)


async def _send(answer: Answer, exchange: Exchange, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    body = b"" if exchange.method == "HEAD" else answer.body
    exchange.size = len(body)
    await send({"type": "http.response.body", "body": body})


def instrument(app: Starlette, metrics: Metrics) -> None:
    """Have the dynamic routes measured by the instrumentator, into the families that the page store feeds as well."""

    def observe(info: Info) -> None:
        exchange: Exchange = info.request.scope[KEY]
        handler = "" if info.modified_handler == UNROUTED else info.modified_handler
        status = int(info.modified_status)
        metrics.observe(exchange.method, handler, status, info.modified_duration, exchange.trace)

    Instrumentator(should_group_status_codes=False, registry=metrics.registry).add(observe).instrument(app)


def _is_traced(path: str) -> bool:
    return path not in _UNTRACED and not path.startswith(_UNTRACED_BELOW)
