"""Around every request: decide about its trace, hand it to the store, and afterwards count, record and log it."""

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from blog import urls
from blog.semantics import SERVER_ERROR
from blog.serve.exchange import KEY, Exchange
from blog.serve.store import PageStore
from blog.settings import Settings
from blog.telemetry.logs import Access
from blog.telemetry.metrics import UNROUTED, Metrics
from blog.telemetry.visits import Visits
from blog.telemetry.visits.sources import host_of

if TYPE_CHECKING:  # a process without an endpoint does not even import the SDK
    from blog.telemetry.tracing import Decision, Tracing

_PROBES = frozenset({urls.HEALTH, urls.READY, urls.METRICS})
_UNTRACED = _PROBES | {urls.RELOAD_EVENTS, urls.FAVICON}
_UNTRACED_BELOW = ("/assets/", "/rum/")


class Observer:
    """What the answer costs the visitor is done by then: classification and logging come after the last byte."""

    def __init__(
        self, settings: Settings, store: PageStore, metrics: Metrics, visits: Visits, tracing: "Tracing | None"
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._visits = visits
        self._tracing = tracing
        self._access = Access(settings.access_log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope)
        tracing = self._tracing
        decision = self._decide(tracing, exchange) if tracing else None
        self._metrics.active += 1
        try:
            if tracing and decision and decision.sampled:
                await tracing.call(decision, scope, partial(self._store, exchange), receive, send)
            else:
                await self._store(exchange, receive, send)
        except Exception:
            exchange.status = 500
            raise
        finally:
            self._metrics.active -= 1
            self._finished(exchange, decision)

    def _decide(self, tracing: "Tracing", exchange: Exchange) -> "Decision | None":
        client = exchange.scope.get("client")
        decision = tracing.gate.decide(exchange.headers.get(b"traceparent"), client[0] if client else None)
        # The rare sampled request pays for this look, and not every one of them.
        return None if decision and decision.sampled and not _is_traced(exchange.scope["path"]) else decision

    def _finished(self, exchange: Exchange, decision: "Decision | None") -> None:
        seconds = time.perf_counter() - exchange.started
        scope, status = exchange.scope, exchange.status
        if (
            self._tracing
            and exchange.trace is None
            and self._tracing.is_late(status, seconds)
            and _is_traced(scope["path"])
        ):
            self._tracing.late(decision, scope, status, seconds)
        if not exchange.dynamic:
            self._metrics.observe(scope["method"], exchange.route, status, seconds, exchange.trace)
            if exchange.route and scope["method"] == "GET":
                self._visits.count(exchange.route, scope["path"], status, exchange.headers, scope["query_string"])
        # A probe that is told no has been answered well: that is its job, every few seconds, and no error.
        failed = status >= SERVER_ERROR and scope["path"] not in _PROBES
        if self._access.wants(seconds, failed=failed, traced=exchange.trace is not None):
            self._log(exchange, seconds, logging.ERROR if failed else logging.INFO)

    def _log(self, exchange: Exchange, seconds: float, level: int) -> None:
        fields = {
            "method": exchange.scope["method"][:32],
            "route": exchange.route,
            "path": exchange.scope["path"],
            "status": exchange.status,
            "duration_ms": round(seconds * 1000, 3),
            "bytes": exchange.size,
            "referrer_host": host_of(exchange.headers.get(b"referer", b"")),
        }
        self._access.write(fields, exchange.trace, level)


def instrument(app: Starlette, metrics: Metrics) -> None:
    """Have the dynamic routes measured by the instrumentator, into the families that the page store feeds as well."""

    def observe(info: Info) -> None:
        exchange: Exchange = info.request.scope[KEY]
        handler = "" if info.modified_handler == UNROUTED else info.modified_handler
        method, status = exchange.scope["method"], int(info.modified_status)
        metrics.observe(method, handler, status, info.modified_duration, exchange.trace)

    Instrumentator(should_group_status_codes=False, registry=metrics.registry).add(observe).instrument(app)


def _is_traced(path: str) -> bool:
    return path not in _UNTRACED and not path.startswith(_UNTRACED_BELOW)
