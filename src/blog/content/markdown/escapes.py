"""Backslash escapes and character references (CommonMark 2.4 and 2.5)."""

import re
from html.entities import html5

PUNCTUATION = r"""!-/:-@\[-`{-~"""
REFERENCE = r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
_ESCAPE = re.compile(rf"\\([{PUNCTUATION}])|{REFERENCE}")


def character(reference: str) -> str:
    """What a character reference stands for; the reference itself where there is no such name.

    >>> character("&amp;"), character("&nope;"), character("&#0;")
    ('&', '&nope;', '\ufffd')
    """
    if reference[1] != "#":
        return html5.get(reference[1:], reference)
    number = int(reference[3:-1], 16) if reference[2] in "xX" else int(reference[2:-1])
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:  # noqa: PLR2004 -- surrogates, and past Unicode
        return "\ufffd"
    return chr(number)


def unescape(text: str) -> str:
    r"""
    >>> unescape(r"a\*b &lt; \&lt;")
    'a*b < &lt;'
    """
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPE.sub(lambda found: found[1] or character(found[0]), text)


def escape(text: str) -> str:
    """HTML of a text, also within double quotes. An apostrophe stays as it is, as in CommonMark's examples.

    >>> escape("a < b & 'c'")
    "a &lt; b &amp; 'c'"
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def is_escaped(text: str, place: int) -> bool:
    r"""Whether an odd number of backslashes stands before a place.

    >>> is_escaped(r"\{{ x }}", 1), is_escaped(r"\\{{ x }}", 2)
    (True, False)
    """
    start = place
    while start > 0 and text[start - 1] == "\\":
        start -= 1
    return (place - start) % 2 == 1
