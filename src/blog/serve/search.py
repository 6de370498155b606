"""GET /api/search: what a query finds in the posts, pages and notes, as JSON."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel

from blog import urls
from blog.http.request import KEY
from blog.render.page import JSON
from blog.search.answers import Answer, Hit, Section
from blog.search.query import parse
from blog.serve.searcher import BusyError, FailedError, Page, Searcher

MOST_HITS = 50
MOST_OFFSET = 10_000


class SnippetPart(BaseModel):
    """Plain text, and whether it is what was found."""

    text: str
    marked: bool


class SectionFound(BaseModel):
    """A part of a text in which words were found. Before the first heading the heading is empty, and the URL that of the text."""

    heading: str
    url: str
    snippet: list[SnippetPart]


class TextFound(BaseModel):
    """A post, page or note that was found. Addresses are absolute."""

    url: str
    title: str
    kind: str
    published: datetime | None
    lang: str
    tags: list[str]
    score: float
    sections: list[SectionFound]


class TagFound(BaseModel):
    """A tag, and how many of the texts found have it."""

    name: str
    slug: str
    count: int


class YearFound(BaseModel):
    """A year, and how many of the texts found are from it."""

    year: int
    count: int


class NearestText(BaseModel):
    """A text to read where nothing was found."""

    url: str
    title: str
    lang: str


class SearchResult(BaseModel):
    """One page of what was found, the best first. ``suggestion`` is the query with words that the blog has."""

    query: str
    total: int
    offset: int
    hits: list[TextFound]
    tags: list[TagFound]
    years: list[YearFound]
    suggestion: str | None
    nearest: list[NearestText]


class Refused(BaseModel):
    detail: str


_RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": Refused, "description": "The query cannot be answered"},
    503: {
        "model": Refused,
        "description": "The content or the index is being loaded, or too many searches are waiting",
    },
}
# Nobody but the client is to keep what somebody looked for.
_HEADERS = {"cache-control": "no-store"}


def search_routes(searcher: Searcher, origin: str) -> APIRouter:
    router = APIRouter(tags=["search"])

    @router.get(urls.API_SEARCH, response_model=SearchResult, responses=_RESPONSES)
    async def search(
        request: Request,
        q: Annotated[str, Query(description='Words, "phrases", -without, prefix*, tag:name, year:2026, in:code')] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_HITS)] = 10,
        offset: Annotated[int, Query(ge=0, le=MOST_OFFSET)] = 0,
        tag: Annotated[str | None, Query(max_length=100, description="Only posts with this tag")] = None,
        year: Annotated[int | None, Query(ge=1, le=9999, description="Only texts of this year")] = None,
    ) -> Response:
        """Posts, pages and notes with the words of a query, with the sections that they are in."""
        page = Page(limit=limit, offset=offset, tag=tag or None, year=year)
        try:
            return await _response(searcher, q, page, origin.rstrip("/"))
        except FailedError as problem:
            request.scope[KEY].failure = problem
            raise HTTPException(500, "The search failed.", headers=_HEADERS) from None

    return router


async def _response(searcher: Searcher, text: str, page: Page, origin: str) -> Response:
    """The response, whose body is made in the thread of the search."""

    def body_of(answer: Answer) -> tuple[str, bytes]:
        refusal = answer.query.refusal
        return refusal, b"" if refusal else _result(answer, page.offset, origin).model_dump_json().encode()

    try:
        refusal, body = await searcher.finished(parse(text), page, body_of)
    except BusyError as problem:
        headers = {**_HEADERS, "retry-after": str(problem.retry_after)}
        raise HTTPException(503, str(problem), headers=headers) from None
    if refusal:
        raise HTTPException(400, refusal, headers=_HEADERS)
    return Response(body, media_type=JSON, headers=_HEADERS)


def _result(answer: Answer, offset: int, origin: str) -> SearchResult:
    return SearchResult(
        query=answer.query.text,
        total=answer.total,
        offset=offset,
        hits=[_hit(hit, origin) for hit in answer.hits],
        tags=[TagFound(name=it.name, slug=it.slug, count=it.count) for it in answer.tags],
        years=[YearFound(year=it.year, count=it.count) for it in answer.years],
        suggestion=answer.suggestion,
        nearest=[NearestText(url=origin + it.path, title=it.title, lang=it.language) for it in answer.nearest],
    )


def _hit(hit: Hit, origin: str) -> TextFound:
    return TextFound(
        url=origin + hit.path,
        title=hit.title,
        kind=hit.kind,
        published=hit.date,
        lang=hit.language,
        tags=list(hit.tags),
        score=hit.score,
        sections=[_section(section, origin + hit.path) for section in hit.sections],
    )


def _section(section: Section, url: str) -> SectionFound:
    return SectionFound(
        heading=section.heading,
        url=urls.section(url, section.anchor),
        snippet=[SnippetPart(text=text, marked=marked) for text, marked in section.snippet],
    )
