"""Locales in the form of the Open Graph protocol: a language and a territory, such as en_US."""

# The territory that networks expect with a language whose tag names none (the list of Facebook's locales).
_TERRITORIES = {
    "af": "ZA", "ar": "AR", "bg": "BG", "bn": "IN", "ca": "ES", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "US", "es": "ES",
    "et": "EE", "eu": "ES", "fa": "IR", "fi": "FI", "fr": "FR", "ga": "IE", "gl": "ES", "he": "IL", "hi": "IN", "hr": "HR", "hu": "HU",
    "id": "ID", "is": "IS", "it": "IT", "ja": "JP", "ka": "GE", "ko": "KR", "lt": "LT", "lv": "LV", "ml": "IN", "mr": "IN", "ms": "MY",
    "nb": "NO", "nl": "NL", "nn": "NO", "pa": "IN", "pl": "PL", "pt": "PT", "ro": "RO", "ru": "RU", "sk": "SK", "sl": "SI", "sq": "AL",
    "sr": "RS", "sv": "SE", "sw": "KE", "ta": "IN", "te": "IN", "th": "TH", "tl": "PH", "tr": "TR", "uk": "UA", "ur": "PK", "vi": "VN",
    "zh": "CN",
}  # fmt: skip
_OF_SCRIPT = {"zh-hant": "TW"}
_TERRITORY_LETTERS = 2


def locale(tag: str) -> str:
    """The locale of a language tag; the language alone where its territory is not known.

    >>> locale("en"), locale("en-GB"), locale("zh-Hant"), locale("zh-Hant-HK"), locale("eo")
    ('en_US', 'en_GB', 'zh_TW', 'zh_HK', 'eo')
    """
    language, *others = tag.lower().split("-")
    named = next((it.upper() for it in others[:2] if len(it) == _TERRITORY_LETTERS and it.isalpha()), "")
    usual = _OF_SCRIPT.get(f"{language}-{others[0]}" if others else "") or _TERRITORIES.get(language, "")
    territory = named or usual
    return f"{language}_{territory}" if territory else language
