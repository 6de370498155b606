"""The JSON API: an answer only picks among what the index holds."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel

from blog import urls
from blog.content.slugs import slugify
from blog.render.page import SHORT
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

    @router.get(urls.API_POSTS, responses=_LOADING)
    async def posts(
        response: Response,
        tag: Annotated[str | None, Query(max_length=100, description="Only posts with this tag")] = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> PostList:
        """The posts, newest first."""
        found = _index(live).tagged(slugify(tag) if tag else None)
        response.headers["cache-control"] = SHORT
        pages = max(1, -(-len(found) // per_page))
        return PostList(posts=found[(page - 1) * per_page : page * per_page], page=page, pages=pages, total=len(found))

    @router.get(urls.API_POST_ROUTE, responses=_MISSING | _LOADING)
    async def post(response: Response, slug: Annotated[str, Path(max_length=200)]) -> PostDetail:
        """One post with its content."""
        known = _index(live)
        if slug not in known.posts:
            raise HTTPException(404, f"There is no post {slug!r}.")
        response.headers["cache-control"] = SHORT
        return known.detail(slug)

    return router


def _index(live: Live) -> Index:
    if live.index is None:
        detail = "The content is being loaded."
        raise HTTPException(503, detail, headers={"retry-after": str(RETRY_AFTER_SECONDS)})
    return live.index
