"""Plural categories of whole numbers, from the cardinal rules of CLDR 48 (unicode.org/cldr, plurals.xml)."""

from collections.abc import Callable

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_Rule = Callable[[int], str]


def _one(n: int) -> str:
    return "one" if n == 1 else "other"


def _zero_and_one(n: int) -> str:
    return "one" if n in {0, 1} else "other"


def _arabic(n: int) -> str:
    if n in {0, 1, 2}:
        return CATEGORIES[n]
    rest = n % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"


def _russian(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14} else "many"


def _south_slavic(n: int) -> str:
    return _russian(n).replace("many", "other")


def _polish(n: int) -> str:
    return "one" if n == 1 else _russian(n).replace("one", "many")


def _czech(n: int) -> str:
    return "one" if n == 1 else "few" if n in {2, 3, 4} else "other"


def _romanian(n: int) -> str:
    return "one" if n == 1 else "few" if n == 0 or 1 <= n % 100 <= 19 else "other"


def _lithuanian(n: int) -> str:
    if 11 <= n % 100 <= 19 or n % 10 == 0:
        return "other"
    return "one" if n % 10 == 1 else "few"


def _latvian(n: int) -> str:
    if n % 10 == 0 or 11 <= n % 100 <= 19:
        return "zero"
    return "one" if n % 10 == 1 else "other"


def _slovenian(n: int) -> str:
    return {1: "one", 2: "two", 3: "few", 4: "few"}.get(n % 100, "other")


def _hebrew(n: int) -> str:
    return {1: "one", 2: "two"}.get(n, "other")


_RULES: dict[str, _Rule] = {
    **dict.fromkeys(["id", "ja", "km", "ko", "lo", "ms", "my", "th", "vi", "yue", "zh"], lambda _: "other"),
    **dict.fromkeys(["am", "as", "bn", "fa", "fr", "gu", "hi", "hy", "kn", "pt", "zu"], _zero_and_one),
    **dict.fromkeys(["be", "ru", "uk"], _russian),
    **dict.fromkeys(["bs", "hr", "sr"], _south_slavic),
    **dict.fromkeys(["cs", "sk"], _czech),
    "ar": _arabic, "he": _hebrew, "lt": _lithuanian, "lv": _latvian, "pl": _polish, "pt-PT": _one, "ro": _romanian, "sl": _slovenian,
}  # fmt: skip


LANGUAGES = tuple(_RULES)


def category(lang: str, n: int) -> str:
    """The plural category of a number. For a language that is not in the table that of English.

    The category "many" for millions, which French, Portuguese and Spanish have, is left out.

    >>> [category("ar", n) for n in (0, 1, 2, 3, 11, 100)], category("fr", 0)
    (['zero', 'one', 'two', 'few', 'many', 'other'], 'one')
    """
    return (_RULES.get(lang) or _RULES.get(lang.partition("-")[0], _one))(n)
