"""The JSON API: an answer is what the index holds."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel

from blog import urls
from blog.content.slugs import slugify
from blog.render.page import JSON, SHORT
from blog.serve.index import Index, PostDetail, PostList
from blog.serve.live import Live
from blog.serve.store import RETRY_AFTER_SECONDS


class Problem(BaseModel):
    detail: str


Responses = dict[int | str, dict[str, Any]]
_MISSING: Responses = {404: {"model": Problem, "description": "No such post"}}
_LOADING: Responses = {503: {"model": Problem, "description": "The content is being loaded"}}


def api_routes(live: Live) -> APIRouter:
    router = APIRouter(tags=["posts"])

    @router.get(urls.API_POSTS, response_model=PostList, responses=_LOADING)
    async def posts(
        tag: Annotated[str | None, Query(max_length=100, description="Only posts with this tag")] = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """The posts, newest first."""
        return _json(_index(live).page(slugify(tag) if tag else None, page, per_page))

    @router.get(urls.API_POST_ROUTE, response_model=PostDetail, responses=_MISSING | _LOADING)
    async def post(slug: Annotated[str, Path(max_length=200)]) -> Response:
        """One post with its content."""
        detail = _index(live).detail(slug)
        if detail is None:
            raise HTTPException(404, f"There is no post {slug!r}.")
        return _json(detail)

    return router


def _json(body: bytes) -> Response:
    """The models have written it; FastAPI would only read it again to write it once more."""
    return Response(body, media_type=JSON, headers={"cache-control": SHORT})


def _index(live: Live) -> Index:
    if live.index is None:
        detail = "The content is being loaded."
        raise HTTPException(503, detail, headers={"retry-after": str(RETRY_AFTER_SECONDS)})
    return live.index
