"""Addresses that become links by themselves (GFM 6.9), by the rules of cmark-gfm, which are GitHub's."""

import re
import string
import unicodedata

from blog.content.markdown.tree import Token

URL_MARK = r":(?=//)"
WWW_MARK = r"(?<=www)\."
_SCHEME = re.compile(r"[A-Za-z]*\Z")
_SCHEMES = frozenset({"http", "https", "ftp"})
# Letters, digits, marks and symbols of any script, as in cmark-gfm; punctuation ends it.
_DOMAIN = re.compile(r"(?:[A-Za-z0-9._-]|[^\x00-\x7f\s])+")
_NOT_SPACE = re.compile(r"[^\s<]*")
_TRAILING = "?!.,:*_~'\""
_ENTITY = re.compile(r"&[A-Za-z]+;")
_MAX_ENTITY = 40
_BEFORE_WWW = "*_~("
_IN_ADDRESS = f"{string.ascii_letters}{string.digits}.+_-"
_MAIL_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_RESOURCE = re.compile(r"/[A-Za-z0-9@.]+")
_PROTOCOLS = ("mailto:", "xmpp:")


def url(text: str, colon: int) -> tuple[int, int] | None:
    """Where the address with this colon begins and ends; None where it is none.

    >>> url("See https://example.org.", 9), url("x://y", 1)
    ((4, 23), None)
    """
    start = colon
    while start and text[start - 1].isascii() and text[start - 1].isalpha():
        start -= 1
        if colon - start > len("https"):
            return None
    if text[start:colon].lower() not in _SCHEMES:
        return None
    host = colon + len("://")
    if not _valid_host(text, host, short=True):
        return None
    return start, end(text, start)


def www(text: str, dot: int) -> tuple[int, int] | None:
    """The same for an address that begins with www."""
    start = dot - len("www")
    before = text[start - 1] if start else " "
    if not (before.isspace() or before in _BEFORE_WWW) or not _valid_host(text, start, short=False):
        return None
    return start, end(text, start)


def _valid_host(text: str, start: int, *, short: bool) -> bool:
    """GFM: the last two labels of a host have no underscore, and after www. there has to be a dot."""
    # Like in cmark-gfm the last character of a text may be anything, so that _http://example.org_ is a link.
    found = _DOMAIN.match(text, start, max(len(text) - 1, start + 1))
    domain = _until_punctuation(found[0]) if found else ""
    if not domain or domain[0] in "-_.":
        return False
    labels = domain.rsplit(".", 2)
    many_labels = 10
    underscored = any("_" in name for name in labels[-2:])
    return (short or "." in domain) and not (underscored and domain.count(".") <= many_labels)


def _until_punctuation(domain: str) -> str:
    """
    >>> _until_punctuation("a-b.c"), _until_punctuation("हिन्दी.भारत"), _until_punctuation("例。例")
    ('a-b.c', 'हिन्दी.भारत', '例')
    """
    if domain.isascii():
        return domain
    outside = (at for at, char in enumerate(domain) if not char.isascii() and unicodedata.category(char)[0] in "PC")
    return domain[: next(outside, len(domain))]


def end(text: str, start: int) -> int:
    """Where an address ends: what ends a sentence does not belong to the address in it.

    >>> "www.example.org/a_(b))."[: end("www.example.org/a_(b)).", 0)]
    'www.example.org/a_(b)'
    """
    found = _NOT_SPACE.match(text, start)
    stop = found.end() if found else start
    surplus = text.count(")", start, stop) - text.count("(", start, stop)
    while stop > start:
        last = text[stop - 1]
        if last == ")":
            if surplus <= 0:
                break
            surplus, stop = surplus - 1, stop - 1
        elif last in _TRAILING:
            stop -= 1
        elif last == ";":
            opening = text.rfind("&", max(start, stop - _MAX_ENTITY), stop)
            stop = opening if opening >= 0 and _ENTITY.fullmatch(text, opening, stop) else stop - 1
        else:
            break
    return stop


def link(written: str, line: int) -> Token:
    address = f"http://{written}" if written.startswith("www.") else written
    return _link(written, address, line)


def _link(written: str, address: str, line: int) -> Token:
    child = {"type": "text", "raw": written}
    return {"type": "link", "children": [child], "attrs": {"url": address, "title": ""}, "line": line, "depth": 1}


def emails(text: str, line: int) -> list[Token]:
    """Text as tokens, the e-mail addresses in it as links."""
    tokens: list[Token] = []
    place = searched = 0
    at = text.find("@")
    while at >= 0:
        # What stands before an @ is searched once, up to the one before it.
        head = text[searched:at]
        start = at - (len(head) - len(head.rstrip(_IN_ADDRESS)))
        protocol = _protocol(text, searched, start)
        stop = _email_end(text, at, protocol) if start < at else None
        searched = stop or at + 1
        if stop:
            start -= len(protocol)
            written = text[start:stop]
            tokens += [{"type": "text", "raw": text[place:start]}] if start > place else []
            tokens.append(_link(written, written if protocol else f"mailto:{written}", line))
            place = stop
        at = text.find("@", searched)
    return [*tokens, {"type": "text", "raw": text[place:]}] if place < len(text) else tokens


def _protocol(text: str, first: int, start: int) -> str:
    """What stands before an address and belongs to it, not before ``first``; "" if there is nothing."""
    found = next((it for it in _PROTOCOLS if text.endswith(it, first, start)), "")
    before = start - len(found) - 1
    return "" if found and before >= 0 and text[before].isalnum() else found


def _email_end(text: str, at: int, protocol: str) -> int | None:
    """Where the address ends; None for what is none: GFM asks for a dot, and no hyphen or underscore at the end."""
    domain = _MAIL_DOMAIN.match(text, at + 1)
    if domain is None or "." not in domain[0] or not domain[0][-1].isalpha():
        return None
    stop = domain.end()
    if text.startswith("@", stop):
        return None
    resource = _RESOURCE.match(text, stop) if protocol == "xmpp:" else None
    # A resource may end with a period, which ends the sentence.
    return end(text[: resource.end()], at) if resource else stop
