"""Names for things in URLs: slugs of posts and tags, ids of headings."""

import re
import unicodedata

_SLUG = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_NOT_IN_A_SLUG = re.compile(r"[\W_]+")
_NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]+")
_SPELLED_OUT = str.maketrans({"+": " plus ", "#": " sharp ", "&": " and ", "@": " at "})


def slugify(text: str) -> str:
    """Letters and digits of any script, lower case, joined by hyphens; "" where there are none.

    >>> slugify("Größe & Gewicht"), slugify("C++"), slugify("C#"), slugify("!?")
    ('größe-and-gewicht', 'c-plus-plus', 'c-sharp', '')
    """
    return _NOT_IN_A_SLUG.sub("-", unicodedata.normalize("NFC", text.translate(_SPELLED_OUT)).lower()).strip("-")


def is_slug(text: str) -> bool:
    """
    >>> is_slug("head-sampling"), is_slug("Head Sampling"), is_slug("")
    (True, False, False)
    """
    return _SLUG.fullmatch(text) is not None and text == unicodedata.normalize("NFC", text).lower()


def anchor(heading: str) -> str:
    """The id of a heading as GitHub makes it, so that a link written there works here.

    >>> anchor("Étape 1: l'entrée_utilisateur"), anchor("???")
    ('étape-1-lentrée_utilisateur', 'section')
    """
    name = unicodedata.normalize("NFC", heading).strip().lower()
    return _NOT_IN_AN_ANCHOR.sub("", name).replace(" ", "-") or "section"


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
