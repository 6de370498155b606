"""Content negotiation by Accept and Accept-Encoding (RFC 9110, sections 12.5.1 and 12.5.3)."""

import re
from functools import lru_cache

from blog.build.encodings import CODINGS
from blog.build.response import Representation, Resource

IDENTITY = b"identity"
# Browsers send some 25 bytes of codings and 140 of media types. A longer list is not parsed: it might exclude any coding, so its sender
# gets the identity, and HTML.
LONGEST_LIST = 255
_IDENTITY_ALONE = (IDENTITY,)
_SPACE = rb"[ \t]*+"
# The well-formed members that name a coding of ours; all others are ignored.
_MEMBER = re.compile(
    rb"(?:^|,)" + _SPACE + rb"(" + rb"|".join((*CODINGS, b"x-gzip", IDENTITY, rb"\*")) + rb")" + _SPACE
    + rb"(?:;" + _SPACE + rb"q" + _SPACE + rb"=" + _SPACE + rb"(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)" + _SPACE + rb")?(?=,|$)"
)  # fmt: skip
# The weight of HTML is that of the most specific of these; parameters of media types are ignored, because each text has one variant.
_HTML_RANGES = (b"text/html", b"text/*", b"*/*")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_PARAMETERS = rb"(?:;(?!" + _SPACE + rb"q" + _SPACE + rb"=)[^;,]*+)*+"
# The well-formed members that name Markdown or cover HTML.
_RANGE = re.compile(
    rb"(?:^|,)" + _SPACE + rb"(text/markdown|text/html|text/\*|\*/\*)" + _SPACE + _PARAMETERS
    + rb"(?:;" + _SPACE + rb"q" + _SPACE + rb"=" + _SPACE + rb"(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)" + _SPACE + rb")?" + _PARAMETERS + rb"(?=,|$)"
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


@lru_cache(maxsize=256)
def prefers_markdown(accept: bytes) -> bool:
    """Whether a client names text/markdown and wants it at least as much as HTML; wildcards alone mean HTML.

    Results are kept, so ``accept`` must have at most LONGEST_LIST bytes.

    >>> prefers_markdown(b"text/markdown, text/html;q=0.9, */*;q=0.8"), prefers_markdown(b"text/markdown;q=0.5, */*")
    (True, False)
    """
    if b"markdown" not in accept.lower():
        return False
    markdown: list[float] = []
    html: dict[bytes, float] = {}
    for media_range, sent in _RANGE.findall(_QUOTED.sub(b"", accept.lower())):
        weight = float(sent or 1)
        if media_range == b"text/markdown":
            markdown.append(weight)
        else:
            html[media_range] = max(weight, html.get(media_range, 0.0))
    # If Markdown is listed twice, the lower weight applies, so that a client which excludes it once gets HTML.
    wanted = min(markdown, default=0.0)
    return wanted > 0 and wanted >= next((html[it] for it in _HTML_RANGES if it in html), 0.0)
