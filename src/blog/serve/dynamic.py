"""What the store has not prepared: asked of the application behind it, and noted all the same."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blog.http.request import KEY, RequestRecord
from blog.render import security


class Dynamic:
    """Carries the record through the application, and adds the headers that every answer has."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        headers = security.for_anything(secure=secure)
        self._plain = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        record: RequestRecord = scope[KEY]
        record.dynamic = True

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                record.route = _route(scope)
                message = {**message, "headers": [*message["headers"], *self._plain]}
            elif message["type"] == "http.response.body":
                record.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            record.route = _route(scope)


class Head:
    """HEAD for the dynamic routes: calls the application with GET and leaves the body out, as FastAPI registers GET alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        asked: Scope = {**scope, "method": "GET"}

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            else:
                scope["route"] = asked.get("route")
            await send(message)

        await self._app(asked, receive, without_body)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "")
