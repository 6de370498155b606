"""RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1 with full content, absolute URLs and stable ids."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from blog import urls
from blog.content.config import SiteConfig
from blog.content.files import File
from blog.content.post import DatedNote, Post
from blog.content.site import Site, newest_first
from blog.content.translations import Translations
from blog.render.bodies import BodyRenderer
from blog.render.environment import iso
from blog.render.meta import Cards, Picture, no_cards
from blog.render.page import FEED, Rendered
from blog.urls import FeedFormat

# What a feed has: posts, or the notes of a collection that have a date.
Entry = Post | DatedNote

POSTS_PER_FEED = 20
# How much of written entries is kept for other feeds: 300 posts of 25 KB in three formats.
_MOST_ENTRY_BYTES = 24 * 1024 * 1024
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
# Media RSS 1.5, which both RSS and Atom may have.
_MEDIA = "http://search.yahoo.com/mrss/"
_DC = "http://purl.org/dc/elements/1.1/"
_EPOCH = datetime.fromtimestamp(0, UTC)
# Characters that an XML document may not contain, not even escaped (XML 1.0, production 2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _namespace in (("atom", _ATOM), ("content", _CONTENT), ("dc", _DC)):
    ET.register_namespace(_prefix, _namespace)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of posts or notes, independent of its format. ``base`` is the path prefix of the feed in each format, ``route`` that of its route."""

    title: str
    base: str
    route: str
    posts: tuple[Entry, ...]
    config: SiteConfig
    origin: str
    content: Callable[[Entry], str]
    audio: Callable[[Entry], File | None]
    translated: Translations
    card: Cards

    @property
    def home(self) -> str:
        return self.origin + (self.base or urls.HOME)

    @property
    def tags(self) -> str:
        """The URL that identifies the tags of this site as a scheme of categories."""
        return self.origin + urls.TAGS

    @property
    def rights(self) -> str:
        """The licence of the texts; "" where site.yaml names none."""
        licence = self.config.licence
        return f"{licence.title} ({urls.absolute(self.origin, licence.url)})" if licence else ""

    @property
    def updated(self) -> datetime:
        return max(map(_modified, self.posts), default=_EPOCH)

    def language(self, post: Entry) -> str:
        return post.lang or self.config.lang

    def translations(self, post: Entry) -> Iterator[tuple[str, str]]:
        """The languages of a post other than its own, and its addresses in them."""
        for text in self.translated.get(post.file, ()):
            if text.file != post.file:
                yield text.lang or self.config.lang, self.origin + text.url

    def entry_id(self, post: Entry) -> str:
        """What feed readers recognise a post by: the id in its front matter, or its URL, which changes with its slug."""
        return post.id or self.origin + post.url


def feeds(site: Site, bodies: BodyRenderer, origin: str, cards: Cards = no_cards) -> Iterator[Rendered]:
    """The feed of the site, of each tag, series and collection, in every format. The resolver of the bodies must return absolute URLs."""
    content, written = _Contents(bodies), _Entries()

    def feed(title: str, base: str, route: str, posts: tuple[Entry, ...]) -> Feed:
        shown, audio = posts[:POSTS_PER_FEED], bodies.resolver.audio
        return Feed(title, base, route, shown, site.config, origin, content, audio, site.translations, cards)

    yield from _written(written, feed(site.config.title, "", "", site.posts))
    for tag in site.tags:
        yield from _written(written, feed(f"{site.config.title}: {tag.name}", tag.url, urls.TAG_ROUTE, tag.posts))
    for series in site.series.values():
        title = f"{site.config.title}: {series.name}"
        yield from _written(written, feed(title, series.url, urls.SERIES_ROUTE, newest_first(series.posts)))
    for collection in site.collections:
        if collection.feed:
            title = f"{site.config.title}: {collection.title}"
            yield from _written(written, feed(title, collection.url, urls.COLLECTION_ROUTE, collection.dated))


def _written(entries: "_Entries", feed: Feed) -> Iterator[Rendered]:
    for kind in urls.FEED_FORMATS:
        yield Rendered(
            path=urls.decoded(feed.base + kind.path),
            route=feed.route + kind.path,
            media_type=f"{kind.media_type}; charset=utf-8",
            body=_WRITERS[kind.name](feed, kind, entries),
            cache=FEED,
        )


class _Contents:
    """The HTML of posts with absolute URLs, made once for all formats of a feed.

    At most as many posts are remembered as a feed has: all posts of a large site would take as much memory as its pages.
    """

    def __init__(self, bodies: BodyRenderer) -> None:
        self._bodies = bodies
        self._html: OrderedDict[str, str] = OrderedDict()

    def __call__(self, post: Entry) -> str:
        if post.url not in self._html:
            self._html[post.url] = self._bodies.html(post)
            if len(self._html) > POSTS_PER_FEED:
                self._html.popitem(last=False)
        return self._html[post.url]


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry as it stands in a feed of one format, and the namespaces of its names, whose prefixes the feed's root element declares."""

    text: bytes
    namespaces: frozenset[str] = frozenset()


class _Entries:
    """The entries of feeds, each written once for all feeds of a format: they do not depend on the feed that they are in.

    Those that were used longest ago are forgotten.
    """

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[str, str], _Written] = OrderedDict()
        self._size = 0

    def all(self, feed: Feed, kind: FeedFormat, write: Callable[[Feed, Entry], _Written]) -> list[_Written]:
        return [self._one((kind.name, post.url), partial(write, feed, post)) for post in feed.posts]

    def _one(self, key: tuple[str, str], write: Callable[[], _Written]) -> _Written:
        if key not in self._written:
            self._written[key] = written = write()
            self._size += len(written.text)
        self._written.move_to_end(key)
        while self._size > _MOST_ENTRY_BYTES and len(self._written) > 1:
            self._size -= len(self._written.popitem(last=False)[1].text)
        return self._written[key]


def _rss(feed: Feed, kind: FeedFormat, entries: _Entries) -> bytes:
    root, channel = _rss_root()
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.config.description or feed.title)
    _add(channel, "language", feed.config.lang)
    _add_if_any(channel, "copyright", feed.rights)
    _add(channel, "lastBuildDate", _rfc_822(feed.updated))
    _add(channel, f"{{{_ATOM}}}link", rel="self", type=kind.media_type, href=_self(feed, kind))
    return _with_entries(root, channel, "item", entries.all(feed, kind, _written_item))


def _rss_root() -> tuple[ET.Element, ET.Element]:
    root = ET.Element("rss", {"version": "2.0", "xmlns:media": _MEDIA})
    return root, ET.SubElement(root, "channel")


def _written_item(feed: Feed, post: Entry) -> _Written:
    root, channel = _rss_root()
    _rss_item(_add(channel, "item"), feed, post)
    return _cut_out(root, "item")


def _rss_item(item: ET.Element, feed: Feed, post: Entry) -> None:
    _add(item, "title", post.title)
    _add(item, "link", feed.origin + post.url)
    _add(item, "guid", feed.entry_id(post), isPermaLink="false" if post.id else "true")
    _add(item, "pubDate", _rfc_822(post.published))
    for author in post.authors or (feed.config.author,):
        _add(item, f"{{{_DC}}}creator", author.name)
    if feed.language(post) != feed.config.lang:
        _add(item, f"{{{_DC}}}language", feed.language(post))
    for lang, address in feed.translations(post):
        _add(item, f"{{{_ATOM}}}link", rel="alternate", type="text/html", hreflang=lang, href=address)
    for tag in post.tags:
        _add(item, "category", tag, domain=feed.tags)
    if audio := feed.audio(post):
        _add(item, "enclosure", url=feed.origin + audio.url, length=str(len(audio.body)), type=audio.media_type)
    _add_card(item, feed.card(post))
    _add_if_any(item, "description", post.description)
    _add_if_any(item, f"{{{_CONTENT}}}encoded", feed.content(post))


def _atom(feed: Feed, kind: FeedFormat, entries: _Entries) -> bytes:
    root = _atom_root(feed)
    _add(root, "id", feed.home)
    _add(root, "title", feed.title)
    _add_if_any(root, "subtitle", feed.config.description)
    _add_if_any(root, "rights", feed.rights)
    _add(root, "updated", iso(feed.updated))
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(root, "link", rel="self", type=kind.media_type, href=_self(feed, kind))
    _add(_add(root, "author"), "name", feed.config.author.name)
    return _with_entries(root, root, "entry", entries.all(feed, kind, _written_entry))


def _atom_root(feed: Feed) -> ET.Element:
    # Names without a prefix, in the default namespace: some readers know no other form. ElementTree would write a prefix.
    return ET.Element("feed", {"xmlns": _ATOM, "xmlns:media": _MEDIA, "xml:lang": feed.config.lang})


def _written_entry(feed: Feed, post: Entry) -> _Written:
    root = _atom_root(feed)
    _atom_entry(_add(root, "entry"), feed, post)
    return _cut_out(root, "entry")


def _atom_entry(entry: ET.Element, feed: Feed, post: Entry) -> None:
    url = feed.origin + post.url
    if feed.language(post) != feed.config.lang:
        entry.set("xml:lang", feed.language(post))
    _add(entry, "id", feed.entry_id(post))
    _add(entry, "title", post.title)
    for author in post.authors:
        person = _add(entry, "author")
        _add(person, "name", author.name)
        _add_if_any(person, "uri", author.url)
    _add(entry, "link", rel="alternate", type="text/html", href=url)
    for lang, address in feed.translations(post):
        _add(entry, "link", rel="alternate", type="text/html", hreflang=lang, href=address)
    if audio := feed.audio(post):
        length = str(len(audio.body))
        _add(entry, "link", rel="enclosure", type=audio.media_type, length=length, href=feed.origin + audio.url)
    _add(entry, "published", iso(post.published))
    _add(entry, "updated", iso(_modified(post)))
    for tag in post.tags:
        _add(entry, "category", term=tag, scheme=feed.tags)
    _add_card(entry, feed.card(post))
    _add_if_any(entry, "summary", post.description)
    _add_if_any(entry, "content", feed.content(post), **{"type": "html", "xml:base": url})


def _json_feed(feed: Feed, kind: FeedFormat, entries: _Entries) -> bytes:
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": _self(feed, kind),
        **_text_if_any("description", feed.config.description),
        "language": feed.config.lang,
        "authors": [{"name": feed.config.author.name}],
        "items": [],
    }
    frame = _json(document)
    items = b",\n".join(written.text for written in entries.all(feed, kind, _written_json))
    return frame.removesuffix(b"[]\n}") + b"[\n%s\n ]\n}" % items if items else frame


def _written_json(feed: Feed, post: Entry) -> _Written:
    written = _json({"items": [_json_item(feed, post)]})
    return _Written(written.removeprefix(b'{\n "items": [\n').removesuffix(b"\n ]\n}"))


def _json(document: Mapping[str, Any]) -> bytes:
    return _clean(json.dumps(document, ensure_ascii=False, indent=1)).encode()


def _json_item(feed: Feed, post: Entry) -> dict[str, Any]:
    return {
        "id": feed.entry_id(post),
        "url": feed.origin + post.url,
        "title": _clean(post.title),
        **_text_if_any("summary", post.description),
        **_text_if_any("image", _address(feed.card(post))),
        "content_html": _clean(feed.content(post)),
        "date_published": iso(post.published),
        "date_modified": iso(_modified(post)),
        "tags": list(map(_clean, post.tags)),
        "language": feed.language(post),
        **_authors(post),
        **_attachments(feed, post),
        **_translations(feed, post),
    }


def _add_card(entry: ET.Element, card: Picture | None) -> None:
    """The picture for links to a post, as most readers know it; they show it in lists, and not in the content."""
    if card is None:
        return
    size = {"width": str(card.width), "height": str(card.height)} if card.width else {}
    media_type = {"type": card.media_type} if card.media_type else {}
    _add(entry, "media:content", url=card.url, medium="image", **media_type, **size)
    _add(entry, "media:thumbnail", url=card.url, **size)


def _address(card: Picture | None) -> str:
    return card.url if card else ""


def _authors(post: Entry) -> dict[str, Any]:
    """The authors of a post, where they are not the feed's."""
    authors = [{"name": _clean(author.name), **_text_if_any("url", author.url)} for author in post.authors]
    return {"authors": authors} if authors else {}


def _attachments(feed: Feed, post: Entry) -> dict[str, Any]:
    audio = feed.audio(post)
    if audio is None:
        return {}
    address = feed.origin + audio.url
    return {"attachments": [{"url": address, "mime_type": audio.media_type, "size_in_bytes": len(audio.body)}]}


def _translations(feed: Feed, post: Entry) -> dict[str, Any]:
    """The post in its other languages. JSON Feed has no name for them; names of extensions begin with an underscore."""
    links = [{"language": lang, "url": address} for lang, address in feed.translations(post)]
    return {"_translations": {"links": links}} if links else {}


def _text_if_any(name: str, text: str) -> dict[str, str]:
    return {name: _clean(text)} if text else {}


_WRITERS: Mapping[str, Callable[[Feed, FeedFormat, _Entries], bytes]] = {"rss": _rss, "atom": _atom, "json": _json_feed}


def _self(feed: Feed, kind: FeedFormat) -> str:
    return feed.origin + feed.base + kind.path


def _rfc_822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=moment.tzinfo is UTC)


def _modified(post: Entry) -> datetime:
    """When a post was last changed, which no feed may date before its publication."""
    return max(post.published, post.modified)


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    element.text = _clean(text) or None
    return element


def _add_if_any(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    """Add an element with a text. Validators and some readers reject an empty one."""
    if text.strip():
        _add(parent, name, text, **attributes)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _with_entries(root: ET.Element, parent: ET.Element, name: str, entries: Sequence[_Written]) -> bytes:
    """The document with entries as the last children of an element."""
    if not entries:
        return _document(root)
    # A stand-in has the place of the entries, and names in their namespaces.
    stand_in = _add(parent, name)
    for namespace in ("", *frozenset().union(*(entry.namespaces for entry in entries))):
        _add(stand_in, f"{{{namespace}}}any" if namespace else "any")
    before, rest = _document(root).split(f"<{name}>".encode())
    _, after = rest.split(f"</{name}>".encode())
    indent = before[before.rindex(b"\n") :]
    return before + indent.join(entry.text for entry in entries) + after


def _cut_out(root: ET.Element, name: str) -> _Written:
    """The only element of a name in a document."""
    document = _document(root)
    end = f"</{name}>".encode()
    text = document[document.index(f"<{name}".encode()) : document.rindex(end) + len(end)]
    names = (element.tag for element in root.iter())
    return _Written(text, frozenset(name[1:].partition("}")[0] for name in names if name.startswith("{")))


def _document(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
