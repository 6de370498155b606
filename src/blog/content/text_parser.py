"""One file's text to a Post or a StandalonePage."""

from pathlib import PurePosixPath
from typing import Any

from blog import urls
from blog.content import markdown
from blog.content.document import Parse
from blog.content.front_matter import FrontMatterError, Header, Kind, parse_front_matter, split
from blog.content.post import Image, Post, StandalonePage
from blog.content.slugs import slugify

_DATE_PREFIX = len("2026-03-01-")


def parse_post(path: PurePosixPath, text: str, parse: Parse = markdown.parse) -> Post:
    r"""
    >>> parse_post(PurePosixPath("hello.md"), "---\ntitle: Hello\ndate: 2026-03-01\n---\nHi.\n").url
    '/blog/hello'

    Raises:
        FrontMatterError: with every fault of the header.
    """
    header, common = _common(path, text, "post", parse)
    assert header.date is not None  # noqa: S101 -- parse_front_matter asks a post for one
    return Post(**common, published=header.date, tags=tuple(header.tags), series=header.series)


def parse_page(path: PurePosixPath, text: str, parse: Parse = markdown.parse) -> StandalonePage:
    """The same for posts/pages/; the first segments of the service's own URLs are taken."""
    header, common = _common(path, text, "page", parse)
    if common["slug"] in urls.RESERVED:
        raise FrontMatterError((1, f"/{common['slug']} is the service's own; give the page another slug"))
    return StandalonePage(**{**common, "updated": header.updated or header.date})


def _common(path: PurePosixPath, text: str, kind: Kind, parse: Parse) -> tuple[Header, dict[str, Any]]:
    cut = split(text)
    header = parse_front_matter(cut.header, kind)
    slug = header.slug or _slug_of(path)
    if not slug:
        raise FrontMatterError((1, "the file's name has neither a letter nor a digit; give it a slug"))
    document = parse(cut.body, header.title)
    common = {
        "file": path,
        "slug": slug,
        "title": header.title,
        "description": header.description or _shorten(document.summary),
        "document": document,
        "source": text,
        "body_line": cut.body_line,
        "draft": header.draft,
        "updated": header.updated,
        "aliases": tuple(urls.canonical(alias) for alias in header.aliases),
        "image": Image(header.image, header.image_alt) if header.image else None,
        "lang": header.lang,
        "canonical": header.canonical,
        "order": header.order,
    }
    return header, common


def _slug_of(path: PurePosixPath) -> str:
    """The file's name; a date in front of it, as Jekyll writes it, is not part of the slug."""
    stem = path.stem
    prefix = stem[:_DATE_PREFIX]
    dated = prefix.replace("-", "").isdecimal() and prefix.count("-") == 3 and prefix.endswith("-")  # noqa: PLR2004
    return slugify(stem[_DATE_PREFIX:] if dated else stem)


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
