"""RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1 with full content, absolute URLs and stable ids."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from blog import urls
from blog.content.config import SiteConfig
from blog.content.library import Resolver
from blog.content.post import Post
from blog.content.site import Site, last_modified
from blog.render.page import FEED, Rendered
from blog.render.theme import iso
from blog.urls import FeedFormat

POSTS_PER_FEED = 20
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_EPOCH = datetime.fromtimestamp(0, UTC)
# Characters that an XML document may not contain, not even escaped (XML 1.0, production 2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _namespace in (("atom", _ATOM), ("content", _CONTENT), ("dc", _DC)):
    ET.register_namespace(_prefix, _namespace)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of posts, independent of its format. ``base`` is the path prefix of the feed in each format."""

    title: str
    base: str
    posts: tuple[Post, ...]
    config: SiteConfig
    origin: str
    content: Callable[[Post], str]

    @property
    def home(self) -> str:
        return self.origin + (self.base or urls.HOME)

    @property
    def updated(self) -> datetime:
        return last_modified(self.posts) or _EPOCH

    def entry_id(self, post: Post) -> str:
        """The post's URL, which changes only with its slug. Feed readers recognise a post by it."""
        return self.origin + post.url


def feeds(site: Site, resolver: Resolver, origin: str) -> Iterator[Rendered]:
    """The feed of the site and of each tag, in every format. The resolver must return absolute URLs."""
    content = _Contents(resolver)

    def feed(title: str, base: str, posts: tuple[Post, ...]) -> Feed:
        return Feed(title, base, posts[:POSTS_PER_FEED], site.config, origin, content)

    yield from _written(feed(site.config.title, "", site.posts))
    for tag in site.tags:
        yield from _written(feed(f"{site.config.title}: {tag.name}", tag.url, tag.posts))


def _written(feed: Feed) -> Iterator[Rendered]:
    for kind in urls.FEED_FORMATS:
        yield Rendered(
            path=urls.decoded(feed.base + kind.path),
            route=urls.TAG_ROUTE + kind.path if feed.base else kind.path,
            media_type=f"{kind.media_type}; charset=utf-8",
            body=_WRITERS[kind.name](feed, kind),
            cache=FEED,
        )


class _Contents:
    """The HTML of posts with absolute URLs, made once for all formats of a feed.

    At most as many posts are remembered as a feed has: all posts of a large site would take as much memory as its pages.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._html: OrderedDict[str, str] = OrderedDict()

    def __call__(self, post: Post) -> str:
        if post.slug not in self._html:
            self._html[post.slug] = post.document.html(partial(self._resolver.attributes, post))
            if len(self._html) > POSTS_PER_FEED:
                self._html.popitem(last=False)
        return self._html[post.slug]


def _rss(feed: Feed, kind: FeedFormat) -> bytes:
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.config.description or feed.title)
    _add(channel, "language", feed.config.lang)
    _add(channel, "lastBuildDate", format_datetime(feed.updated, usegmt=True))
    ET.SubElement(channel, f"{{{_ATOM}}}link", rel="self", type=kind.media_type, href=_self(feed, kind))
    for post in feed.posts:
        item = ET.SubElement(channel, "item")
        _add(item, "title", post.title)
        _add(item, "link", feed.origin + post.url)
        _add(item, "guid", feed.entry_id(post)).set("isPermaLink", "true")
        _add(item, "pubDate", format_datetime(post.published, usegmt=True))
        _add(item, f"{{{_DC}}}creator", feed.config.author.name)
        for tag in post.tags:
            _add(item, "category", tag)
        _add(item, "description", post.description)
        _add(item, f"{{{_CONTENT}}}encoded", feed.content(post))
    return _document(root)


def _atom(feed: Feed, kind: FeedFormat) -> bytes:
    root = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": feed.config.lang})
    _atom_add(root, "id", feed.home)
    _atom_add(root, "title", feed.title)
    if feed.config.description:
        _atom_add(root, "subtitle", feed.config.description)
    _atom_add(root, "updated", iso(feed.updated))
    _atom_add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _atom_add(root, "link", rel="self", type=kind.media_type, href=_self(feed, kind))
    _atom_add(_atom_add(root, "author"), "name", feed.config.author.name)
    for post in feed.posts:
        entry = _atom_add(root, "entry")
        _atom_add(entry, "id", feed.entry_id(post))
        _atom_add(entry, "title", post.title)
        _atom_add(entry, "link", rel="alternate", type="text/html", href=feed.origin + post.url)
        _atom_add(entry, "published", iso(post.published))
        _atom_add(entry, "updated", iso(post.modified))
        for tag in post.tags:
            _atom_add(entry, "category", term=tag)
        _atom_add(entry, "summary", post.description)
        _atom_add(entry, "content", feed.content(post), type="html")
    return _document(root)


def _json_feed(feed: Feed, kind: FeedFormat) -> bytes:
    author = {"name": feed.config.author.name}
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": _self(feed, kind),
        "description": feed.config.description,
        "language": feed.config.lang,
        "authors": [author],
        "items": [_json_item(feed, post) for post in feed.posts],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(feed: Feed, post: Post) -> dict[str, Any]:
    return {
        "id": feed.entry_id(post),
        "url": feed.origin + post.url,
        "title": post.title,
        "summary": post.description,
        "content_html": feed.content(post),
        "date_published": iso(post.published),
        "date_modified": iso(post.modified),
        "tags": list(post.tags),
        "language": post.lang or feed.config.lang,
    }


_WRITERS: Mapping[str, Callable[[Feed, FeedFormat], bytes]] = {"rss": _rss, "atom": _atom, "json": _json_feed}


def _self(feed: Feed, kind: FeedFormat) -> str:
    return feed.origin + feed.base + kind.path


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, {key: _NOT_XML.sub("\ufffd", value) for key, value in attributes.items()})
    element.text = _NOT_XML.sub("\ufffd", text) or None
    return element


def _atom_add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    return _add(parent, f"{{{_ATOM}}}{name}", text, **attributes)


def _document(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
