"""The 404 answer: a prepared page, with the nearest posts put into its gap where a path comes near one."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from blog.build.response import PreparedResponse, field_lines
from blog.render.page import Rendered

GAP = "<!-- suggestions -->"
SUGGESTIONS = 3
_MIN_LIKENESS = 0.5
_CANDIDATES = 6
_LONGEST_GUESS = 120
_SHORTEST_PART = 4
# What one guess may look at in the index. A typo in one of 2,000 slugs, all made of the same 40 words, is found within these limits.
_MOST_FEATURES, _MOST_ENTRIES = 12, 1024
_INITIALS = 2


class Suggestions:
    """Finds slugs by a mistyped one, at a bounded cost whatever the guess and however many slugs there are.

    An index has the slugs of every feature (see `_features`). The features of a guess that the fewest slugs have are looked at first.
    """

    def __init__(self, slugs: Iterable[str]) -> None:
        self._slugs = sorted(slugs)
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, slug in enumerate(self._slugs):
            for feature in _features(slug):
                index[feature].append(number)
        self._index = {feature: array("I", numbers) for feature, numbers in index.items()}

    def near(self, path: str) -> list[str]:
        """Up to three slugs that are like the path's last segment, the likest first."""
        guess = path.rstrip("/").rpartition("/")[2]
        if len(guess) > _LONGEST_GUESS:
            return []
        guess = guess.lower().removesuffix(".html").removesuffix(".md")
        candidates = [self._slugs[number] for number in self._candidates(guess)]
        likeness = dict(zip(candidates, _likeness(guess, candidates), strict=True))
        near = (slug for slug in sorted(candidates) if likeness[slug] >= _MIN_LIKENESS)
        return sorted(near, key=lambda slug: -likeness[slug])[:SUGGESTIONS]

    def _candidates(self, guess: str) -> list[int]:
        """The slugs that share the most features with a guess."""
        looked_at = array("I")
        for numbers in sorted(filter(None, map(self._index.get, _features(guess))), key=len)[:_MOST_FEATURES]:
            looked_at += numbers[: _MOST_ENTRIES - len(looked_at)]
        shared = Counter(looked_at)
        return sorted(shared, key=shared.__getitem__, reverse=True)[:_CANDIDATES]


def _features(text: str) -> set[str]:
    """The runs of three letters in a slug, and the first letters of its neighbouring words, which tell slugs of the same words apart.

    >>> sorted(_features("a-tea"))
    [' a-', '-te', 'a-t', 'a/te', 'ea ', 'tea']
    """
    padded = f" {text} "
    initials = [word[:_INITIALS] for word in text.split("-")]
    pairs = {f"{one}/{other}" for one, other in pairwise(initials)}
    return pairs | {padded[start : start + 3] for start in range(len(padded) - 2)}


def _likeness(guess: str, slugs: Iterable[str]) -> list[float]:
    """How alike each slug is: twice the letters that both have in the same order, by the letters of both. A guess that is a part of a slug is nearer."""
    places: defaultdict[str, int] = defaultdict(int)
    for place, letter in enumerate(guess):
        places[letter] |= 1 << place
    found = [2 * _common(places, len(guess), slug) / (len(guess) + len(slug)) for slug in slugs]
    is_part = [len(guess) >= _SHORTEST_PART and guess in slug for slug in slugs]
    return [share + part for share, part in zip(found, is_part, strict=True)]


def _common(places: Mapping[str, int], length: int, slug: str) -> int:
    """The length of the longest common subsequence, counted in the bits of one number (Hyyrö 2004, "Bit-parallel LCS-length computation revisited")."""
    every = (1 << length) - 1
    unmatched = every
    for letter in slug:
        if letter in places:
            matched = unmatched & places[letter]
            unmatched = ((unmatched + matched) | (unmatched - matched)) & every
    return length - unmatched.bit_count()


class NotFound:
    """The 404 answers of a site: a page with a gap, a list with a gap that fills it, and the items of that list by slug.

    ``plain`` is the answer without suggestions.
    """

    def __init__(self, page: Rendered, listed: str, items: Mapping[str, str]) -> None:
        self.page, self.listed, self.items = page, listed, items
        self._before, _, self._after = page.body.decode().partition(GAP)
        self._suggestions = Suggestions(items)
        self._shared = field_lines(
            [("content-type", page.media_type), ("cache-control", "no-cache"), *page.headers.items()]
        )
        self.plain = self._answer(self._before + self._after)

    def answer(self, path: str) -> PreparedResponse:
        near = self._suggestions.near(path)
        if not near:
            return self.plain
        filling = self.listed.replace(GAP, "\n".join(self.items[slug] for slug in near))
        return self._answer(self._before + filling + self._after)

    def _answer(self, html: str) -> PreparedResponse:
        body = html.encode()
        return PreparedResponse(404, field_lines([("content-length", str(len(body)))]), self._shared, body)
