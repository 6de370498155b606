"""The page store: one look-up, one choice among prepared encodings, one send."""

from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Send

from blog import urls
from blog.render import security
from blog.render.edition import Edition
from blog.render.page import Page, RawHeaders
from blog.serve.exchange import Exchange
from blog.serve.live import Live
from blog.serve.negotiation import choose, matches

ALLOW = (b"allow", b"GET, HEAD")
RETRY_AFTER_SECONDS = 2
_READS = frozenset({"GET", "HEAD"})


class PageStore:
    """Answers every path but those below /api/ and the ``routes``, which go on to the application behind.

    What it answers, and how, it notes on the exchange.
    """

    def __init__(self, live: Live, dynamic: ASGIApp, routes: Collection[str], *, secure: bool) -> None:
        self._live = live
        self._dynamic = dynamic
        self._routes = routes
        headers = security.for_anything(secure=secure)
        self._plain: RawHeaders = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        edition = self._live.edition
        path: str = exchange.scope["path"]
        page = edition.pages.get(path) if edition else None
        if page is not None:
            await self._answer(page, exchange, send)
        elif (lower := path.lower()).startswith("/api/") or urls.canonical(lower) in self._routes:
            await self._pass_on(path, exchange, receive, send)
        elif edition is None:
            await self._unavailable(exchange, send)
        else:
            await self._elsewhere(edition, path, exchange, send)

    async def _answer(self, page: Page, exchange: Exchange, send: Send) -> None:
        exchange.route = page.route
        method, headers = exchange.scope["method"], exchange.headers
        if method not in _READS:
            await self._say(exchange, send, 405, f"{page.route} answers GET and HEAD.", [ALLOW])
            return
        variant = choose(page, headers.get(b"accept-encoding", b""))
        if variant is None:
            await self._say(exchange, send, 406, "There is no encoding of this page that Accept-Encoding allows.")
        elif b"if-none-match" in headers and matches(headers[b"if-none-match"], variant.etag):
            exchange.status = 304
            await send({"type": "http.response.start", "status": 304, "headers": variant.not_modified})
            await send({"type": "http.response.body", "body": b""})
        else:
            exchange.status = 200
            body = b"" if method == "HEAD" else variant.body
            exchange.size = len(body)
            await send({"type": "http.response.start", "status": 200, "headers": variant.headers})
            await send({"type": "http.response.body", "body": body})

    async def _pass_on(self, path: str, exchange: Exchange, receive: Receive, send: Send) -> None:
        canonical = urls.canonical(path)
        if canonical not in {path, urls.API} and exchange.scope["method"] in _READS:
            await self._redirect(urls.encoded(canonical), exchange, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                message = {**message, "headers": [*message["headers"], *self._plain]}
            elif message["type"] == "http.response.body":
                exchange.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._dynamic(exchange.scope, receive, noted)
        finally:
            exchange.route = getattr(exchange.scope.get("route"), "path", "")
            exchange.dynamic = True

    async def _elsewhere(self, edition: Edition, path: str, exchange: Exchange, send: Send) -> None:
        canonical = urls.canonical(path)
        target = edition.redirects.get(canonical)
        if target is None and canonical != path and canonical in edition.pages:
            target = urls.encoded(canonical)
        if target is None:
            body = edition.not_found.body(path)
            headers = [*edition.html_headers, (b"cache-control", b"no-cache")]
            await _send(exchange, send, 404, headers, body)
        elif exchange.scope["method"] in _READS:
            await self._redirect(target, exchange, send)
        else:
            await self._say(exchange, send, 405, f"This address has moved to {target}.", [ALLOW])

    async def _redirect(self, target: str, exchange: Exchange, send: Send) -> None:
        query: bytes = exchange.scope["query_string"]
        location = target.encode() + (b"?" + query if query else b"")
        headers = [(b"location", location), (b"cache-control", b"public, max-age=3600")]
        await self._say(exchange, send, 301, f"Moved to {target}", headers)

    async def _unavailable(self, exchange: Exchange, send: Send) -> None:
        again = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())
        await self._say(exchange, send, 503, "The blog is starting. Please try again in a moment.", [again])

    async def _say(
        self, exchange: Exchange, send: Send, status: int, text: str, headers: RawHeaders | None = None
    ) -> None:
        """A sentence of plain text for an answer that is not a page."""
        kind = (b"content-type", b"text/plain; charset=utf-8")
        uncached = [] if status == 301 else [(b"cache-control", b"no-store")]  # noqa: PLR2004 -- the HTTP status
        await _send(exchange, send, status, [kind, *self._plain, *uncached, *(headers or [])], f"{text}\n".encode())


async def _send(exchange: Exchange, send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    shown = b"" if exchange.scope["method"] == "HEAD" else body
    exchange.status, exchange.size = status, len(shown)
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": shown})
