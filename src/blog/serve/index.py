"""The posts as data: what the JSON API answers with, made once an edition."""

from datetime import datetime
from functools import partial

from pydantic import BaseModel

from blog.content.post import Post
from blog.render.edition import Edition


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


class Index:
    """The posts of one edition, by slug and by tag, ready to be answered with."""

    def __init__(self, edition: Edition, origin: str) -> None:
        self._absolute = edition.absolute
        self.posts = {post.slug: post for post in edition.site.posts}
        lang = edition.site.config.lang
        self._summaries = {post.slug: _summary(post, origin, lang) for post in edition.site.posts}
        self._all = list(self._summaries.values())
        self._tags = {tag.slug: [self._summaries[post.slug] for post in tag.posts] for tag in edition.site.tags}

    def tagged(self, tag: str | None) -> list[PostSummary]:
        return self._all if tag is None else self._tags.get(tag, [])

    def detail(self, slug: str) -> PostDetail:
        document = self.posts[slug].document
        return PostDetail(
            **dict(self._summaries[slug]),
            html=document.html(partial(self._absolute.attributes, self.posts[slug])),
            sections=[Section(level=found.level, anchor=found.anchor, text=found.text) for found in document.headings],
        )


def _summary(post: Post, origin: str, lang: str) -> PostSummary:
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
        lang=post.lang or lang,
        words=post.document.words,
        reading_minutes=post.document.minutes,
    )
