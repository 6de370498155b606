"""Links that open the preview of one unpublished text, and of no other, until they expire."""

import hmac
import re
import secrets
import time
from collections.abc import Callable

from blog import urls

LONGEST_DAYS = 90
_KEY = re.compile(rb"(?:^|&)key=([0-9]{1,12})-([0-9a-f]{64})(?:&|$)")
_NO_SIGNATURE = b"0" * 64
_PREFIX = urls.preview("")


def link(key: str, slug: str, expires: int) -> str:
    """The path and query that open the preview of a text until ``expires``, in seconds since the epoch."""
    return f"{urls.preview(slug)}?key={expires}-{_signature(key.encode(), slug, expires).decode()}"


def _signature(key: bytes, slug: str, expires: int) -> bytes:
    message = f"{expires}/{slug}".encode(errors="surrogatepass")
    return hmac.digest(key, message, "sha256").hex().encode()


class PreviewLinks:
    """Checks the links that `link` makes. Without a key none is right, and to find that out takes as long as with one."""

    def __init__(self, key: str | None, clock: Callable[[], float] = time.time) -> None:
        self._key = (key or secrets.token_hex()).encode()
        self._clock = clock

    def opens(self, path: str, query: bytes) -> bool:
        """Whether a query opens the preview at a path. A wrong signature takes as long as a right one that has expired."""
        given = _KEY.search(query)
        expires, signature = (int(given[1]), given[2]) if given else (0, _NO_SIGNATURE)
        is_signed = hmac.compare_digest(_signature(self._key, path.removeprefix(_PREFIX), expires), signature)
        return is_signed and self._clock() < expires
