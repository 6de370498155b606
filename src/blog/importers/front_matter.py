"""The front matter of an imported text: its values in the form that they have here, and what had to change."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Literal

from blog.content.characters import UNUSABLE
from blog.content.front_matter import FrontMatterError, language_tag, parse_front_matter, split
from blog.content.moments import is_before, parse_moment, zone_named
from blog.content.slugs import slugify
from blog.importers.dates import moment
from blog.importers.plan import Planned
from blog.importers.report import Report

_LONGEST_TITLE, _LONGEST_DESCRIPTION, _MOST_TAGS = 300, 500, 30
_MOST_AUTHORS = 20


class HeaderWriter:
    """Writes front matter; times without an offset are in the zone of the source."""

    def __init__(self, report: Report, zone: str, lang: str, author: str) -> None:
        """``lang`` and ``author`` are those of the new site, which no text has to repeat."""
        self._report = report
        self._author = author
        self._zone = _zone(zone)
        self._lang = lang

    def header(self, text: Planned, image: str, audio: str = "", off: Sequence[str] = ()) -> str:
        """The front matter of a text, between its two lines, valid here; ``off`` are extensions of Markdown that it turns off."""
        text = self._dated(text)
        item = text.item
        values = {
            "title": _quoted(self._short(text, "title", item.title, _LONGEST_TITLE) or text.slug.replace("-", " ")),
            "date": item.date,
            "updated": item.updated,
            "description": _quoted(self._short(text, "description", item.description, _LONGEST_DESCRIPTION)),
            "tags": self._tags(text),
            "draft": "true" if item.draft else "",
            "unlisted": "true" if item.unlisted else "",
            "slug": text.slug if slugify(text.file.stem) != text.slug or _looks_dated(text.slug) else "",
            "aliases": "".join(f"\n  - {_quoted(alias)}" for alias in text.aliases),
            "image": _quoted(image),
            "image_alt": _quoted(item.image_alt) if image else "",
            "audio": _quoted(audio) if item.kind == "post" else "",
            "lang": self._language(text),
            "series": _quoted(_line(item.series)[:_LONGEST_TITLE]),
            "order": self._order(text),
            "canonical": self._canonical(text),
            "authors": self._authors(text),
            "expires": self._moment(text, "expires", item.expires),
            "id": self._id(text),
            "markdown": f"{{{', '.join(f'{name}: false' for name in off)}}}" if off else "",
        }
        lines = [f"{key}:{'' if value.startswith(chr(10)) else ' '}{value}\n" for key, value in values.items() if value]
        return f"---\n{''.join(lines)}---\n"

    def _dated(self, text: Planned) -> Planned:
        """The text with dates in ISO 8601. A post without a usable date becomes a draft."""
        item = text.item
        date, updated = self._moment(text, "date", item.date), self._moment(text, "updated", item.updated)
        draft = item.draft
        if not date and item.kind == "post" and not draft:
            self._report.change(item.file, item.line, "has no date, and became a draft; give it one")
            draft = True
        if date and updated and is_before(parse_moment(updated, None), parse_moment(date, None)):
            self._report.change(item.file, item.line, f"updated ({updated}) is before date ({date}), and was left out")
            updated = ""
        return replace(text, item=replace(item, date=date, updated=updated, draft=draft))

    def _moment(self, text: Planned, key: str, value: str) -> str:
        if not value:
            return ""
        found = moment(value)
        try:
            if found and self._zone and len(found) > len("2026-03-01"):
                written = datetime.fromisoformat(found)
                found = written.isoformat(" ") if written.tzinfo else written.replace(tzinfo=self._zone).isoformat(" ")
            if found:
                parse_moment(found, None)
                return found
        except (ValueError, OverflowError):
            pass
        self._report.lose(text.item.file, text.item.line, f"{key} {value[:60]!r} is not a date")
        return ""

    def _short(self, text: Planned, key: str, value: str, limit: int) -> str:
        line = _line(value)
        if len(line) <= limit:
            return line
        self._report.change(text.item.file, text.item.line, f"{key} was shortened to {limit} characters")
        return line[: limit - 1].rstrip() + "…"

    def _tags(self, text: Planned) -> str:
        item = text.item
        tags: dict[str, str] = {}
        for tag in map(_line, item.tags):
            if slugify(tag):
                tags.setdefault(slugify(tag), tag)
            else:
                self._report.lose(item.file, item.line, f"the tag {tag!r} has neither a letter nor a digit")
        for tag in list(tags.values())[_MOST_TAGS:]:
            self._report.lose(item.file, item.line, f"the tag {tag!r}: a text has at most {_MOST_TAGS}")
        kept = list(tags.values())[:_MOST_TAGS]
        return _list(kept)

    def _language(self, text: Planned) -> str:
        lang = text.item.lang.replace("_", "-")
        if not lang or lang.lower() == self._lang.lower():
            return ""
        try:
            return _quoted(language_tag(lang))
        except ValueError as problem:
            self._report.lose(text.item.file, text.item.line, f"the language: {problem}")
            return ""

    def _authors(self, text: Planned) -> str:
        names = [line for name in text.item.authors if (line := _line(name)[:_LONGEST_TITLE])]
        for name in names[_MOST_AUTHORS:]:
            self._report.lose(
                text.item.file, text.item.line, f"the author {name!r}: a text has at most {_MOST_AUTHORS}"
            )
        return "" if names in ([], [self._author]) else _list(names[:_MOST_AUTHORS])

    def _order(self, text: Planned) -> str:
        order, series = text.item.order, text.item.series
        if order and (not series or not order.lstrip("-").isdecimal()):
            why = "counts only within a series" if not series else "is not a whole number"
            self._report.lose(text.item.file, text.item.line, f"order {order[:60]!r} {why}")
            return ""
        return order

    def _id(self, text: Planned) -> str:
        """What feed readers know the text by: a URI."""
        name = text.item.id
        if name and (":" not in name or len(name) > _LONGEST_TITLE):
            self._report.lose(text.item.file, text.item.line, f"id {name[:60]!r} is not a URI, as feeds require")
            return ""
        return _quoted(name)

    def _canonical(self, text: Planned) -> str:
        address = text.item.canonical
        if address and not address.startswith(("https://", "http://")):
            self._report.lose(text.item.file, text.item.line, f"canonical {address[:60]!r} is not an absolute address")
            return ""
        return _quoted(address)


def problem_of(content: str, kind: Literal["post", "page"]) -> str:
    """Why a text cannot be read here; empty if it can."""
    try:
        parse_front_matter(split(content), kind)
    except FrontMatterError as problem:
        return "; ".join(reason for _, reason in problem.problems)
    return ""


def site_yaml(config: Mapping[str, str], turned_on: Collection[str] = ()) -> str:
    """The text of site.yaml; values that are not allowed here are left out. ``turned_on`` are extensions of Markdown."""
    lines = []
    for key in ("title", "description", "author", "lang", "timezone"):
        value = _line(config.get(key, ""))[:_LONGEST_TITLE]
        if key == "lang":
            value = value.replace("_", "-")
        if value and _is_allowed(key, value):
            lines.append(f"{key}: {_quoted(value)}\n")
    if turned_on:
        lines.append(f"markdown: {{{', '.join(f'{name}: true' for name in sorted(turned_on))}}}\n")
    return "".join(lines)


def _is_allowed(key: str, value: str) -> bool:
    try:
        if key == "lang":
            language_tag(value)
        if key == "timezone":
            zone_named(value)
    except ValueError:
        return False
    return True


def _zone(name: str) -> tzinfo | None:
    return zone_named(name) if name and _is_allowed("timezone", name) else None


def _looks_dated(slug: str) -> bool:
    """Whether a file of that name would lose the date at the start of its name."""
    return len(slug) > len("2026-03-01-") and slug[:10].replace("-", "").isdecimal() and slug[10] == "-"


def _line(value: str) -> str:
    return " ".join(UNUSABLE.sub("", value).split())


def _list(words: list[str]) -> str:
    return f"[{', '.join(map(_quoted, words))}]" if words else ""


def _quoted(value: str) -> str:
    """A text of YAML: a text of JSON is one. An empty one is left out."""
    return json.dumps(_line(value), ensure_ascii=False) if value else ""
