"""The page store: one look-up of a path, and a choice among its prepared responses. Nothing here blocks."""

from collections.abc import Callable, Collection, Mapping

from blog import urls
from blog.build.edition import Edition
from blog.build.not_found import NotFound
from blog.build.response import PreparedResponse, Representation, Resource, field_lines
from blog.build.state import ServiceState
from blog.content.other_names import meant
from blog.errors import Fault
from blog.http.request import RequestRecord
from blog.http.semantics import ALLOW, READ_METHODS
from blog.machine.budget import Budget
from blog.render import security
from blog.render.page import TEXT
from blog.serve.negotiation import LONGEST_LIST, accepts_identity, choose, prefers_markdown
from blog.serve.preconditions import FAILED, NOT_MODIFIED, evaluate
from blog.serve.preview import PreviewLinks
from blog.serve.ranges import NOT_SATISFIABLE, NotSatisfiableError, part_of
from blog.serve.unavailable import RETRY_AFTER_SECONDS, STARTING

# The processor time for suggestions on 404 pages: a hundredth of a core, and some 40 suggestions at once. Beyond it the page has none.
_SUGGESTIONS_SHARE, _SUGGESTIONS_BURST_SECONDS = 0.01, 0.005
_ALLOW = ("allow", ALLOW)
_UNCACHED = ("cache-control", "no-store")
_NO_ENCODING = "There is no encoding of this page that Accept-Encoding allows."

_FAILED = (
    "The page does not match If-Match or If-Unmodified-Since: send them with the current values, or leave them out."
)


class PageStore:
    """The prepared responses of all paths, except those below /api/, those of cards, and the ``routes``, which the application answers.

    ``waiting`` makes the response to an author while there is no edition, from the faults because of which there is none.
    ``refusals`` makes the response to a request that the application cannot answer now, or None. The store sets the status and the route of the record.
    """

    def __init__(  # noqa: PLR0913 -- each is another source of answers
        self,
        service: ServiceState,
        routes: Collection[str],
        previews: PreviewLinks | None = None,
        waiting: Callable[[tuple[Fault, ...]], PreparedResponse] | None = None,
        refusals: Callable[[RequestRecord], PreparedResponse | None] = lambda _record: None,
        *,
        secure: bool,
        suggestions: Budget | None = None,
    ) -> None:
        self._service = service
        self._routes = routes
        self._waiting = waiting
        self._refused = refusals
        self._previews = previews or PreviewLinks(None)
        self._suggestions = suggestions or Budget(_SUGGESTIONS_SHARE, _SUGGESTIONS_BURST_SECONDS)
        self._plain = field_lines([("content-type", TEXT), *security.for_anything(secure=secure).items()])

    def answer(self, record: RequestRecord) -> PreparedResponse | None:
        """The response to a request; None if the application must answer it."""
        edition = self._service.edition
        page = edition.pages.get(record.path) if edition is not None else None
        if page is not None:
            answer = self._page(page, record)
        elif urls.is_preview(record.path):
            answer = self._preview(edition, record)
        elif edition is not None and record.path in edition.cards:
            return None
        elif self._is_dynamic(record.path):
            found = self._canonical(record) or self._refused(record)
            if found is None:
                return None
            answer = found
        elif edition is None:
            answer = self._starting()
        else:
            answer = self._redirect_or_missing(edition, record)
        record.status = answer.status
        limit = self._service.cache_limit
        return answer if limit is None else limit.apply(answer)

    def _starting(self) -> PreparedResponse:
        if self._waiting:
            return self._waiting(self._service.faults)
        again = ("retry-after", str(RETRY_AFTER_SECONDS))
        return self._plain_text(503, STARTING, _UNCACHED, again)

    def _preview(self, edition: Edition | None, record: RequestRecord) -> PreparedResponse:
        """The preview of an unpublished text or a file of it; the same 404 for everything else, whatever the reason."""
        path, query = urls.canonical(record.path), record.query
        # Logs, traces and metrics get neither the slug nor the key.
        record.path = record.route = urls.PREVIEW_ROUTE
        record.query = b""
        if edition is None:
            return self._starting()
        is_open, page = self._previews.opens(path, query), edition.previews.get(path)
        # The address of a file contains its digest and is only in the page of its text.
        if page is None or not (is_open or page.route == urls.PREVIEW_FILE_ROUTE):
            return edition.not_found.plain
        return self._page(page, record)

    def _page(self, page: Resource, record: RequestRecord) -> PreparedResponse:
        record.route = page.route
        if record.method not in READ_METHODS:
            return self._plain_text(405, f"{page.route} answers only {ALLOW}.", _UNCACHED, _ALLOW)
        headers = record.headers
        accept = headers.get(b"accept", b"")
        if len(accept) <= LONGEST_LIST and prefers_markdown(accept):
            page = self._source(record.path) or page
            record.route = page.route
        representation = choose(page, headers.get(b"accept-encoding", b""))
        if representation is None:
            return self._plain_text(406, _NO_ENCODING, _UNCACHED)
        # This runs for every page, and five look-ups are faster than a comparison of sets. A browser that comes again sends one ETag, often with
        # If-Modified-Since, which does not count beside it (RFC 9110, section 13.1.3).
        tags = headers.get(b"if-none-match")
        if not (b"if-match" in headers or b"if-unmodified-since" in headers or b"range" in headers):
            if tags is None and b"if-modified-since" not in headers:
                return representation.whole
            if tags == representation.etag:
                record.conditional = True
                return representation.not_modified
        return self._conditional(page, record, representation)

    def _source(self, path: str) -> Resource | None:
        """The Markdown source of the post or page at a path."""
        edition = self._service.edition
        source = edition.pages.get(urls.source_of(path)) if edition else None
        # Another file of such a name is no source.
        return source if source and source.route in urls.SOURCE_ROUTES else None

    def _conditional(self, page: Resource, record: RequestRecord, negotiated: Representation) -> PreparedResponse:
        """The response to a request with preconditions or a range; a range is one of the identity."""
        headers = record.headers
        record.conditional = True
        asks_part = _asks_part(page, record)
        representation = page.identity if asks_part else negotiated
        outcome = evaluate(headers, representation.etag, page.dated, self._service.unchanged_since)
        if outcome == FAILED:
            return self._plain_text(FAILED, _FAILED, _UNCACHED)
        if outcome == NOT_MODIFIED:
            return representation.not_modified
        return (asks_part and self._part(page, headers)) or negotiated.whole

    def _part(self, page: Resource, headers: Mapping[bytes, bytes]) -> PreparedResponse | None:
        try:
            return part_of(page, headers)
        except NotSatisfiableError:
            size = len(page.identity.body)
            said = f"The file has {size} bytes, and the range has none of them."
            return self._plain_text(NOT_SATISFIABLE, said, _UNCACHED, ("content-range", f"bytes */{size}"))

    def _is_dynamic(self, path: str) -> bool:
        lower = path.lower()
        return lower.startswith("/api/") or urls.canonical(lower) in self._routes

    def _canonical(self, record: RequestRecord) -> PreparedResponse | None:
        canonical = urls.canonical(record.path)
        if canonical in {record.path, urls.API} or record.method not in READ_METHODS:
            return None
        return self._redirect(urls.encoded(canonical), record)

    def _redirect_or_missing(self, edition: Edition, record: RequestRecord) -> PreparedResponse:
        target = meant(record.path, edition.pages, edition.redirects)
        if target is None:
            return self._missing(edition.not_found, record.path)
        if record.method in READ_METHODS:
            return self._redirect(target, record)
        return self._plain_text(405, f"This address has moved to {target}.", _UNCACHED, _ALLOW)

    def _missing(self, not_found: NotFound, path: str) -> PreparedResponse:
        if not self._suggestions.has_left():
            return not_found.plain
        with self._suggestions:
            return not_found.answer(path)

    def _redirect(self, target: str, record: RequestRecord) -> PreparedResponse:
        query = record.query.decode("latin-1")
        location = f"{target}?{query}" if query.isprintable() and query else target
        return self._plain_text(
            301, f"Moved to {target}", ("location", location), ("cache-control", "public, max-age=3600")
        )

    def _plain_text(self, status: int, text: str, *headers: tuple[str, str]) -> PreparedResponse:
        """A response with one sentence of plain text."""
        body = f"{text}\n".encode()
        return PreparedResponse(status, field_lines([*headers, ("content-length", str(len(body)))]), self._plain, body)


def _asks_part(page: Resource, record: RequestRecord) -> bool:
    """Whether a Range field is to be considered: only for GET (RFC 9110, section 14.2), files, and clients that take the identity."""
    headers = record.headers
    return (
        b"range" in headers
        and record.method == "GET"
        and page.route in urls.FILE_ROUTES
        and accepts_identity(headers.get(b"accept-encoding", b""))
    )
