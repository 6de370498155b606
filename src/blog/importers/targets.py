"""Finds what the links and pictures of a text lead to: another text of the import, or a file of the source."""

import posixpath
import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from blog import urls
from blog.content.files import is_editors_file
from blog.content.folder import STATIC
from blog.content.media_types import is_served, refusal
from blog.content.targets import is_harmful
from blog.importers.addresses import RefusedAddressError, old_path, prefix_of
from blog.importers.constructs import REF
from blog.importers.items import SourceSite
from blog.importers.plan import Planned
from blog.importers.report import Report
from blog.importers.source_folder import MARKDOWN, SourceFolder

_RESIZED = re.compile(r"-\d+x\d+(?=\.\w+$)")
_UNSAFE = re.compile(r"[^\w.-]+")
# Paths that other programs make themselves: no text of the source is meant.
_LISTS = re.compile(r"/(?:tags?|categor(?:y|ies)|topics?|author|page|archives?|feed|rss)(?:/|$|\.xml)|^/[\w-]*\.xml$")
_PICTURES_FOLDER = PurePosixPath("images")


class Targets:
    """The texts and files of an import, by all that may lead to them. ``files`` has the files to copy, with their places in the posts folder."""

    def __init__(self, site: SourceSite, planned: Collection[Planned], folder: SourceFolder, report: Report) -> None:
        self._site, self._folder, self._report = site, folder, report
        self._prefix = prefix_of(site.url)
        self._text_files = {text.file for text in planned}
        self._by_path: dict[str, Planned] = {}
        self._by_source: dict[Path, Planned] = {}
        self._by_name: dict[str, Planned] = {}
        self.files: dict[Path, PurePosixPath] = {}
        self._places: dict[PurePosixPath, Path] = {}
        for text in planned:
            self._add(text)

    def _add(self, text: Planned) -> None:
        for path in (text.path, *text.aliases):
            self._by_path.setdefault(path, text)
        file = Path(text.item.file)
        if self._site.is_export:
            self._by_name.setdefault(text.slug, text)
            return
        self._by_source.setdefault(file, text)
        for name in (file.as_posix(), file.stem, text.slug, file.parent.name if file.stem == "index" else ""):
            if name:
                self._by_name.setdefault(name, text)

    def rewritten(self, text: Planned, target: str, line: int) -> str:
        """The target as it is written in the new file of a text."""
        file_line = text.item.body_line + line - 1
        if is_harmful(target):
            self._report.lose(
                text.item.file, file_line, f"the target {target[:60]!r} runs script or reads files, and was removed"
            )
            return "#"
        if target.startswith(REF):
            return self._reference(text, target.removeprefix(REF), file_line)
        path = self._path_of(target)
        if path is None:
            return target
        found = self._found(text, path)
        if found is None:
            self._report_missing(text, target, path, file_line)
            return target
        return _relative(found, text.file) + _suffix(target, is_text=found in self._text_files)

    def file(self, text: Planned, target: str, line: int) -> str:
        """A picture or recording of the front matter, as it is written in the new file."""
        if not target or is_harmful(target):
            return ""
        return self.rewritten(text, target, line - text.item.body_line + 1)

    def _path_of(self, target: str) -> str | None:
        """The decoded path of a target on this site; None if it is on another one, or none at all."""
        try:
            parts, own = urlsplit(target), urlsplit(self._site.url)
        except ValueError:
            return None
        is_own = parts.scheme in {"http", "https", ""} and parts.netloc and parts.netloc.lower() == own.netloc.lower()
        if (parts.scheme or parts.netloc) and not is_own:
            return None
        return unquote(parts.path) or ("/" if is_own else None)

    def _found(self, text: Planned, path: str) -> PurePosixPath | None:
        """What a path leads to, as a place in the posts folder."""
        source = Path(text.item.file)
        if not path.startswith("/"):
            beside = Path(posixpath.normpath(source.parent / path))
            if found := self._text_in(beside) or self._file(text, beside, None):
                return found
            base = text.item.address if text.item.address.startswith("/") else "/"
            path = posixpath.normpath(posixpath.join(base if base.endswith("/") else posixpath.dirname(base), path))
        if known := self._text_at(path):
            return known
        if ".." in path.split("/"):
            return None
        within = path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path
        for top in self._site.static_folders:
            for name in dict.fromkeys((within, _RESIZED.sub("", within))):
                if found := self._file(text, top / name.lstrip("/"), name):
                    return found
        return None

    def _text_in(self, source: Path) -> PurePosixPath | None:
        """The new file of a source file, whose extension may be left out."""
        for candidate in (
            source,
            *(source.with_name(source.name + kind) for kind in MARKDOWN),
            *(source / f"index{kind}" for kind in MARKDOWN),
        ):
            if found := self._by_source.get(candidate):
                return found.file
        return None

    def _text_at(self, path: str) -> PurePosixPath | None:
        for address in (path, f"{self._prefix}{path}"):
            try:
                known = old_path(address)
            except RefusedAddressError:
                known = urls.canonical(address)
            bare = re.sub(r"\.html?$", "", known)
            if found := self._by_path.get(known) or self._by_path.get(bare) or self._by_path.get(f"{known}.html"):
                return found.file
        return None

    def _reference(self, text: Planned, name: str, line: int) -> str:
        """A link that a program wrote by the name of a text or a file."""
        path, suffix = unquote(urlsplit(name).path), _suffix(name)
        source = Path(text.item.file)
        tops = [source.parent] if not path.startswith("/") else []
        tops += [*self._site.static_folders, self._site.root / "content", self._site.root]
        for top in tops:
            candidate = Path(posixpath.normpath(top / path.lstrip("/")))
            if found := self._text_in(candidate) or self._file(text, candidate, None):
                return _relative(found, text.file) + suffix
        stem = re.sub(r"(?:/index)?\.\w+$", "", path).rpartition("/")[2] or path
        by_name = self._by_name.get(stem)
        if by_name:
            return _relative(by_name.file, text.file) + suffix
        self._report.lose(text.item.file, line, f"the link to {name!r} leads to nothing that was carried over")
        return f"/{path.strip('/')}"

    def _file(self, text: Planned, source: Path, address: str | None) -> PurePosixPath | None:
        """Where a file of the source is copied to. One that was served at its own address keeps it, in static/."""
        if not self._folder.is_file(source):
            return None
        if source in self.files:
            return self.files[source]
        name = PurePosixPath(_UNSAFE.sub("-", source.name).lstrip(".-_") or "file")
        if not is_served(name):
            self._report.lose(source, 1, refusal(name))
            return None
        keeps = address is not None and urls.canonical(address) not in self._by_path and _is_servable(address)
        place = STATIC / address.lstrip("/") if keeps and address else self._free(text, name, address)
        self.files[source] = place
        self._places[place] = source
        return place

    def _free(self, text: Planned, name: PurePosixPath, address: str | None) -> PurePosixPath:
        """A place below images/ that no other file has."""
        folder = _PICTURES_FOLDER / text.slug
        if address is not None:
            parts = [_UNSAFE.sub("-", part).strip(".-_") for part in address.strip("/").split("/")[:-1]]
            folder = _PICTURES_FOLDER.joinpath(*filter(None, parts))
        place, number = folder / name, 1
        while place in self._places:
            number += 1
            place = folder / f"{name.stem}-{number}{name.suffix}"
        return place

    def _report_missing(self, text: Planned, target: str, path: str, line: int) -> None:
        canonical = urls.canonical(path)
        if canonical in urls.FIXED_PATHS or canonical == urls.HOME or _LISTS.search(canonical):
            return
        self._report.lose(text.item.file, line, f"{target!r} leads to nothing that was carried over")


def _is_servable(address: str) -> bool:
    """Whether a file in static/ may have an address."""
    path = "/" + address.lstrip("/")
    hidden = any(part.startswith((".", "_")) or is_editors_file(part) for part in path.split("/"))
    return not hidden and not urls.is_reserved(urls.canonical(path)) and " ".join(path.split()) == path


def _suffix(target: str, *, is_text: bool = True) -> str:
    """The fragment of a target, and of a file its query too."""
    rest = target[len(target.partition("#")[0].partition("?")[0]) :]
    return rest[rest.find("#") :] if is_text and "#" in rest else "" if is_text else rest


def _relative(place: PurePosixPath, file: PurePosixPath) -> str:
    """A link to a place in the posts folder from a file in it; files in static/ have an address.

    >>> _relative(PurePosixPath("images/a b.png"), PurePosixPath("pages/about.md")), _relative(PurePosixPath("static/x.pdf"), PurePosixPath("a.md"))
    ('../images/a%20b.png', '/x.pdf')
    """
    if place.parts[0] == STATIC.name:
        return "/" + quote(str(place.relative_to(STATIC)))
    return quote(posixpath.relpath(str(place), str(file.parent)))
