"""What an author writes: posts and standalone pages."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from blog import urls
from blog.content.document import Document
from blog.content.front_matter import split


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that stands for a post; ``src`` as written, beside the file."""

    src: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a post and a page have in common. ``file`` is relative to the posts folder, ``source`` all that is in it."""

    file: PurePosixPath
    slug: str
    title: str
    description: str
    document: Document
    source: str
    body_line: int
    draft: bool
    updated: datetime | None
    aliases: tuple[str, ...]
    image: Image | None
    lang: str | None
    canonical: str | None
    order: int | None

    @property
    def url(self) -> str:
        raise NotImplementedError

    @property
    def body(self) -> str:
        """The Markdown below the header."""
        return split(self.source).body


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Text):
    """Times are aware and in UTC."""

    published: datetime
    tags: tuple[str, ...]
    series: str | None

    @property
    def url(self) -> str:
        return urls.post(self.slug)

    @property
    def source_url(self) -> str:
        return urls.source(self.slug)

    @property
    def modified(self) -> datetime:
        return self.updated or self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class StandalonePage(Text):
    """A page outside the stream of posts, such as /about."""

    @property
    def url(self) -> str:
        return urls.page(self.slug)
