"""Posts, standalone pages, notes, and the introductions of tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import ClassVar

from blog import urls
from blog.content.document import Document, Remark
from blog.content.extensions import DEFAULT, Extensions
from blog.content.front_matter import Json, split
from blog.content.note_places import NotePlace

# When a post without a date is published. Only a draft may have none, and no draft is published, whatever the time.
UNDATED = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Image:
    """The picture of a post, for cards in social media; ``src`` is the target as the author wrote it."""

    src: str
    alt: str


@dataclass(frozen=True, slots=True)
class TextAuthor:
    """An author of one text, where it is not the site's. ``url`` is absolute, ``fediverse`` an address such as @ada@example.org; both may be ""."""

    name: str
    url: str
    fediverse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A post or a page. ``file`` is its path in the posts folder, ``source`` the whole text of the file.

    ``id`` identifies the text in feeds instead of its address. ``extra`` is what its front matter has besides, for templates and the API.
    ``remarks`` are about the file outside of its Markdown; their lines count within the file.
    """

    kind: ClassVar[urls.TextKind]
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
    # A recording, as the author wrote its target; only posts have one.
    audio: str | None = None
    id: str | None = None
    # Served at its address, and in no list.
    unlisted: bool = False
    # From this moment on the text is not served.
    expires: datetime | None = None
    # The address as the author wrote it; ``address`` is the decoded path that is made of it, "" for the usual one.
    permalink: str | None = None
    address: str = ""
    # Other paths that redirect here where nothing else has them, decoded.
    former: tuple[str, ...] = ()
    authors: tuple[TextAuthor, ...] = ()
    # The text that this is a translation of, as the author names it.
    translation_of: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)
    remarks: tuple[Remark, ...] = ()
    # Those with which the document was made.
    extensions: Extensions = DEFAULT

    @property
    def url(self) -> str:
        return urls.encoded(self.address) if self.address else urls.text(self.kind, self.slug)

    @property
    def redirects(self) -> tuple[str, ...]:
        """The decoded paths that redirect to this text."""
        return (*self.aliases, *self.former)

    @property
    def source_url(self) -> str:
        return urls.source_of(self.url)

    @property
    def is_described_by_opening(self) -> bool:
        """Whether the description is the first paragraph, perhaps shortened, because the author gives none."""
        return self.document.summary.startswith(self.description.removesuffix("…"))

    @property
    def body(self) -> str:
        """The Markdown after the front matter."""
        return split(self.source).body


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Text):
    """A post. Times are aware; their offset is the one in which their day is shown."""

    kind: ClassVar = urls.POST
    published: datetime
    tags: tuple[str, ...]
    series: str | None

    @property
    def modified(self) -> datetime:
        return self.updated or self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class StandalonePage(Text):
    """A page that is not a post, such as /about. ``published`` is its date, if it has one; before it the page is not served."""

    kind: ClassVar = urls.PAGE
    published: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(StandalonePage):
    """A note of a collection. Its slug begins with those of its collection and group."""

    kind: ClassVar = urls.NOTE
    place: NotePlace

    @property
    def url(self) -> str:
        if self.address and not self.place.introduces:
            return urls.encoded(self.address)
        return urls.text(self.kind, self.slug)

    @property
    def route(self) -> str:
        if self.place.introduces:
            return urls.GROUP_ROUTE if self.place.group else urls.COLLECTION_ROUTE
        return urls.NOTE_ROUTE if self.place.group else urls.UNGROUPED_NOTE_ROUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedNote(Note):
    """A note with a date, which the feed of its collection has."""

    published: datetime
    tags: ClassVar[tuple[str, ...]] = ()

    @property
    def modified(self) -> datetime:
        return self.updated or self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPage(StandalonePage):
    """The introduction of a tag, which the tag's page shows above its posts. It has no page of its own."""

    kind: ClassVar = urls.TAG

    @property
    def url(self) -> str:
        return urls.text(self.kind, self.slug)


# The class of each kind of text with a folder of its own. Those that are not posts have the fields and the front matter of a standalone page.
CLASSES: tuple[type[Post | StandalonePage], ...] = (Post, StandalonePage, TagPage)


def class_of(file: PurePosixPath) -> type[Post | StandalonePage]:
    """The class of the text in a file, which the first of its folders decides."""
    folder = file.parts[0] if len(file.parts) > 1 else ""
    return next((each for each in CLASSES if each.kind.folder == folder), Post)
