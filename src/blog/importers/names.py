"""Names in addresses, as each program makes them of a title or of a file's name."""

import re
import unicodedata

# Letters that are not a letter with an accent, as the programs' tables for ASCII write them.
_LETTERS = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "\u0131": "i", "þ": "th", "Þ": "Th",
    "ð": "d", "Ð": "D",
})  # fmt: skip


def in_ascii(text: str) -> str:
    """Latin letters without their accents; letters of other scripts stay.

    >>> in_ascii("Größe, Łódź, héllo, 日本")
    'Grosse, Lodz, hello, 日本'
    """
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    bare = re.sub(r"(?<=[A-Za-z])[\u0300-\u036f]+", "", decomposed)
    return unicodedata.normalize("NFC", bare)


def pelican_name(title: str) -> str:
    """
    >>> pelican_name("Don't panic: C++ & Größe")
    'dont-panic-c-grosse'
    """
    bare = re.sub(r"[^\w\s-]", "", in_ascii(title))
    return re.sub(r"[-\s]+", "-", bare.strip()).lower()


def hugo_name(name: str) -> str:
    """A title, or a name in a path, as Hugo has it in addresses.

    >>> hugo_name("Don't panic: C++ & Größe"), hugo_name("My Post v1.2")
    ('dont-panic-c++-größe', 'my-post-v1.2')
    """
    kept = re.sub(r"[^\w\s.+~@#-]", "", name)
    return re.sub(r"\s*-\s*|\s+", "-", kept.strip()).lower()
