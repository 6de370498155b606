"""Pelican: articles and pages in Markdown, with the patterns of pelicanconf.py, which is read and not run."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from blog.importers.addresses import below, prefix_of
from blog.importers.configuration import read_configuration, site_values
from blog.importers.engines.markdown_files import MarkdownFile, item_of, mapping, read_markdown, text_of
from blog.importers.items import Item, SourceSite
from blog.importers.names import pelican_name
from blog.importers.source_folder import SourceFolder

_WORD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


def read(folder: SourceFolder) -> SourceSite:
    """The texts of a site of Pelican."""
    config = read_configuration(folder, folder.first("pelicanconf.py", "publishconf.py"))
    public = read_configuration(folder, folder.first("publishconf.py"))
    url = text_of(public.get("SITEURL")) or text_of(config.get("SITEURL"))
    content = folder.root / (text_of(config.get("PATH")) or "content")
    if not folder.is_inside(content) or not content.is_dir():
        content = folder.root
    return SourceSite(
        engine="pelican",
        root=folder.root,
        items=list(_Pelican(folder, content, config, prefix_of(url)).items()),
        url=url,
        static_folders=(content, content / "extra"),
        config=site_values(
            config.get("SITENAME"),
            config.get("SITESUBTITLE"),
            config.get("AUTHOR"),
            config.get("DEFAULT_LANG"),
            config.get("TIMEZONE"),
        ),
        zone=text_of(config.get("TIMEZONE")),
        turned_on=frozenset({"smart"} if _is_smart(config) else ()),
    )


def _is_smart(config: Mapping[str, Any]) -> bool:
    """Whether Typogrify, or the extension of Python-Markdown, makes quotes and dashes typographic."""
    options = mapping(config.get("MARKDOWN"))
    extensions = [*mapping(options.get("extension_configs")), *(options.get("extensions") or ())]
    return config.get("TYPOGRIFY") is True or any(str(name).endswith("smarty") for name in extensions)


class _Pelican:
    def __init__(self, folder: SourceFolder, content: Path, config: Mapping[str, Any], prefix: str) -> None:
        self._folder, self._content, self._config, self._prefix = folder, content, config, prefix
        self._language = text_of(config.get("DEFAULT_LANG")) or "en"
        pages = config.get("PAGE_PATHS", ["pages"])
        self._pages = (
            [content / str(page) for page in pages] if isinstance(pages, list | tuple) else [content / str(pages)]
        )

    def items(self) -> Iterator[Item]:
        for path in self._folder.texts(self._content):
            if file := read_markdown(self._folder, path):
                is_page = any(path.is_relative_to(page) for page in self._pages)
                yield self._item(file, "page" if is_page else "article")

    def _item(self, file: MarkdownFile, kind: str) -> Item:
        meta = file.meta
        title = meta.text("title")
        by_title = self._config.get("SLUGIFY_SOURCE", "title") == "title"
        slug = meta.text("slug") or (pelican_name(title) if by_title else "") or file.name
        folders = file.path.relative_to(self._content).parts[:-1]
        category = meta.first("category") or (folders[-1] if folders and kind == "article" else "")
        tags = dict.fromkeys(filter(None, [*meta.words("tags"), *([category] if kind == "article" else [])]))
        when = file.when
        words = {
            "slug": slug,
            "lang": file.lang or meta.text("lang") or self._language,
            "category": pelican_name(category),
            "author": pelican_name(meta.first("author", "authors")),
            "path": "/".join((*folders, file.path.stem)),
        }
        address = self._address(file, kind, words, when)
        item_kind = "page" if kind == "page" else "post"
        addresses = (
            *([address] if address else []),
            *(below(self._prefix, alias) for alias in meta.words("aliases")),
        )
        return item_of(
            self._folder,
            file,
            kind=item_kind,
            slug=slug,
            tags=tuple(tags),
            addresses=addresses,
        )

    def _address(self, file: MarkdownFile, kind: str, words: Mapping[str, str], when: datetime | None) -> str:
        if given := file.meta.first("url") or file.meta.first("save_as"):
            return below(self._prefix, given)
        defaults = {"article": "{slug}.html", "page": "pages/{slug}.html"}
        in_other = words["lang"] != self._language
        names = [f"{kind.upper()}_LANG_URL"] if in_other else [f"{kind.upper()}_URL", f"{kind.upper()}_SAVE_AS"]
        other = defaults[kind].replace("{slug}", "{slug}-{lang}")
        pattern = next(
            (text_of(self._config[name]) for name in names if self._config.get(name)),
            other if in_other else defaults[kind],
        )
        try:
            return below(self._prefix, _filled(pattern, words, when))
        except KeyError as problem:
            self._folder.report.lose(
                file.path,
                1,
                f"pattern {pattern!r} has a word without a value here, {problem}, so the old address is not kept",
            )
            return ""


def _filled(pattern: str, words: Mapping[str, str], when: datetime | None) -> str:
    """A pattern of Pelican with its words replaced; only the date has a format, and nothing else of str.format is understood.

    >>> _filled("{date:%Y}/{slug}.html", {"slug": "a"}, datetime(2019, 1, 2))
    '2019/a.html'
    """

    def word(found: re.Match[str]) -> str:
        if found[1] == "date" and when is not None:
            return when.strftime(found[2] or "%Y-%m-%d")
        return words[found[1]]

    return _WORD.sub(word, pattern)
