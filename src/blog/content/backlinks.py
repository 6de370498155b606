"""Links between the texts of a site: which texts link to a note, and which notes are related by their links."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import nsmallest
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from blog import urls
from blog.content.library import is_external, resolve_relative
from blog.content.named_texts import PREFIX, NamedTexts, by_path
from blog.content.post import Note, Text

RELATED_NOTES = 3
# A text with more links than that is an index: it says little about what it links to, and comparing all of them would take too long.
_MOST_LINKS = 40
# What a link to a note counts: less than any neighbour in common, because readers see the link in the text.
_DIRECT = 0.1


class Links:
    """The links between texts. Texts are listed in the order in which they were given."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = {text.url: text for text in texts}
        self._by_file = {path: text.url for path, text in by_path(self._texts.values()).items()}
        self._named = NamedTexts(tuple(self._texts.values()))
        self._by_path = {
            path: text.url
            for text in self._texts.values()
            for path in (urls.decoded(text.url), *text.redirects, *_implied(text))
        }
        self._out = {url: self._targets(text) for url, text in self._texts.items()}
        self._into: defaultdict[str, list[str]] = defaultdict(list)
        for url, targets in self._out.items():
            for target in targets:
                self._into[target].append(url)
        self._around = {url: dict.fromkeys((*out, *self._into.get(url, ()))) for url, out in self._out.items()}
        self._weights = {url: _weight(len(around)) for url, around in self._around.items()}
        self._notes = frozenset(url for url, text in self._texts.items() if isinstance(text, Note))

    def to(self, text: Text) -> tuple[Text, ...]:
        """The texts that link to a text."""
        return tuple(self._texts[url] for url in self._into.get(text.url, ()))

    def related(self, note: Note) -> tuple[Note, ...]:
        """The notes that have the most neighbours in common with a note, linked in either direction.

        A neighbour with few links weighs more than one with many (Adamic and Adar 2003). Notes that link here are left out.
        """
        scores: defaultdict[str, float] = defaultdict(float)
        near = self._around[note.url]
        for neighbour in near:
            if weight := self._weights[neighbour]:
                for url in self._around[neighbour]:
                    scores[url] += weight
        for url in near:
            scores[url] += _DIRECT
        known = {note.url, *self._into.get(note.url, ())}
        ranked = [(-scores[url], url) for url in self._notes.intersection(scores) - known]
        best = (self._texts[url] for _, url in nsmallest(RELATED_NOTES, ranked))
        return tuple(text for text in best if isinstance(text, Note))

    def _targets(self, text: Text) -> Mapping[str, None]:
        found = (self._target(text, it.target) for it in text.document.references if it.kind == "link")
        return dict.fromkeys(url for url in found if url and url != text.url)

    def _target(self, text: Text, target: str) -> str | None:
        """The URL of the text that a link leads to, if it is one of the site."""
        if not target or is_external(target) or target.startswith(("#", "?")):
            return None
        if target.startswith("/"):
            return self._by_path.get(urls.canonical(normalize("NFC", unquote(urlsplit(target).path))))
        if target.startswith(PREFIX):
            named = self._named.find(target)
            return named.url if named else None
        path = resolve_relative(text, target)
        return self._by_file.get(path) if path else None


def _weight(links: int) -> float:
    """What a neighbour with so many links counts."""
    return 1 / math.log(1 + links) if 0 < links <= _MOST_LINKS else 0


def _implied(text: Text) -> Iterable[str]:
    return (text.place.alias,) if isinstance(text, Note) and text.place.alias else ()
