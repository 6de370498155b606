"""Words of a text as the index has them: folded, whole and in parts, and runs of scripts without spaces as pairs of characters."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

LONGEST_WORD = 64


def _ranges_of_marks() -> str:
    r"""The combining marks of the Basic Multilingual Plane as ranges of a character class: `\w` has none of them."""
    marks = [code for code in range(0x300, 0xD800) if unicodedata.category(chr(code))[0] == "M"]
    runs = groupby(enumerate(marks), key=lambda it: it[1] - it[0])
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in (list(group) for _, group in runs))


# Marks, joiners of letters and the soft hyphen belong to the word that they are in.
_MARK = f"[{_ranges_of_marks()}\u00ad\u200c\u200d]"
# Apart from \w, because a class with both is searched range by range.
PART = re.compile(rf"[^\W_]+(?:{_MARK}+[^\W_]*)*")
_LETTERS = rf"\w+(?:{_MARK}+\w*)*"
# A word with what programs and people join words by: asyncio.TaskGroup, BLOG_PORT, cert-manager, don't.
WORD = re.compile(rf"\b(?:[cC]\+\+|[cCfF]#)(?!\w)|{_LETTERS}(?:[.'’\-‐]{_LETTERS})*")
# Scripts that are written without spaces, and Hangul, where particles follow a word without one.
_UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_RUN = re.compile(_UNSPACED)
_IN_RUNS = re.compile(f"({_UNSPACED})")
_JOINT = re.compile("[._'’‐-]+")
_CAMEL = re.compile("[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_IS_CAMEL = re.compile("[a-z0-9][A-Z]|[A-Z]{2}[a-z]")
# Accents of Latin, Greek and Cyrillic letters; points and signs of Hebrew and Arabic that readers leave out; the Hindi nukta.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u00ad\u200c\u200d]+"
)
# Letters that Unicode does not decompose, and two Arabic ones that are written for each other.
_SAME_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ى": "ي", "ة": "ه"}
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or several that are joined. ``keys`` follow each other in the text; ``others`` are further keys by which it is found.

    ``forms`` are the words that a typing error may be corrected to, folded and as they are written in lower case.
    """

    keys: tuple[str, ...]
    others: tuple[str, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()
    is_run: bool = False


def folded(text: str) -> str:
    """Lower case without accents.

    >>> folded("Größe"), folded("ÉTÉ"), folded("Ёлка"), folded("हिन्दी"), folded("ＡＢＣ")
    ('grosse', 'ete', 'елка', 'हिन्दी', 'abc')
    """
    if text.isascii():
        return text.lower()
    lower = unicodedata.normalize("NFKC", text).casefold().translate(_SAME_LETTERS)
    return unicodedata.normalize("NFC", _DROPPED.sub("", unicodedata.normalize("NFKD", lower)))


@lru_cache(1)
def _base_letters() -> dict[int, str]:
    """Letters with accents by their base letters, where both are one character."""
    found = {}
    for first, end in ((0xC0, 0x250), (0x370, 0x530), (0x620, 0x6D4), (0x1E00, 0x2000)):
        for code in range(first, end):
            base = folded(chr(code))
            if len(base) == 1 and base != chr(code):
                found[code] = base
    return found | {ord("ß"): "s", ord("æ"): "a", ord("œ"): "o", ord("þ"): "t"}


def to_search(text: str) -> str:
    """A text of the same length in lower case with base letters, in which `beginning_of` finds the words that may have a key."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    return lower if lower.isascii() else lower.translate(_base_letters())


def beginning_of(key: str) -> str:
    """The first letters of the words that may have a key. More words than those begin so.

    >>> beginning_of("kubernetes"), beginning_of("strasse"), beginning_of("~aero"), beginning_of("книг")
    ('kub', 'str', 'a', 'к')
    """
    first = key.removeprefix("~")[:3]
    if not first.isascii() or any(letters in first for letters in ("ss", "ae", "oe", "th")):
        return first[:1]
    return first


def lowered(text: str) -> str:
    """Lower case with accents."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def words_of(text: str) -> Iterator[tuple[int, int, Word]]:
    """The words of a text with the places where they begin and end."""
    for found in WORD.finditer(text):
        written = found[0]
        if written.isascii() or not _RUN.search(written):
            yield found.start(), found.end(), word(written)
        else:
            yield from _with_runs(written, found.start())


def _with_runs(written: str, at: int) -> Iterator[tuple[int, int, Word]]:
    for index, piece in enumerate(_IN_RUNS.split(written)):
        if piece:
            known = run(piece) if index % 2 else word(piece)
            if known.keys:
                yield at, at + len(piece), known
        at += len(piece)


def run(written: str) -> Word:
    """A run of a script without spaces: each pair of characters, and the last one, so that one character finds it too.

    >>> run("証明書").keys
    ('証明', '明書', '書')
    """
    text = unicodedata.normalize("NFKC", written)
    return Word((*(text[at : at + 2] for at in range(len(text) - 1)), text[-1:]), is_run=True)


@lru_cache(4096)
def word(written: str) -> Word:
    """The keys of one word.

    >>> word("asyncio.TaskGroup").keys, word("asyncio.TaskGroup").others
    (('asyncio', 'taskgroup'), ('task', 'group', 'asynciotaskgroup'))
    >>> word("Größe")
    Word(keys=('grosse',), others=('größe',), forms=(('grosse', 'größe'),), is_run=False)
    """
    if written[-1] in "+#":
        return Word((written.lower(),))
    pieces = [piece[:LONGEST_WORD] for piece in _JOINT.split(written) if piece]
    keys, others, forms = [], [], []
    for piece in pieces:
        key = folded(piece)
        if not key:
            continue
        keys.append(key)
        lower = lowered(piece)
        if lower != key:
            others.append(lower)
        forms.append((key, lower))
        if _IS_CAMEL.search(piece):
            parts = [part.lower() for part in _CAMEL.findall(piece)]
            others += parts
            forms += [(part, part) for part in parts]
    if len(keys) > 1 and not all(key.isdigit() for key in keys):
        others.append("".join(keys)[:LONGEST_WORD])
    return Word(tuple(keys), tuple(dict.fromkeys(others)), tuple(forms))
