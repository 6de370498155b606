"""Parser of one file's text into a Post, a StandalonePage or a Note."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import PurePosixPath
from typing import TypedDict

from blog import urls
from blog.content import markdown
from blog.content.characters import SURROGATE, UNUSABLE
from blog.content.document import Dialect, Document, Parse, Remark, dialect_of
from blog.content.extensions import DEFAULT, Extensions
from blog.content.file_names import FileName, is_index, read_name
from blog.content.front_matter import (
    FrontMatter,
    FrontMatterError,
    Json,
    Kind,
    Split,
    key_line,
    parse_front_matter,
    split,
    written_alias,
)
from blog.content.note_places import NotePlace
from blog.content.post import UNDATED, DatedNote, Image, Note, Post, StandalonePage, TagPage, TextAuthor, class_of
from blog.content.slugs import is_slug, slug_of_name, slugify

_SPACES = re.compile(r"[-_\s]+")


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """What makes a document of a body, and the zone and the extensions of the site."""

    parse: Parse = markdown.parse
    zone: tzinfo | None = None
    extensions: Extensions = DEFAULT


_DEFAULT_OPTIONS = ParseOptions()


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
    unlisted: bool
    updated: datetime | None
    expires: datetime | None
    permalink: str | None
    aliases: tuple[str, ...]
    former: tuple[str, ...]
    image: Image | None
    lang: str | None
    canonical: str | None
    order: int | None
    id: str | None
    authors: tuple[TextAuthor, ...]
    translation_of: str | None
    extra: Mapping[str, Json]
    extensions: Extensions
    remarks: tuple[Remark, ...]


def parse_post(path: PurePosixPath, text: str, options: ParseOptions = _DEFAULT_OPTIONS) -> Post:
    r"""The post in a file.

    >>> parse_post(PurePosixPath("hello.md"), "---\ntitle: Hello\ndate: 2026-03-01\n---\nHi.\n").url
    '/blog/hello'

    Raises:
        FrontMatterError: with every fault of the front matter.
    """
    meta, common = _common(path, text, "post", options)
    published = meta.date or UNDATED
    return Post(**common, published=published, tags=tuple(meta.tags), series=meta.series, audio=meta.audio)


def parse_page(path: PurePosixPath, text: str, options: ParseOptions = _DEFAULT_OPTIONS) -> StandalonePage:
    """The text in a file of a folder such as posts/pages/. A page's slug must not be the first segment of one of the service's own paths."""
    meta, common = _common(path, text, "page", options)
    kind = class_of(path)
    page_class = kind if issubclass(kind, StandalonePage) else StandalonePage
    if page_class.kind.prefix == urls.HOME and common["slug"].partition("/")[0] in urls.RESERVED:
        raise FrontMatterError(
            (key_line(text, "slug"), f"/{common['slug']} is reserved for the service; give the page another slug")
        )
    if page_class is TagPage and meta.permalink:
        problem = f"permalink is ignored: this text introduces {urls.tag(common['slug'])} and has its address"
        common["remarks"] = (*common["remarks"], Remark(key_line(text, "permalink"), problem))
        common["permalink"] = None
    if page_class is TagPage and meta.unlisted:
        _hide(common, "it introduces a tag")
    common["updated"] = meta.updated or meta.date
    return page_class(**common, published=meta.date)


def parse_note(
    path: PurePosixPath,
    text: str,
    place: NotePlace,
    options: ParseOptions = _DEFAULT_OPTIONS,
) -> Note:
    """The note in a file of a collection."""
    for section in filter(None, (place.collection, place.group)):
        if not section.slug:
            raise FrontMatterError((1, f"the folder {section.title!r} has neither a letter nor a digit; rename it"))
    meta, common = _common(path, text, "page", options, place)
    for key, value in (("slug", meta.slug), ("permalink", meta.permalink)):
        if place.introduces and value:
            problem = f"{key} is ignored: this text introduces /{place.section} and has its address; rename the folder"
            common["remarks"] = (*common["remarks"], Remark(key_line(text, key), problem))
            common["permalink"] = None
    if meta.unlisted:
        _hide(common, "its collection has a list of all notes")
    common["updated"] = meta.updated or meta.date
    if meta.date is None:
        return Note(**common, published=None, place=place)
    return DatedNote(**common, published=meta.date, place=place)


def _common(
    path: PurePosixPath, text: str, kind: Kind, options: ParseOptions, place: NotePlace | None = None
) -> tuple[FrontMatter, _Common]:
    parts, name = split(text), read_name(path)
    meta = parse_front_matter(parts, kind, options.zone, name)
    given, slug_remarks = _given_slug(meta.slug, text)
    slug = place.slug(given) if place else _slug_of(path, name, given)
    if not slug:
        raise FrontMatterError((1, "the file's name has neither a letter nor a digit; give it a slug"))
    body, body_remarks = _without_control_characters(parts)
    extensions = options.extensions.of_text(meta.markdown, meta.lang or name.lang)
    document_of = partial(_document, options.parse, body, dialect_of(path), extensions)
    title, document, title_remarks = _titled(meta.title, document_of, _shown_name(name, place))
    aliases = tuple(dict.fromkeys(urls.canonical(alias) for alias in meta.aliases))
    return meta, _Common(
        file=path,
        slug=slug,
        title=title,
        description=meta.description or _shorten(document.summary),
        document=document,
        source=text if body == parts.body else text.removesuffix(parts.body) + body,
        body_line=parts.body_line,
        draft=meta.draft,
        unlisted=meta.unlisted,
        updated=meta.updated,
        expires=meta.expires,
        permalink=meta.permalink,
        aliases=tuple(alias for alias in aliases if not urls.is_reserved(alias)),
        former=() if place else tuple(_former(path, name, meta.slug)),
        image=Image(meta.image, meta.image_alt) if meta.image else None,
        lang=meta.lang or name.lang or None,
        canonical=meta.canonical,
        order=meta.order,
        id=meta.id,
        authors=tuple(TextAuthor(author.name, author.url, author.fediverse) for author in meta.authors),
        translation_of=meta.translation_of,
        extra=meta.extra,
        extensions=extensions,
        remarks=(
            *meta.remarks,
            *body_remarks,
            *title_remarks,
            *slug_remarks,
            *_reserved(text, aliases),
        ),
    )


def _hide(common: _Common, reason: str) -> None:
    """Make a draft of a text that would be listed although its author does not want that."""
    problem = f"is unlisted, which makes a draft of this text: {reason}"
    common["draft"], common["unlisted"] = True, False
    common["remarks"] = (*common["remarks"], Remark(key_line(common["source"], "unlisted"), problem))


def _reserved(source: str, aliases: Iterable[str]) -> Iterator[Remark]:
    for path in filter(urls.is_reserved, aliases):
        problem = f"alias {written_alias(source, path)!r} is ignored: it is among the service's own paths"
        yield Remark(key_line(source, "aliases"), problem)


def _document(parse: Parse, body: str, dialect: Dialect, extensions: Extensions, title: str) -> Document:
    return parse(body, title, dialect, extensions)


def _titled(
    title: str | None, document_of: Callable[[str], Document], name: str
) -> tuple[str, Document, tuple[Remark, ...]]:
    """The title and the document. Without a title it is the first heading, and without a heading the file's name."""
    if title:
        return title, document_of(title), ()
    untitled = document_of("")
    headings = sorted(untitled.headings, key=lambda heading: heading.level > 1)
    if headings and (words := " ".join(headings[0].text.split())):
        return words, document_of(words), ()
    remark = Remark(1, f"has neither a title nor a heading; its title is {name!r}, by the file's name")
    return name, untitled, (remark,)


def _shown_name(name: FileName, place: NotePlace | None) -> str:
    """The file's name, or that of the folder which a note introduces, made readable."""
    if place and place.introduces:
        return (place.group or place.collection).title
    shown = _SPACES.sub(" ", place.name if place else name.words).strip() or "Untitled"
    return shown[:1].upper() + shown[1:]


def _without_control_characters(parts: Split) -> tuple[str, tuple[Remark, ...]]:
    """The body with U+FFFD for each character that no page or feed may contain, and a remark for the first of them.

    A lone surrogate is a byte that is not UTF-8; `content/folder.py` has reported it.
    """
    first = UNUSABLE.search(parts.body)
    if first is None:
        return parts.body, ()
    line = parts.body_line + parts.body.count("\n", 0, first.start())
    problem = f"contains the control character U+{ord(first[0]):04X}, which is shown as U+FFFD"
    remarks = () if SURROGATE.match(first[0]) else (Remark(line, problem),)
    return UNUSABLE.sub("\ufffd", parts.body), remarks


def _given_slug(written: str | None, source: str) -> tuple[str, tuple[Remark, ...]]:
    """The slug in the front matter, fit for an address; "" if there is none."""
    wanted = (written or "").strip("/").lower()
    slug = wanted if is_slug(wanted) else slug_of_name(wanted)
    if slug == wanted:
        return slug, ()
    return slug, (Remark(key_line(source, "slug"), f"slug {written!r} is {slug!r} in the address"),)


def _slug_of(path: PurePosixPath, name: FileName, given: str) -> str:
    """The slug that is given, or from the file's name. A kind with a folder of its own has addresses below it too."""
    slug = given or "-".join(filter(None, (slug_of_name(name.words), name.lang.lower())))
    if not class_of(path).kind.folder or not slug:
        return slug
    folder = path.parent.parent if is_index(path) else path.parent
    return "/".join([*filter(None, map(slug_of_name, folder.parts[1:])), slug])


def _former(path: PurePosixPath, name: FileName, written: str | None) -> Iterator[str]:
    """The addresses of a post that other programs make of its slug, or of its file's name, and this one does not."""
    kind = class_of(path).kind
    wanted = (written or "").strip("/").lower()
    if kind.folder:
        return
    if wanted and not is_slug(wanted) and "//" not in wanted and ".." not in wanted:
        yield kind.prefix + wanted
    if not wanted and "_" in name.words:
        yield kind.prefix + slugify(name.words)


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
