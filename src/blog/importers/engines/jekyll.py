"""Jekyll: _posts, _drafts and Markdown pages, with the permalinks of _config.yml."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blog.importers.addresses import below, filled, prefix_of
from blog.importers.configuration import read_configuration, site_values
from blog.importers.engines.markdown_files import (
    MarkdownFile,
    item_of,
    mapping,
    permalink_words,
    read_markdown,
    text_of,
)
from blog.importers.items import Item, SourceSite
from blog.importers.metadata import dated_name
from blog.importers.source_folder import SourceFolder

_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


def read(folder: SourceFolder) -> SourceSite:
    """The posts, drafts and pages of a site of Jekyll."""
    config = read_configuration(folder, folder.first("_config.yml", "_config.yaml", "_config.toml"))
    top = folder.root / text_of(config.get("source"))
    if not folder.is_inside(top) or not top.is_dir():
        top = folder.root
    url = text_of(config.get("url")).rstrip("/") + "/" + text_of(config.get("baseurl")).strip("/")
    return SourceSite(
        engine="jekyll",
        root=folder.root,
        items=list(_Jekyll(folder, top, config, prefix_of(url)).items()),
        url=url,
        static_folders=(top,),
        config=site_values(
            config.get("title"),
            config.get("description"),
            config.get("author"),
            config.get("lang"),
            config.get("timezone"),
        ),
        zone=text_of(config.get("timezone")),
        turned_on=frozenset({"smart"} if _is_smart(config) else ()),
    )


def _is_smart(config: Mapping[str, Any]) -> bool:
    """Whether kramdown makes quotes typographic, as it does unless it is told which plain ones to write."""
    quotes = str(mapping(config.get("kramdown")).get("smart_quotes", ""))
    return str(config.get("markdown", "kramdown")).lower() == "kramdown" and "apos" not in quotes


class _Jekyll:
    def __init__(self, folder: SourceFolder, top: Path, config: Mapping[str, Any], prefix: str) -> None:
        self._folder, self._top, self._config, self._prefix = folder, top, config, prefix

    def items(self) -> Iterator[Item]:
        skipped: dict[str, Path] = {}
        for path in self._folder.texts(self._top, html=True):
            folders = path.relative_to(self._top).parts[:-1]
            if "_posts" in folders or "_drafts" in folders:
                if file := self._post_file(path, folders):
                    yield self._post(file, folders)
            elif private := next((name for name in folders if name.startswith("_")), None):
                collection = self._collection(private)
                if collection is None:
                    skipped.setdefault(private, path)
                elif file := read_markdown(self._folder, path):
                    yield self._of_collection(file, private, collection)
            elif file := self._page_file(path):
                yield self._page(file, folders)
        for name, path in skipped.items():
            if name not in {"_layouts", "_includes", "_sass", "_data", "_plugins"}:
                self._folder.report.lose(path, 1, f"{name}/ is a collection without pages of its own")

    def _post_file(self, path: Path, folders: tuple[str, ...]) -> MarkdownFile | None:
        if "_drafts" not in folders and not dated_name(path.stem)[0]:
            self._folder.report.lose(path, 1, "has no date in its name, and Jekyll makes no post of it")
            return None
        return read_markdown(self._folder, path)

    def _collection(self, folder: str) -> Mapping[str, Any] | None:
        """The settings of the collection in a folder; None if its texts have no pages."""
        collections = mapping(self._config.get("collections"))
        settings = mapping(collections.get(folder.removeprefix("_")))
        return settings if str(settings.get("output", "")).lower() == "true" else None

    def _of_collection(self, file: MarkdownFile, folder: str, settings: Mapping[str, Any]) -> Item:
        name = folder.removeprefix("_")
        below_it = (
            file.path.relative_to(self._top / folder) if file.path.is_relative_to(self._top / folder) else file.path
        )
        pattern = (
            file.meta.text("permalink")
            or self._default(file.path, name, "permalink")
            or text_of(settings.get("permalink"))
            or "/:collection/:path:output_ext"
        )
        words = permalink_words(file) | {
            "collection": name, "path": below_it.with_suffix("").as_posix(), "name": file.path.stem, "basename": file.path.stem,
            "title": file.meta.text("slug") or file.path.stem, "slug": file.meta.text("slug") or file.path.stem, "output_ext": ".html",
        }  # fmt: skip
        address = self._address(file, _STYLES.get(pattern, pattern), words | {"categories": name})
        kind = "post" if file.date else "page"
        addresses = (*address, *self._redirects(file))
        return item_of(self._folder, file, kind=kind, slug=file.meta.text("slug") or file.name, addresses=addresses)

    def _page_file(self, path: Path) -> MarkdownFile | None:
        """A Markdown page. Jekyll copies a file without front matter as it is, and HTML pages are mostly templates."""
        text = self._folder.read(path)
        if text is None or not text.lstrip("\ufeff").startswith("---"):
            return None
        if path.suffix.lower() in {".html", ".htm"}:
            self._folder.report.lose(path, 1, "is a template of the site")
            return None
        return read_markdown(self._folder, path)

    def _post(self, file: MarkdownFile, folders: tuple[str, ...]) -> Item:
        place = next(number for number, name in enumerate(folders) if name in {"_posts", "_drafts"})
        categories = [
            *folders[:place],
            *_jekyll_words(file.parts.data, "categories"),
            *_jekyll_words(file.parts.data, "category"),
        ]
        tags = dict.fromkeys(
            [*_jekyll_words(file.parts.data, "tags"), *_jekyll_words(file.parts.data, "tag"), *categories]
        )
        pattern = (
            file.meta.text("permalink")
            or self._default(file.path, "posts", "permalink")
            or text_of(self._config.get("permalink"))
            or "date"
        )
        words = permalink_words(file) | {
            "categories": "/".join(dict.fromkeys(word.lower() for word in categories)),
            "slugified_categories": "/".join(dict.fromkeys(re.sub(r"[^\w]+", "-", word.lower()) for word in categories)),
            "title": file.meta.text("slug") or file.name,
            "slug": file.meta.text("slug") or file.name,
            "output_ext": ".html",
        }  # fmt: skip
        address = self._address(file, _STYLES.get(pattern, pattern), words)
        draft = file.meta.is_draft or "_drafts" in folders
        return item_of(
            self._folder,
            file,
            tags=tuple(tags),
            draft=draft,
            slug=file.meta.text("slug") or file.name,
            addresses=(*address, *self._redirects(file)),
        )

    def _page(self, file: MarkdownFile, folders: tuple[str, ...]) -> Item:
        pattern = file.meta.text("permalink") or self._default(file.path, "pages", "permalink")
        pretty = text_of(self._config.get("permalink")).endswith(("pretty", "/"))
        plain = "/".join(("", *folders, file.path.stem)) + ("/" if pretty else ".html")
        words = {"path": "/".join(folders), "basename": file.path.stem, "output_ext": ".html"}
        address = self._address(file, pattern or plain, words)
        name = file.meta.text("slug") or ("" if pattern else file.name)
        return item_of(self._folder, file, kind="page", slug=name, addresses=(*address, *self._redirects(file)))

    def _address(self, file: MarkdownFile, pattern: str, words: Mapping[str, str]) -> tuple[str, ...]:
        try:
            return (self._prefix + filled("/" + pattern.lstrip("/"), words),)
        except KeyError as problem:
            self._folder.report.lose(
                file.path,
                file.meta.line_of("permalink"),
                f"permalink {pattern!r} has a word without a value here, {problem}, so the old address is not kept",
            )
            return ()

    def _redirects(self, file: MarkdownFile) -> list[str]:
        return [below(self._prefix, alias) for alias in file.meta.words("aliases")]

    def _default(self, path: Path, kind: str, key: str) -> str:
        """The value of a key in the front matter defaults of _config.yml; the longest path wins."""
        best, value = -1, ""
        within = path.relative_to(self._top).as_posix()
        defaults = self._config.get("defaults")
        for default in defaults if isinstance(defaults, list) else []:
            scope, values = mapping(mapping(default).get("scope")), mapping(mapping(default).get("values"))
            top = text_of(scope.get("path")).strip("/")
            matches = (not top or within.startswith(top)) and scope.get("type", kind) == kind
            if matches and key in values and len(top) > best:
                best, value = len(top), text_of(values[key])
        return value


def _jekyll_words(data: Mapping[str, Any], key: str) -> list[str]:
    """Tags or categories; Jekyll divides a text at its spaces."""
    value = data.get(key)
    if isinstance(value, str):
        return (
            [word.strip() for word in value.split(",")]
            if "," in value
            else ([value] if key in {"category", "tag"} else value.split())
        )
    return [str(word) for word in value if str(word).strip()] if isinstance(value, list) else []
