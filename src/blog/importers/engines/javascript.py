"""Astro and Next.js: Markdown and MDX files, whose addresses are where both programs put them by convention."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from blog.content.slugs import github_slug
from blog.importers.addresses import below
from blog.importers.engines.markdown_files import POST_FOLDERS, MarkdownFile, item_of, read_markdown
from blog.importers.items import Item, SourceSite
from blog.importers.javascript_literals import literals
from blog.importers.metadata import Metadata, Parts
from blog.importers.site_files import of_astro, of_next
from blog.importers.source_folder import SourceFolder

_ASTRO = tuple(f"astro.config.{kind}" for kind in ("mjs", "js", "ts", "mts", "cjs"))
_NEXT = tuple(f"next.config.{kind}" for kind in ("js", "mjs", "ts", "cjs"))
_CONTENT = (
    "src/content",
    "src/data",
    "content",
    "contents",
    "posts",
    "_posts",
    "blog",
    "data",
    "src/posts",
    "src/_posts",
)
_ROUTES = ("src/pages", "pages", "src/app", "app")
# What the files of routes are called, of which a folder gives the address.
_ROUTE_NAMES = frozenset({"page", "index"})
_EXPORTED = re.compile(
    r"^export\s+const\s+(?:metadata|meta|frontmatter)\b[^=\n]*=\s*\{(.*?)\n?\};?[ \t]*$", re.MULTILINE | re.DOTALL
)
_PAIR = re.compile(r"([\"']?)([A-Za-z]\w*)\1\s*:\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`|\[([^\]]*)\]|(true|false))")
_NOT_SMART = re.compile(r"\bsmartypants\s*:\s*false")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")


def read_astro(folder: SourceFolder) -> SourceSite:
    """The texts of a site of Astro."""
    path = folder.first(*_ASTRO)
    config = (folder.read(path) if path else None) or ""
    named, values = literals(config), of_astro(folder)
    url = named.get("site", "") or values.get("url", "")
    # Astro makes quotes and dashes typographic unless it is told otherwise.
    turned_on = frozenset[str]() if _NOT_SMART.search(config) else frozenset({"smart"})
    return replace(_site(folder, "astro", named.get("base", ""), values), url=url, turned_on=turned_on)


def read_next(folder: SourceFolder) -> SourceSite:
    """The texts of a site of Next.js."""
    path = folder.first(*_NEXT)
    config = (folder.read(path) if path else None) or ""
    return _site(folder, "next", literals(config).get("basePath", ""), of_next(folder))


def _site(folder: SourceFolder, engine: str, base: str, values: dict[str, str]) -> SourceSite:
    prefix = f"/{base.strip('/')}".rstrip("/")
    items = list(_items(folder, prefix, is_next=engine == "next"))
    static = (folder.root / "public", folder.root / "src/assets", folder.root / "static")
    config = {key: value for key, value in values.items() if key != "url"}
    return SourceSite(
        engine=engine, root=folder.root, items=items, url=values.get("url", ""), static_folders=static, config=config
    )


def _items(folder: SourceFolder, prefix: str, *, is_next: bool) -> Iterator[Item]:
    seen: set[Path] = set()
    for top in (*_CONTENT, *_ROUTES):
        for path in folder.texts(folder.root / top):
            if path in seen or path.stem.lower() == "readme":
                continue
            seen.add(path)
            if "authors" in path.relative_to(folder.root).parts[:-1]:
                folder.report.lose(path, 1, "describes an author, who has no page here")
                continue
            if file := read_markdown(folder, path):
                yield _item(folder, _with_exported(file), folder.root / top, prefix, is_next=is_next)


def _item(folder: SourceFolder, file: MarkdownFile, top: Path, prefix: str, *, is_next: bool) -> Item:
    parts = file.path.relative_to(top).parts[:-1]
    # Next.js leaves folders in parentheses out of addresses.
    parts = tuple(part for part in parts if not re.fullmatch(r"\(.*\)", part))
    is_route = top.relative_to(folder.root).as_posix() in _ROUTES
    if file.path.stem in _ROUTE_NAMES and parts:
        name, sections = parts[-1], parts[:-1]
    else:
        name, sections = (file.path.stem if is_route else file.stem), parts
    name = file.meta.text("slug").strip("/") or name
    if not is_route and not sections and top.name.lstrip("_") not in {"content", "contents", "data"}:
        sections = (top.name.lstrip("_"),)
    addresses = [file.meta.text("permalink"), prefix + "/" + "/".join((*sections, name))]
    if not is_route:
        addresses.append(prefix + "/" + "/".join(map(github_slug, (*sections, *name.split("/")))))
    if is_next and not is_route:
        # Where most blogs of Next.js have their posts, whatever the folder is called.
        addresses.append(f"{prefix}/blog/{name}")
    aliases = [below("", alias) for alias in file.meta.words("aliases")]
    is_post = bool(file.date) or (bool(sections) and sections[0] in POST_FOLDERS and not is_route)
    slug = file.meta.text("slug").rpartition("/")[2] or (name.rpartition("/")[2])
    return item_of(
        folder,
        file,
        kind="post" if is_post else "page",
        slug=slug,
        addresses=tuple(filter(None, (*addresses, *aliases))),
    )


def _with_exported(file: MarkdownFile) -> MarkdownFile:
    """The file with the values of `export const metadata = {…}`, which MDX files of Next.js have in place of front matter."""
    found = _EXPORTED.search(file.parts.body) if file.path.suffix == ".mdx" and not file.parts.data else None
    if found is None:
        return file
    data: dict[str, Any] = {}
    for pair in _PAIR.finditer(found[1]):
        words = [quoted[1] or quoted[2] for quoted in _QUOTED.finditer(pair[6])] if pair[6] is not None else None
        data[pair[2]] = (
            words
            if words is not None
            else next((group for group in (pair[3], pair[4], pair[5], pair[7]) if group is not None), "")
        )
    body = file.parts.body[: found.start()] + "\n" * found[0].count("\n") + file.parts.body[found.end() :]
    parts = Parts(data, replace(file.parts.split, body=body))
    return replace(file, parts=parts, meta=Metadata(parts))
