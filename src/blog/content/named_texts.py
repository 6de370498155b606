"""Texts by the names that other programs use in links: ``@/blog/hello.md`` of Zola, ``ref`` of Hugo, ``post_url`` of Jekyll."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from blog.content.file_names import is_index, is_text, read_name
from blog.content.post import Text

# Begins such a target, whichever program it is from.
PREFIX = "@/"


class NamedTexts:
    """Finds the one text that a target means: folders count only where names are not enough."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = texts

    def find(self, target: str) -> Text | None:
        """The text; None if there is none of that name, or more than one that fits as well."""
        steps = _steps(PurePosixPath(unquote(urlsplit(target).path).removeprefix(PREFIX)))
        for start in range(len(steps)):
            found = self._by_name.get("/".join(steps[start:]), [])
            if found:
                return found[0] if len(found) == 1 else None
        return None

    @cached_property
    def _by_name(self) -> dict[str, list[Text]]:
        """Made when the first such target is met: most sites have none."""
        named: defaultdict[str, list[Text]] = defaultdict(list)
        for text in self._texts:
            for name in _names(text):
                named[name].append(text)
        return dict(named)


def by_path(texts: Iterable[Text]) -> dict[PurePosixPath, Text]:
    """Texts by the paths that links from other files name: the file, the file without its extension, and the folder of an index.md."""
    texts = tuple(texts)
    short = {text.file.parent if is_index(text.file) else text.file.with_suffix(""): text for text in reversed(texts)}
    return short | {text.file: text for text in texts}


def _names(text: Text) -> Iterable[str]:
    """The path of a text and every end of it, its name without the date, and its slug."""
    steps = _steps(text.file)
    ends = ("/".join(steps[start:]) for start in range(len(steps)))
    return dict.fromkeys([*ends, _folded(read_name(text.file).words), _folded(text.slug)])


def _steps(path: PurePosixPath) -> list[str]:
    if is_index(path) or path.name == "index":
        path = path.parent
    elif is_text(path) or path.suffix == ".html":
        path = path.with_suffix("")
    return [_folded(step) for step in path.parts if step not in {"/", ".", ".."}]


def _folded(name: str) -> str:
    return normalize("NFC", name).casefold()
