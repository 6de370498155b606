"""What the store has not prepared: asked of the application behind it, and noted all the same."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blog.exchange import KEY, Exchange
from blog.render import security


class Dynamic:
    """Carries the exchange through the application, and adds the headers that every answer has."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        headers = security.for_anything(secure=secure)
        self._plain = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope[KEY]
        exchange.dynamic = True

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.route = _route(scope)
                message = {**message, "headers": [*message["headers"], *self._plain]}
            elif message["type"] == "http.response.body":
                exchange.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            exchange.route = _route(scope)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "")
