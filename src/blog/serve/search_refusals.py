"""Answers that refuse a search. They are prepared, so a flood of searches that nobody can answer takes little from pages."""

from functools import lru_cache
from html import escape
from json import dumps

from blog import urls
from blog.build.response import PreparedResponse, field_lines, make_resource
from blog.build.state import ServiceState
from blog.http.request import RequestRecord
from blog.http.semantics import READ_METHODS
from blog.render import security
from blog.render.page import JSON
from blog.render.search_page import SearchFrame
from blog.serve.search_parameters import Asked, NotAQueryError
from blog.serve.searcher import TOO_MANY, Searcher
from blog.serve.unavailable import RETRY_AFTER_SECONDS

BUSY = "search_busy"
_UNAVAILABLE = 503
_AGAIN = ("retry-after", str(RETRY_AFTER_SECONDS))
# No query has this character (`search_parameters.shown`), and no page.
_QUERY = "\0"


class SearchRefusals:
    """Refuses searches while too many wait, before the router and its models read them."""

    def __init__(self, service: ServiceState, searcher: Searcher, *, secure: bool) -> None:
        self._service = service
        self._searcher = searcher
        body = dumps({"detail": TOO_MANY}).encode()
        own = field_lines([("content-length", str(len(body))), _AGAIN])
        described = {"content-type": JSON, "cache-control": "no-store", **security.for_anything(secure=secure)}
        self._json = PreparedResponse(_UNAVAILABLE, own, field_lines(described.items()), body)

    def answer(self, record: RequestRecord) -> PreparedResponse | None:
        """The refusal of a search that would have to wait behind too many others; None for any other request."""
        if record.path not in urls.SEARCHES or record.method not in READ_METHODS or not self._searcher.is_full:
            return None
        refused = self._json if record.path == urls.API_SEARCH else self._page(record.query)
        if refused:
            record.route = record.path
            self._searcher.refuse()
        return refused

    def _page(self, query: bytes) -> PreparedResponse | None:
        try:
            asked = Asked.of(query)
        except NotAQueryError:
            return None
        edition = self._service.edition
        return (
            refusal(edition.search_frame, asked.query, _UNAVAILABLE, BUSY) if edition and not asked.is_blank else None
        )


def refusal(frame: SearchFrame, query: str, status: int, problem: str) -> PreparedResponse:
    """The page that says why a search has no answer. ``problem`` is the key of a text."""
    body = escape(query).encode().join(_around_query(frame, problem)) if query else frame.refusal("", problem)
    again = [_AGAIN] if status == _UNAVAILABLE else []
    return PreparedResponse(status, field_lines([("content-length", str(len(body))), *again]), _lines(frame), body)


# An edition has a few reasons, and is served beside the one that it replaces for a moment.
@lru_cache(maxsize=8)
def _around_query(frame: SearchFrame, problem: str) -> tuple[bytes, ...]:
    """The parts of a refusal between the places where the query stands."""
    return tuple(frame.refusal(_QUERY, problem).split(_QUERY.encode()))


@lru_cache(maxsize=2)
def _lines(frame: SearchFrame) -> bytes:
    """The field lines that all pages of a frame have."""
    return make_resource(frame.page, {}, {}).identity.whole.shared
