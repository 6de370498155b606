"""Metadata for the head of a page: canonical link, Open Graph, feed links, JSON-LD."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blog import urls
from blog.content.collections import Collection, Group
from blog.content.library import Resolver, is_external
from blog.content.post import Note, Post, Text
from blog.content.series import Series
from blog.content.site import Site, Tag
from blog.content.writers import Writer, slugs_of
from blog.render.environment import iso
from blog.render.strings import Words

JsonLd = dict[str, Any]
# Titles and paths of pages, from the home page down.
Steps = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FeedLink:
    title: str
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its absolute URL; width and height are in pixels, 0 if unknown, and so is "" for the media type."""

    url: str
    alt: str
    width: int = 0
    height: int = 0
    media_type: str = ""


# The picture for links to a text in social networks and feeds; for None, to the site.
Cards = Callable[[Text | None], Picture | None]


def no_cards(_text: Text | None) -> None:
    """The picture for links to texts that are not public."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in one of its languages; ``path`` is its path, ``url`` its absolute address."""

    lang: str
    title: str
    path: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """The metadata of one page. ``canonical`` is an absolute URL; the menu marks the entry of ``path`` as current.

    ``parents`` are the titles and paths of the pages above this one, without the home page. ``source`` is the path of the Markdown source of a post or page. ``translations`` are the text in each of its languages, that for readers
    of any other language first. ``state`` is why a text is not public: "draft" or "scheduled". ``profiles`` are the absolute URLs of the pages about
    the authors of a post, ``fediverse`` the accounts of those of a text.
    """

    title: str
    description: str
    path: str
    canonical: str
    lang: str
    kind: str = "website"
    picture: Picture | None = None
    feeds: tuple[FeedLink, ...] = ()
    older: str | None = None
    newer: str | None = None
    post: Post | None = None
    source: str | None = None
    indexed: bool = True
    state: str = ""
    json_ld: tuple[JsonLd, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    translations: tuple[Translation, ...] = ()
    profiles: tuple[str, ...] = ()
    fediverse: tuple[str, ...] = ()


def feeds(title: str, base: str = "") -> tuple[FeedLink, ...]:
    """Links to the feeds below a path, for autodiscovery."""
    return tuple(FeedLink(f"{title} ({feed.label})", feed.media_type, base + feed.path) for feed in urls.FEED_FORMATS)


class MetadataBuilder:
    """Builds the metadata of each kind of page, with absolute URLs of one origin."""

    def __init__(self, site: Site, origin: str, resolver: Resolver, words: Words, cards: Cards = no_cards) -> None:
        self._words = words
        self._site = site
        self._config = site.config
        self._origin = origin
        self._resolver = resolver
        self._card = cards
        self._feeds = feeds(site.config.title)

    def index(self, title: str, path: str, description: str = "", parents: Steps = ()) -> PageMetadata:
        """A page that lists posts. ``parents`` are the titles and paths of the pages above it, without the home page."""
        breadcrumbs = () if path == urls.HOME else (self._breadcrumbs([*parents, (title, path)]),)
        return PageMetadata(
            title=title,
            description=description or self._config.description,
            path=path,
            canonical=self._origin + path,
            lang=self._config.lang,
            picture=self._card(None),
            feeds=self._feeds,
            parents=tuple(parents),
            json_ld=breadcrumbs,
        )

    def home(self) -> PageMetadata:
        blog: JsonLd = {
            "@context": "https://schema.org",
            "@type": "Blog",
            "@id": self._origin + urls.HOME,
            "url": self._origin + urls.HOME,
            "name": self._config.title,
            "description": self._config.description,
            "inLanguage": self._config.lang,
            "author": self._person(),
        }
        return replace(self.index(self._config.title, urls.HOME), json_ld=(blog, self._website()))

    def _website(self) -> JsonLd:
        """The site as one that can be searched. The name in braces is a placeholder, which the input is named after."""
        return {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "@id": f"{self._origin}/#website",
            "url": self._origin + urls.HOME,
            "name": self._config.title,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": f"{self._origin}{urls.SEARCH}?q={{search_term_string}}",
                },
                "query-input": "required name=search_term_string",
            },
        }

    def tag(self, tag: Tag) -> PageMetadata:
        about = self._words.text("posts_about_on", tag=tag.name, site=self._config.title)
        tags = (self._words.text("tags"), urls.TAGS)
        text = tag.introduction
        title = text.title if text else self._words.text("posts_about", tag=tag.name)
        index = self.index(title, tag.url, (text and text.description) or about, [tags])
        lang = (text and text.lang) or self._config.lang
        picture = self._card(text)
        return self._with_feeds(replace(index, lang=lang, picture=picture), tag.name)

    def series(self, series: Series) -> PageMetadata:
        title = self._words.text("series_title", series=series.name)
        derived = self._words.text("series_about", series=series.name, site=self._config.title)
        description = series.description or derived
        return self._with_feeds(self.index(title, series.url, description), series.name)

    def year(self, number: int, years: Sequence[int]) -> PageMetadata:
        """The posts of one of the years, which are newest first."""
        title, place = self._words.text("posts_of_year", year=number), years.index(number)
        description = self._words.text("posts_of_year_about", year=number, site=self._config.title)
        archive = self._words.text("archive")
        return replace(
            self.index(title, urls.year(number), description, [(archive, urls.ARCHIVE)]),
            newer=urls.year(years[place - 1]) if place else None,
            older=urls.year(years[place + 1]) if place + 1 < len(years) else None,
        )

    def author(self, writer: Writer) -> PageMetadata:
        about = self._words.text("author_about", author=writer.name, site=self._config.title)
        return self.index(writer.name, writer.url, writer.about or about)

    def collection(self, collection: Collection) -> PageMetadata:
        index = self.index(collection.title, collection.url, self._about(collection))
        meta = self._introduced(index, collection.introduction)
        return self._with_feeds(meta, collection.title) if collection.feed else meta

    def group(self, group: Group, collection: Collection) -> PageMetadata:
        index = self.index(group.title, group.url, self._about(group), [(collection.title, collection.url)])
        meta = replace(self._introduced(index, group.introduction), title=f"{group.title} · {collection.title}")
        return self._between(meta, group.introduction) if group.introduction else meta

    def note(self, note: Note) -> PageMetadata:
        around = self._site.notes[note.slug]
        steps = [(around.collection.title, around.collection.url)]
        if around.group:
            steps.append((around.group.title, around.group.url))
        page = self.page(note)
        crumbs = self._breadcrumbs([*steps, (note.title, note.url)])
        structured = (self._article(note, around.collection), crumbs)
        meta = replace(page, kind="article", json_ld=structured, parents=tuple(steps))
        own = self._with_feeds(meta, around.collection.title, around.collection.url) if around.collection.feed else meta
        return self._between(own, note)

    def _about(self, section: Collection | Group) -> str:
        introduction = section.introduction
        derived = introduction.description if introduction else ""
        named = self._words.text("notes_about", site=self._config.title, section=section.title)
        return section.description or derived or named

    def _introduced(self, index: PageMetadata, introduction: Note | None) -> PageMetadata:
        """The page of a collection or group with the metadata of the note that introduces it."""
        if introduction is None:
            return index
        page = self.page(introduction)
        return replace(
            page, title=index.title, description=index.description, json_ld=index.json_ld, parents=index.parents
        )

    def _between(self, meta: PageMetadata, note: Note) -> PageMetadata:
        """The page of a note with the notes before and after it. As in a list of pages, the one before is ``newer``."""
        around = self._site.notes[note.slug]
        before, after = around.previous, around.next
        return replace(meta, newer=before.url if before else None, older=after.url if after else None)

    def _article(self, note: Note, collection: Collection) -> JsonLd:
        address = note.canonical or self._origin + note.url
        return {
            "@context": "https://schema.org",
            "@type": "Article",
            "@id": address,
            "mainEntityOfPage": address,
            "headline": note.title,
            "description": note.description,
            "inLanguage": note.lang or self._config.lang,
            "wordCount": note.document.words,
            "author": self._authors(note),
            "isPartOf": {"@type": "CollectionPage", "@id": self._origin + collection.url, "name": collection.title},
            **({"datePublished": iso(note.published)} if note.published else {}),
            **({"dateModified": iso(note.updated)} if note.updated else {}),
        }

    def _with_feeds(self, meta: PageMetadata, name: str, path: str = "") -> PageMetadata:
        """The page with its own feeds, or those below a path, before those of the site."""
        return replace(meta, feeds=(*feeds(f"{self._config.title}: {name}", path or meta.path), *self._feeds))

    def page(self, page: Text) -> PageMetadata:
        return PageMetadata(
            title=page.title,
            description=page.description,
            path=page.url,
            canonical=page.canonical or self._origin + page.url,
            lang=page.lang or self._config.lang,
            picture=self._card(page),
            source=page.source_url,
            fediverse=self._fediverse(page),
            feeds=self._feeds,
            translations=self._translations(page),
            indexed=not (state := self._site.state_of(page)) and not page.unlisted,
            state=state,
            json_ld=(self._breadcrumbs([(page.title, page.url)]),),
        )

    def post(self, post: Post) -> PageMetadata:
        around = self._site.neighbours[post.slug]
        parents = ((self._words.text("posts"), urls.BLOG),)
        return PageMetadata(
            title=post.title,
            description=post.description,
            path=post.url,
            canonical=post.canonical or self._origin + post.url,
            lang=post.lang or self._config.lang,
            kind="article",
            picture=self._card(post),
            feeds=self._feeds,
            older=around.older.url if around.older else None,
            newer=around.newer.url if around.newer else None,
            post=post,
            profiles=self._profiles(post),
            fediverse=self._fediverse(post),
            translations=self._translations(post),
            source=post.source_url,
            indexed=not (state := self._site.state_of(post)) and not post.unlisted,
            state=state,
            json_ld=(self._posting(post), self._breadcrumbs([*parents, (post.title, post.url)])),
            parents=parents,
        )

    def _translations(self, text: Text) -> tuple[Translation, ...]:
        return tuple(
            Translation(it.lang or self._config.lang, it.title, it.url, self._origin + it.url)
            for it in self._site.translations_of(text)
        )

    def own_picture(self, text: Text) -> Picture | None:
        """The picture of a text, if it is a file of the blog: pages load nothing from elsewhere."""
        if text.image is None or is_external(text.image.src):
            return None
        file = self._resolver.file(text, text.image.src)
        return Picture(self._origin + file.url, text.image.alt, file.width, file.height) if file else None

    def _person(self) -> JsonLd:
        author = self._config.author
        url = urls.absolute(self._origin, author.url)
        return {"@type": "Person", "name": author.name} | ({"url": url} if url else {})

    def _authors(self, text: Text) -> JsonLd | list[JsonLd]:
        """The authors of a text; that of the site if it names none."""
        people: list[JsonLd] = [
            {"@type": "Person", "name": author.name} | ({"url": author.url} if author.url else {})
            for author in text.authors
        ]
        return people if len(people) > 1 else people[0] if people else self._person()

    def _profiles(self, post: Post) -> tuple[str, ...]:
        slugs = slugs_of(post, self._config.author)
        return tuple(self._origin + self._site.writers[slug].url for slug in slugs if slug in self._site.writers)

    def _fediverse(self, text: Text) -> tuple[str, ...]:
        """The accounts of the authors of a text; the author of the site has one in site.yaml."""
        site_author = self._config.author
        authors = text.authors or (site_author,)
        accounts = (it.fediverse or (site_author.fediverse if it.name == site_author.name else "") for it in authors)
        return tuple(filter(None, accounts))

    def _posting(self, post: Post) -> JsonLd:
        address = post.canonical or self._origin + post.url
        picture = self._card(post)
        return (
            {
                "@context": "https://schema.org",
                "@type": "BlogPosting",
                "@id": address,
                "mainEntityOfPage": address,
                "headline": post.title,
                "description": post.description,
                "datePublished": iso(post.published),
                "dateModified": iso(post.modified),
                "inLanguage": post.lang or self._config.lang,
                "keywords": list(post.tags),
                "wordCount": post.document.words,
                "author": self._authors(post),
                "isPartOf": {"@type": "Blog", "@id": self._origin + urls.HOME, "name": self._config.title},
            }
            | ({"image": picture.url} if picture else {})
            | self._licence()
        )

    def _licence(self) -> JsonLd:
        licence = self._config.licence
        return {"license": urls.absolute(self._origin, licence.url)} if licence else {}

    def _breadcrumbs(self, steps: Steps) -> JsonLd:
        named = [(self._config.title, urls.HOME), *steps]
        return {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": place, "name": name, "item": self._origin + path}
                for place, (name, path) in enumerate(named, 1)
            ],
        }
