"""Browser RUM: the parameters of the script that is first in <body>, and the assets that it loads."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha384
from urllib.parse import urlsplit

from blog import __version__, urls
from blog.settings import Settings

SDK = "faro-web-sdk.iife.js"
# The SDK and the licences of its parts. A site without RUM does not serve them.
ASSETS = frozenset({SDK, "faro-web-sdk.LICENSE.txt"})
# A page that contains this includes the RUM script.
MARKER = "data-rum-collect="


@dataclass(frozen=True, slots=True, kw_only=True)
class Rum:
    """The data- attributes of the script. They keep the script's text, and so its CSP hash, the same for every site."""

    sdk: str
    integrity: str
    collect: str
    app: str
    version: str
    environment: str
    sample_rate: str


def rum_of(settings: Settings, assets: Mapping[str, bytes]) -> Rum | None:
    """The parameters of the script; None if BLOG_FARO_URL is unset."""
    if not settings.faro_url:
        return None
    return Rum(
        sdk=SDK,
        # If the theme has no SDK, rendering its template reports that.
        integrity=integrity(assets.get(SDK, b"")),
        collect=urls.RUM_COLLECT if settings.rum_proxied_to else settings.faro_url,
        app=settings.rum_app,
        version=__version__,
        environment=settings.rum_environment,
        sample_rate=f"{settings.faro_sample_rate:.6g}",
    )


def beacon_origin(settings: Settings) -> str | None:
    """The origin that the Content Security Policy must let pages post to; None if beacons go to the site itself."""
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
