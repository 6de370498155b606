"""Which encoding a client wants (RFC 9110, section 12.5.3)."""

import re
from functools import lru_cache

from blog.build.encodings import CODINGS
from blog.build.response import Representation, Resource

IDENTITY = b"identity"
# Browsers send some 25 bytes. A longer list is not read, and its sender gets the identity: it may exclude a coding further on.
LONGEST_LIST = 255
_IDENTITY_ALONE = (IDENTITY,)
_SPACE = rb"[ \t]*+"
# The members that name a coding of ours and are well formed; all others are passed over.
_MEMBER = re.compile(
    rb"(?:^|,)" + _SPACE + rb"(" + rb"|".join((*CODINGS, b"x-gzip", IDENTITY, rb"\*")) + rb")" + _SPACE
    + rb"(?:;" + _SPACE + rb"q" + _SPACE + rb"=" + _SPACE + rb"(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)" + _SPACE + rb")?(?=,|$)"
)  # fmt: skip


def acceptable(accept_encoding: bytes) -> tuple[bytes, ...]:
    """The codings a client takes, the best first; what it likes equally goes by size.

    >>> acceptable(b"gzip, deflate, br;q=0.5"), acceptable(b"*;q=0"), acceptable(b"")
    ((b'gzip', b'br', b'identity'), (), (b'identity',))
    """
    return _acceptable(accept_encoding) if len(accept_encoding) <= LONGEST_LIST else _IDENTITY_ALONE


@lru_cache(maxsize=256)
def _acceptable(accept_encoding: bytes) -> tuple[bytes, ...]:
    asked: dict[bytes, float] = {}
    for name, weight in _MEMBER.findall(accept_encoding.lower()):
        coding = b"gzip" if name == b"x-gzip" else name
        # Where a coding is named twice, the lower weight counts: what is excluded once is not sent.
        asked[coding] = min(float(weight or 1), asked.get(coding, 1.0))
    other = asked.get(b"*", 0.0)
    weights = {coding: asked.get(coding, other) for coding in CODINGS}
    # Identity is welcome unless it is excluded, and comes last unless it is asked for.
    weights[IDENTITY] = asked.get(IDENTITY, asked.get(b"*", 0.0001))
    return tuple(sorted((coding for coding in weights if weights[coding] > 0), key=lambda coding: -weights[coding]))


def choose(page: Resource, accept_encoding: bytes) -> Representation | None:
    """The prepared bytes to send; None where the client refuses every form there is (406)."""
    encoded = page.encoded
    # As `acceptable` does; a call less for every page.
    for coding in _acceptable(accept_encoding) if len(accept_encoding) <= LONGEST_LIST else _IDENTITY_ALONE:
        if coding in encoded:
            return encoded[coding]
        if coding == IDENTITY:
            return page.identity
    return None
