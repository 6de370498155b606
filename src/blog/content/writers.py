"""Writers: the authors of posts, with what they have written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from blog import urls
from blog.content.config import Author
from blog.content.post import Post
from blog.content.slugs import slugify


@dataclass(frozen=True, slots=True)
class Writer:
    """An author of posts, newest first. ``home`` is the address that was given with the name, or ""; ``about`` is one line, or ""."""

    slug: str
    name: str
    home: str
    about: str
    own: bool
    posts: tuple[Post, ...]

    @property
    def url(self) -> str:
        return urls.author(self.slug)


def writers_of(posts: Iterable[Post], author: Author) -> Mapping[str, Writer]:
    """The authors of posts, which are newest first, by slug. A post that names none is by the author of the site, if site.yaml names one."""
    known = {slugify(author.name): (author.name, author.url)} if not author.key else {}
    written: dict[str, list[Post]] = {}
    for post in posts:
        for name, home in _authors(post, author):
            known.setdefault(slugify(name), (name, home))
            written.setdefault(slugify(name), []).append(post)
    own = slugify(author.name)
    return {
        slug: Writer(slug, *known[slug], author.about if slug == own else "", slug == own, tuple(written[slug]))
        for slug in sorted(written)
        if slug
    }


def slugs_of(post: Post, author: Author) -> list[str]:
    return [slugify(name) for name, _ in _authors(post, author)]


def _authors(post: Post, author: Author) -> Iterator[tuple[str, str]]:
    if post.authors:
        yield from dict.fromkeys((it.name, it.url) for it in post.authors)
    elif not author.key:
        yield author.name, author.url
