"""404 responses: a prepared page, in which suggestions of posts with similar slugs replace a placeholder."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from blog.build.response import PreparedResponse, field_lines
from blog.render.page import Rendered

PLACEHOLDER = "<!-- suggestions -->"
SUGGESTIONS = 3
_MIN_SIMILARITY = 0.5
_CANDIDATES = 6
_LONGEST_GUESS = 120
_SHORTEST_PART = 4
# Limits on how much of the index one guess may read. A typo in one of 2,000 slugs, all made of the same 40 words, is found within them.
_MOST_FEATURES, _MOST_ENTRIES = 12, 1024
_INITIALS = 2


class Suggestions:
    """Finds slugs that are similar to a mistyped one. The cost is bounded for any guess and any number of slugs.

    An index maps each feature (see `_features`) to the slugs that have it. The rarest features of a guess are read first.
    """

    def __init__(self, slugs: Iterable[str]) -> None:
        self._slugs = sorted(slugs)
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, slug in enumerate(self._slugs):
            for feature in _features(slug):
                index[feature].append(number)
        self._index = {feature: array("I", numbers) for feature, numbers in index.items()}

    def near(self, path: str) -> list[str]:
        """Up to three slugs that are similar to the path's last segment, the most similar first."""
        guess = path.rstrip("/").rpartition("/")[2]
        if len(guess) > _LONGEST_GUESS:
            return []
        guess = guess.lower().removesuffix(".html").removesuffix(".md")
        candidates = [self._slugs[number] for number in self._candidates(guess)]
        similarity = dict(zip(candidates, _similarities(guess, candidates), strict=True))
        near = (slug for slug in sorted(candidates) if similarity[slug] >= _MIN_SIMILARITY)
        return sorted(near, key=lambda slug: -similarity[slug])[:SUGGESTIONS]

    def _candidates(self, guess: str) -> list[int]:
        """The slugs that share the most features with a guess."""
        entries = array("I")
        for numbers in sorted(filter(None, map(self._index.get, _features(guess))), key=len)[:_MOST_FEATURES]:
            entries += numbers[: _MOST_ENTRIES - len(entries)]
        shared = Counter(entries)
        return sorted(shared, key=shared.__getitem__, reverse=True)[:_CANDIDATES]


def _features(text: str) -> set[str]:
    """The trigrams of a slug, and the first letters of its neighbouring words, which tell slugs of the same words apart.

    >>> sorted(_features("a-tea"))
    [' a-', '-te', 'a-t', 'a/te', 'ea ', 'tea']
    """
    padded = f" {text} "
    initials = [word[:_INITIALS] for word in text.split("-")]
    pairs = {f"{one}/{other}" for one, other in pairwise(initials)}
    return pairs | {padded[start : start + 3] for start in range(len(padded) - 2)}


def _similarities(guess: str, slugs: Iterable[str]) -> list[float]:
    """The similarity of each slug: twice the length of the longest common subsequence, divided by both lengths; 1 more if the slug contains the guess."""
    positions: defaultdict[str, int] = defaultdict(int)
    for position, letter in enumerate(guess):
        positions[letter] |= 1 << position
    ratios = [2 * _common_length(positions, len(guess), slug) / (len(guess) + len(slug)) for slug in slugs]
    is_part = [len(guess) >= _SHORTEST_PART and guess in slug for slug in slugs]
    return [ratio + part for ratio, part in zip(ratios, is_part, strict=True)]


def _common_length(positions: Mapping[str, int], length: int, slug: str) -> int:
    """The length of the longest common subsequence, by bit-parallel arithmetic (Hyyrö 2004, "Bit-parallel LCS-length computation revisited")."""
    mask = (1 << length) - 1
    unmatched = mask
    for letter in slug:
        if letter in positions:
            matched = unmatched & positions[letter]
            unmatched = ((unmatched + matched) | (unmatched - matched)) & mask
    return length - unmatched.bit_count()


class NotFound:
    """The 404 responses of a site, from a page with a placeholder, a list with a placeholder that replaces it, and the items of that list by decoded path.

    ``plain`` is the response without suggestions.
    """

    def __init__(self, page: Rendered, list_html: str, items: Mapping[str, str]) -> None:
        self.page, self.list, self.items = page, list_html, items
        self._before, _, self._after = page.body.decode().partition(PLACEHOLDER)
        self._by_slug: defaultdict[str, list[str]] = defaultdict(list)
        for path, item in items.items():
            self._by_slug[path.rpartition("/")[2]].append(item)
        self._suggestions = Suggestions(self._by_slug)
        self._shared = field_lines(
            [("content-type", page.media_type), ("cache-control", "no-cache"), *page.headers.items()]
        )
        self.plain = self._response(self._before + self._after)

    def answer(self, path: str) -> PreparedResponse:
        near = self._suggestions.near(path)
        if not near:
            return self.plain
        items = [item for slug in near for item in self._by_slug[slug]][:SUGGESTIONS]
        suggestions = self.list.replace(PLACEHOLDER, "\n".join(items))
        return self._response(self._before + suggestions + self._after)

    def _response(self, html: str) -> PreparedResponse:
        body = html.encode()
        return PreparedResponse(404, field_lines([("content-length", str(len(body)))]), self._shared, body)
