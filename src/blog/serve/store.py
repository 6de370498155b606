"""The page store: one look-up, one choice among prepared encodings, one send."""

from starlette.types import ASGIApp, Receive, Scope, Send

from blog import urls
from blog.render import security
from blog.render.edition import Edition
from blog.render.page import Page, RawHeaders
from blog.serve.live import Live
from blog.serve.negotiation import choose, matches

ALLOW = (b"allow", b"GET, HEAD")
RETRY_AFTER_SECONDS = 2
_READS = frozenset({"GET", "HEAD"})


class PageStore:
    """Answers every path outside the dynamic ones; those go on to the application behind."""

    def __init__(self, live: Live, dynamic: ASGIApp, *, secure: bool) -> None:
        self._live = live
        self._dynamic = dynamic
        headers = security.for_anything(secure=secure)
        self._plain: RawHeaders = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        edition = self._live.edition
        path: str = scope["path"]
        page = edition.pages.get(path) if edition else None
        if page is not None:
            await self._answer(page, scope, send)
        elif path.startswith("/api/"):
            await self._api(path, scope, receive, send)
        elif edition is None:
            await self._unavailable(scope, send)
        else:
            await self._elsewhere(edition, path, scope, send)

    async def _answer(self, page: Page, scope: Scope, send: Send) -> None:
        method = scope["method"]
        if method not in _READS:
            await self._say(scope, send, 405, f"{page.route} answers GET and HEAD.", [ALLOW])
            return
        accept = known = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accept = accept + b"," + value if accept else value
            elif name == b"if-none-match":
                known = known + b"," + value if known else value
        variant = choose(page, accept)
        if variant is None:
            await self._say(scope, send, 406, "There is no encoding of this page that Accept-Encoding allows.")
        elif known and matches(known, variant.etag):
            await send({"type": "http.response.start", "status": 304, "headers": variant.not_modified})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": variant.headers})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else variant.body})

    async def _api(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        canonical = urls.canonical(path)
        if canonical in {path, urls.API} or scope["method"] not in _READS:
            await self._dynamic(scope, receive, send)
        else:
            await self._redirect(urls.encoded(canonical), scope, send)

    async def _elsewhere(self, edition: Edition, path: str, scope: Scope, send: Send) -> None:
        canonical = urls.canonical(path)
        target = edition.redirects.get(canonical)
        if target is None and canonical != path and canonical in edition.pages:
            target = urls.encoded(canonical)
        if target is None:
            body = edition.not_found.body(path)
            headers = [*edition.html_headers, (b"cache-control", b"no-cache")]
            await _send(scope, send, 404, headers, body)
        elif scope["method"] in _READS:
            await self._redirect(target, scope, send)
        else:
            await self._say(scope, send, 405, f"This address has moved to {target}.", [ALLOW])

    async def _redirect(self, target: str, scope: Scope, send: Send) -> None:
        query: bytes = scope["query_string"]
        location = target.encode() + (b"?" + query if query else b"")
        headers = [(b"location", location), (b"cache-control", b"public, max-age=3600")]
        await self._say(scope, send, 301, f"Moved to {target}", headers)

    async def _unavailable(self, scope: Scope, send: Send) -> None:
        again = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())
        await self._say(scope, send, 503, "The blog is starting. Please try again in a moment.", [again])

    async def _say(self, scope: Scope, send: Send, status: int, text: str, headers: RawHeaders | None = None) -> None:
        """A sentence of plain text for an answer that is not a page."""
        kind = (b"content-type", b"text/plain; charset=utf-8")
        uncached = [] if status == 301 else [(b"cache-control", b"no-store")]  # noqa: PLR2004 -- the HTTP status
        await _send(scope, send, status, [kind, *self._plain, *uncached, *(headers or [])], f"{text}\n".encode())


async def _send(scope: Scope, send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
