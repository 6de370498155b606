"""Security headers. Pages are prepared bytes, so scripts are allowed by hash: a nonce would be the same for everyone."""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HSTS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


def script_hashes(html: str) -> tuple[str, ...]:
    """The CSP source of each inline script. Data blocks (application/ld+json) do not run and need none."""
    digests = (sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(html))
    return tuple(dict.fromkeys(f"'sha256-{b64encode(digest).decode()}'" for digest in digests))


def for_html(hashes: Iterable[str], *, secure: bool) -> dict[str, str]:
    """The headers of an HTML answer (Content Security Policy Level 3; OWASP Secure Headers)."""
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *hashes]),
        "style-src": "'self'",
        "img-src": "'self' data:",
        "media-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
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
    """A picture may be opened on its own: an SVG must then run nothing and ask for nothing."""
    sandbox = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return (sandbox if media_type == "image/svg+xml" else {}) | for_anything(secure=secure)


def for_anything(*, secure: bool) -> dict[str, str]:
    return {"x-content-type-options": "nosniff"} | (_HSTS if secure else {})
