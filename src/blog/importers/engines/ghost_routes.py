"""Addresses of Ghost's posts by routes.yaml, which lies beside an export: collections, each with a filter and a permalink."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blog.content.moments import parse_moment, zone_named
from blog.importers.configuration import read_configuration
from blog.importers.engines.markdown_files import mapping, text_of
from blog.importers.report import Report
from blog.importers.source_folder import SourceFolder

_DEFAULT = "/{slug}/"
_WORD = re.compile(r"\{(\w+)\}")
# A term of a filter: key:value, key:-value or key:[value, value].
_TERM = re.compile(r"([a-z_]+):(-?)(?:'([^']*)'|\[([^\[\]]*)\]|([\w.-]+))")


class UnknownFilterError(ValueError):
    """A filter has more than terms that are joined by plus signs and commas."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters and permalinks ask of a post, by the slugs of its tags and authors; ``when`` is in the zone of the site."""

    slug: str
    id: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    featured: bool
    when: datetime | None

    def values(self, key: str) -> tuple[str, ...]:
        """
        Raises:
            UnknownFilterError: no filter by this key is understood.
        """
        known = {
            "tag": self.tags, "tags": self.tags, "primary_tag": self.tags[:1], "author": self.authors, "authors": self.authors,
            "primary_author": self.authors[:1], "slug": (self.slug,), "id": (self.id,), "featured": (str(self.featured).lower(),),
        }  # fmt: skip
        if key not in known:
            raise UnknownFilterError(key)
        return known[key]

    @property
    def words(self) -> dict[str, str]:
        """The words of permalinks; Ghost writes all for a tag or an author that is missing."""
        dated = {name: f"{self.when:{form}}" for name, form in _DATED.items()} if self.when else {}
        primary = {"primary_tag": next(iter(self.tags), "all"), "primary_author": next(iter(self.authors), "all")}
        return {"slug": self.slug, "id": self.id, "author": primary["primary_author"], **primary, **dated}


_DATED = {"year": "%Y", "month": "%m", "day": "%d"}


class Routes:
    """The addresses of texts by the routes.yaml beside an export, or as they are without one."""

    def __init__(self, path: Path, report: Report, zone: str) -> None:
        folder = SourceFolder(path.parent, report)
        self._file = folder.first("routes.yaml", "routes.yml", "content/settings/routes.yaml")
        self._routes = read_configuration(folder, self._file)
        self._report = report
        try:
            self._zone = zone_named(zone) if zone else UTC
        except ValueError:
            self._zone = UTC
        for written in _unknown_filters(self._routes):
            problem = f"the filter {written!r} is not understood, so every post has an address by its permalink too"
            report.change(self._file or path, 1, problem)

    def addresses(self, facts: Facts, date: str) -> tuple[str, ...]:
        """The addresses of a post that was published at this date."""
        try:
            when = parse_moment(date, self._zone).moment
        except ValueError:
            when = None
        try:
            return tuple(_addresses(self._routes, replace(facts, when=when)))
        except KeyError as problem:
            reason = f"a permalink has a word without a value here, {problem}, so the old address of {facts.slug} is not kept"
            self._report.lose(self._file or Path(), 1, reason)
            return ()


def _addresses(routes: Mapping[str, Any], facts: Facts) -> Iterator[str]:
    """The addresses that a post may have had: that of its first collection, and those of collections before whose filter is not understood.

    Raises:
        KeyError: a permalink has a word that is not known.
    """
    collections = [mapping(collection) for collection in mapping(routes.get("collections")).values()]
    for collection in collections or [{}]:
        try:
            is_certain = _matches(text_of(collection.get("filter")), facts)
        except UnknownFilterError:
            yield _filled(collection, facts)
            continue
        if is_certain:
            yield _filled(collection, facts)
            return


def _unknown_filters(routes: Mapping[str, Any]) -> Iterator[str]:
    """The filters that are not understood."""
    anybody = Facts("", "", (), (), featured=False, when=None)
    for collection in mapping(routes.get("collections")).values():
        written = text_of(mapping(collection).get("filter"))
        try:
            _matches(written, anybody)
        except UnknownFilterError:
            yield written


def _filled(collection: Mapping[str, Any], facts: Facts) -> str:
    words = facts.words
    return _WORD.sub(lambda found: words[found[1]], text_of(collection.get("permalink")) or _DEFAULT)


def _matches(written: str, facts: Facts) -> bool:
    """Whether a post has one of the alternatives between commas, of which all terms between plus signs are true."""
    if not written:
        return True
    place, alternatives = 0, [True]
    while found := _TERM.match(written, place):
        alternatives[-1] &= _is_true(found, facts)
        place = found.end()
        if written[place : place + 1] == ",":
            alternatives.append(True)
        elif written[place : place + 1] != "+":
            break
        place += 1
    if place != len(written):
        raise UnknownFilterError(written)
    return any(alternatives)


def _is_true(term: re.Match[str], facts: Facts) -> bool:
    key, minus, quoted, several, word = term.groups()
    wanted = {it.strip(" '") for it in several.split(",")} if several is not None else {quoted or word}
    return bool(wanted & set(facts.values(key))) is not bool(minus)
