"""Permalinks: addresses that authors give to posts, one by one or by a pattern such as /:year/:month/:slug/."""

import re
from collections.abc import Mapping

from blog import urls

_TOKEN = re.compile(r":([a-z_]+)")
TOKENS = ("year", "month", "day", "slug", "title")
# Two posts of one day, or of one title, would have one address without it.
_NAMES = frozenset({"slug", "title"})
_ENDING = re.compile(r"(?:/|^)index\.html?$|\.html?$", re.IGNORECASE)


def parse_pattern(pattern: str) -> str:
    """The pattern of the addresses of all posts, as it is.

    >>> parse_pattern("/:year/:slug/")
    '/:year/:slug/'

    Raises:
        ValueError: its addresses would not be paths of this site, or not differ.
    """
    if not _NAMES.intersection(_TOKEN.findall(pattern)):
        raise ValueError(f"{pattern!r} does not contain :slug, so that all posts would have one address")
    expand(pattern, {"year": "2026", "month": "03", "day": "01", "slug": "hello", "title": "hello"})
    return pattern


def expand(permalink: str, values: Mapping[str, str]) -> str:
    """The decoded canonical path of a permalink, with values for its tokens.

    >>> expand("/:year/:month/:slug.html", {"year": "2026", "month": "03", "slug": "hello"})
    '/2026/03/hello'

    Raises:
        ValueError: it is no path of this site, or has a token without a value.
    """
    for token in _TOKEN.findall(permalink):
        if token not in values:
            raise ValueError(f"{permalink!r} contains :{token}; known are {', '.join(f':{name}' for name in TOKENS)}")
    path = urls.decoded(_TOKEN.sub(lambda found: values[found[1]], permalink))
    path = urls.canonical(_ENDING.sub("", path if path.startswith("/") else f"/{path}"))
    steps = path.split("/")[1:]
    if urls.HOME in {path, permalink} or not all(steps) or {".", ".."}.intersection(steps) or path.endswith(".md"):
        raise ValueError(f"{permalink!r} is not the path of a text on this site, such as /2026/hello")
    if any(character in path for character in "?#\\%{}<>:*") or not path.isprintable():
        raise ValueError(f"{permalink!r} is not a path of this site, such as /2026/hello")
    if urls.is_reserved(path):
        raise ValueError(f"{permalink!r} is among the service's own paths")
    return path
