"""The plan of an import: which file and which aliases each text gets, before anything is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from blog import urls
from blog.content.slugs import is_slug, slugify
from blog.importers.addresses import RefusedAddressError, last_segment, old_path
from blog.importers.items import Item, SourceSite
from blog.importers.report import Report

_MOST_ALIASES = 50
_LONGEST_NAME = 120
_HOME_NAME = "home"


@dataclass(frozen=True, slots=True)
class Planned:
    """An item with the file that it becomes, its slug and its aliases."""

    item: Item
    file: PurePosixPath
    slug: str
    aliases: tuple[str, ...]

    @property
    def path(self) -> str:
        """The decoded path that it is served at."""
        return _path(self.item, self.slug)


def plan(site: SourceSite, report: Report) -> list[Planned]:
    """Give each text a file of its own, and each old address to one text. What cannot be kept is reported."""
    taken: set[str] = {urls.decoded(path) for path in urls.FIXED_PATHS}
    # The names without a language belong to the texts in the language of the site.
    language = site.config.get("lang", "").partition("-")[0].lower()
    order = sorted(site.items, key=lambda item: item.lang.partition("-")[0].lower() not in {"", language})
    named = {id(item): _named(item, taken, report) for item in order}
    planned = [named[id(item)] for item in site.items]
    return _with_aliases(planned, site.url, report)


def _named(item: Item, taken: set[str], report: Report) -> Planned:
    """The item with a slug that no other text has. Published texts and drafts share the names, because drafts are published one day."""
    # WordPress writes names in other scripts percent-encoded.
    wanted = unquote(item.slug).strip("/").rpartition("/")[2] or last_segment(item.address) or slugify(item.title)
    slug = free = _slug(wanted) or _slug(slugify(item.title)) or "untitled"
    if item.kind == "page" and slug == "index":
        slug = free = _HOME_NAME
    number = 1
    if item.lang and _path(item, free) in taken:
        slug = free = f"{slug}-{item.lang.lower()}"
    while _path(item, free) in taken or (item.kind == "page" and free in urls.RESERVED):
        number += 1
        free = f"{slug}-{number}"
    if number > 1:
        report.change(
            item.file,
            item.line,
            f"the address {_path(item, slug)} is taken or reserved, so this text gets {_path(item, free)}",
        )
    elif wanted and free != wanted.lower() and wanted.lower() != "index":
        report.change(item.file, item.line, f"the slug {wanted!r} became {free!r}")
    taken.add(_path(item, free))
    folder = PurePosixPath(urls.PAGE.folder if item.kind == "page" else urls.POST.folder)
    # MDX has components, which Markdown has not.
    suffix = ".mdx" if item.file.suffix.lower() == ".mdx" else ".md"
    return Planned(item, folder / f"{free}{suffix}", free, ())


def _slug(wanted: str) -> str:
    wanted = wanted.strip().lower()
    slug = wanted if is_slug(wanted) else slugify(wanted)
    return slug.encode()[:_LONGEST_NAME].decode(errors="ignore").strip("-_")


def _path(item: Item, slug: str) -> str:
    return (urls.PAGE if item.kind == "page" else urls.POST).prefix + slug


def _with_aliases(planned: list[Planned], site_url: str, report: Report) -> list[Planned]:
    """The texts with their old addresses; a published text has precedence over a draft."""
    owners = {text.path: text for text in planned}
    aliases: dict[PurePosixPath, list[str]] = {text.file: [] for text in planned}
    for text in sorted(planned, key=lambda text: text.item.draft):
        for address in dict.fromkeys(text.item.addresses):
            if path := _alias(text, address, site_url, report):
                owner = owners.setdefault(path, text)
                if owner is not text:
                    report.lose(
                        text.item.file,
                        text.item.line,
                        f"the old address {path} leads to {owner.file}, so not to this text",
                    )
                elif path != text.path and path not in aliases[text.file]:
                    aliases[text.file].append(path)
    return [replace(text, aliases=tuple(_bounded(text, aliases[text.file], report))) for text in planned]


def _alias(text: Planned, address: str, site_url: str, report: Report) -> str | None:
    try:
        path = old_path(address, site_url)
    except RefusedAddressError as problem:
        if text.path != urls.canonical(address):
            report.lose(text.item.file, text.item.line, f"the old address {address!r} is not kept: it {problem}")
        return None
    return path


def _bounded(text: Planned, aliases: list[str], report: Report) -> Iterable[str]:
    for path in aliases[_MOST_ALIASES:]:
        report.lose(
            text.item.file,
            text.item.line,
            f"the old address {path} is not kept: a text has at most {_MOST_ALIASES} aliases",
        )
    return aliases[:_MOST_ALIASES]
