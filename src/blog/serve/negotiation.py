"""Which encoding a client wants, and whether it already has the page (RFC 9110, sections 12.5.3 and 13.1.2)."""

import re
from functools import lru_cache

from blog.render.encodings import CODINGS
from blog.render.page import Page, Variant

IDENTITY = b"identity"
_ITEM = re.compile(rb"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?")
_LONGEST_HEADER = 1024


@lru_cache(maxsize=256)
def acceptable(accept_encoding: bytes) -> tuple[bytes, ...]:
    """The codings a client takes, the best first; what it likes equally goes by size.

    >>> acceptable(b"gzip, deflate, br;q=0.5"), acceptable(b"*;q=0"), acceptable(b"")
    ((b'gzip', b'br', b'identity'), (), (b'identity',))
    """
    asked: dict[bytes, float] = {}
    for item in accept_encoding.lower().split(b","):
        if found := _ITEM.fullmatch(item):
            coding = {b"x-gzip": b"gzip"}.get(found[1], found[1])
            asked[coding] = float(found[2]) if found[2] else 1.0
    other = asked.get(b"*", 0.0)
    weights = {coding: asked.get(coding, other) for coding in CODINGS}
    # Identity is welcome unless it is excluded, and comes last unless it is asked for.
    weights[IDENTITY] = asked.get(IDENTITY, asked.get(b"*", 0.0001))
    return tuple(sorted((coding for coding in weights if weights[coding] > 0), key=lambda coding: -weights[coding]))


def choose(page: Page, accept_encoding: bytes) -> Variant | None:
    """The prepared bytes to send; None where the client refuses every form there is (406)."""
    encoded = page.encoded
    for coding in acceptable(accept_encoding[:_LONGEST_HEADER]):
        if coding in encoded:
            return encoded[coding]
        if coding == IDENTITY:
            return page.identity
    return None


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Weak comparison of a list of entity tags, or ``*``, with the tag of the bytes that would be sent.

    >>> matches(b'W/"a", "b"', b'"a"'), matches(b"*", b'"a"'), matches(b'"c"', b'"a"')
    (True, True, False)
    """
    if if_none_match == etag:
        return True
    tags = (tag.strip() for tag in if_none_match.split(b","))
    return any(tag.removeprefix(b"W/") == etag or tag == b"*" for tag in tags)
