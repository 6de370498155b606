"""Collections: sections of ordered notes, with one level of groups."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from blog import urls
from blog.content.config import CollectionSettings
from blog.content.note_places import Section
from blog.content.post import DatedNote, Note

# The contents on the page of a note list about as many notes at most: otherwise the pages of a collection would grow with its square.
MOST_LISTED = 100
_DIGITS = re.compile(r"(\d+)")

_Item = TypeVar("_Item")
_Key = tuple[float, tuple[tuple[int, int, str], ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of notes. Its page shows ``introduction``, if there is one; ``notes`` are the others in order."""

    slug: str
    url: str
    title: str
    description: str
    introduction: Note | None
    notes: tuple[Note, ...]

    @property
    def all(self) -> tuple[Note, ...]:
        return (self.introduction, *self.notes) if self.introduction else self.notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection. Its page shows ``introduction``, if there is one; ``notes`` are those outside of groups, in order."""

    slug: str
    url: str
    title: str
    description: str
    introduction: Note | None
    notes: tuple[Note, ...]
    groups: tuple[Group, ...]
    feed: bool

    @property
    def in_order(self) -> tuple[Note, ...]:
        """The notes in the order in which they are read, with the introductions of groups."""
        return (*self.notes, *(note for group in self.groups for note in group.all))

    @property
    def all(self) -> tuple[Note, ...]:
        return (self.introduction, *self.in_order) if self.introduction else self.in_order

    @property
    def dated(self) -> tuple[DatedNote, ...]:
        """The notes that have a date, newest first."""
        dated = (note for note in self.all if isinstance(note, DatedNote))
        return tuple(sorted(dated, key=lambda note: (note.published, note.slug), reverse=True))

    def around(self, note: Note, group: Group | None) -> "Collection":
        """The collection as the page of a note in a group lists it: of a large one, only what is near to the note."""
        if len(self.in_order) <= MOST_LISTED:
            return self
        near = _near(self.groups, group)
        groups = tuple(replace(it, notes=_near(it.notes, note) if it == group else ()) for it in near)
        return replace(self, notes=_near(self.notes, note), groups=groups)


def collections_of(notes: Iterable[Note], settings: Mapping[str, CollectionSettings]) -> tuple[Collection, ...]:
    """The collections of notes, in order."""
    by_slug: defaultdict[str, list[Note]] = defaultdict(list)
    for note in notes:
        by_slug[note.place.collection.slug].append(note)
    found = {slug: _collection(of_slug, settings.get(slug, CollectionSettings())) for slug, of_slug in by_slug.items()}
    sections = {slug: of_slug[0].place.collection for slug, of_slug in by_slug.items()}
    return tuple(sorted(found.values(), key=lambda it: _section_key(sections[it.slug], it.introduction, it.title)))


def last_updated(notes: Iterable[Note]) -> datetime | None:
    """When one of the notes was changed last, as far as they say."""
    return max((note.updated for note in notes if note.updated), default=None)


def _collection(notes: Sequence[Note], settings: CollectionSettings) -> Collection:
    section = notes[0].place.collection
    introduction = _introduction(note for note in notes if note.place.group is None)
    grouped: defaultdict[Section, list[Note]] = defaultdict(list)
    for note in notes:
        if note.place.group:
            grouped[note.place.group].append(note)
    groups = {group: _group(section, group, members) for group, members in grouped.items()}
    in_order = sorted(groups, key=lambda it: _section_key(it, groups[it].introduction, groups[it].title))
    return Collection(
        slug=section.slug,
        url=urls.collection(section.slug),
        title=(introduction and introduction.title) or settings.title or section.title,
        description=_description(introduction) or settings.description,
        introduction=introduction,
        notes=_sorted(note for note in notes if note.place.group is None),
        groups=tuple(groups[group] for group in in_order),
        feed=settings.feed,
    )


def _group(collection: Section, section: Section, notes: Sequence[Note]) -> Group:
    introduction = _introduction(notes)
    return Group(
        slug=section.slug,
        url=urls.group(collection.slug, section.slug),
        title=introduction.title if introduction else section.title,
        description=_description(introduction),
        introduction=introduction,
        notes=_sorted(notes),
    )


def _introduction(notes: Iterable[Note]) -> Note | None:
    return next((note for note in notes if note.place.introduces), None)


def _description(introduction: Note | None) -> str:
    """The description that the author wrote, and not the one from the first paragraph, which the page shows anyway."""
    return "" if introduction is None or introduction.is_described_by_opening else introduction.description


def _sorted(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes that introduce nothing, by ``order`` or the number in their name, then by title."""
    return tuple(sorted((note for note in notes if not note.place.introduces), key=_note_key))


def _note_key(note: Note) -> _Key:
    return _key(note.order, note.place.number, note.title, note.slug)


def _section_key(section: Section, introduction: Note | None, title: str) -> _Key:
    return _key(introduction.order if introduction else None, section.number, title, section.slug)


def _key(order: int | None, number: int | None, title: str, slug: str) -> _Key:
    place = number if order is None else order
    return (math.inf if place is None else place, natural(title), slug)


def natural(title: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which numbers within titles are in the order of their values.

    >>> sorted(["Part 10", "part 9", "Part", "1"], key=natural)
    ['1', 'Part', 'part 9', 'Part 10']
    """
    return tuple(map(_part, filter(None, _DIGITS.split(title.casefold()))))


def _part(text: str) -> tuple[int, int, str]:
    """A key of a part that is all digits or none. Numbers are compared by their length first: int() refuses very long ones."""
    digits = text.lstrip("0")
    return (0, len(digits), digits) if text.isdecimal() else (1, 0, text)


def _near(items: Sequence[_Item], current: _Item | None) -> tuple[_Item, ...]:
    """Items before and after the current one, half of MOST_LISTED in all; the first ones if it is not among them."""
    at = items.index(current) if current in items else 0
    start = max(0, at - MOST_LISTED // 4)
    return tuple(items[start : start + MOST_LISTED // 2])
