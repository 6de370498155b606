"""The HTML pages of a site."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from html import unescape
from typing import Any

from markupsafe import Markup

from blog import urls
from blog.content.collections import Collection, Group
from blog.content.post import Note, Post, Text
from blog.content.site import Site
from blog.content.writers import slugs_of
from blog.errors import ContentError, Fault
from blog.render import security
from blog.render.bodies import BodyRenderer
from blog.render.localised import in_words
from blog.render.meta import MetadataBuilder, PageMetadata
from blog.render.opening import opening
from blog.render.page import HTML, PRIVATE, Rendered
from blog.render.results import variables
from blog.render.rum import MARKER, beacon_origin, rum_of
from blog.render.search_page import FRAME, PLACEHOLDER, PROBLEM, QUERY, RESULTS, SAMPLES, SearchFrame, SearchPage
from blog.render.strings import Words
from blog.render.theme import Theme
from blog.settings import Settings

POSTS_PER_PAGE = urls.POSTS_PER_PAGE
POSTS_AT_HOME = 7
TAGS_AT_HOME = 12
SERIES_AT_HOME = 2
_HEADING = re.compile(r'<(h[1-6]) id="([^"]*)">(.*?)</\1>', re.DOTALL)
# A link whose words are its address, which paper needs only once.
_BARE_LINK = re.compile(r'<a href="(https?://)([^"]*)"(?=[^>]*>(?:\1)?\2</a>)')
# How templates/diagram.html begins a diagram.
_DIAGRAM = '<figure class="diagram'
_TAGS = re.compile(r"<[^>]*>")
_NO_RUM = (
    "BLOG_FARO_URL is set, but the page does not include the RUM script: "
    'put {% if rum %}{% include "_rum.html" %}{% endif %} first in <body>'
)
_NO_RESULTS = f"the page has no {PLACEHOLDER}, which is where the results go"


class PageRenderer:
    """Renders one site with one theme."""

    def __init__(
        self, site: Site, theme: Theme, metadata: MetadataBuilder, bodies: BodyRenderer, settings: Settings
    ) -> None:
        self._site = site
        self._theme = theme
        self._metadata = metadata
        self._resolver = bodies.resolver
        self._bodies = bodies
        self._secure = settings.secure
        self._rum = rum_of(settings, theme.assets)
        self._beacons = beacon_origin(settings)
        self._words = theme.words(site.config.lang)
        self._origin = settings.base_url
        self._writers = site.writers
        self._shared = {
            "modified": site.modified,
            "refresh": settings.refreshes_browsers,
            "rum": self._rum,
            "fonts": theme.fonts,
            "grounds": theme.grounds,
            "portrait": self._resolver.portrait(site.config.author.portrait),
            "state_of": site.state_of,
        }

    @property
    def site(self) -> Site:
        return self._site

    def all(self) -> Iterator[Rendered]:
        """Every page, in the order of the menu."""
        yield self._home()
        yield from self._lists()
        yield from map(self.text, self._site.posts)
        yield from self._tags()
        yield from self._series()
        yield self._archive()
        yield from self._years()
        yield from self._authors()
        yield self._subscribe()
        yield from map(self.text, self._site.pages)
        for collection in self._site.collections:
            yield from self._collection(collection)
        yield from map(self.text, self._site.unlisted_texts)

    def text(self, text: Text) -> Rendered:
        """The page of a post, a page or a note of the site."""
        if isinstance(text, Note):
            return self._note(text)
        return self._post(text) if isinstance(text, Post) else self._standalone(text)

    def not_found(self) -> Rendered:
        """The 404 page, with a placeholder for suggestions."""
        meta = replace(self._metadata.index(self._words.text("not_found"), urls.HOME), indexed=False, json_ld=())
        return self._page("not_found.html", meta, urls.HOME, {"posts": self._site.posts[:3]})

    def search(self) -> SearchFrame:
        """The frame of the search page. Its results are rendered once for each kind of answer, so that a fault is found now and not by a reader."""
        meta = replace(self._metadata.index(self._words.text("search"), urls.SEARCH), indexed=False, json_ld=())
        page = self._page(FRAME, meta, urls.SEARCH, {})
        if PLACEHOLDER.encode() not in page.body:
            raise ContentError([Fault(self._theme.file(FRAME), 1, _NO_RESULTS)])
        for sample in SAMPLES:
            self._results(sample)
        refused = SearchPage(query=Markup(QUERY), problem=Markup(PROBLEM))  # noqa: S704 -- two comments, which are replaced by escaped text
        assets = {name: self._theme.asset(name) for name in self._theme.assets}
        headers = dict(page.headers) | security.SEARCHES
        return SearchFrame(
            page=replace(page, cache=PRIVATE, headers=headers),
            blank=self._results(SearchPage()),
            refused=self._results(refused),
            templates=self._theme.sources(RESULTS),
            assets=assets,
            words=self._words.packed(),
        )

    def _results(self, page: SearchPage) -> str:
        return self._theme.render(RESULTS, variables(page, self._words))

    def suggestions(self) -> tuple[str, dict[str, str]]:
        """The HTML that replaces the 404 page's placeholder: a list, which has a placeholder too, and its items by path."""
        texts = self._site.texts
        items = {
            urls.decoded(text.url): self._theme.render("suggestion.html", {"t": self._words, "post": text})
            for text in texts
        }
        return self._theme.render("suggestions.html", {"t": self._words}), items

    def _page(self, template: str, meta: PageMetadata, route: str, context: dict[str, Any]) -> Rendered:
        markups = [value for value in context.values() if isinstance(value, Markup)]
        drawn = {"formulas": any("<math" in it for it in markups), "diagrams": any(_DIAGRAM in it for it in markups)}
        words = self._theme.words(meta.lang, self._site.config.lang)
        config = in_words(self._site.config, words)
        html = self._theme.render(
            template, {**self._shared, "t": words, "site": config, "meta": meta, **drawn, **context}
        )
        if self._rum and MARKER not in html:
            raise ContentError([Fault(self._theme.file(template), 1, _NO_RUM)])
        headers = security.for_html(security.script_hashes(html), secure=self._secure, beacons=self._beacons)
        return Rendered(
            path=urls.decoded(meta.path),
            route=route,
            media_type=HTML,
            body=html.encode(),
            headers=headers | security.NOT_INDEXED if meta.state else headers,
        )

    def _home(self) -> Rendered:
        posts = self._site.posts
        tags = sorted(self._site.tags, key=lambda tag: -len(tag.posts))[:TAGS_AT_HOME]
        context = {
            "posts": posts[:POSTS_AT_HOME],
            "total": len(posts),
            "tags": tags,
            "series": [series for series in self._site.series_by_date if len(series.posts) > 1][:SERIES_AT_HOME],
            "picture": self._metadata.own_picture(posts[0]) if posts else None,
            "opening": opening(self._bodies.html(posts[0])) if posts else None,
        }
        return self._page("home.html", self._metadata.home(), urls.HOME, context)

    def _lists(self) -> Iterator[Rendered]:
        posts = self._site.posts
        count = max(1, -(-len(posts) // POSTS_PER_PAGE))
        for number in range(1, count + 1):
            key, site = "all_posts" if number == 1 else "all_posts_page", self._site.config.title
            about = self._words.text(f"{key}_about", page=number, site=site)
            index = self._metadata.index(self._words.text(key, page=number), urls.listing(number), about)
            meta = replace(
                index,
                older=urls.listing(number + 1) if number < count else None,
                newer=urls.listing(number - 1) if number > 1 else None,
            )
            shown = posts[(number - 1) * POSTS_PER_PAGE : number * POSTS_PER_PAGE]
            collections = self._site.collections_outside_menu if number == 1 else ()
            context = {
                "posts": shown, "number": number, "count": count, "total": len(posts), "collections": collections,
            }  # fmt: skip
            yield self._page("list.html", meta, urls.BLOG if number == 1 else urls.LIST_ROUTE, context)

    def _post(self, post: Post) -> Rendered:
        context = {
            "post": post,
            "lead": "" if post.is_described_by_opening else post.description,
            "content": self._content(post),
            "audio": self._resolver.audio(post),
            "toc": [heading for heading in post.document.headings if heading.level in {2, 3}],
            "around": self._site.neighbours[post.slug],
            "tags": self._site.tags_of(post),
            "authors": [
                self._writers[slug] for slug in slugs_of(post, self._site.config.author) if slug in self._writers
            ],
        }
        return self._page(f"{post.kind.name}.html", self._metadata.post(post), post.kind.route, context)

    def _tags(self) -> Iterator[Rendered]:
        about = self._words.text("tags_about", site=self._site.config.title)
        yield self._page(
            "tags.html",
            self._metadata.index(self._words.text("tags"), urls.TAGS, about),
            urls.TAGS,
            {"tags": self._site.tags},
        )
        for tag in self._site.tags:
            content = self._content(tag.introduction) if tag.introduction else None
            context = {"tag": tag, "posts": tag.posts, "content": content}
            yield self._page("tag.html", self._metadata.tag(tag), urls.TAG_ROUTE, context)

    def _series(self) -> Iterator[Rendered]:
        for series in self._site.series.values():
            yield self._page("series.html", self._metadata.series(series), urls.SERIES_ROUTE, {"series": series})

    def _archive(self) -> Rendered:
        years = list(self._site.years.items())
        about = self._words.text("archive_about", site=self._site.config.title)
        meta = self._metadata.index(self._words.text("archive"), urls.ARCHIVE, about)
        return self._page("archive.html", meta, urls.ARCHIVE, {"years": years, "total": len(self._site.posts)})

    def _years(self) -> Iterator[Rendered]:
        years = tuple(self._site.years)
        for year, posts in self._site.years.items():
            context = {"year": year, "posts": posts}
            yield self._page("year.html", self._metadata.year(year, years), urls.YEAR_ROUTE, context)

    def _authors(self) -> Iterator[Rendered]:
        for writer in self._writers.values():
            yield self._page("author.html", self._metadata.author(writer), urls.AUTHOR_ROUTE, {"author": writer})

    def _subscribe(self) -> Rendered:
        title = self._words.text("subscribe")
        meta = self._metadata.index(
            title, urls.SUBSCRIBE, self._words.text("subscribe_about", site=self._site.config.title)
        )
        return self._page("subscribe.html", meta, urls.SUBSCRIBE, {"origin": self._origin})

    def _standalone(self, page: Text) -> Rendered:
        context = {"page": page, "content": self._content(page)}
        return self._page(f"{page.kind.name}.html", self._metadata.page(page), page.kind.route, context)

    def _collection(self, collection: Collection) -> Iterator[Rendered]:
        context = {"collection": collection, "content": self._introduction(collection)}
        yield self._page("collection.html", self._metadata.collection(collection), urls.COLLECTION_ROUTE, context)
        yield from (self._group(group, collection) for group in collection.groups)
        yield from (self.text(note) for note in collection.all if not note.place.introduces)

    def _group(self, group: Group, collection: Collection) -> Rendered:
        context = {
            "group": group,
            "collection": collection,
            "content": self._introduction(group),
            "around": self._site.notes[group.introduction.slug] if group.introduction else None,
        }
        return self._page("group.html", self._metadata.group(group, collection), urls.GROUP_ROUTE, context)

    def _note(self, note: Note) -> Rendered:
        around = self._site.notes[note.slug]
        context = {
            "note": note,
            "content": self._content(note),
            "toc": [heading for heading in note.document.headings if heading.level in {2, 3}],
            "around": around,
            "contents": around.collection.around(note, around.group),
        }
        return self._page("note.html", self._metadata.note(note), note.route, context)

    def _introduction(self, section: Collection | Group) -> Markup | None:
        return self._content(section.introduction) if section.introduction else None

    def _content(self, text: Text) -> Markup:
        names = {heading.anchor: heading.text for heading in text.document.headings}
        linked = partial(_with_permalink, self._bodies.words(text), names)
        html = _BARE_LINK.sub(r'<a class="bare" href="\1\2"', self._bodies.html(text))
        return Markup(_HEADING.sub(linked, html))  # noqa: S704 -- the Markdown writer has escaped the text


def _with_permalink(words: Words, names: Mapping[str, str], heading: re.Match[str]) -> str:
    """A heading and, beside it, a link to it: within it, the link would be part of the heading's name. The style sheet writes its sign."""
    # The number of a footnote is no part of the name; a heading in the author's own HTML has none but its text.
    name = names.get(unescape(heading[2])) or unescape(_TAGS.sub("", heading[3]))
    label = words("link_to", heading=name)
    return f'<div class="heading">{heading[0]}<a class="anchor" href="#{heading[2]}" aria-label="{label}"></a></div>'
