"""Texts by the names that other programs use in links: ``@/blog/hello.md`` of Zola, ``ref`` of Hugo, ``post_url`` of Jekyll, ``[[hello]]`` of Obsidian."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import PurePosixPath
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from blog.content.file_names import is_index, is_text, read_name
from blog.content.post import Text
from blog.content.slugs import anchor, slugify

# Begins such a target, whichever program it is from.
PREFIX = "@/"


# Encloses the name in a target of Obsidian, which may also be a title.
_WIKI = ("@/[[", "]]")


def wiki_name(target: str) -> str | None:
    """The name in a target of Obsidian, "" for the text with the link; None for any other target.

    >>> wiki_name("@/%5B%5BMy%20page%5D%5D#part"), wiki_name("@/hello.md")
    ('My page', None)
    """
    path = unquote(target.partition("#")[0])
    begins, ends = _WIKI
    return path[len(begins) : -len(ends)] if path.startswith(begins) and path.endswith(ends) else None


def as_written(target: str) -> str:
    """The target as its author wrote it."""
    name, heading = wiki_name(target), unquote(target.partition("#")[2])
    return target if name is None else f"[[{name}#{heading}]]" if heading else f"[[{name}]]"


def section(text: Text, words: str) -> str:
    """The id of the heading with these words; of words that no heading has, the id that one would have."""
    found = (it.anchor for it in text.document.headings if _comparable(it.text) == _comparable(words))
    return next(found, words if text.document.has_anchor(words) else anchor(words))


def _comparable(words: str) -> str:
    """The words of a heading without punctuation and emoji, which are written otherwise than they are shown."""
    return slugify(words) or _title(words)


class NamedTexts:
    """Finds the one text that a target means: folders count only where names are not enough."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = texts

    def find(self, target: str) -> Text | None:
        """The text; None if there is none of that name, or more than one that fits as well."""
        fitting = self.fitting(target)
        return fitting[0] if len(fitting) == 1 else None

    def fitting(self, target: str) -> list[Text]:
        """The texts that fit a target equally well."""
        name = wiki_name(target)
        if name is not None:
            return self._of_wiki(name) if name else []
        steps = _steps(PurePosixPath(unquote(urlsplit(target).path).removeprefix(PREFIX)))
        for start in range(len(steps)):
            found = self._by_name.get("/".join(steps[start:]), [])
            if found:
                return found
        return []

    def _of_wiki(self, name: str) -> list[Text]:
        """By the path or the name of the file, then by the name without its date and language, the slug, the title, and other names."""
        steps = "/".join(_steps(PurePosixPath(name), any_suffix=False))
        for wanted, names in (
            (steps, self._by_path),
            (_folded(name), self._by_slug),
            (_title(name), self._by_title),
            (_title(name), self._by_alias),
        ):
            if found := names.get(wanted):
                return found
        return []

    @cached_property
    def _by_path(self) -> dict[str, list[Text]]:
        return self._indexed(_ends)

    @cached_property
    def _by_slug(self) -> dict[str, list[Text]]:
        return self._indexed(lambda text: (_folded(read_name(text.file).words), _folded(text.slug)))

    @cached_property
    def _by_title(self) -> dict[str, list[Text]]:
        return self._indexed(lambda text: (_title(text.title),))

    @cached_property
    def _by_alias(self) -> dict[str, list[Text]]:
        """By the last part of each alias: in Obsidian an alias is another name."""
        return self._indexed(lambda text: (_title(alias.rpartition("/")[2]) for alias in text.aliases))

    @cached_property
    def _by_name(self) -> dict[str, list[Text]]:
        """Made when the first such target is met: most sites have none."""
        return self._indexed(_names)

    def _indexed(self, names_of: Callable[[Text], Iterable[str]]) -> dict[str, list[Text]]:
        named: defaultdict[str, list[Text]] = defaultdict(list)
        for text in self._texts:
            for name in dict.fromkeys(names_of(text)):
                named[name].append(text)
        return dict(named)


def by_path(texts: Iterable[Text]) -> dict[PurePosixPath, Text]:
    """Texts by the paths that links from other files name: the file, the file without its extension, and the folder of an index.md."""
    texts = tuple(texts)
    short = {text.file.parent if is_index(text.file) else text.file.with_suffix(""): text for text in reversed(texts)}
    return short | {text.file: text for text in texts}


def _names(text: Text) -> Iterable[str]:
    """The path of a text and every end of it, its name without the date, and its slug."""
    return dict.fromkeys([*_ends(text), _folded(read_name(text.file).words), _folded(text.slug)])


def _ends(text: Text) -> Iterable[str]:
    """The path of a text without its extension, and every end of it."""
    steps = _steps(text.file)
    return ("/".join(steps[start:]) for start in range(len(steps)))


def _steps(path: PurePosixPath, *, any_suffix: bool = True) -> list[str]:
    if is_index(path) or path.name == "index":
        path = path.parent
    elif is_text(path) or (any_suffix and path.suffix == ".html"):
        path = path.with_suffix("")
    return [_folded(step) for step in path.parts if step not in {"/", ".", ".."}]


def _folded(name: str) -> str:
    return normalize("NFC", name).casefold()


def _title(words: str) -> str:
    return " ".join(_folded(words).split())
