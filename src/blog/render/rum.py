"""Browser RUM: what the script that stands first in <body> is told, and what the site serves for it."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha384
from urllib.parse import urlsplit

from blog import __version__, urls
from blog.settings import Settings

SDK = "faro-web-sdk.iife.js"
# The SDK, and the licences of what is in it: a site without RUM does not serve them.
ASSETS = frozenset({SDK, "faro-web-sdk.LICENSE.txt"})
# Standing in a page, it says that the theme has taken the script up.
MARK = "data-rum-collect="


@dataclass(frozen=True, slots=True, kw_only=True)
class Rum:
    """The data- attributes of the script. Its text is the same for every site, and so is its hash."""

    sdk: str
    integrity: str
    collect: str
    app: str
    version: str
    environment: str
    sample_rate: str


def rum_of(settings: Settings, assets: Mapping[str, bytes]) -> Rum | None:
    """What to tell the script; None where BLOG_FARO_URL is unset."""
    if not settings.faro_url:
        return None
    return Rum(
        sdk=SDK,
        # A theme without the SDK is told so when its template asks for it.
        integrity=integrity(assets.get(SDK, b"")),
        collect=urls.RUM_COLLECT if settings.rum_proxied_to else settings.faro_url,
        app=settings.rum_app,
        version=__version__,
        environment=settings.rum_environment,
        sample_rate=f"{settings.faro_sample_rate:.6g}",
    )


def beacon_origin(settings: Settings) -> str | None:
    """The origin that pages have to be allowed to post to; None where it is their own."""
    if not settings.faro_url or settings.rum_proxied_to:
        return None
    parts = urlsplit(settings.faro_url)
    return f"{parts.scheme}://{parts.netloc}"


def integrity(script: bytes) -> str:
    """Subresource Integrity, section 3.1.

    >>> integrity(b"")[:14]
    'sha384-OLBgp1G'
    """
    return f"sha384-{b64encode(sha384(script).digest()).decode()}"
