"""The ASGI application: connects the packages. Its lifespan publishes editions until the server stops."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from blog import __version__, urls
from blog.build.cards.drawer import CardDrawer
from blog.build.edition import Edition
from blog.build.listener import BuildListener
from blog.build.publisher import Publisher
from blog.build.state import ServiceState
from blog.http.request import KEY, RequestRecord
from blog.http.semantics import ALLOW
from blog.machine.cache import Cache
from blog.machine.clock import Clock, utc_now
from blog.machine.stages import untimed_stage, untimed_start
from blog.machine.threads import in_thread
from blog.serve.api import api_routes
from blog.serve.cards import CardStore, card_routes
from blog.serve.dynamic import Dynamic, Head
from blog.serve.health import health_routes
from blog.serve.listening import listen
from blog.serve.loop_time import loop_time
from blog.serve.metrics import metrics_route
from blog.serve.pipeline import RequestPipeline, instrument
from blog.serve.preview import PreviewLinks
from blog.serve.reload import reload_routes
from blog.serve.rum import rum_routes
from blog.serve.search import search_routes
from blog.serve.search_page import search_page_routes
from blog.serve.search_refusals import SearchRefusals
from blog.serve.searcher import Searcher
from blog.serve.store import PageStore
from blog.serve.waiting import waiting_page
from blog.settings import Settings, variable
from blog.telemetry.metrics import Metrics, Published
from blog.telemetry.metrics_server import MetricsServer
from blog.telemetry.rum import Forwarder, Outcomes, Site
from blog.telemetry.visits import Reports, Visits, warm_up

if TYPE_CHECKING:
    from blog.telemetry.tracing import Tracing


class Blog(FastAPI):
    """A FastAPI application behind a page store: requests for prepared responses do not reach the router."""

    def __init__(
        self, settings: Settings, clock: Clock = utc_now, metrics_listeners: Sequence[socket.socket] = ()
    ) -> None:
        self.service = ServiceState()
        self._metrics_listeners = metrics_listeners
        self._settings = settings
        self._clock = clock
        super().__init__(
            title="Blog",
            description="The posts of the blog as data.",
            version=__version__,
            openapi_url=urls.OPENAPI,
            # FastAPI's interactive documentation loads scripts from another site.
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=self._lifespan,
        )
        self.metrics = Metrics(__version__, settings.revision)
        self.tracing = _tracing(settings, self.metrics)
        self.rum = _rum(settings, self.service, self.metrics)
        routes = {urls.SEARCH} | ({urls.METRICS} if settings.metrics_port is None else set())
        if self.rum:
            routes.add(urls.RUM_COLLECT)
        waiting = waiting_page if settings.refreshes_browsers else None
        self.searcher = Searcher(self.service, self.metrics.searched)
        refusals = SearchRefusals(self.service, self.searcher, secure=settings.secure)
        previews = PreviewLinks(settings.preview_key)
        store = PageStore(self.service, routes, previews, waiting, refusals.answer, secure=settings.secure)
        dynamic = Dynamic(Head(super().__call__), secure=settings.secure)
        self._visits = Visits(self.metrics.registry, urlsplit(settings.base_url).hostname or "")
        self.pipeline = RequestPipeline(settings, store, dynamic, self.metrics, self._visits, self.tracing)
        instrument(self, self.metrics)
        self.cards = CardStore(CardDrawer(settings, Cache(settings.cache_dir)))
        for router in self._routers():
            self.include_router(router)
            self.metrics.expect_computed(route.path for route in router.routes if isinstance(route, Route))
        self.add_exception_handler(HTTPException, _http_problem)
        self.add_exception_handler(Exception, _failure)
        self.metrics.readiness(lambda: self.service.state)

    def _routers(self) -> Iterator[APIRouter]:
        settings = self._settings
        yield health_routes(self.service, settings.revision)
        if settings.metrics_port is None:
            yield metrics_route(self.metrics.exposition)
        yield api_routes(self.service, settings.base_url)
        yield search_routes(self.searcher, settings.base_url)
        yield search_page_routes(self.service, self.searcher)
        yield card_routes(self.service, self.cards)
        if self.rum:
            yield rum_routes(settings.base_url, self.rum.enqueue, self.rum.count)
        if settings.refreshes_browsers:
            yield reload_routes(self.service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        else:
            await self.pipeline(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        if measured := loop_time(asyncio.get_running_loop()):
            self.metrics.loop_time = measured
        publisher = Publisher(self._settings, self.service, self._clock, self._build_listener())
        publishing = asyncio.create_task(publisher.run())
        publishing.add_done_callback(self.service.publishing_ended)
        measuring = asyncio.create_task(self.metrics.measure_loop_lag())
        warming = asyncio.create_task(in_thread(warm_up))
        metrics_server = self._metrics_server()
        if self.rum:
            self.rum.start()
        yield
        for task in (publishing, measuring, warming):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        if metrics_server:
            metrics_server.close()
        if self.rum:
            await self.rum.close()
        if self.tracing:
            self.tracing.shutdown()

    def _metrics_server(self) -> MetricsServer | None:
        host, port = self._settings.host, self._settings.metrics_port
        if port is None:
            return None
        return MetricsServer(
            self.metrics.exposition, self._metrics_listeners or listen(host, port, variable("metrics_port"))
        )

    def _build_listener(self) -> BuildListener:
        start, stage = (self.tracing.start, self.tracing.stage) if self.tracing else (untimed_start, untimed_stage)
        return BuildListener(start=start, stage=stage, published=self._published, refused=self.metrics.refused)

    def _published(self, edition: Edition, seconds: float) -> None:
        self.searcher.prepare()
        routes = [(path, page.route) for path, page in edition.pages.items()]
        self._visits.expect(routes)
        self.metrics.edition(
            Published(
                states=edition.states,
                warnings=len(edition.warnings),
                seconds=seconds,
                digest=edition.digest,
                made=edition.made,
                routes=frozenset(route for _, route in routes),
            )
        )


def create_app(settings: Settings, clock: Clock = utc_now, metrics_listeners: Sequence[socket.socket] = ()) -> Blog:
    """The service as one ASGI application. It does nothing before its lifespan starts.

    ``metrics_listeners`` are the sockets of BLOG_METRICS_PORT, if they are bound already.
    """
    return Blog(settings, clock, metrics_listeners)


def _tracing(settings: Settings, metrics: Metrics) -> "Tracing | None":
    """The tracing of this process; None without an OTLP endpoint, and then the SDK is not even imported."""
    tracing = None
    if settings.traces_url:
        from blog.telemetry.tracing import (  # noqa: PLC0415 -- the SDK takes 12 MB
            HeadSampler,
            Pipeline,
            Tracing,
            warn_of_ignored,
        )

        warn_of_ignored()
        sampler = HeadSampler(settings.traces_sampler, settings.traces_sampler_arg, settings.trusted_proxies)
        sampler.reads_parents = settings.propagators != "none"
        tracing = Tracing(sampler, Pipeline(settings), origin=settings.base_url)
    text = "Spans that were recorded and never reached the collector."
    metrics.count("blog_spans_dropped", text, lambda: tracing.pipeline.dropped if tracing else 0)
    text = "Spans that the collector has accepted."
    metrics.count("blog_spans_exported", text, lambda: tracing.pipeline.exported if tracing else 0)
    text = "Failed or slow requests without a span, because the limit of such spans was reached."
    metrics.count("blog_spans_held_back", text, lambda: tracing.held_back if tracing else 0)
    return tracing


def _rum(settings: Settings, service: ServiceState, metrics: Metrics) -> Forwarder | None:
    """The forwarder of beacons; None if there are no beacons, or browsers post them to the collector themselves."""
    outcomes = Outcomes(metrics.registry)

    def route_of(path: str) -> str | None:
        page = service.edition.pages.get(path) if service.edition else None
        return page.route if page else None

    if not settings.rum_proxied_to:
        return None
    site = Site(settings.rum_app, __version__, settings.rum_environment, settings.base_url.rstrip("/"), route_of)
    return Forwarder(settings.rum_proxied_to, site, outcomes.count, Reports(metrics.registry).count)


async def _failure(request: Request, problem: Exception) -> PlainTextResponse:
    """The answer to a request whose route raised. It is called before the answer is sent, so that the span can have the exception."""
    record: RequestRecord = request.scope[KEY]
    record.failure = problem
    return PlainTextResponse("Internal Server Error\n", 500)


async def _http_problem(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)  # noqa: S101 -- registered for HTTPException only
    headers = dict(problem.headers or {})
    if "Allow" in headers and "GET" in headers["Allow"]:
        headers["Allow"] = ALLOW
    return JSONResponse({"detail": problem.detail}, problem.status_code, headers)
