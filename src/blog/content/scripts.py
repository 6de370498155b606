"""Scripts: in which direction a language is written."""

from typing import Literal

Direction = Literal["ltr", "rtl"]

# Scripts that are written from right to left (the property "rtl" of CLDR's scriptMetadata), and the languages whose usual script is one of them.
_SCRIPTS = frozenset(["adlm", "arab", "armi", "avst", "hebr", "khar", "mand", "mani", "mend", "narb", "nbat", "nkoo", "palm", "perm", "phli", "phlp", "phnx", "prti", "rohg", "samr", "sarb", "sogd", "sogo", "syrc", "thaa", "yezi"])  # fmt: skip
_LANGUAGES = frozenset(["ar", "arc", "arz", "azb", "bal", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "khw", "ks", "lrc", "mzn", "nqo", "pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"])  # fmt: skip
_SCRIPT_LETTERS = 4


def direction(tag: str) -> Direction:
    """The direction of a language tag: that of its script, where it names one (BCP 47), else of the script that the language is usually written in.

    >>> direction("ar"), direction("he-IL"), direction("az-Arab"), direction("ar-Latn"), direction("de")
    ('rtl', 'rtl', 'rtl', 'ltr', 'ltr')
    """
    language, *others = tag.lower().split("-")
    script = next((it for it in others[:2] if len(it) == _SCRIPT_LETTERS and it.isalpha()), "")
    return "rtl" if script in _SCRIPTS or (not script and language in _LANGUAGES) else "ltr"
