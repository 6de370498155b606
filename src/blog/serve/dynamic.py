"""ASGI middleware for the dynamic routes: fills in the request record, and answers HEAD."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blog.http.request import KEY, RequestRecord
from blog.http.semantics import has_body
from blog.render import security


class Dynamic:
    """Calls the application, records status, route and size of its response, and adds the security header fields."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        headers = security.for_anything(secure=secure)
        self._plain = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        record: RequestRecord = scope[KEY]
        record.dynamic = True

        async def recording_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                record.route = _route(scope)
                message = {**message, "headers": [*message["headers"], *self._plain]}
            elif message["type"] == "http.response.body":
                record.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, recording_send)
        finally:
            record.route = _route(scope)


class Head:
    """HEAD for the dynamic routes, because FastAPI registers GET only: calls the application with GET and sends no body.

    The response ends after its header. The application is told that the client has disconnected, which ends a stream of events.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or has_body(scope["method"]):
            await self._app(scope, receive, send)
            return

        as_get: Scope = {**scope, "method": "GET"}
        ended = asyncio.Event()

        async def disconnected() -> Message:
            await ended.wait()
            return {"type": "http.disconnect"}

        async def header_only(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["route"] = as_get.get("route")
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                ended.set()

        await self._app(as_get, disconnected, header_only)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "")
