"""The 404 answer: a prepared page, with the nearest posts put into its gap where a path comes near one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from blog.render.page import Answer, Rendered, lines

GAP = "<!-- suggestions -->"
SUGGESTIONS = 3
_MIN_LIKENESS = 0.5
_CANDIDATES = 8
_LONGEST_GUESS = 120


class Suggestions:
    """Finds texts by a mistyped slug. An index of three-letter runs narrows the choice, so a stranger's path costs little."""

    def __init__(self, slugs: Iterable[str]) -> None:
        index: defaultdict[str, list[str]] = defaultdict(list)
        for slug in sorted(slugs):
            for run in _runs(slug):
                index[run].append(slug)
        self._index: Mapping[str, list[str]] = dict(index)

    def near(self, path: str) -> list[str]:
        """Up to three slugs that are like the path's last segment, the likest first."""
        guess = path.rstrip("/").rpartition("/")[2].lower()
        guess = guess.removesuffix(".html").removesuffix(".md")
        if len(guess) > _LONGEST_GUESS:
            return []
        shared = Counter(slug for run in _runs(guess) for slug in self._index.get(run, ()))
        candidates = sorted(shared, key=lambda slug: (-shared[slug], slug))[:_CANDIDATES]
        likeness = {slug: _likeness(guess, slug) for slug in candidates}
        best = sorted(
            (slug for slug in candidates if likeness[slug] >= _MIN_LIKENESS), key=lambda slug: -likeness[slug]
        )
        return best[:SUGGESTIONS]


def _runs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def _likeness(guess: str, slug: str) -> float:
    """How alike, from 0 to 1; a guess that is a part of the slug counts as near."""
    if len(guess) >= 4 and guess in slug:  # noqa: PLR2004 -- shorter parts stand in every second slug
        return 1.0
    return SequenceMatcher(None, guess, slug).ratio()


class NotFound:
    """The 404 answers of a site: a page with a gap, a list with a gap that fills it, and the items of that list by slug."""

    def __init__(self, page: Rendered, listed: str, items: Mapping[str, str]) -> None:
        self.page, self.listed, self.items = page, listed, items
        self._before, _, self._after = page.body.decode().partition(GAP)
        self._suggestions = Suggestions(items)
        self._shared = lines([("content-type", page.media_type), ("cache-control", "no-cache"), *page.headers.items()])
        self._plain = self._answer(self._before + self._after)

    def answer(self, path: str) -> Answer:
        near = self._suggestions.near(path)
        if not near:
            return self._plain
        filling = self.listed.replace(GAP, "\n".join(self.items[slug] for slug in near))
        return self._answer(self._before + filling + self._after)

    def _answer(self, html: str) -> Answer:
        body = html.encode()
        return Answer(404, lines([("content-length", str(len(body)))]), self._shared, body)
