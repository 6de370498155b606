"""Site at one moment: an immutable index of the posts that are published by then."""

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TypeVar

from blog import urls
from blog.content.collections import Collection, collections_of, natural
from blog.content.config import Link, SiteConfig
from blog.content.library import Library
from blog.content.note_neighbours import NoteNeighbours, note_neighbours
from blog.content.post import UNDATED, Note, Post, StandalonePage, TagPage, Text
from blog.content.series import Series, series_of
from blog.content.slugs import slugify
from blog.content.targets import is_harmful
from blog.content.translations import Translations, translations_of
from blog.content.writers import Writer, writers_of

RELATED_POSTS = 3
# A tag that many posts share is a weak sign of related content, and comparing all posts with each other would take too long.
_COMPARED_POSTS = 100


_Text = TypeVar("_Text", Post, StandalonePage)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with its posts, newest first; ``name`` is spelled as in its newest post, ``introduction`` is that from the folder tags/."""

    slug: str
    name: str
    posts: tuple[Post, ...]
    introduction: TagPage | None = None

    @property
    def url(self) -> str:
        return urls.tag(self.slug)

    @property
    def description(self) -> str:
        """What the author says about the tag in one sentence; "" where the introduction says it, or there is none."""
        it = self.introduction
        return "" if it is None or it.is_described_by_opening else it.description


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The posts that a post links to: the next older and newer one, related ones, and its series."""

    older: Post | None
    newer: Post | None
    related: tuple[Post, ...]
    series: Series | None


_ALONE = Neighbours(older=None, newer=None, related=(), series=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The published content at a moment. Between two dates in the content it is the same, so every replica computes the same site.

    ``unlisted_texts`` are served at their addresses, and in no list. ``series`` are keyed by slug; ``years`` are the posts of each year, both newest first. ``notes`` are what is around each note, by its slug; ``translations`` are
    the texts that are the same in other languages, by file.
    """

    moment: datetime
    config: SiteConfig
    posts: tuple[Post, ...]
    pages: tuple[StandalonePage, ...]
    tags: tuple[Tag, ...]
    tags_by_slug: Mapping[str, Tag]
    series: Mapping[str, Series]
    years: Mapping[int, tuple[Post, ...]]
    neighbours: Mapping[str, Neighbours]
    collections: tuple[Collection, ...]
    notes: Mapping[str, NoteNeighbours]
    translations: Translations
    unlisted_texts: tuple[Post | StandalonePage, ...] = ()

    @property
    def texts(self) -> tuple[Text, ...]:
        """The posts, the pages and the notes that are listed."""
        return (*self.posts, *self.pages, *(note for collection in self.collections for note in collection.all))

    @property
    def written(self) -> tuple[Text, ...]:
        """The texts, those that are in no list, and the introductions of tags, which have no pages of their own."""
        return (*self.texts, *self.unlisted_texts, *(tag.introduction for tag in self.tags if tag.introduction))

    @property
    def collections_outside_menu(self) -> tuple[Collection, ...]:
        """The collections to which the menu has no link."""
        linked = {link.url.rstrip("/") for link in self.config.navigation}
        return tuple(it for it in self.collections if not linked & {it.url, urls.decoded(it.url)})

    @property
    def series_by_date(self) -> tuple[Series, ...]:
        """The series; that with the newest post first."""
        newest = {it.slug: max((post.published, post.slug) for post in it.posts) for it in self.series.values()}
        return tuple(sorted(self.series.values(), key=lambda it: newest[it.slug], reverse=True))

    @property
    def writers(self) -> Mapping[str, Writer]:
        """The authors of posts, by slug."""
        return writers_of(self.posts, self.config.author)

    def tags_of(self, post: Post) -> tuple[Tag, ...]:
        own = (self.tags_by_slug[slug] for slug in {slugify(name) for name in post.tags} & self.tags_by_slug.keys())
        return tuple(sorted(own, key=_by_name))

    def translations_of(self, text: Text) -> tuple[Text, ...]:
        """The text in each of its languages, itself among them; none where it has no translation."""
        return self.translations.get(text.file, ())

    @property
    def modified(self) -> datetime | None:
        return last_modified(self.posts)

    def state_of(self, text: Text) -> str:
        """Why a text is not public: "draft", "scheduled", or "" for a published one."""
        if text.draft:
            return "draft"
        return "" if is_due(text, self.moment) else "scheduled"


def site_at(library: Library, now: datetime) -> Site:
    """The site with every post and page that is published by ``now``."""
    return _site(
        library,
        now,
        [_until_updated(post, post.published, now) for post in library.posts if is_due(post, now)],
        [_until_updated(page, page.published, now) for page in library.pages if is_due(page, now)],
    )


def site_with_drafts(library: Library, now: datetime) -> Site:
    """The site as its author previews it: with drafts and scheduled texts. A draft without a date has today's."""
    shown = with_drafts(library)
    return _site(shown, now, [_dated(post, now) for post in shown.posts], shown.pages)


def _dated(post: Post, now: datetime) -> Post:
    """The post with today's date if it is a draft without one."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(post, published=today) if post.published == UNDATED else post


def with_drafts(library: Library) -> Library:
    """The library with its drafts among the posts and pages, except those that `shown_drafts` leaves out."""
    drafts = shown_drafts(library)
    return replace(
        library,
        posts=(*library.posts, *(draft for draft in drafts if isinstance(draft, Post))),
        pages=(*library.pages, *(draft for draft in drafts if isinstance(draft, StandalonePage))),
    )


def shown_drafts(library: Library) -> tuple[Text, ...]:
    """The drafts that can be previewed: those whose address is free, and that contain no link which runs script."""
    taken = {text.url for text in library.texts}
    drafts = {draft.url: draft for draft in reversed(library.drafts) if draft.url not in taken}
    return tuple(draft for draft in reversed(drafts.values()) if not _has_harmful_target(draft))


def unpublished(library: Library, now: datetime) -> dict[str, Text]:
    """The drafts and scheduled texts that can be previewed, by slug. A post comes before a page with its slug."""
    texts = (*(text for text in library.texts if not is_due(text, now)), *shown_drafts(library))
    with_pages = (text for text in texts if not isinstance(text, TagPage))
    in_order = sorted(with_pages, key=lambda text: (not isinstance(text, Post), text.draft))
    return {text.slug: text for text in reversed(in_order)}


def site_of_text(config: SiteConfig, text: Text, now: datetime) -> Site:
    """A site that has one text and nothing else, so that its page names no other unpublished text."""
    text = replace(text, unlisted=False)
    library = Library(config=config, posts=(), pages=(), drafts=(), files={})
    posts = [_dated(text, now)] if isinstance(text, Post) else []
    return _site(library, now, posts, [text] if isinstance(text, StandalonePage) else [])


def _has_harmful_target(text: Text) -> bool:
    return any(is_harmful(reference.target) for reference in text.document.references)


def _site(library: Library, now: datetime, posts: Iterable[Post], pages: Iterable[StandalonePage]) -> Site:
    posts, pages = newest_first(posts), tuple(pages)
    unlisted: list[Post | StandalonePage] = [post for post in posts if post.unlisted]
    unlisted += [page for page in pages if page.unlisted]
    posts = tuple(post for post in posts if not post.unlisted)
    pages = tuple(page for page in pages if not page.unlisted)
    introductions = {page.slug: page for page in pages if isinstance(page, TagPage)}
    pages = tuple(page for page in pages if not isinstance(page, TagPage))
    collections = collections_of((page for page in pages if isinstance(page, Note)), library.config.collections)
    texts = (*(note for collection in collections for note in collection.all), *posts, *pages)
    tags, series = _tags(posts, introductions), series_of(posts, library.config.series)
    translations = translations_of(texts, library.config.lang)
    return Site(
        moment=now,
        config=_with_menu(library.config, collections),
        posts=posts,
        pages=tuple(page for page in pages if not isinstance(page, Note)),
        tags=tags,
        tags_by_slug={tag.slug: tag for tag in tags},
        series=series,
        years=_years(posts),
        neighbours=_neighbours(posts, tags, series, translations)
        | {text.slug: _ALONE for text in unlisted if isinstance(text, Post)},
        collections=collections,
        notes=note_neighbours(collections, texts),
        translations=translations,
        unlisted_texts=tuple(unlisted),
    )


def _with_menu(config: SiteConfig, collections: Iterable[Collection]) -> SiteConfig:
    """The configuration with a link to each collection in the menu, where site.yaml gives no menu."""
    posts, *others = SiteConfig().navigation
    if config.navigation != (posts, *others):
        return config
    links = (Link(collection.title, collection.url) for collection in collections)
    return replace(config, navigation=(posts, *links, *others))


def is_due(text: Text, now: datetime) -> bool:
    """Whether the date of a text has come, and not that on which it expires; a text without a date is not scheduled."""
    published = text.published if isinstance(text, Post | StandalonePage) else None
    return (published is None or published <= now) and (text.expires is None or text.expires > now)


def _until_updated(text: _Text, published: datetime | None, now: datetime) -> _Text:
    """The text without a date of its last change that is still to come."""
    if text.updated is None or text.updated <= now:
        return text
    return replace(text, updated=published if isinstance(text, StandalonePage) else None)


def valid_between(library: Library, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When the site of a moment began and when it ends, in UTC: the dates in the content before and after it."""
    moments = [moment.astimezone(UTC) for text in library.texts for moment in _moments(text)]
    since = max((moment for moment in moments if moment <= now), default=None)
    return since, min((moment for moment in moments if moment > now), default=None)


def _moments(text: Text) -> Iterator[datetime]:
    if isinstance(text, Post | StandalonePage) and text.published:
        yield text.published
    yield from filter(None, (text.updated, text.expires))


def newest_first(posts: Iterable[Post]) -> tuple[Post, ...]:
    # Sorting by slug too keeps posts of the same day in the same order on every replica; otherwise ETags would differ.
    return tuple(sorted(posts, key=lambda post: (post.published, post.slug), reverse=True))


def last_modified(posts: Iterable[Post]) -> datetime | None:
    return max((post.modified for post in posts), default=None)


def _tags(posts: tuple[Post, ...], introductions: Mapping[str, TagPage]) -> tuple[Tag, ...]:
    names: dict[str, str] = {}
    tagged: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        for slug, name in {slugify(name): name for name in post.tags}.items():
            names.setdefault(slug, name)
            tagged[slug].append(post)
    tags = (Tag(slug, name, tuple(tagged[slug]), introductions.get(slug)) for slug, name in names.items())
    return tuple(sorted(tags, key=_by_name))


def _by_name(tag: Tag) -> tuple[object, str]:
    return natural(tag.name), tag.slug


def _years(posts: tuple[Post, ...]) -> Mapping[int, tuple[Post, ...]]:
    # Sorted again, because posts of one night may be of two years if their authors wrote them in two zones.
    in_order = sorted(posts, key=lambda post: post.published.year, reverse=True)
    return {year: tuple(of_year) for year, of_year in groupby(in_order, key=lambda post: post.published.year)}


def _neighbours(
    posts: tuple[Post, ...], tags: tuple[Tag, ...], series: Mapping[str, Series], translations: Translations
) -> dict[str, Neighbours]:
    tagged = {tag.slug: tag.posts for tag in tags}
    positions = {(tag.slug, post.slug): position for tag in tags for position, post in enumerate(tag.posts)}
    neighbours: dict[str, Neighbours] = {}
    for index, post in enumerate(posts):
        older = posts[index + 1] if index + 1 < len(posts) else None
        newer = posts[index - 1] if index else None
        own = series[slugify(post.series)] if post.series else None
        # What a page links to anyway is no news to its reader.
        beside = {it.slug for it in (older, newer, *(own.posts if own else ())) if it}
        beside |= {it.slug for it in translations.get(post.file, (post,))}
        related = _related(post, positions, tagged, len(posts), beside)
        neighbours[post.slug] = Neighbours(older, newer, related, own)
    return neighbours


def _related(
    post: Post,
    positions: Mapping[tuple[str, str], int],
    tagged: Mapping[str, tuple[Post, ...]],
    total: int,
    beside: Container[str],
) -> tuple[Post, ...]:
    """The posts that share the most significant tags, without those ``beside``: a rare tag weighs more than a frequent one.

    Of a tag with many posts, only those nearest in time are compared.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    found: dict[str, Post] = {}
    for slug in sorted({slugify(name) for name in post.tags}):
        weight = math.log(1 + total / len(tagged[slug]))
        first = max(0, positions[slug, post.slug] - _COMPARED_POSTS)
        for other in tagged[slug][first : first + 2 * _COMPARED_POSTS]:
            found[other.slug] = other
            scores[other.slug] += weight
    scores.pop(post.slug, None)
    candidates = (slug for slug in scores if slug not in beside)
    best = sorted(candidates, key=lambda slug: (scores[slug], found[slug].published, slug), reverse=True)
    return tuple(found[slug] for slug in best[:RELATED_POSTS])
