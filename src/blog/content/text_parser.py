"""Parser of one file's text into a Post, a StandalonePage or a Note."""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from pathlib import PurePosixPath
from typing import TypedDict

from blog import urls
from blog.content import markdown
from blog.content.characters import SURROGATE, UNUSABLE
from blog.content.document import Document, Parse, Remark, dialect_of
from blog.content.file_names import is_index, read_name
from blog.content.front_matter import (
    FrontMatter,
    FrontMatterError,
    Kind,
    Split,
    line_of,
    parse_front_matter,
    split,
    written_alias,
)
from blog.content.note_places import NotePlace
from blog.content.post import UNDATED, DatedNote, Image, Note, Post, StandalonePage, class_of
from blog.content.slugs import slug_of_name


class _Common(TypedDict):
    """The fields that every kind of text has."""

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
    id: str | None
    remarks: tuple[Remark, ...]


def parse_post(path: PurePosixPath, text: str, parse: Parse = markdown.parse, zone: tzinfo | None = None) -> Post:
    r"""The post in a file.

    >>> parse_post(PurePosixPath("hello.md"), "---\ntitle: Hello\ndate: 2026-03-01\n---\nHi.\n").url
    '/blog/hello'

    Raises:
        FrontMatterError: with every fault of the front matter.
    """
    meta, common = _common(path, text, "post", parse, zone)
    published = meta.date or UNDATED
    return Post(**common, published=published, tags=tuple(meta.tags), series=meta.series, audio=meta.audio)


def parse_page(
    path: PurePosixPath, text: str, parse: Parse = markdown.parse, zone: tzinfo | None = None
) -> StandalonePage:
    """The text in a file of a folder such as posts/pages/. A page's slug must not be the first segment of one of the service's own paths."""
    meta, common = _common(path, text, "page", parse, zone)
    kind = class_of(path)
    page_class = kind if issubclass(kind, StandalonePage) else StandalonePage
    if page_class.kind.prefix == urls.HOME and common["slug"].partition("/")[0] in urls.RESERVED:
        line = line_of(split(text).front_matter, "slug", missing=1)
        raise FrontMatterError((line, f"/{common['slug']} is reserved for the service; give the page another slug"))
    common["updated"] = meta.updated or meta.date
    return page_class(**common, published=meta.date)


def parse_note(
    path: PurePosixPath, text: str, place: NotePlace, parse: Parse = markdown.parse, zone: tzinfo | None = None
) -> Note:
    """The note in a file of a collection."""
    for section in filter(None, (place.collection, place.group)):
        if not section.slug:
            raise FrontMatterError((1, f"the folder {section.title!r} has neither a letter nor a digit; rename it"))
    meta, common = _common(path, text, "page", parse, zone, place)
    if place.introduces and meta.slug:
        problem = f"slug is ignored: this text introduces /{place.section} and has its address; rename the folder"
        line = line_of(split(text).front_matter, "slug")
        common["remarks"] = (*common["remarks"], Remark(line, problem))
    common["updated"] = meta.updated or meta.date
    if meta.date is None:
        return Note(**common, published=None, place=place)
    return DatedNote(**common, published=meta.date, place=place)


def _common(
    path: PurePosixPath, text: str, kind: Kind, parse: Parse, zone: tzinfo | None, place: NotePlace | None = None
) -> tuple[FrontMatter, _Common]:
    parts = split(text)
    meta = parse_front_matter(parts.front_matter, kind, zone)
    slug = place.slug(meta.slug) if place else _slug_of(path, class_of(path).kind, meta.slug)
    if not slug:
        raise FrontMatterError((1, "the file's name has neither a letter nor a digit; give it a slug"))
    body, remarks = _without_control_characters(parts)
    aliases = tuple(dict.fromkeys(urls.canonical(alias) for alias in meta.aliases))
    document = parse(body, meta.title, dialect_of(path))
    return meta, _Common(
        file=path,
        slug=slug,
        title=meta.title,
        description=meta.description or _shorten(document.summary),
        document=document,
        source=text if body == parts.body else text.removesuffix(parts.body) + body,
        body_line=parts.body_line,
        draft=meta.draft,
        updated=meta.updated,
        aliases=tuple(alias for alias in aliases if not urls.is_reserved(alias)),
        image=Image(meta.image, meta.image_alt) if meta.image else None,
        lang=meta.lang,
        canonical=meta.canonical,
        order=meta.order,
        id=meta.id,
        remarks=(*meta.remarks, *remarks, *_reserved(parts.front_matter, aliases)),
    )


def _reserved(front_matter: str, aliases: Iterable[str]) -> Iterator[Remark]:
    for path in filter(urls.is_reserved, aliases):
        problem = f"alias {written_alias(front_matter, path)!r} is ignored: it is among the service's own paths"
        yield Remark(line_of(front_matter, "aliases"), problem)


def _without_control_characters(parts: Split) -> tuple[str, tuple[Remark, ...]]:
    """The body with U+FFFD for each character that no page or feed may contain, and a remark for the first of them.

    A lone surrogate is a byte that is not UTF-8; whoever read the file has reported it.
    """
    first = UNUSABLE.search(parts.body)
    if first is None:
        return parts.body, ()
    line = parts.body_line + parts.body.count("\n", 0, first.start())
    problem = f"contains the control character U+{ord(first[0]):04X}, which is shown as U+FFFD"
    remarks = () if SURROGATE.match(first[0]) else (Remark(line, problem),)
    return UNUSABLE.sub("\ufffd", parts.body), remarks


def _slug_of(path: PurePosixPath, kind: urls.TextKind, given: str | None) -> str:
    """The slug from the file's name, without the date that Jekyll writes there. A kind with a folder of its own has addresses below it too."""
    file = read_name(path)
    name = given or "-".join(filter(None, (slug_of_name(file.words), file.lang.lower())))
    if not kind.folder or not name:
        return name
    folder = path.parent.parent if is_index(path) else path.parent
    return "/".join([*filter(None, map(slug_of_name, folder.parts[1:])), name])


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
