"""HEAD wherever GET works, for the dynamic routes: FastAPI registers only what it is told."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Asks the application with GET and leaves the body out."""

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
