"""Names for things in URLs: slugs of posts and tags, ids of headings."""

import re
import unicodedata

_SPELLED_OUT = str.maketrans({"+": " plus ", "#": " sharp ", "&": " and ", "@": " at "})
# Letters, combining marks and digits. Python's ``\w`` has no combining marks, and would cut words of Hindi or Thai.
_OF_A_WORD = ("L", "M", "N")
_SYMBOLS = frozenset({"Sm", "Sc", "Sk", "So"})
# They choose between two drawings of a character, such as a heart in colour or in black.
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# What github-slugger keeps besides letters and marks: decimal digits, letter numbers, and what joins words.
_OF_AN_ANCHOR = frozenset({"Nd", "Nl", "Pc"})
# Symbols that Unicode calls alphabetic: circled, squared and negative Latin letters.
_LETTER_SYMBOLS = re.compile("[\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_ASCII_ANCHOR = re.compile(r"[^\w\- ]+", re.ASCII)


def slugify(text: str) -> str:
    """Letters and digits of any script, lower case, joined by hyphens; without any, the symbols; "" where there is neither.

    >>> slugify("Größe & Gewicht"), slugify("C++"), slugify("C#"), slugify("!?"), slugify("हिन्दी"), slugify("🎉!")
    ('größe-and-gewicht', 'c-plus-plus', 'c-sharp', '', 'हिन्दी', '🎉')
    """
    plain = _VARIATION_SELECTORS.sub("", text)
    words = "".join(map(_in_slug, _folded(plain.translate(_SPELLED_OUT)))).split()
    # A word may begin with a mark whose letter is a symbol, which is no part of a word.
    found = [word for word in words if any(unicodedata.category(character)[0] in "LN" for character in word)]
    return "-".join(found) or "".join(filter(_is_symbol, plain))


def is_slug(text: str) -> bool:
    """
    >>> is_slug("head-sampling"), is_slug("head_sampling"), is_slug("Head Sampling"), is_slug("")
    (True, True, False, False)
    """
    return bool(text) and slugify(text) == text.replace("_", "-")


def slug_of_name(name: str) -> str:
    """The slug that a file's name stands for. An underscore in it stays, as in a slug that an author writes.

    >>> slug_of_name("How_I_built it"), slug_of_name("node.js"), slug_of_name("_a__b_")
    ('how_i_built-it', 'node-js', 'a_b')
    """
    return "_".join(filter(None, map(slugify, name.split("_"))))


def _folded(text: str) -> str:
    """Lower case, composed. Lowering may leave letters decomposed, and may make new ones to lower."""
    while (folded := unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())) != text:
        text = folded
    return text


def _is_symbol(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in _SYMBOLS


def _in_slug(character: str) -> str:
    """The character where it belongs to a word, nothing for one without a width, else the space between words."""
    category = unicodedata.category(character)
    if category[0] in _OF_A_WORD:
        return character
    return "" if category == "Cf" else " "


def anchor(heading: str) -> str:
    """The id of a heading as GitHub makes it, so that a link written there works here.

    >>> anchor("Étape 1: l'entrée_utilisateur"), anchor("हिन्दी भाषा"), anchor("???")
    ('étape-1-lentrée_utilisateur', 'हिन्दी-भाषा', 'section')
    """
    return github_slug(heading) or "section"


def github_slug(text: str) -> str:
    """A text as github-slugger has it in addresses, composed; Astro makes names of files so.

    >>> github_slug("My Nested (draft)"), github_slug("Don't"), github_slug("???")
    ('my-nested-draft', 'dont', '')
    """
    name = unicodedata.normalize("NFC", text).strip().lower()
    kept = _ASCII_ANCHOR.sub("", name) if name.isascii() else "".join(filter(_in_anchor, name))
    return kept.replace(" ", "-")


def _in_anchor(character: str) -> bool:
    category = unicodedata.category(character)
    return (
        category[0] in "LM"
        or category in _OF_AN_ANCHOR
        or character in "- "
        or _LETTER_SYMBOLS.match(character) is not None
    )


class Anchors:
    """Hands out ids that are unique within one document, numbered in reading order.

    >>> take = Anchors().take
    >>> take("Setup"), take("Setup"), take("Setup 1")
    ('setup', 'setup-1', 'setup-1-1')
    """

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, heading: str) -> str:
        name = candidate = anchor(heading)
        while candidate in self.taken:
            self._next[name] = self._next.get(name, 0) + 1
            candidate = f"{name}-{self._next[name]}"
        self.taken.add(candidate)
        return candidate
