"""The JSON API: posts of the served edition."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel

from blog import urls
from blog.build.dates import Dated
from blog.build.response import etag_of
from blog.build.state import ServiceState
from blog.content.slugs import slugify
from blog.http.request import KEY, RequestRecord
from blog.render.page import JSON, SHORT
from blog.serve.post_index import PostDetail, PostIndex, PostList
from blog.serve.preconditions import FAILED, NOT_MODIFIED, evaluate
from blog.serve.unavailable import RETRY_AFTER_SECONDS


class Problem(BaseModel):
    detail: str


Responses = dict[int | str, dict[str, Any]]
_MISSING: Responses = {404: {"model": Problem, "description": "No such post"}}
_CONDITIONAL: Responses = {
    304: {"description": "The representation that If-None-Match or If-Modified-Since names is current"},
    412: {"model": Problem, "description": "If-Match or If-Unmodified-Since does not match the current representation"},
}
_CHANGED = "The current representation does not match If-Match or If-Unmodified-Since."
_LOADING: Responses = {503: {"model": Problem, "description": "The content is being loaded"}}


def api_routes(service: ServiceState, origin: str) -> APIRouter:
    router = APIRouter(tags=["posts"])

    @router.get(urls.API_POSTS, response_model=PostList, responses=_CONDITIONAL | _LOADING)
    async def posts(
        request: Request,
        tag: Annotated[str | None, Query(max_length=100, description="Only posts with this tag")] = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """The posts, newest first."""
        return _json(_index(service, origin).page(slugify(tag) if tag else None, page, per_page), service, request)

    @router.get(urls.API_POST_ROUTE, response_model=PostDetail, responses=_CONDITIONAL | _MISSING | _LOADING)
    async def post(request: Request, slug: Annotated[str, Path(max_length=200)]) -> Response:
        """One post with its content."""
        detail = _index(service, origin).detail(slug)
        if detail is None:
            raise HTTPException(404, f"There is no post {slug!r}.")
        return _json(detail, service, request)

    return router


def _json(body: bytes, service: ServiceState, request: Request) -> Response:
    """A response with a serialized model. FastAPI would parse the body and serialize it again."""
    record: RequestRecord = request.scope[KEY]
    etag, dated = etag_of(body), service.edition.dated if service.edition else Dated()
    outcome = evaluate(record.headers, etag.encode(), dated, service.unchanged_since)
    if outcome == FAILED:
        raise HTTPException(FAILED, _CHANGED, headers={"cache-control": "no-store"})
    limit = service.cache_limit
    headers = {"cache-control": limit.value(SHORT) if limit else SHORT, "etag": etag, **dict(dated.headers)}
    if outcome == NOT_MODIFIED:
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def _index(service: ServiceState, origin: str) -> PostIndex:
    if service.edition is None:
        detail = "The content is being loaded."
        raise HTTPException(503, detail, headers={"retry-after": str(RETRY_AFTER_SECONDS)})
    return PostIndex(service.edition, origin)
