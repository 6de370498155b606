"""Content negotiation by Accept-Encoding (RFC 9110, section 12.5.3)."""

import re
from functools import lru_cache

from blog.build.encodings import CODINGS
from blog.build.response import Representation, Resource

IDENTITY = b"identity"
# Browsers send some 25 bytes. A longer list is not parsed: it might exclude any coding, so its sender gets the identity.
LONGEST_LIST = 255
_IDENTITY_ALONE = (IDENTITY,)
_SPACE = rb"[ \t]*+"
# The well-formed members that name a coding of ours; all others are ignored.
_MEMBER = re.compile(
    rb"(?:^|,)" + _SPACE + rb"(" + rb"|".join((*CODINGS, b"x-gzip", IDENTITY, rb"\*")) + rb")" + _SPACE
    + rb"(?:;" + _SPACE + rb"q" + _SPACE + rb"=" + _SPACE + rb"(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)" + _SPACE + rb")?(?=,|$)"
)  # fmt: skip


@lru_cache(maxsize=256)
def _acceptable(accept_encoding: bytes) -> tuple[bytes, ...]:
    """The codings that a client accepts, by descending weight; among equal weights the smallest representation first."""
    sent: dict[bytes, float] = {}
    for name, weight in _MEMBER.findall(accept_encoding.lower()):
        coding = b"gzip" if name == b"x-gzip" else name
        # If a coding is listed twice, the lower weight applies, so that a coding which is excluded once is not sent.
        sent[coding] = min(float(weight or 1), sent.get(coding, 1.0))
    other = sent.get(b"*", 0.0)
    weights = {coding: sent.get(coding, other) for coding in CODINGS}
    # Identity is acceptable unless it is excluded, and comes last unless it is listed.
    weights[IDENTITY] = sent.get(IDENTITY, sent.get(b"*", 0.0001))
    return tuple(sorted((coding for coding in weights if weights[coding] > 0), key=lambda coding: -weights[coding]))


def choose(page: Resource, accept_encoding: bytes) -> Representation | None:
    """The representation to send; None if the client accepts none of them (406)."""
    encoded = page.encoded
    for coding in _acceptable(accept_encoding) if len(accept_encoding) <= LONGEST_LIST else _IDENTITY_ALONE:
        if coding in encoded:
            return encoded[coding]
        if coding == IDENTITY:
            return page.identity
    return None


def accepts_identity(accept_encoding: bytes) -> bool:
    """Whether a client takes a body that is not encoded.

    >>> accepts_identity(b"br"), accepts_identity(b"br, identity;q=0"), accepts_identity(b"gzip, *;q=0")
    (True, False, False)
    """
    return len(accept_encoding) > LONGEST_LIST or IDENTITY in _acceptable(accept_encoding)
