"""Layout of the posts folder: what each folder is, and so what the texts in it become."""

from collections import Counter
from collections.abc import Collection, Iterable
from enum import Enum
from pathlib import PurePosixPath

from blog import urls
from blog.content.file_names import is_index, is_section, read_name
from blog.content.folder import Source
from blog.content.front_matter import FrontMatterError, has_date

_TOP = PurePosixPath()
_OWN_FOLDERS = frozenset(kind.folder for kind in urls.KINDS if kind.folder)


class FolderKind(Enum):
    """What a folder is.

    A bundle is one text, index.md, with its files. A collection is a section of ordered notes, directly below the posts folder; every folder
    below it is a group. Any other folder has posts and is no part of their addresses, or belongs to a kind of text that has its own, as pages/.
    """

    POSTS = "posts"
    OWN = "own"
    BUNDLE = "bundle"
    COLLECTION = "collection"
    GROUP = "group"


class Layout:
    """The folders of one posts folder, from its texts and the collections that site.yaml names."""

    def __init__(self, sources: Iterable[Source], collections: Collection[str] = ()) -> None:
        self.collections = set(collections) - _OWN_FOLDERS
        self._indexes: dict[PurePosixPath, Source] = {}
        self._sections: dict[PurePosixPath, Source] = {}
        texts: Counter[str] = Counter()
        for source in sources:
            path = source[0]
            if is_section(path):
                self._sections.setdefault(path.parent, source)
                continue
            if is_index(path):
                self._indexes.setdefault(path.parent, source)
            texts[path.parts[0]] += not (is_index(path) and path.parent.parent == _TOP)
        for folder, source in self._indexes.items():
            is_own = folder.name in _OWN_FOLDERS
            if folder.parent == _TOP and texts[folder.name] and not is_own and not _is_dated(source):
                self.collections.add(folder.name)

    def kind_of(self, folder: PurePosixPath) -> FolderKind:
        """What a folder is; its path is relative to the posts folder."""
        if folder == _TOP:
            return FolderKind.POSTS
        if folder.parts[0] in self.collections:
            return FolderKind.COLLECTION if folder.parent == _TOP else FolderKind.GROUP
        if folder in self._indexes:
            return FolderKind.BUNDLE
        return FolderKind.OWN if folder.parts[0] in _OWN_FOLDERS else FolderKind.POSTS

    def unread(self, source: Source) -> str:
        """Why a text is not read: it is a home page, or it lies in the folder of a post, as what Hugo calls a resource. "" if it is read."""
        path, text = source
        if path.parent == _TOP and path.stem.lower() == "index" and not _has_date(text):
            return "it would be the home page, which the service makes itself; give it a date or a name"
        folders = path.parent.parents if is_index(path) else (path.parent, *path.parent.parents)
        bundle = next((it for it in folders if it in self._indexes and self._is_of_posts(it)), None)
        if bundle is None or read_name(path).date or _has_date(text):
            return ""
        index = self._indexes[bundle][0]
        return f"it lies in the folder of {index}, and is no post of its own; give it a date to make it one"

    def _is_of_posts(self, folder: PurePosixPath) -> bool:
        return folder.parts[0] not in _OWN_FOLDERS and folder.parts[0] not in self.collections

    def index_of(self, folder: PurePosixPath) -> Source | None:
        """The text that introduces a folder: its index.md, else its _index.md."""
        return self._indexes.get(folder) or self._sections.get(folder)


def _is_dated(source: Source) -> bool:
    path, text = source
    return bool(read_name(path).date) or _has_date(text)


def _has_date(text: str) -> bool:
    try:
        return bool(text.strip()) and has_date(text)
    except FrontMatterError:
        # It is a post whose fault is reported, not the sign that the other texts of its folder are notes.
        return True
