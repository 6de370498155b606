"""Parser of one file's text into a Post or a StandalonePage."""

from pathlib import PurePosixPath
from typing import Any

from blog import urls
from blog.content import markdown
from blog.content.document import Parse
from blog.content.front_matter import FrontMatter, FrontMatterError, Kind, parse_front_matter, split
from blog.content.post import Image, Post, StandalonePage
from blog.content.slugs import slugify

_DATE_PREFIX = len("2026-03-01-")


def parse_post(path: PurePosixPath, text: str, parse: Parse = markdown.parse) -> Post:
    r"""The post in a file.

    >>> parse_post(PurePosixPath("hello.md"), "---\ntitle: Hello\ndate: 2026-03-01\n---\nHi.\n").url
    '/blog/hello'

    Raises:
        FrontMatterError: with every fault of the front matter.
    """
    meta, common = _common(path, text, "post", parse)
    assert meta.date is not None  # noqa: S101 -- parse_front_matter requires it for a post
    return Post(**common, published=meta.date, tags=tuple(meta.tags), series=meta.series)


def parse_page(path: PurePosixPath, text: str, parse: Parse = markdown.parse) -> StandalonePage:
    """The page in a file of posts/pages/. Its slug must not be the first segment of one of the service's own paths."""
    meta, common = _common(path, text, "page", parse)
    if common["slug"] in urls.RESERVED:
        raise FrontMatterError((1, f"/{common['slug']} is reserved for the service; give the page another slug"))
    return StandalonePage(**{**common, "updated": meta.updated or meta.date})


def _common(path: PurePosixPath, text: str, kind: Kind, parse: Parse) -> tuple[FrontMatter, dict[str, Any]]:
    parts = split(text)
    meta = parse_front_matter(parts.front_matter, kind)
    slug = meta.slug or _slug_of(path)
    if not slug:
        raise FrontMatterError((1, "the file's name has neither a letter nor a digit; give it a slug"))
    document = parse(parts.body, meta.title)
    common = {
        "file": path,
        "slug": slug,
        "title": meta.title,
        "description": meta.description or _shorten(document.summary),
        "document": document,
        "source": text,
        "body_line": parts.body_line,
        "draft": meta.draft,
        "updated": meta.updated,
        "aliases": tuple(urls.canonical(alias) for alias in meta.aliases),
        "image": Image(meta.image, meta.image_alt) if meta.image else None,
        "lang": meta.lang,
        "canonical": meta.canonical,
        "order": meta.order,
    }
    return meta, common


def _slug_of(path: PurePosixPath) -> str:
    """The slug from the file's name, without a date at its start, which Jekyll writes there."""
    stem = path.stem
    prefix = stem[:_DATE_PREFIX]
    dated = prefix.replace("-", "").isdecimal() and prefix.count("-") == 3 and prefix.endswith("-")  # noqa: PLR2004
    return slugify(stem[_DATE_PREFIX:] if dated else stem)


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
