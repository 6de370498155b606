"""Rendered page, before it is encoded, and the media types and Cache-Control values of pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"
XML = "application/xml; charset=utf-8"
JSON = "application/json"

# A CDN may serve its copy for one minute, and for ten more while it revalidates (RFC 5861).
SHORT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
FEED = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
# For what only readers with a link may see: no cache keeps it, and no page that it links to is told its address.
PRIVATE = "private, no-store"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A page, feed or file before it is encoded. ``path`` is decoded; ``route`` is its template in traces and metrics."""

    path: str
    route: str
    media_type: str
    body: bytes
    cache: str = SHORT
    headers: Mapping[str, str] = field(default_factory=dict)
