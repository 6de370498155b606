"""What sites of Astro, Next.js and Eleventy say of themselves, in the files in which their starters have it."""

import re
from collections.abc import Mapping
from typing import Any

from blog.importers.configuration import read_configuration, site_values
from blog.importers.javascript_literals import first_of, literals
from blog.importers.source_folder import SourceFolder

_SCRIPTS = ("js", "ts", "mjs", "cjs")
_ASTRO = ("src/consts", "src/config", "src/site.config", "src/data/site")
_NEXT = ("siteMetadata", "data/siteMetadata", "src/data/siteMetadata", "site.config")
_LAYOUTS = tuple(f"{top}app/layout.{kind}" for top in ("", "src/") for kind in ("tsx", "ts", "jsx", "js"))
_METADATA = re.compile(r"^export\s+const\s+metadata\b[^=\n]*=\s*\{", re.MULTILINE)
# By the key of site.yaml, and "url" for the origin: what the starters call it, the most telling first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "siteTitle", "SITE_TITLE", "headerTitle", "default"),
    "description": ("description", "desc", "siteDescription", "SITE_DESCRIPTION"),
    "author": ("author", "authorName", "SITE_AUTHOR", "AUTHOR"),
    "lang": ("language", "lang", "locale", "SITE_LANG"),
    "timezone": ("timezone", "timeZone"),
    "url": ("siteUrl", "url", "website", "site", "SITE_URL", "metadataBase"),
}
_MAIL = re.compile(r"\s*[<(].*")


def of_astro(folder: SourceFolder) -> dict[str, str]:
    """The values of site.yaml, and ``url``, that a site of Astro has as plain texts."""
    return _with_package(folder, _of_script(folder, _ASTRO))


def of_next(folder: SourceFolder) -> dict[str, str]:
    """The values of site.yaml, and ``url``, that a site of Next.js has as plain texts."""
    layout = folder.first(*_LAYOUTS)
    text = (folder.read(layout) if layout else None) or ""
    start = _METADATA.search(text)
    exported = text[start.end() :].partition("\n}")[0] if start else ""
    return _with_package(folder, {**_named(literals(exported)), **_of_script(folder, _NEXT)})


def of_eleventy(folder: SourceFolder, top: str) -> dict[str, str]:
    """The values of site.yaml, and ``url``, in the data of a site of Eleventy, whose input is in the folder ``top``."""
    names = [f"{top}/_data/{name}" for name in ("metadata", "site")]
    path = folder.first(*(f"{name}.{kind}" for name in names for kind in ("json", "yaml", "yml")))
    data = read_configuration(folder, path)
    given = {"url": data.get("url", ""), **_values(data, lang=data.get("language") or data.get("lang"))}
    return {
        **_of_script(folder, names),
        **{key: value for key, value in given.items() if isinstance(value, str) and value},
    }


def _of_script(folder: SourceFolder, names: tuple[str, ...] | list[str]) -> dict[str, str]:
    path = folder.first(*(f"{name}.{kind}" for name in names for kind in _SCRIPTS))
    return _named(literals((folder.read(path) if path else None) or ""))


def _named(values: dict[str, str]) -> dict[str, str]:
    found = {key: first_of(values, *names) for key, names in _NAMES.items()}
    return {key: value for key, value in found.items() if value}


def _with_package(folder: SourceFolder, values: dict[str, str]) -> dict[str, str]:
    """The values, with those of package.json where there are no others. Its name is that of a package, and no title."""
    data = read_configuration(folder, folder.first("package.json"))
    author = data.get("author", "")
    if isinstance(author, str):
        author = _MAIL.sub("", author)
    homepage = data.get("homepage", "")
    url = {"url": homepage} if isinstance(homepage, str) and homepage else {}
    return {**url, **_values({**data, "title": "", "author": author}), **values}


def _values(data: Mapping[str, Any], lang: Any = "") -> dict[str, str]:
    return site_values(data.get("title"), data.get("description"), data.get("author"), lang, data.get("timezone"))
