"""Builder of editions: parses the folders, and renders and encodes every page. Imported lazily: a warm start needs no mistune, pygments or jinja2."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path, PurePosixPath

from blog import urls
from blog.build import document_cache
from blog.build.cards.plan import plan
from blog.build.dates import Dates
from blog.build.drawings.drawer import Drawer
from blog.build.edition import Details, Edition, Entry, Section, Writer, bind, compressed_details
from blog.build.encodings import Encoded, Encoder, Levels, Provisional, cached, finder
from blog.build.index_source import IndexSource
from blog.build.last_good import LastGood
from blog.build.memory_estimate import warn_if_short_for_files
from blog.build.not_found import NotFound
from blog.build.pictures.maker import Made, Maker
from blog.content.attribution import attributed
from blog.content.document import Reference, dialect_of
from blog.content.drawing import Drawing
from blog.content.files import File
from blog.content.folder import CONFIG, Folder, Held, Source
from blog.content.library import Library, Resolver, files_of
from blog.content.loader import ParsedTexts, load
from blog.content.post import Note, Post, Text
from blog.content.site import Site, site_at, site_with_drafts, valid_between, with_drafts
from blog.content.slugs import slugify
from blog.errors import ContentError, Fault, Severity, errors_in
from blog.machine import cores
from blog.machine.allocator import limit_retained_memory
from blog.machine.cache import Cache
from blog.machine.stages import Stage, untimed_stage
from blog.render import rum, security
from blog.render.bodies import BodyRenderer, diagram_url
from blog.render.feeds import feeds
from blog.render.languages import unspoken
from blog.render.localised import localised
from blog.render.meta import MetadataBuilder
from blog.render.page import FOREVER, SHORT, Rendered
from blog.render.pages import PageRenderer
from blog.render.previews import Previews
from blog.render.site_files import site_files, sources
from blog.render.theme import ASSET_TYPES, Theme, asset_url
from blog.render.theme_folders import theme_folders
from blog.search.corpus import Corpus
from blog.settings import Settings

# A slice of an edition ends with the page that reaches one of these limits. Each slice is one part of the cached edition, so the limits
# must not depend on the machine: two builds of the same content write the same files.
_SLICE_PAGES = 128
_SLICE_BYTES = 4 * 1024 * 1024

# Stores a slice of an edition. Its arguments are the edition's ``since``, pages with their encodings, and the API entries of the posts among them.
StoreSlice = Callable[[datetime | None, Sequence[tuple[Rendered, Encoded]], Sequence[Entry]], None]


@dataclass(frozen=True, slots=True)
class BuildResult:
    """An edition, and the files that its texts refer to. ``digests`` are the SHA-256 on disk of those that are served or shown as code, and None for the others.

    ``unmade`` is the number of pictures whose smaller versions are not made yet.
    """

    edition: Edition
    referenced: Sequence[PurePosixPath]
    files: Mapping[PurePosixPath, File]
    included: Mapping[PurePosixPath, str | None]
    unmade: int = 0

    @property
    def digests(self) -> dict[PurePosixPath, str | None]:
        return {
            path: self.files[path].source_digest if path in self.files else self.included.get(path)
            for path in self.referenced
        }


def _store_nothing(
    _since: datetime | None, _pages: Sequence[tuple[Rendered, Encoded]], _entries: Sequence[Entry]
) -> None:
    pass


class Builder:
    """Builds editions one after the other; parses and compresses only what has changed since the last one.

    Smaller versions of pictures come from the cache; they are made only with ``makes_pictures``, because this takes seconds for each. Without it, new
    pages get provisional encodings.
    """

    def __init__(self, settings: Settings, cache: Cache, *, makes_pictures: bool = False) -> None:
        self._settings = settings
        self._cache = cache
        # A preview skips compression: otherwise every change of a template would compress every page again.
        self.encoder = (
            Encoder(_no_compression)
            if settings.refreshes_browsers
            else Encoder(cached(cache), None if makes_pictures else finder(cache))
        )
        self._parsed: ParsedTexts = {}
        self._drawer = Drawer(cache)
        self._maker = Maker(cache, makes=makes_pictures)
        self._corpus = Corpus()
        self._last_good = LastGood(settings.posts_dir)
        self._file_bytes = 0
        limit_retained_memory()

    def make(
        self,
        moment: datetime,
        stage: Stage = untimed_stage,
        dates: Dates | None = None,
        store: StoreSlice = _store_nothing,
    ) -> BuildResult:
        """Build an edition from the folders and fill the cache; ``store`` is called with each slice.

        Without ``dates`` every page gets the date of the edition.

        Raises:
            ContentError: with every fault.
        """
        return self._make(moment, stage, dates, store, {})

    def make_preview(self, moment: datetime, stage: Stage, dates: Dates | None = None) -> BuildResult:
        """As `make`, for an author at work: a text with an error stays as it last was, and its faults are among the edition's warnings.

        Raises:
            ContentError: the first edition has errors, or a later one has such that no text causes.
        """
        result, faults = self._last_good.make(
            lambda held: self._make(moment, stage, dates, _store_nothing, held), self._sources
        )
        return replace(result, edition=replace(result.edition, warnings=(*faults, *result.edition.warnings)))

    def _sources(self, held: Held) -> Iterator[Source]:
        yield from (source for source, *_ in self._parsed)
        if config := Folder(self._settings.posts_dir, held).config():
            yield CONFIG, config

    def _make(self, moment: datetime, stage: Stage, dates: Dates | None, store: StoreSlice, held: Held) -> BuildResult:
        settings = self._settings
        folder, parse = Folder(settings.posts_dir, held), document_cache.cached(self._cache)
        origin = settings.public_origin
        loaded = load(folder, self._parsed, parse, stage, moment, self._drawer, origin=origin)
        with stage("pictures") as note:
            made = self._maker(_pictures(loaded.library))
            note("pictures", len(made))
        library = _with_variants(loaded.library, made)
        self._check_memory(library)
        theme = Theme(*theme_folders(settings.templates_dir), look=library.config.look)
        binder = _Binder(self.encoder, dates or Dates.following(None), store)
        with attributed(settings.posts_dir, "rendered"):
            site = site_at(library, moment)
            edition = _render(library, site, theme, settings, binder, stage)
        problems = _problems(library, made, settings.posts_dir)
        search = IndexSource(self._corpus.pack(site))
        edition = replace(edition, warnings=(*loaded.warnings, *problems, *edition.warnings), search=search)
        return BuildResult(edition, loaded.referenced, library.files, loaded.included, self._maker.unmade)

    def _check_memory(self, library: Library) -> None:
        """Warn if the memory is short for the files beside the texts, at the first build and whenever they have grown."""
        files = library.file_sizes
        size = sum(size for _, size in files)
        if size > self._file_bytes:
            warn_if_short_for_files(self._settings.posts_dir, files)
            self._file_bytes = size

    def cache_keys(self) -> frozenset[str]:
        """The keys of the cache entries that the last edition used."""
        texts = (
            document_cache.entry_key(text.body, text.title, dialect_of(text.file), text.extensions)
            for text in self._parsed.values()
        )
        return self.encoder.cache_keys().union(texts, self._drawer.cache_keys(), self._maker.cache_keys())

    def forget(self) -> None:
        """Free the parsed texts and encodings that would speed up the next build."""
        self._parsed.clear()
        self._drawer.forget()
        self._corpus.forget()
        self._maker.forget()
        self.encoder.forget()


def _pictures(library: Library) -> list[File]:
    """The files that texts show as pictures, with their versions for dark themes."""
    resolver = Resolver(library)
    shown = {file.path: file for file, _, _ in _shown(library, resolver)}
    dark = {file.path: file for it in shown.values() if (file := resolver.dark(it))}
    return list((shown | dark).values())


def _shown(library: Library, resolver: Resolver) -> Iterator[tuple[File, Text, Reference]]:
    """The pictures in published and scheduled texts, with their places."""
    for text in library.texts:
        for reference in text.document.references:
            if reference.kind == "image" and (file := resolver.file(text, reference.target)):
                yield file, text, reference


def _with_variants(library: Library, made: Mapping[PurePosixPath, Made]) -> Library:
    files = {path: replace(library.files[path], variants=it.variants) for path, it in made.items() if it.variants}
    return replace(library, files={**library.files, **files})


def _problems(library: Library, made: Mapping[PurePosixPath, Made], folder: Path) -> Iterator[Fault]:
    """A warning for each place that shows a picture of which not every smaller version could be made."""
    problems = {path: it.problem for path, it in made.items() if it.problem}
    for file, text, reference in _shown(library, Resolver(library)) if problems else ():
        if problem := problems.get(file.path):
            line = text.body_line + reference.line - 1
            yield Fault(folder / text.file, line, f"image {reference.target!r} {problem}", Severity.WARNING)


def render(
    library: Library, site: Site, theme: Theme, settings: Settings, encoder: Encoder, *, dates: Dates | None = None
) -> Edition:
    """Render and encode all pages. The same content gives the same bytes on every replica and at every start.

    Raises:
        ContentError: a template or a text could not be rendered.
    """
    binder = _Binder(encoder, dates or Dates.following(None))
    with attributed(settings.posts_dir, "rendered"):
        return _render(library, site, theme, settings, binder, untimed_stage)


def _render(library: Library, site: Site, theme: Theme, settings: Settings, binder: "_Binder", stage: Stage) -> Edition:
    # Feeds, the sitemap, llms.txt and the API are those of the public site even where pages show drafts.
    site = localised(site, theme)
    shown = localised(site_with_drafts(library, site.moment), theme) if settings.drafts else site
    resolver = Resolver(with_drafts(library) if settings.drafts else library)
    absolute = Resolver(library, settings.base_url)
    words = theme.words(site.config.lang)
    planned = plan(library, site, theme, settings.base_url, settings.posts_dir)
    metadata = MetadataBuilder(shown, settings.base_url, resolver, words, planned.picture)
    shown_bodies = BodyRenderer(theme, resolver, settings.posts_dir, library.drawings)
    renderer = PageRenderer(shown, theme, metadata, shown_bodies, settings)
    since, until = valid_between(library, site.moment)
    bodies = BodyRenderer(theme, absolute, settings.posts_dir, library.drawings, settings.base_url)
    warnings = _check_components(bodies, library)
    with stage("render") as note:
        entries = feeds(site, bodies, settings.base_url, planned.picture)
        rendered = _everything(renderer, library, site, theme, entries, settings)
        previews = Previews(library, site, theme, settings, files_of(library, shown.written))
        everything = chain(rendered, previews.rendered())
        bound = bind(binder.encoded(everything, site, bodies, since), binder.dates, settings)
        not_found, search_frame = NotFound(renderer.not_found(), *renderer.suggestions()), renderer.search()
        note("pages", len(bound.pages))
        note("bytes", binder.size)
    # The aliases of published texts come last, so that no draft takes one of them.
    texts = (*shown.written, *site.written)
    published = len(site.posts) + sum(isinstance(text, Post) for text in site.unlisted_texts)
    return Edition(
        posts=tuple(binder.entries),
        pages=bound.pages,
        previews=bound.previews,
        redirects={note.place.alias: note.url for note in texts if isinstance(note, Note) and note.place.alias}
        | {alias: text.url for text in texts for alias in text.redirects}
        | {"/blog/page/1": urls.BLOG},
        not_found=not_found,
        search_frame=search_frame,
        states={
            "published": published,
            "scheduled": len(library.posts) - published,
            "draft": len(library.drafts),
        },
        since=since,
        until=until,
        made=binder.dates.made,
        provisional=frozenset(binder.provisional) & bound.pages.keys(),
        cards=planned.cards,
        warnings=(
            *theme.faults,
            *unspoken(library, theme, settings.posts_dir),
            *warnings,
            *planned.faults,
            *previews.faults,
        ),
    )


def _check_components(bodies: BodyRenderer, library: Library) -> tuple[Fault, ...]:
    """The warnings about the components in texts.

    Raises:
        ContentError: with every fault, if one of them is an error.
    """
    faults = tuple(bodies.faults(library))
    if errors_in(faults):
        raise ContentError(faults, len(library.texts) + len(library.drafts))
    return faults


class _Binder:
    """Encodes and stores pages slice by slice, so that at most one slice of a site is in memory uncompressed."""

    def __init__(self, encoder: Encoder, dates: Dates, store: StoreSlice = _store_nothing) -> None:
        self.dates = dates
        self._encoder = encoder
        self._store = store
        self.entries: list[Entry] = []
        self.provisional: list[str] = []
        self.size = 0

    def encoded(
        self, rendered: Iterable[Rendered], site: Site, bodies: BodyRenderer, since: datetime | None
    ) -> Iterator[tuple[Rendered, Encoded]]:
        posts = {urls.decoded(post.url): post for post in site.posts}
        self._encoder.begin_round()
        for pages in _slices(rendered):
            codings = self._encoder.encode((page.media_type, page.body) for page in pages)
            shown = [posts[page.path] for page in pages if page.path in posts]
            entries = cores.parallel_map(lambda post: _entry(post, site, bodies), shown)
            pairs = list(zip(pages, codings, strict=True))
            self._store(since, pairs, entries)
            self.provisional += [page.path for page, encoded in pairs if isinstance(encoded, Provisional)]
            self.entries += entries
            self.size += sum(len(page.body) for page in pages)
            yield from pairs
        self._encoder.end_round()


def _slices(rendered: Iterable[Rendered]) -> Iterator[list[Rendered]]:
    pages: list[Rendered] = []
    size = 0
    for page in rendered:
        pages.append(page)
        size += len(page.body)
        if len(pages) == _SLICE_PAGES or size >= _SLICE_BYTES:
            yield pages
            pages, size = [], 0
    if pages:
        yield pages


def _entry(post: Post, site: Site, bodies: BodyRenderer) -> Entry:
    headings = [Section(level=it.level, anchor=it.anchor, text=it.text) for it in post.document.headings]
    authors = [Writer(name=author.name, url=author.url) for author in post.authors]
    details = Details(html=bodies.html(post), sections=headings, authors=authors, extra=dict(post.extra))
    return Entry(
        slug=post.slug,
        url=post.url,
        title=post.title,
        description=post.description,
        published=post.published.astimezone(UTC),
        updated=post.updated and post.updated.astimezone(UTC),
        tags={tag: slugify(tag) for tag in post.tags},
        series=post.series,
        lang=post.lang or site.config.lang,
        words=post.document.words,
        minutes=post.document.minutes,
        content=compressed_details(details),
    )


def _no_compression(_body: bytes, _levels: Levels) -> dict[bytes, bytes]:
    return {}


def _everything(
    renderer: PageRenderer,
    library: Library,
    site: Site,
    theme: Theme,
    entries: Iterable[Rendered],
    settings: Settings,
) -> Iterator[Rendered]:
    paths: set[str] = set()
    for page in renderer.all():
        paths.add(page.path)
        yield page
    yield from entries
    generated = site_files(site, theme, settings.base_url, paths)
    # A file that only drafts refer to is not served.
    texts = renderer.site.written
    files = files_of(library, texts)
    public = {None, *files, *(text.file for text in texts)}
    at_root = {path: static for path, static in library.static.items() if public & {static.link_to, static.path}}
    yield from (page for page in chain(generated, sources(renderer.site)) if page.path not in at_root)
    skipped = frozenset() if settings.faro_url else rum.ASSETS
    for name, body in theme.assets.items():
        if name in skipped:
            continue
        media_type = ASSET_TYPES[name.rpartition(".")[2]]
        yield _file(asset_url(name, body), media_type, body, secure=settings.secure)
    for file in files.values():
        yield _file(file.url, file.media_type, file.body, secure=settings.secure)
        for it in file.variants:
            yield _file(file.url_of(it), it.media_type, it.body, secure=settings.secure)
    for drawing in _diagrams(site, library):
        yield _file(diagram_url(drawing), "image/svg+xml", drawing.markup.encode(), secure=settings.secure)
    for static in at_root.values():
        page = _file(static.address, static.media_type, static.file.body, secure=settings.secure)
        yield replace(page, path=static.address, route=urls.STATIC_ROUTE, cache=SHORT)


def _diagrams(site: Site, library: Library) -> Iterator[Drawing]:
    """The diagrams in posts, each once: feeds show them as files."""
    placed = (source for post in site.posts for source in post.document.sources if source.source.kind == "diagram")
    found = (library.drawings.get(source.source) for source in placed)
    yield from dict.fromkeys(drawing for drawing in found if isinstance(drawing, Drawing))


def _file(url: str, media_type: str, body: bytes, *, secure: bool) -> Rendered:
    return Rendered(
        path=urls.decoded(url),
        route=urls.ASSET_ROUTE,
        media_type=media_type,
        body=body,
        cache=FOREVER,
        headers={"accept-ranges": "bytes"} | security.for_file(media_type, secure=secure),
    )
