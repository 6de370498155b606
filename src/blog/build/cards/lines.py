"""The lines of a text on a card: the largest size at which it fits, and lines of about the same width."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from blog.build.cards.scripts import clusters

# The width of a text in em.
Measure = Callable[[str], float]

_ELLIPSIS = "…"
# Characters that lines may be broken before and behind: ideographs and syllables, which have no spaces between words.
_BREAKABLE = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
# What does not begin a line (closing marks, small syllables), and what does not end one.
_NOT_FIRST = frozenset("、。，．・：；？！」』）】〕〉》〟’”…‥ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々〻)]}!?,.:;%")
_NOT_LAST = frozenset("「『（【〔〈《〝‘“([{")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines in a size in pixels. ``is_cut`` says that the text has more than what is shown."""

    size: int
    lines: tuple[str, ...]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """The pixels that a text may take, and the height of a line as a part of its size."""

    width: float
    height: float
    leading: float

    def lines(self, size: int) -> int:
        """How many lines there is room for, at least one."""
        return max(1, int(self.height // (size * self.leading)))


def fit(text: str, room: Room, sizes: Sequence[int], measure: Measure) -> Fitted:
    """The text in the largest of the sizes, which descend, in which it fits. Words are broken only if they fit in none, and then the text is cut.

    >>> fit("one two three", Room(40, 40, 1), [20, 10], lambda text: len(text) / 2)
    Fitted(size=10, lines=('one two', 'three'), is_cut=False)
    """
    words = _words(text)
    widths = {word: measure(word) for word in words}
    space = measure(" ")
    for size in sizes:
        if max(widths.values(), default=0.0) * size > room.width:
            continue
        lines = _wrapped(words, widths, room.width / size, space)
        if len(lines) <= room.lines(size):
            return Fitted(size, tuple(_balanced(words, widths, room.width / size, space)))
    return _broken(words, room, sizes, measure)


def _broken(words: Sequence[str], room: Room, sizes: Sequence[int], measure: Measure) -> Fitted:
    """The text with its long words broken, in the largest size that holds it; in the smallest one it is cut."""
    size, most = sizes[-1], room.lines(sizes[-1])
    lines: list[str] = []
    space = measure(" ")
    for size in sizes:
        width, most = room.width / size, room.lines(size)
        parts = [part for word in words for part in _parts(word, width, measure)]
        lines = _wrapped(parts, {part: measure(part) for part in parts}, width, space)
        if len(lines) <= most:
            return Fitted(size, tuple(lines))
    return Fitted(size, (*lines[: most - 1], _cut(lines[most - 1], room.width / size, measure)), is_cut=True)


def _words(text: str) -> list[str]:
    """What no line is broken in. A word that is followed by a space ends with it."""
    words: list[str] = []
    for word in text.split():
        words += _units(word)
        words[-1] += " "
    return words


def _units(word: str) -> list[str]:
    units: list[str] = []
    for cluster in clusters(word):
        follows = units and (not _BREAKABLE.match(cluster) and not _BREAKABLE.match(units[-1][-1]))
        if units and (follows or cluster[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST):
            units[-1] += cluster
        else:
            units.append(cluster)
    return units


def _parts(word: str, width: float, measure: Measure) -> Iterator[str]:
    """A word in parts that fit into the width. Letters are measured one by one, so that a long word takes no longer than its length."""
    part, used = "", 0.0
    widths = {cluster: measure(cluster) for cluster in set(clusters(word))}
    for cluster in clusters(word):
        if part and used + widths[cluster] > width and not cluster.isspace():
            yield part
            part, used = "", 0.0
        part += cluster
        used += widths[cluster]
    yield part


def _wrapped(words: Sequence[str], widths: dict[str, float], width: float, space: float) -> list[str]:
    """Lines that are filled one after the other."""
    lines: list[str] = []
    used = 0.0
    for word in words:
        own = widths[word]
        visible = own - space if word.endswith(" ") else own
        if lines and used + visible <= width:
            lines[-1] += word
            used += own
        else:
            lines.append(word)
            used = own
    return [line.rstrip() for line in lines]


def _balanced(words: Sequence[str], widths: dict[str, float], width: float, space: float) -> list[str]:
    """As many lines as are needed, in the smallest width that does not make them more."""
    count = len(_wrapped(words, widths, width, space))
    low, high = max(widths.values(), default=0.0), width
    for _ in range(12):
        middle = (low + high) / 2
        if len(_wrapped(words, widths, middle, space)) > count:
            low = middle
        else:
            high = middle
    return _wrapped(words, widths, high, space)


def _cut(line: str, width: float, measure: Measure) -> str:
    """The beginning of a line, with an ellipsis."""
    parts = list(clusters(line))
    while parts and measure("".join(parts).rstrip() + _ELLIPSIS) > width:
        parts.pop()
    shown = "".join(parts)
    # A word is not cut, unless it is most of the line.
    if len(parts) < len(list(clusters(line))) and (space := shown.rfind(" ")) > len(shown) // 2:
        shown = shown[:space]
    return shown.rstrip(" .,;:!?–—-·") + _ELLIPSIS
