"""The JSON API: the posts as data. Summaries are made once an edition; an answer only picks among them."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel

from blog import urls
from blog.content.post import Post
from blog.content.slugs import slugify
from blog.render.edition import Edition
from blog.render.page import SHORT
from blog.serve.live import Live
from blog.serve.store import RETRY_AFTER_SECONDS


class PostSummary(BaseModel):
    """A post in a list. Times are UTC; addresses are absolute."""

    slug: str
    title: str
    description: str
    url: str
    source_url: str
    published: datetime
    updated: datetime | None
    tags: list[str]
    series: str | None
    lang: str
    words: int
    reading_minutes: int


class Section(BaseModel):
    """A heading of a post; its address is the post's with #anchor."""

    level: int
    anchor: str
    text: str


class PostDetail(PostSummary):
    """A post with its content, as HTML with absolute addresses."""

    html: str
    sections: list[Section]


class PostList(BaseModel):
    """One page of a list, newest first."""

    posts: list[PostSummary]
    page: int
    pages: int
    total: int


class Problem(BaseModel):
    detail: str


Responses = dict[int | str, dict[str, Any]]
_MISSING: Responses = {404: {"model": Problem, "description": "No such post"}}
_LOADING: Responses = {503: {"model": Problem, "description": "The content is being loaded"}}


def api_routes(live: Live, origin: str) -> APIRouter:
    router = APIRouter(tags=["posts"])
    index = _Index(origin)

    @router.get(urls.API_POSTS, responses=_LOADING)
    async def posts(
        response: Response,
        tag: Annotated[str | None, Query(max_length=100, description="Only posts with this tag")] = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> PostList:
        """The posts, newest first."""
        found = index.of(_edition(live)).tagged(slugify(tag) if tag else None)
        response.headers["cache-control"] = SHORT
        pages = max(1, -(-len(found) // per_page))
        return PostList(posts=found[(page - 1) * per_page : page * per_page], page=page, pages=pages, total=len(found))

    @router.get(urls.API_POST_ROUTE, responses=_MISSING | _LOADING)
    async def post(response: Response, slug: Annotated[str, Path(max_length=200)]) -> PostDetail:
        """One post with its content."""
        edition = _edition(live)
        known = index.of(edition)
        if slug not in known.posts:
            raise HTTPException(404, f"There is no post {slug!r}.")
        response.headers["cache-control"] = SHORT
        return _detail(edition, known.posts[slug], known.summaries[slug])

    return router


class _Index:
    """The posts of the edition last asked for, by slug and by tag."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._edition: Edition | None = None
        self.posts: dict[str, Post] = {}
        self.summaries: dict[str, PostSummary] = {}
        self._tags: dict[str, list[PostSummary]] = {}

    def of(self, edition: Edition) -> "_Index":
        if self._edition is not edition:
            self._edition = edition
            self.posts = {post.slug: post for post in edition.site.posts}
            self.summaries = {post.slug: _summary(edition, post, self._origin) for post in edition.site.posts}
            self._tags = {tag.slug: [self.summaries[post.slug] for post in tag.posts] for tag in edition.site.tags}
        return self

    def tagged(self, tag: str | None) -> list[PostSummary]:
        return list(self.summaries.values()) if tag is None else self._tags.get(tag, [])


def _edition(live: Live) -> Edition:
    if live.edition is None:
        detail = "The content is being loaded."
        raise HTTPException(503, detail, headers={"retry-after": str(RETRY_AFTER_SECONDS)})
    return live.edition


def _summary(edition: Edition, post: Post, origin: str) -> PostSummary:
    return PostSummary(
        slug=post.slug,
        title=post.title,
        description=post.description,
        url=origin + post.url,
        source_url=origin + post.source_url,
        published=post.published,
        updated=post.updated,
        tags=list(post.tags),
        series=post.series,
        lang=post.lang or edition.site.config.lang,
        words=post.document.words,
        reading_minutes=post.document.minutes,
    )


def _detail(edition: Edition, post: Post, summary: PostSummary) -> PostDetail:
    document = post.document
    return PostDetail(
        **dict(summary),
        html=document.html(partial(edition.absolute.attributes, post)),
        sections=[Section(level=found.level, anchor=found.anchor, text=found.text) for found in document.headings],
    )
