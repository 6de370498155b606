"""Stems of words, by the language of the text that they are in, so that "probes" finds "probe"."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import Stemmer

from blog.search.words import folded, lowered

# The stemmer of each language, by its ISO 639-1 code. Others have none here.
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish",
    "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
# The first letter of a script, the first after it, its languages and the one to take for a word in a text of none of them.
_SCRIPTS = (
    ("\u0000", "\u0370", "", "en"),
    ("\u0370", "\u0400", "el", "el"),
    ("\u0400", "\u0530", "ru uk bg sr mk be kk", "ru"),
    ("\u0530", "\u0590", "hy", "hy"),
    ("\u0600", "\u0780", "ar fa ur", "ar"),
    ("\u0900", "\u0980", "hi ne mr", "hi"),
    ("\u0b80", "\u0c00", "ta", "ta"),
    ("\u1e00", "\u2000", "", "en"),
)
_NOT_LATIN = frozenset(language for *_, languages, _ in _SCRIPTS for language in languages.split())
# A query is stemmed in each language of the site, but not in more than these.
MOST_LANGUAGES = 6
_SHORTEST = 3
# What a stem begins with in the index, so that a text with the word itself counts more than one with another form of it.
MARK = "~"


def code_of(language: str) -> str:
    """The language of a tag, without script and region.

    >>> code_of("pt-BR")
    'pt'
    """
    return language.partition("-")[0].lower()


@lru_cache(16)
def _stemmer(name: str) -> Any:
    return Stemmer.Stemmer(name)


def stem(word: str, language: str) -> str:
    """The key of the folded stem of a word as it is written in a text of a language; "" if it has none.

    >>> stem("Probes", "en"), stem("Häuser", "de"), stem("книгами", "en"), stem("k8s", "en")
    ('~probe', '~haus', '~книг', '')
    """
    lower = lowered(word)
    if len(lower) < _SHORTEST or (lower.isascii() and not lower.isalpha()):
        return ""
    stemmer = _STEMMERS.get(_language_of(lower, language))
    root = folded(_stemmer(stemmer).stemWord(lower)) if stemmer else ""
    return MARK + root if root else ""


def _language_of(word: str, language: str) -> str:
    """The language of a word by its script, where it cannot be that of its text."""
    script = next((it for it in _SCRIPTS if it[0] <= word[0] < it[1]), None)
    if script is None:
        return ""
    _, _, languages, default = script
    if languages:
        return language if language in languages.split() else default
    return language if language in _STEMMERS and language not in _NOT_LATIN else default


def stems(word: str, languages: Iterable[str]) -> list[str]:
    """The stems of a word of a query, which may be in any of the languages."""
    found = (stem(word, language) for language in languages)
    return list(dict.fromkeys(filter(None, found)))
