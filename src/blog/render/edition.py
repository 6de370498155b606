"""All pages of a site at one moment, ready to be served; swapped as one reference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from blog import urls
from blog.content.files import File
from blog.content.library import Library, Resolver, relative_targets
from blog.content.site import Site
from blog.render import security
from blog.render.encodings import Encoder
from blog.render.feeds import feeds
from blog.render.html import Pages
from blog.render.machines import machine_pages
from blog.render.meta import Metas, Picture
from blog.render.not_found import NotFound, Suggestions
from blog.render.page import FOREVER, Page, Rendered, make_page
from blog.render.theme import ASSET_TYPES, Theme, asset_url
from blog.settings import Settings
from blog.stages import Stage, unwatched

SOCIAL_CARD = "card.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """``pages`` and ``redirects`` are keyed by decoded path; ``absolute`` gives addresses with the origin in front.

    ``states`` counts the posts that are published, scheduled and drafts.
    """

    site: Site
    pages: Mapping[str, Page]
    redirects: Mapping[str, str]
    not_found: NotFound
    absolute: Resolver
    states: Mapping[str, int]


def render(
    library: Library, site: Site, theme: Theme, settings: Settings, encoder: Encoder, stage: Stage = unwatched
) -> Edition:
    """Render and encode everything. The same content gives the same bytes, on every replica and at every start.

    Raises:
        ContentError: a template could not be rendered.
    """
    resolver, absolute = Resolver(library), Resolver(library, settings.base_url)
    metas = Metas(site, settings.base_url, resolver, _card(theme, settings, site))
    html = Pages(site, theme, metas, resolver, secure=settings.secure, refresh=settings.refreshes_browsers)
    with stage("render") as note:
        rendered = [*html.all(), *_others(site, theme, absolute, settings)]
        missing = html.not_found()
        note("pages", len(rendered))
    with stage("compress") as note:
        encoded = encoder.encode((page.media_type, page.body) for page in rendered)
        note("bytes", sum(len(page.body) for page in rendered))
    plain = security.for_anything(secure=settings.secure)
    texts = (*site.posts, *site.pages)
    return Edition(
        site=site,
        pages={page.path: make_page(page, coded, {} if "x-content-type-options" in page.headers else plain)
               for page, coded in zip(rendered, encoded, strict=True)},
        redirects={alias: text.url for text in texts for alias in text.aliases} | {"/blog/page/1": urls.BLOG},
        not_found=NotFound(missing, Suggestions(texts), html.suggestions),
        absolute=absolute,
        states={
            "published": len(site.posts),
            "scheduled": len(library.posts) - len(site.posts),
            "draft": len(library.drafts),
        },
    )  # fmt: skip


def _others(site: Site, theme: Theme, absolute: Resolver, settings: Settings) -> Iterator[Rendered]:
    yield from feeds(site, absolute, settings.base_url)
    yield from machine_pages(site, theme, settings.base_url)
    for name, body in theme.assets.items():
        media_type = ASSET_TYPES[name.rpartition(".")[2]]
        yield _file(asset_url(name, body), media_type, body, secure=settings.secure)
    for file in _files(site, absolute):
        yield _file(file.url, file.media_type, file.body, secure=settings.secure)


def _files(site: Site, resolver: Resolver) -> Iterator[File]:
    """The files that a visible text refers to: what belongs to a draft stays with the draft."""
    texts = (*site.posts, *site.pages)
    found = (resolver.file(text, target) for text in texts for target in relative_targets(text))
    yield from {file.path: file for file in found if file}.values()


def _file(url: str, media_type: str, body: bytes, *, secure: bool) -> Rendered:
    return Rendered(
        path=urls.decoded(url),
        route=urls.ASSET_ROUTE,
        media_type=media_type,
        body=body,
        cache=FOREVER,
        headers=security.for_file(media_type, secure=secure),
    )


def _card(theme: Theme, settings: Settings, site: Site) -> Picture | None:
    if SOCIAL_CARD not in theme.assets:
        return None
    return Picture(settings.base_url + theme.asset(SOCIAL_CARD), site.config.title, 1200, 630)
