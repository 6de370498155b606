"""Finds the page that an unknown path means: a feed under the name other programs use, a tag or a series as it is written, a path ending in .html."""

from collections.abc import Container, Iterator, Mapping
from unicodedata import normalize

from blog import urls
from blog.content.slugs import slugify

# Normalising takes quadratic time for some texts, so a longer path is compared only as it is.
_LONGEST = 200
# Where WordPress, Hugo, Jekyll, Ghost and Eleventy have their feeds, below the site, a tag, a series or a collection.
_FEEDS: Mapping[str, str] = {
    **dict.fromkeys(("/feed", "/feed.xml", "/rss.xml", "/index.xml", "/feed/rss"), urls.RSS),
    **dict.fromkeys(("/atom", "/feed/atom", "/feed.atom"), urls.ATOM),
    **dict.fromkeys(("/feed/json", "/index.json"), urls.JSON_FEED),
    **{feed.path: feed.path for feed in urls.FEED_FORMATS},
}
_ENDINGS = ("/index.html", "/index.htm", ".html", ".htm")
_LISTS = (urls.tag(""), urls.series(""))


def meant(path: str, pages: Container[str], redirects: Mapping[str, str]) -> str | None:
    """The percent-encoded path to redirect to from a decoded one that is not a page; None if it means nothing on the site.

    ``pages`` are decoded paths; ``redirects`` are percent-encoded paths by decoded ones. The result is always one of these.
    """
    for candidate in _candidates(path):
        if candidate in redirects:
            return redirects[candidate]
        if candidate in pages:
            return urls.encoded(candidate)
    return None


def _candidates(path: str) -> Iterator[str]:
    canonical = urls.canonical(path)
    yield canonical
    if len(path) > _LONGEST:
        return
    composed = urls.canonical(normalize("NFC", canonical))
    yield composed
    yield from _other_names(composed)
    bare = _without_ending(composed)
    if bare != composed:
        yield bare
        yield from _other_names(bare)


def _without_ending(path: str) -> str:
    """
    >>> _without_ending("/blog/hello.html"), _without_ending("/index.html"), _without_ending("/blog/.html")
    ('/blog/hello', '/', '/blog/.html')
    """
    ending = next((ending for ending in _ENDINGS if path.endswith(ending)), "")
    bare = path.removesuffix(ending)
    return path if bare.endswith("/") else bare or urls.HOME


def _other_names(path: str) -> Iterator[str]:
    """The feeds, the tag and the series that a path names otherwise than this site does."""
    if above := next((prefix for prefix in _LISTS if path.startswith(prefix)), ""):
        name = path.removeprefix(above)
        yield from (
            above + slugify(name.removesuffix(end)) + feed for end, feed in _FEEDS.items() if name.endswith(end)
        )
        yield above + slugify(name)
    elif feed := _FEEDS.get(path.removeprefix(urls.BLOG)):
        yield feed
    else:
        yield from (path.removesuffix(end) + feed for end, feed in _FEEDS.items() if path.endswith(end))
