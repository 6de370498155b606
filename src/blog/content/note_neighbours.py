"""What stands around a note: its collection, the notes before and after it, the texts that link to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from blog.content.backlinks import Links
from blog.content.collections import Collection, Group
from blog.content.post import Note, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNeighbours:
    """The collection and the group of a note, the note before and the one after it, the texts that link to it, and related notes."""

    collection: Collection
    group: Group | None
    previous: Note | None
    next: Note | None
    backlinks: tuple[Text, ...]
    related: tuple[Note, ...]


def note_neighbours(collections: Iterable[Collection], texts: Iterable[Text]) -> Mapping[str, NoteNeighbours]:
    """The neighbours of every note by its slug; ``texts`` are all texts of the site."""
    found = tuple(collections)
    if not found:
        return {}
    links = Links(texts)
    return {note.slug: around for collection in found for note, around in _of_collection(collection, links)}


def _of_collection(collection: Collection, links: Links) -> Iterator[tuple[Note, NoteNeighbours]]:
    notes = collection.all
    groups = {group.slug: group for group in collection.groups}
    for at, note in enumerate(notes):
        yield (
            note,
            NoteNeighbours(
                collection=collection,
                group=groups[note.place.group.slug] if note.place.group else None,
                previous=notes[at - 1] if at else None,
                next=notes[at + 1] if at + 1 < len(notes) else None,
                backlinks=links.to(note),
                # The page of an introduction lists its notes, which are those that are related to it.
                related=() if note.place.introduces else links.related(note),
            ),
        )
