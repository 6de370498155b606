"""The page store: one look-up, and one choice among prepared answers. Nothing here waits."""

from collections.abc import Collection

from blog import urls
from blog.exchange import Exchange
from blog.render import security
from blog.render.edition import Edition
from blog.render.not_found import NotFound
from blog.render.page import TEXT, Answer, Page, lines
from blog.serve.budget import Budget
from blog.serve.live import Live
from blog.serve.negotiation import choose
from blog.serve.preconditions import FAILED, NOT_MODIFIED, evaluate

RETRY_AFTER_SECONDS = 2
# What suggestions on 404 pages may take: a hundredth of a core, and some 40 suggestions at once. Beyond that the page comes without them.
_GUESSING_SHARE, _GUESSING_BURST_SECONDS = 0.01, 0.005
_ALLOW = ("allow", "GET, HEAD")
_UNCACHED = ("cache-control", "no-store")
_READS = frozenset({"GET", "HEAD"})
_NO_ENCODING = "There is no encoding of this page that Accept-Encoding allows."

_FAILED = "The page is not the one that If-Match or If-Unmodified-Since asks for: ask without them, or with what you got last."


class PageStore:
    """Answers every path but those below /api/ and the ``routes``, which are left to the application behind.

    What it answers, and how, it notes on the exchange.
    """

    def __init__(self, live: Live, routes: Collection[str], *, secure: bool, guessing: Budget | None = None) -> None:
        self._live = live
        self._routes = routes
        self._guessing = guessing or Budget(_GUESSING_SHARE, _GUESSING_BURST_SECONDS)
        self._plain = lines([("content-type", TEXT), *security.for_anything(secure=secure).items()])

    def answer(self, exchange: Exchange) -> Answer | None:
        """The answer to a request; None where the application behind has to be asked."""
        edition = self._live.edition
        page = edition.pages.get(exchange.path) if edition is not None else None
        if page is not None:
            answer = self._page(page, exchange)
        elif self._is_dynamic(exchange.path):
            found = self._canonical(exchange)
            if found is None:
                return None
            answer = found
        elif edition is None:
            again = ("retry-after", str(RETRY_AFTER_SECONDS))
            answer = self._say(503, "The blog is starting. Please try again in a moment.", _UNCACHED, again)
        else:
            answer = self._elsewhere(edition, exchange)
        exchange.status = answer.status
        return answer

    def _page(self, page: Page, exchange: Exchange) -> Answer:
        exchange.route = page.route
        if exchange.method not in _READS:
            return self._say(405, f"{page.route} answers GET and HEAD.", _UNCACHED, _ALLOW)
        headers = exchange.headers
        variant = choose(page, headers.get(b"accept-encoding", b""))
        if variant is None:
            return self._say(406, _NO_ENCODING, _UNCACHED)
        # Every page comes by here, and four look-ups are quicker than a comparison of sets.
        if not (
            b"if-none-match" in headers
            or b"if-modified-since" in headers
            or b"if-match" in headers
            or b"if-unmodified-since" in headers
        ):
            return variant.whole
        outcome = evaluate(headers, variant.etag, page.dated, self._live.unchanged_since)
        if outcome == FAILED:
            return self._say(FAILED, _FAILED, _UNCACHED)
        return variant.not_modified if outcome == NOT_MODIFIED else variant.whole

    def _is_dynamic(self, path: str) -> bool:
        lower = path.lower()
        return lower.startswith("/api/") or urls.canonical(lower) in self._routes

    def _canonical(self, exchange: Exchange) -> Answer | None:
        canonical = urls.canonical(exchange.path)
        if canonical in {exchange.path, urls.API} or exchange.method not in _READS:
            return None
        return self._redirect(urls.encoded(canonical), exchange)

    def _elsewhere(self, edition: Edition, exchange: Exchange) -> Answer:
        path = exchange.path
        canonical = urls.canonical(path)
        target = edition.redirects.get(canonical)
        if target is None and canonical != path and canonical in edition.pages:
            target = urls.encoded(canonical)
        if target is None:
            return self._missing(edition.not_found, path)
        if exchange.method in _READS:
            return self._redirect(target, exchange)
        return self._say(405, f"This address has moved to {target}.", _UNCACHED, _ALLOW)

    def _missing(self, not_found: NotFound, path: str) -> Answer:
        if not self._guessing.has_left():
            return not_found.plain
        with self._guessing:
            return not_found.answer(path)

    def _redirect(self, target: str, exchange: Exchange) -> Answer:
        query = exchange.query.decode("latin-1")
        location = f"{target}?{query}" if query.isprintable() and query else target
        return self._say(301, f"Moved to {target}", ("location", location), ("cache-control", "public, max-age=3600"))

    def _say(self, status: int, text: str, *headers: tuple[str, str]) -> Answer:
        """A sentence of plain text for an answer that is not a page."""
        body = f"{text}\n".encode()
        return Answer(status, lines([*headers, ("content-length", str(len(body)))]), self._plain, body)
