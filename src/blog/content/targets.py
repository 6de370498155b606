"""Targets of links and images: how they stand in an attribute, and which no page may contain."""

import re
from html import unescape
from urllib.parse import quote, unquote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Browsers drop some of these in a scheme, and others before it (URL Standard, 4.4).
_DROPPED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_HARMFUL = frozenset({"javascript", "vbscript", "livescript", "data", "file", "blob", "filesystem", "view-source"})
_PICTURES = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif|svg\+xml|x-icon|vnd\.microsoft\.icon|bmp)[;,]", re.IGNORECASE
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# RFC 3986, 2.2, without the brackets; what is encoded already stays as it is.
_SAFE = ":/?#@!$&()*+,;=%"


def is_harmful(target: str) -> bool:
    r"""Whether a target's scheme runs script or reads files; pictures in ``data:`` do neither.

    >>> is_harmful("java\tscript:x"), is_harmful("sms:+1"), is_harmful("data:image/svg+xml,x"), is_harmful("a?b=data:x")
    (True, False, False, False)
    """
    if ":" not in target and "&" not in target and "%" not in target:
        return False
    bare = _DROPPED.sub("", unescape(_DROPPED.sub("", target)))
    for spelled in (bare, _DROPPED.sub("", unquote(bare))):
        found = _SCHEME.match(spelled)
        if found and found[1].lower() in _HARMFUL and not _PICTURES.match(spelled):
            return True
    return False


def wiki_target(name: str, heading: str) -> str:
    """The target of a link to a text by its name, and to a heading by its words. Without a name it is the text with the link.

    >>> wiki_target("My page", "A heading")
    '@/[[My%20page]]#A%20heading'
    """
    return f"@/[[{quote(name, safe='')}]]" + (f"#{quote(heading, safe='')}" if heading else "")


def encoded(target: str) -> str:
    """The target with what may not stand in an address percent-encoded.

    >>> encoded("größe %20.md")
    'gr%C3%B6%C3%9Fe%20%20.md'
    """
    return quote(_SURROGATE.sub("\ufffd", target), safe=_SAFE)
