"""Wires the rooms. The lifespan is the story of the process: publish while serving, stop when told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from blog import __version__, urls
from blog.serve.api import api_routes
from blog.serve.head import Head
from blog.serve.health import health_routes
from blog.serve.live import Live
from blog.serve.publisher import Clock, Publisher, utc_now
from blog.serve.reload import reload_routes
from blog.serve.store import PageStore
from blog.settings import Settings


class Blog(FastAPI):
    """A FastAPI application with the page store in front: what is prepared never reaches a router."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.live = Live()
        self._settings = settings
        self._clock = clock
        super().__init__(
            title="Blog",
            description="The posts of the blog as data.",
            version=__version__,
            openapi_url=urls.OPENAPI,
            # The interactive pages load their scripts from another site.
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=self._life,
        )
        self.store = PageStore(self.live, Head(super().__call__), secure=settings.secure)
        self.include_router(health_routes(self.live))
        self.include_router(api_routes(self.live, settings.base_url))
        if settings.refreshes_browsers:
            self.include_router(reload_routes(self.live))
        self.add_exception_handler(HTTPException, _http_problem)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        else:
            await self.store(scope, receive, _closing(send) if self.live.draining else send)

    @asynccontextmanager
    async def _life(self, _app: FastAPI) -> AsyncIterator[None]:
        publishing = asyncio.create_task(Publisher(self._settings, self.live, self._clock).run())
        publishing.add_done_callback(self.live.publishing_ended)
        yield
        publishing.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await publishing


def create_app(settings: Settings, clock: Clock = utc_now) -> Blog:
    """The whole service as one ASGI application; nothing happens before its lifespan starts."""
    return Blog(settings, clock)


def _closing(send: Send) -> Send:
    """While draining every answer ends its connection, so that the client's next request goes to another replica."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    return send_and_close


async def _http_problem(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)  # noqa: S101 -- registered for nothing else
    headers = dict(problem.headers or {})
    if "Allow" in headers and "GET" in headers["Allow"]:
        headers["Allow"] = "GET, HEAD"
    return JSONResponse({"detail": problem.detail}, problem.status_code, headers)
