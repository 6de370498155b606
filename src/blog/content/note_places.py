"""Places of notes: the collection, the group and the name of each text in the folder of a collection."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from blog.content.file_names import is_index, is_section, read_name
from blog.content.slugs import slug_of_name

# A longer number is a year, or the name itself.
_NUMBER = re.compile(r"(\d{1,3})[-_. ]+(?=\S)", re.ASCII)
# How many parts the path of a collection's folder has, and that of a group's.
_COLLECTION, _GROUP = 1, 2


@dataclass(frozen=True, slots=True)
class Section:
    """A folder of notes. ``title`` is its name made readable; ``number`` is what stands in front of the name."""

    slug: str
    title: str
    number: int | None


@dataclass(frozen=True, slots=True)
class NotePlace:
    """Where a note belongs; ``group`` is None for a note outside of groups.

    One that ``introduces`` its collection or group has its address; ``alias`` is where it would be otherwise, if it lies among the others.
    """

    collection: Section
    group: Section | None
    name: str
    number: int | None
    introduces: bool
    alias: str = ""

    @property
    def section(self) -> str:
        """The slugs of the collection and of the group."""
        return f"{self.collection.slug}/{self.group.slug}" if self.group else self.collection.slug

    def slug(self, given: str | None = None) -> str:
        """The slug of the note with those of its sections; the last one may be given in the front matter. "" if it has no name.

        >>> NotePlace(section_of("notes"), section_of("01-first-steps"), "install", 2, introduces=False).slug()
        'notes/first-steps/install'
        """
        if self.introduces:
            return self.section
        name = given or self.name
        return f"{self.section}/{name}" if name else ""


class NotePlaces:
    """Places the texts of a posts folder; ``collections`` are the names of its folders that are collections."""

    def __init__(self, paths: Iterable[PurePosixPath], collections: Collection[str]) -> None:
        self._notes = frozenset(path for path in paths if len(path.parts) > 1 and path.parts[0] in collections)
        self._groups = frozenset(_folder(path, _GROUP) for path in self._notes if _is_in_group(path))
        found = {folder: path for folder, _, path in sorted(self._candidates(), reverse=True)}
        self._introduced = {path: folder for folder, path in found.items()}

    def of(self, path: PurePosixPath) -> NotePlace | None:
        """The place of a text; None if it is no note."""
        if path not in self._notes:
            return None
        folder = self._introduced.get(path) or _shelf(path)
        group = _folder(folder, _GROUP) if len(folder.parts) >= _GROUP else None
        number, name = _name_of(path)
        place = NotePlace(
            collection=section_of(path.parts[0]),
            group=section_of(group.name) if group in self._groups else None,
            name=name,
            number=number,
            introduces=path in self._introduced,
        )
        is_inside = place.introduces and path.parent == folder and not _is_own_text(path)
        return replace(place, alias=f"/{place.section}/{name}") if is_inside else place

    def _candidates(self) -> Iterator[tuple[PurePosixPath, int, PurePosixPath]]:
        """Folders with the texts that may introduce them, and the rank of each: the lowest one does."""
        groups = {(group.parent, section_of(group.name).slug): group for group in self._groups}
        for path in self._notes:
            folder, name = path.parent, _name_of(path)[1]
            is_section_folder = len(folder.parts) == _COLLECTION or folder in self._groups
            if _is_own_text(path):
                if is_section_folder and not read_name(path).lang:
                    yield folder, int(is_section(path)), path
            elif is_section_folder and name == section_of(folder.name).slug:
                yield folder, 2, path
            elif (folder, name) in groups:
                yield groups[folder, name], 3, path


def section_of(folder: str) -> Section:
    """
    >>> section_of("02_data-structures")
    Section(slug='data-structures', title='Data structures', number=2)
    """
    number, name = _numbered(folder)
    words = " ".join(re.split(r"[-_\s]+", name.strip("-_ ")))
    return Section(slug_of_name(name), words[:1].upper() + words[1:], number)


def _numbered(name: str) -> tuple[int | None, str]:
    """
    >>> _numbered("01-intro"), _numbered("3d"), _numbered("2024-in-review")
    ((1, 'intro'), (None, '3d'), (None, '2024-in-review'))
    """
    found = _NUMBER.match(name)
    return (int(found[1]), name[found.end() :]) if found else (None, name)


def _name_of(path: PurePosixPath) -> tuple[int | None, str]:
    """The number and the slug in the name of a text. A text of its folder, such as index.md, has the folder's."""
    file = read_name(path)
    number, words = _numbered(path.parent.name if is_section(path) else file.words)
    return number, "-".join(filter(None, (slug_of_name(words), file.lang.lower())))


def _is_own_text(path: PurePosixPath) -> bool:
    """Whether a text is that of its folder: index.md or _index.md."""
    return is_index(path) or is_section(path)


def _is_in_group(path: PurePosixPath) -> bool:
    """Whether a text makes the folder below its collection a group. An index.md alone is one note with its files."""
    return len(path.parts) > _GROUP + _is_own_text(path)


def _shelf(path: PurePosixPath) -> PurePosixPath:
    """The folder in which a note is one among others."""
    shelf = path.parent.parent if _is_own_text(path) else path.parent
    return shelf if shelf.parts else path.parent


def _folder(path: PurePosixPath, depth: int) -> PurePosixPath:
    return PurePosixPath(*path.parts[:depth])
