"""Security headers. Pages are prepared bytes, so the policy allows scripts by hash: a nonce would be the same for every request."""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

_SCRIPT = re.compile(r'<script((?:\s+[\w-]+(?:="[^"]*")?)*)>(.*?)</script>', re.DOTALL)
_ATTRIBUTE = re.compile(r'\s([\w-]+)(?:="[^"]*")?')
_NOT_INLINE = {"src", "type"}
_DOCUMENTS = frozenset({"image/svg+xml", "text/html", "application/xml"})
NOT_INDEXED = {"x-robots-tag": "noindex, nofollow"}
PRIVATE = NOT_INDEXED | {"referrer-policy": "no-referrer"}
# A link on the page of a search tells no site what was searched for; this one still learns that its reader came from it.
SEARCHES = {"x-robots-tag": "noindex", "referrer-policy": "strict-origin"}
_HSTS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


def script_hashes(html: str) -> tuple[str, ...]:
    """The CSP hash source of each inline script. Data blocks (application/ld+json) are not executed and need none."""
    inline = (
        text for attributes, text in _SCRIPT.findall(html) if _NOT_INLINE.isdisjoint(_ATTRIBUTE.findall(attributes))
    )
    digests = (sha256(text.encode()).digest() for text in inline)
    return tuple(dict.fromkeys(f"'sha256-{b64encode(digest).decode()}'" for digest in digests))


def for_html(hashes: Iterable[str], *, secure: bool, beacons: str | None = None) -> dict[str, str]:
    """The security headers of an HTML response (Content Security Policy Level 3; OWASP Secure Headers).

    ``beacons`` is another origin that the page may post to.
    """
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *hashes]),
        "style-src": "'self'",
        "img-src": "'self' data:",
        "media-src": "'self'",
        "font-src": "'self'",
        "connect-src": f"'self' {beacons}" if beacons else "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "referrer-policy": "strict-origin-when-cross-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    } | for_anything(secure=secure)


def for_file(media_type: str, *, secure: bool) -> dict[str, str]:
    """The security headers of a file. A file that browsers open as a document may neither run scripts nor load anything."""
    sandbox = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return (sandbox if media_type.partition(";")[0] in _DOCUMENTS else {}) | for_anything(secure=secure)


def for_anything(*, secure: bool) -> dict[str, str]:
    return {"x-content-type-options": "nosniff"} | (_HSTS if secure else {})
