"""GET /search: a page with the results of a query, which works without a script."""

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from blog import urls
from blog.build.encodings import compress
from blog.build.response import PreparedResponse, RawHeaders, Resource, make_resource
from blog.build.state import ServiceState
from blog.http.request import KEY, RequestRecord
from blog.render import security
from blog.render.search_page import (
    RESULTS_PER_PAGE,
    Option,
    Passage,
    Result,
    Results,
    SearchFrame,
    SearchPage,
)
from blog.search.answers import Answer, Hit, Section
from blog.search.query import parse
from blog.serve.negotiation import choose
from blog.serve.search_parameters import MOST_PAGES, Asked, NotAQueryError
from blog.serve.search_refusals import BUSY, refusal
from blog.serve.searcher import BusyError, FailedError, Page, Searcher
from blog.serve.unavailable import RETRY_AFTER_SECONDS, STARTING

if TYPE_CHECKING:
    from blog.render.results import ResultsRenderer

# Facets that are shown. Rarer ones are found by words.
_MOST_OPTIONS = 12
# A page is compressed for one reader, so by what takes 1 ms.
_LEVELS = (4, 3, 5)
# The dynamic routes get the fields for any response elsewhere, and a page that nobody may store needs no ETag.
_LEFT_OUT = {b"etag", *(name.encode() for name in security.for_anything(secure=True))}


def search_page_routes(service: ServiceState, searcher: Searcher) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(urls.SEARCH)
    async def search(request: Request) -> Response:
        """The search page: with results if something is asked, with a sentence if that cannot be answered."""
        record: RequestRecord = request.scope[KEY]
        if service.edition is None:
            return _starting()
        frame, accepted = service.edition.search_frame, record.headers.get(b"accept-encoding", b"")
        try:
            asked = Asked.of(record.query)
        except NotAQueryError:
            return _plain(refusal(frame, "", 400, "search_address"))
        if asked.is_blank:
            return _response(_blank(frame), accepted)
        try:
            page = await searcher.finished(
                parse(asked.query), _page(asked), lambda answer: _found(frame, asked, answer)
            )
        except BusyError:
            return _plain(refusal(frame, asked.query, 503, BUSY))
        except FailedError as problem:
            record.failure = problem
            return _plain(refusal(frame, asked.query, 500, "search_failed"))
        return _response(page, accepted) if page else _plain(refusal(frame, asked.query, 400, "search_refused"))

    return router


def _page(asked: Asked) -> Page:
    offset = (asked.page - 1) * RESULTS_PER_PAGE
    return Page(limit=RESULTS_PER_PAGE, offset=offset, tag=asked.tag or None, year=asked.year)


def _found(frame: SearchFrame, asked: Asked, answer: Answer) -> Resource | None:
    """The page with an answer, made in the thread of the search; None if the query is refused."""
    if answer.query.refusal:
        return None
    return _resource(frame, _renderer(frame).page(page_of(asked, results_of(asked, answer))))


@lru_cache(maxsize=1)
def _renderer(frame: SearchFrame) -> "ResultsRenderer":
    from blog.render.results import ResultsRenderer  # noqa: PLC0415 -- jinja2 takes 4 MB, and a process without a search needs none

    return ResultsRenderer(frame)


@lru_cache(maxsize=1)
def _blank(frame: SearchFrame) -> Resource:
    return _resource(frame, frame.filled(frame.blank))


def _resource(frame: SearchFrame, body: bytes) -> Resource:
    return make_resource(replace(frame.page, body=body), compress(body, _LEVELS), {})


def _response(page: Resource, accepted: bytes) -> Response:
    representation = choose(page, accepted) or page.identity
    return _sent(representation.body, 200, representation.headers)


def _plain(prepared: PreparedResponse) -> Response:
    return _sent(prepared.body, prepared.status, prepared.headers)


def _sent(body: bytes, status: int, headers: RawHeaders) -> Response:
    response = Response(body, status)
    response.raw_headers = [(name, value) for name, value in headers if name not in _LEFT_OUT]
    return response


def _starting() -> Response:
    again = {"retry-after": str(RETRY_AFTER_SECONDS), "cache-control": "no-store"}
    return Response(f"{STARTING}\n", 503, again, "text/plain")


def page_of(asked: Asked, results: Results) -> SearchPage:
    filters = tuple(Option(value, without.url) for _, value, without in asked.filters)
    chosen = tuple((name, value) for name, value, _ in asked.filters)
    return SearchPage(query=asked.query, filters=filters, chosen=chosen, results=results)


def results_of(asked: Asked, answer: Answer) -> Results:
    """One page of an answer."""
    count = min(math.ceil(answer.total / RESULTS_PER_PAGE), MOST_PAGES)
    first = replace(asked, page=1)
    return Results(
        total=answer.total,
        number=asked.page,
        count=count,
        found=tuple(map(_result, answer.hits)),
        tags=_options(
            Option(it.name, replace(first, tag=it.slug).url, it.count) for it in answer.tags if not asked.tag
        ),
        years=_options(
            Option(str(it.year), replace(first, year=it.year).url, it.count) for it in answer.years if not asked.year
        ),
        previous=replace(asked, page=min(asked.page - 1, max(count, 1))).url if asked.page > 1 else None,
        following=replace(asked, page=asked.page + 1).url if asked.page < count else None,
        spelling=Option(answer.suggestion, replace(first, query=answer.suggestion).url) if answer.suggestion else None,
        near=tuple(Option(text.title, text.path, lang=text.language) for text in answer.nearest),
    )


def _options(options: Iterable[Option]) -> tuple[Option, ...]:
    """Links that narrow a search, unless there is no choice."""
    shown = tuple(islice(options, _MOST_OPTIONS))
    return shown if len(shown) > 1 else ()


def _result(hit: Hit) -> Result:
    return Result(
        title=hit.title,
        url=hit.path,
        kind=hit.kind,
        date=hit.date,
        lang=hit.language,
        tags=hit.tags,
        passages=tuple(_passage(hit.path, section) for section in hit.sections),
    )


def _passage(path: str, section: Section) -> Passage:
    return Passage(section.heading, urls.section(path, section.anchor), section.snippet)
