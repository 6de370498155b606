"""Line breaks within a paragraph: a space in most scripts, and nothing between two characters of those that are written without spaces."""

import re
import unicodedata

_WIDE = frozenset("WF")
# Korean is written with spaces; symbols are pictures such as emoji.
_SPACED = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_MARKS = frozenset("*_~=")


def is_dropped(source: str, start: int, end: int) -> bool:
    r"""Whether a line break from ``start`` to ``end`` is between two wide characters, as CSS Text 4 drops it. Marks of emphasis are passed over.

    >>> is_dropped("吾輩は\n猫である", 3, 4), is_dropped("한국어\n문장", 3, 4), is_dropped("a\nb", 1, 2)
    (True, False, False)
    """
    before, after = start - 1, end
    while before > 0 and source[before] in _MARKS:
        before -= 1
    while after < len(source) - 1 and source[after] in _MARKS:
        after += 1
    return before >= 0 and after < len(source) and _is_unspaced(source[before]) and _is_unspaced(source[after])


def _is_unspaced(character: str) -> bool:
    if character.isascii() or unicodedata.east_asian_width(character) not in _WIDE:
        return False
    return unicodedata.category(character) != "So" and not _SPACED.match(character)
