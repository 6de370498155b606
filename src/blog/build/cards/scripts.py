"""Characters and their scripts: what belongs together, what has no glyph of its own, and which font a script needs."""

import re
import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SKIN = "\U0001f3fb-\U0001f3ff"
_FLAG = "\U0001f1e6-\U0001f1ff"
_TAGS = "\U000e0020-\U000e007f"
# Marks, selectors, skin colours and tags belong to the character before them, and so does what a joiner joins.
_CLUSTER = re.compile(rf"[{_FLAG}]{{2}}|.(?:[{_SELECTORS}{_SKIN}{_TAGS}\u20e3\u200c]|{_JOINER}.?)*", re.DOTALL)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3]")
_FORMATTING = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_TOO_MANY_MARKS = re.compile("([\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ef]{3})[\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ef]+")
_SILENT = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
# What the names of characters begin with, what readers call the script, and a font that has it.
_SCRIPTS = {
    "CJK": ("Han", "Noto Serif CJK"),
    "HIRAGANA": ("Japanese", "Noto Serif JP"),
    "KATAKANA": ("Japanese", "Noto Serif JP"),
    "HALFWIDTH": ("Japanese", "Noto Serif JP"),
    "FULLWIDTH": ("Japanese", "Noto Serif JP"),
    "IDEOGRAPHIC": ("Han", "Noto Serif CJK"),
    "HANGUL": ("Korean", "Noto Serif KR"),
    "ARABIC": ("Arabic", "Noto Naskh Arabic"),
    "LATIN": ("Latin", "Noto Serif"),
    "GREEK": ("Greek", "Noto Serif"),
    "CYRILLIC": ("Cyrillic", "Noto Serif"),
    "COMBINING": ("Latin", "Noto Serif"),
}
_LETTERS = frozenset({"L", "M", "N"})


def plain(text: str) -> str:
    """A text as it is drawn: on one line, without what would turn it around, and without more marks on a letter than a language has.

    >>> plain("e\u0301\u202e  x")
    'é x'
    """
    return _TOO_MANY_MARKS.sub(r"\1", " ".join(unicodedata.normalize("NFC", text.translate(_FORMATTING)).split()))


def clusters(text: str) -> Iterator[str]:
    """The parts of a text that are drawn by one font each: a character with its marks, an emoji of several characters.

    >>> [len(it) for it in clusters("ab\u0301")]
    [1, 2]
    """
    current = ""
    for found in _CLUSTER.findall(text):
        if current and unicodedata.category(found[0]) in _MARKS:
            current += found
            continue
        if current:
            yield current
        current = found
    if current:
        yield current


def is_silent(character: str) -> bool:
    """Whether a character is drawn as nothing, so that no font needs a glyph for it."""
    is_selector = re.match(f"[{_SELECTORS}{_TAGS}]", character) is not None
    return is_selector or unicodedata.category(character) in _SILENT


def needs_shaping(cluster: str) -> bool:
    """Whether the glyphs of a cluster depend on its neighbours, on the direction, or on the order of its marks."""
    is_rtl = unicodedata.bidirectional(cluster[0]) in _RIGHT_TO_LEFT
    has_marks = any(unicodedata.category(it) in _MARKS for it in cluster[1:] if not is_silent(it))
    return is_rtl or has_marks or _JOINER in cluster


def script_of(cluster: str) -> tuple[str, str]:
    """What a cluster is called, and a font that has it.

    >>> script_of("日"), script_of("\N{PARTY POPPER}"), script_of("ก")
    (('Han', 'Noto Serif CJK'), ('emoji', 'Noto Emoji'), ('Thai', 'Noto Serif Thai'))
    """
    if _EMOJI.search(cluster):
        return "emoji", "Noto Emoji"
    first = unicodedata.name(cluster[0], "").partition(" ")[0].partition("-")[0]
    if first in _SCRIPTS:
        return _SCRIPTS[first]
    if unicodedata.category(cluster[0])[0] in _LETTERS and first:
        return first.title(), f"Noto Serif {first.title()}"
    return "symbols", "Noto Sans Symbols 2"
