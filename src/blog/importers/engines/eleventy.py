"""Eleventy: Markdown files, with permalinks of front matter and of the JSON data files of their folders."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blog.importers.addresses import below, prefix_of
from blog.importers.configuration import read_configuration
from blog.importers.engines.markdown_files import POST_FOLDERS, MarkdownFile, item_of, read_markdown, text_of
from blog.importers.items import Item, SourceSite
from blog.importers.javascript_literals import literals
from blog.importers.names import pelican_name
from blog.importers.site_files import of_eleventy
from blog.importers.source_folder import SourceFolder

CONFIGURATIONS = (".eleventy.js", ".eleventy.cjs", *(f"eleventy.config.{kind}" for kind in ("js", "mjs", "cjs", "ts")))
# Tags that only put a text into a collection.
_COLLECTIONS = frozenset({"post", "posts", "blog", "all", "nav", "page", "pages"})
_EXPRESSION = re.compile(r"\{\{-?\s*([^{}|]+?)\s*((?:\|[^{}]*)?)-?\}\}")
# The option of markdown-it for quotes and dashes.
_SMART = re.compile(r"\btypographer\s*:\s*true")
_DATE_FORMAT = re.compile(r"date\s*[:(]\s*[\"']([^\"']+)[\"']")


def read(folder: SourceFolder) -> SourceSite:
    """The texts of a site of Eleventy."""
    path = folder.first(*CONFIGURATIONS)
    config = (folder.read(path) if path else None) or ""
    named = literals(config)
    top = folder.root / named.get("input", "")
    if not folder.is_inside(top) or not top.is_dir():
        top = folder.root
    site = of_eleventy(folder, top.relative_to(folder.root).as_posix())
    url = site.pop("url", "")
    prefix = prefix_of(named.get("pathPrefix", "")) or prefix_of(url)
    static = tuple(folder.root / name for name in ("public", "static", "src/assets", "src/static", "src/public"))
    return SourceSite(
        engine="eleventy",
        root=folder.root,
        items=list(_Eleventy(folder, top, prefix).items()),
        url=url,
        static_folders=(top, *static),
        config=site,
        turned_on=frozenset({"smart"} if _SMART.search(config) else ()),
    )


class _Eleventy:
    def __init__(self, folder: SourceFolder, top: Path, prefix: str) -> None:
        self._folder, self._top, self._prefix = folder, top, prefix
        self._data: dict[Path, Mapping[str, Any]] = {}

    def items(self) -> Iterator[Item]:
        for path in self._folder.texts(self._top):
            folders = path.relative_to(self._top).parts[:-1]
            if any(name.startswith("_") for name in folders) or path.stem.lower() in {
                "readme",
                "changelog",
                "license",
                "contributing",
            }:
                continue
            if file := read_markdown(self._folder, path):
                yield self._item(file, folders, self._inherited(path.parent))

    def _inherited(self, folder: Path) -> Mapping[str, Any]:
        """The data files of a folder and of those above it."""
        if folder not in self._data:
            above = self._inherited(folder.parent) if folder != self._top else {}
            files = [folder / f"{folder.name}.json", folder / f"{folder.name}.11tydata.json"]
            own = [read_configuration(self._folder, file) for file in files if self._folder.is_file(file)]
            self._data[folder] = {key: value for data in (above, *own) for key, value in data.items()}
        return self._data[folder]

    def _item(self, file: MarkdownFile, folders: tuple[str, ...], data: Mapping[str, Any]) -> Item:
        inherited = data.get("tags", [])
        collections = set(inherited if isinstance(inherited, list) else [str(inherited)])
        tags = file.meta.words("tags")
        markers = [tag for tag in tags if tag.lower() in _COLLECTIONS or tag in collections]
        for tag in markers:
            self._folder.report.change(
                file.path,
                file.meta.line_of("tags"),
                f"tag {tag!r} only put the text into a collection, and was left out",
            )
        is_post = bool(file.date) or bool({*markers, *collections, *folders} & {*POST_FOLDERS})
        address = self._address(file, folders, data)
        aliases = [below(self._prefix, alias) for alias in file.meta.words("aliases")]
        slug = file.meta.text("slug") or (
            "" if file.meta.text("permalink") else file.name if folders else file.path.stem
        )
        return item_of(
            self._folder, file, kind="post" if is_post else "page", slug=slug, tags=tuple(tag for tag in tags if tag not in markers),
            addresses=(address, *aliases),
        )  # fmt: skip

    def _address(self, file: MarkdownFile, folders: tuple[str, ...], data: Mapping[str, Any]) -> str:
        """Where the text was. A folder's name loses its date too."""
        is_index = file.path.stem == "index"
        parts = [re.sub(r"^\d{4}-\d\d-\d\d-", "", name) for name in (folders[:-1] if is_index else folders)]
        name = file.name if not is_index or folders else ""
        if not is_index and parts[-1:] == [name]:
            # blog/hello/hello.md is an index of its folder too.
            parts = parts[:-1]
        plain = "/".join(("", *parts, name)).rstrip("/") + "/"
        pattern = file.meta.text("permalink") or text_of(data.get("permalink"))
        path = self._filled(pattern, file, parts) if pattern else plain
        if path is None:
            self._folder.report.lose(
                file.path,
                file.meta.line_of("permalink"),
                f"permalink {pattern!r} is computed, so the address by the file's name is kept",
            )
            path = plain
        return below(self._prefix, path)

    def _filled(self, pattern: str, file: MarkdownFile, parts: list[str]) -> str | None:
        """A permalink with the common expressions replaced; None if it has another one."""
        title = file.meta.text("slug") or pelican_name(file.meta.text("title").replace("&", " and "))
        values = {
            "page.fileSlug": file.name,
            "fileSlug": file.name,
            "slug": title,
            "title": title,
            "page.filePathStem": "/".join(("", *parts, file.name)),
        }
        unknown = False

        def value(found: re.Match[str]) -> str:
            nonlocal unknown
            form = _DATE_FORMAT.search(found[2])
            if found[1] in {"page.date", "date"} and form and file.when:
                return file.when.strftime(form[1])
            unknown = unknown or found[1] not in values
            return values.get(found[1], "")

        path = _EXPRESSION.sub(value, pattern)
        return None if unknown or "{" in path else path
