"""The posts as JSON, serialized for each request to the API."""

from datetime import datetime

from pydantic import BaseModel, JsonValue

from blog import urls
from blog.build.edition import Details, Edition, Entry


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
    """A heading of a post; its URL is the post's URL with #anchor."""

    level: int
    anchor: str
    text: str


class Writer(BaseModel):
    """An author of a post, where it is not the site's; the URL may be empty."""

    name: str
    url: str


class PostDetail(PostSummary):
    """A post with its content, as HTML with absolute addresses; ``extra`` has the keys of its front matter without a meaning here."""

    html: str
    sections: list[Section]
    authors: list[Writer]
    extra: dict[str, JsonValue]


class PostList(BaseModel):
    """One page of a list, newest first."""

    posts: list[PostSummary]
    page: int
    pages: int
    total: int


class PostIndex:
    """The posts of one edition as JSON. ``origin`` is the site's, for absolute URLs."""

    def __init__(self, edition: Edition, origin: str) -> None:
        self._edition = edition
        self._origin = origin

    def page(self, tag: str | None, page: int, per_page: int) -> bytes:
        """A `PostList`."""
        found = self._edition.posts if tag is None else self._edition.by_tag.get(tag, ())
        shown = found[(page - 1) * per_page : page * per_page]
        pages = max(1, -(-len(found) // per_page))
        posts = [self._summary(entry) for entry in shown]
        return PostList(posts=posts, page=page, pages=pages, total=len(found)).model_dump_json().encode()

    def detail(self, slug: str) -> bytes | None:
        """A `PostDetail`; None if there is no such post."""
        entry = self._edition.by_slug.get(slug)
        return None if entry is None else _detail(self._summary(entry), entry.details).model_dump_json().encode()

    def _summary(self, entry: Entry) -> PostSummary:
        return PostSummary(
            slug=entry.slug,
            title=entry.title,
            description=entry.description,
            url=self._origin + entry.url,
            source_url=self._origin + urls.source_of(entry.url),
            published=entry.published,
            updated=entry.updated,
            tags=list(entry.tags),
            series=entry.series,
            lang=entry.lang,
            words=entry.words,
            reading_minutes=entry.minutes,
        )


def _detail(summary: PostSummary, details: Details) -> PostDetail:
    return PostDetail(
        slug=summary.slug,
        title=summary.title,
        description=summary.description,
        url=summary.url,
        source_url=summary.source_url,
        published=summary.published,
        updated=summary.updated,
        tags=summary.tags,
        series=summary.series,
        lang=summary.lang,
        words=summary.words,
        reading_minutes=summary.reading_minutes,
        html=details["html"],
        sections=[Section(**section) for section in details["sections"]],
        authors=[Writer(**author) for author in details["authors"]],
        extra=details["extra"],
    )
