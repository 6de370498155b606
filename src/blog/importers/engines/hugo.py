"""Hugo: content/, with the permalinks, languages and aliases of its configuration."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blog.importers.addresses import below, filled, prefix_of
from blog.importers.configuration import read_configuration, site_values
from blog.importers.engines.markdown_files import (
    POST_FOLDERS,
    MarkdownFile,
    item_of,
    mapping,
    permalink_words,
    read_markdown,
    text_of,
)
from blog.importers.items import Item, SourceSite
from blog.importers.names import hugo_name
from blog.importers.source_folder import SourceFolder

CONFIGURATIONS = tuple(
    f"{folder}{name}.{kind}"
    for folder in ("", "config/_default/")
    for name in ("hugo", "config")
    for kind in ("toml", "yaml", "yml", "json")
)


def read(folder: SourceFolder) -> SourceSite:
    """The texts of a site of Hugo."""
    config = {key.lower(): value for key, value in read_configuration(folder, folder.first(*CONFIGURATIONS)).items()}
    for name in ("permalinks", "params", "languages", "markup"):
        if name not in config and (
            path := folder.first(*(f"config/_default/{name}.{kind}" for kind in ("toml", "yaml", "yml", "json")))
        ):
            config[name] = read_configuration(folder, path)
    url = text_of(config.get("baseurl"))
    params = mapping(config.get("params"))
    return SourceSite(
        engine="hugo",
        root=folder.root,
        items=[
            item
            for top, lang in _tops(folder, config)
            for item in _Hugo(folder, top, lang, config, prefix_of(url)).items()
        ],
        url=url,
        static_folders=(folder.root / "static", folder.root / "assets"),
        config=site_values(
            config.get("title"),
            params.get("description"),
            params.get("author"),
            config.get("languagecode"),
            config.get("timezone"),
        ),
        zone=text_of(config.get("timezone")),
        turned_on=frozenset({"smart"} if _is_smart(mapping(config.get("markup"))) else ()),
    )


def _is_smart(markup: Mapping[str, Any]) -> bool:
    """Whether Goldmark makes quotes and dashes typographic, as it does unless it is told otherwise."""
    extensions = mapping(mapping(markup.get("goldmark")).get("extensions"))
    given = extensions.get("typographer", True)
    is_off = mapping(given).get("disable", False) if isinstance(given, dict) else str(given).lower() == "false"
    return str(is_off).lower() != "true"


def _tops(folder: SourceFolder, config: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """The folders of content, each with its language if it has one of its own."""
    languages = {str(lang): mapping(values) for lang, values in mapping(config.get("languages")).items()}
    own = [
        (text_of(value), lang)
        for lang, values in languages.items()
        for key, value in values.items()
        if key.lower() == "contentdir"
    ]
    tops = own or [(text_of(config.get("contentdir")) or "content", "")]
    return [(folder.root / name, lang) for name, lang in tops if name and folder.is_inside(folder.root / name)]


class _Hugo:
    def __init__(self, folder: SourceFolder, content: Path, lang: str, config: Mapping[str, Any], prefix: str) -> None:
        self._folder, self._content, self._lang, self._config, self._prefix = folder, content, lang, config, prefix
        self._language = text_of(config.get("defaultcontentlanguage")) or "en"
        permalinks = mapping(config.get("permalinks"))
        self._permalinks = {**permalinks, **mapping(permalinks.get("page"))}
        handlers = mapping(config.get("frontmatter")).get("date", ())
        self._strips_dates = ":filename" in handlers

    def items(self) -> Iterator[Item]:
        files = [file for path in self._paths() if (file := read_markdown(self._folder, path))]
        main = self._main_sections(files)
        for file in files:
            yield self._item(file, main)

    def _paths(self) -> Iterator[Path]:
        for path in self._folder.texts(self._content, html=True):
            if path.stem.split(".")[0] == "_index":
                self._folder.report.lose(path, 1, "is the text of a list, which has none here")
            elif path.stem.split(".")[0] != "index" and self._folder.is_file(path.with_name("index.md")):
                self._folder.report.lose(
                    path, 1, "is a part of the text in index.md beside it; include it there by hand"
                )
            else:
                yield path

    def _sections(self, file: MarkdownFile) -> tuple[str, ...]:
        parts = file.path.relative_to(self._content).parts[:-1]
        return parts[:-1] if file.path.stem.split(".")[0] == "index" else parts

    def _main_sections(self, files: list[MarkdownFile]) -> frozenset[str]:
        """The sections of posts: those that the configuration names, those that are called so, and the largest one."""
        params = {key.lower(): value for key, value in mapping(self._config.get("params")).items()}
        named = self._config.get("mainsections") or params.get("mainsections") or []
        counts = Counter(sections[0] for file in files if (sections := self._sections(file)) and file.date)
        largest = [name for name, _ in counts.most_common(1)]
        return frozenset(
            [*(named if isinstance(named, list) else [str(named)]), *(largest if not named else []), *POST_FOLDERS]
        )

    def _item(self, file: MarkdownFile, main: frozenset[str]) -> Item:
        sections = self._sections(file)
        is_post = bool(sections) and (sections[0] in main or bool(file.date))
        address = self._address(file, sections)
        base = address.rstrip("/").rpartition("/")[0]
        aliases = [
            below(self._prefix if alias.startswith("/") or "://" in alias else base, alias)
            for alias in file.meta.words("aliases")
        ]
        name = file.meta.text("slug") or (file.name if self._strips_dates else file.stem)
        return item_of(
            self._folder,
            file,
            kind="post" if is_post else "page",
            lang=file.meta.text("lang") or file.lang or self._lang,
            slug=name,
            addresses=(address, *aliases),
        )

    def _address(self, file: MarkdownFile, sections: tuple[str, ...]) -> str:
        prefix = self._prefix + self._language_prefix(file)
        if url := file.meta.text("permalink"):
            return below(prefix, url)
        name = file.name if self._strips_dates else file.stem
        slug = file.meta.text("slug") or name
        pattern = text_of(self._permalinks.get(sections[0])) if sections else text_of(self._permalinks.get("/"))
        title = hugo_name(file.meta.text("title"))
        words = permalink_words(file) | {
            "section": sections[0] if sections else "", "sections": "/".join(sections), "title": title, "slug": file.meta.text("slug") or title or name,
            "slugorfilename": slug, "filename": name, "contentbasename": name, "slugorcontentbasename": slug,
        }  # fmt: skip
        try:
            path = filled("/" + pattern.strip("/"), words) if pattern else "/".join(("", *sections, slug))
            path = "/".join(map(hugo_name, path.split("/")))
        except KeyError as problem:
            self._folder.report.lose(
                file.path,
                1,
                f"permalink {pattern!r} has a word without a value here, {problem}; the address without it is kept",
            )
            path = "/".join(("", *sections, slug))
        ugly = str(self._config.get("uglyurls", "")).lower() == "true"
        return prefix + path.rstrip("/").lower() + (".html" if ugly else "/")

    def _language_prefix(self, file: MarkdownFile) -> str:
        in_folder = str(self._config.get("defaultcontentlanguageinsubdir", "")).lower() == "true"
        language = file.lang or self._lang or self._language
        return f"/{language}" if in_folder or language != self._language else ""
