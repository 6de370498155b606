"""A response prepared in full: bytes and headers for each encoding, ready to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

RawHeaders = list[tuple[bytes, bytes]]

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"
XML = "application/xml; charset=utf-8"
JSON = "application/json"

# A CDN may answer from its copy for a minute, and for ten more while it asks for a newer one.
SHORT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
FEED = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What is rendered before it is encoded. ``path`` is decoded; ``route`` is its template in traces and metrics."""

    path: str
    route: str
    media_type: str
    body: bytes
    cache: str = SHORT
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoding of a page: the headers of its 200 and of its 304, and a strong ETag of exactly these bytes."""

    body: bytes
    etag: bytes
    headers: RawHeaders
    not_modified: RawHeaders


@dataclass(frozen=True, slots=True)
class Page:
    """A path's answer. ``encoded`` holds br, zstd and gzip where they are smaller than the identity."""

    route: str
    media_type: str
    identity: Variant
    encoded: Mapping[bytes, Variant]


def make_page(rendered: Rendered, encoded: Mapping[bytes, bytes], security: Mapping[str, str]) -> Page:
    """Prepare every header list that the page can ever be answered with."""
    shared = [("vary", "accept-encoding"), ("cache-control", rendered.cache)]
    described = [("content-type", rendered.media_type), *rendered.headers.items(), *security.items()]

    def variant(body: bytes, coding: str) -> Variant:
        # Hashed as it is sent: a newer compressor makes other bytes of the same page, which need another strong tag.
        etag = f'"{sha256(body).hexdigest()[:24]}"'
        validated = _raw([("etag", etag), *shared])
        coded = [("content-encoding", coding)] if coding else []
        headers = [*validated, *_raw([*coded, ("content-length", str(len(body))), *described])]
        return Variant(body, etag.encode(), headers, validated)

    variants = {coding: variant(body, coding.decode()) for coding, body in encoded.items()}
    return Page(rendered.route, rendered.media_type, variant(rendered.body, ""), variants)


def _raw(headers: list[tuple[str, str]]) -> RawHeaders:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
