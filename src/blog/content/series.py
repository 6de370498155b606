"""Series of posts, which their authors name in the front matter."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from blog import urls
from blog.content.post import Post
from blog.content.slugs import slugify


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its posts in their order; ``name`` is spelled as in its newest post."""

    slug: str
    name: str
    description: str
    posts: tuple[Post, ...]

    @property
    def url(self) -> str:
        return urls.series(self.slug)


def series_of(posts: Iterable[Post], descriptions: Mapping[str, str]) -> Mapping[str, Series]:
    """The series of posts that are sorted newest first, by slug. Names that differ only in case or punctuation are one series."""
    names: dict[str, str] = {}
    parts: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if post.series:
            slug = slugify(post.series)
            names.setdefault(slug, post.series)
            parts[slug].append(post)
    return {
        slug: Series(slug, names[slug], descriptions.get(slug, ""), tuple(sorted(parts[slug], key=_position)))
        for slug in sorted(names)
    }


def _position(post: Post) -> tuple[float, datetime, str]:
    return (math.inf if post.order is None else post.order, post.published, post.slug)
