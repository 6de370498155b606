"""Previews: the pages of unpublished texts, at addresses that are not those of the published ones."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from blog import urls
from blog.content.files import File
from blog.content.library import Library, Resolver
from blog.content.post import Text
from blog.content.site import Site, site_of_text, unpublished
from blog.errors import ContentError, Fault, Severity
from blog.render import security
from blog.render.bodies import BodyRenderer
from blog.render.localised import localised
from blog.render.meta import MetadataBuilder, PageMetadata
from blog.render.page import PRIVATE, Rendered
from blog.render.pages import PageRenderer
from blog.render.theme import Theme
from blog.settings import Settings


class Previews:
    """The previews of a library. ``faults`` names the texts that could not be rendered; an unpublished text stops no edition.

    ``published`` are the files that published texts refer to; the others are private.
    """

    def __init__(
        self, library: Library, site: Site, theme: Theme, settings: Settings, published: Collection[PurePosixPath]
    ) -> None:
        self.faults: list[Fault] = []
        self._theme = theme
        # The address of a preview contains its key, which no beacon may report.
        self._settings = replace(settings, faro_url=None)
        self._moment = site.moment
        files = {path: it if path in published else replace(it, private=True) for path, it in library.files.items()}
        self._library = replace(library, files=files)
        self._resolver = Resolver(self._library)

    def rendered(self) -> Iterator[Rendered]:
        """The page of each unpublished text, and each private file."""
        files: dict[str, Rendered] = {}
        for text in unpublished(self._library, self._moment).values():
            try:
                yield self._page(text)
            except ContentError as problem:
                self.faults += [_of_preview(fault, text) for fault in problem.faults]
            else:
                files |= {file.path: file for file in self._files(text)}
        yield from files.values()

    def _page(self, text: Text) -> Rendered:
        site = localised(site_of_text(self._library.config, text, self._moment), self._theme)
        words = self._theme.words(site.config.lang)
        metadata = MetadataBuilder(site, self._settings.base_url, self._resolver, words)
        shown = site.texts[0]
        bodies = BodyRenderer(self._theme, self._resolver, self._settings.posts_dir, self._library.drawings)
        return _PreviewRenderer(site, self._theme, metadata, bodies, self._settings).text(shown)

    def _files(self, text: Text) -> Iterator[Rendered]:
        for file in self._resolver.files(text):
            if file.private:
                yield self._file(file)

    def _file(self, file: File) -> Rendered:
        headers = {"accept-ranges": "bytes"} | security.for_file(file.media_type, secure=self._settings.secure)
        return Rendered(
            path=file.url,
            route=urls.PREVIEW_FILE_ROUTE,
            media_type=file.media_type,
            body=file.body,
            cache=PRIVATE,
            headers=headers | security.PRIVATE,
        )


class _PreviewRenderer(PageRenderer):
    """Renders the only text of a site at the address of its preview."""

    def text(self, text: Text) -> Rendered:
        page = super().text(text)
        return replace(
            page,
            path=urls.decoded(urls.preview(text.slug)),
            route=urls.PREVIEW_ROUTE,
            cache=PRIVATE,
            headers=dict(page.headers) | security.PRIVATE,
        )

    def _page(self, template: str, meta: PageMetadata, route: str, context: dict[str, Any]) -> Rendered:
        # The Markdown source of an unpublished text is not served.
        return super()._page(template, replace(meta, source=None), route, context)


def _of_preview(fault: Fault, text: Text) -> Fault:
    return Fault(fault.file, fault.line, f"{fault.problem} (in the preview of {text.file})", Severity.WARNING)
