"""What a User-Agent says, as members of closed sets: bot kinds, browser families, devices, feed readers.

Bots are told by crawler-user-agents, a maintained list that also says what kind each is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

LONGEST_AGENT = 256
_MOST_SUBSCRIBERS = 10_000_000
_GROUP = 100
BROWSERS = ("edge", "opera", "samsung", "vivaldi", "firefox", "chrome", "safari", "other")
DEVICES = ("desktop", "mobile", "tablet", "other")
BOT_KINDS = (*sorted({tag for entry in CRAWLER_USER_AGENTS_DATA for tag in entry.get("tags", ())}), "other")

# The first that is found wins: nearly every browser claims to be its forerunners as well.
_BROWSER_MARKS = (
    ("Edg", "edge"), ("OPR/", "opera"), ("Opera", "opera"), ("SamsungBrowser", "samsung"), ("Vivaldi", "vivaldi"),
    ("Firefox/", "firefox"), ("FxiOS", "firefox"), ("Chrome/", "chrome"), ("CriOS", "chrome"), ("Chromium", "chrome"), ("Safari/", "safari"),
)  # fmt: skip
_DEVICE_MARKS = (
    ("iPad", "tablet"), ("Tablet", "tablet"), ("iPhone", "mobile"), ("Mobile", "mobile"), ("Android", "tablet"),
    ("Windows", "desktop"), ("Macintosh", "desktop"), ("X11", "desktop"), ("CrOS", "desktop"), ("Linux", "desktop"),
)  # fmt: skip
_READER_MARKS = (
    ("feedly", "feedly"), ("inoreader", "inoreader"), ("newsblur", "newsblur"), ("feedbin", "feedbin"), ("theoldreader", "theoldreader"),
    ("bazqux", "bazqux"), ("miniflux", "miniflux"), ("freshrss", "freshrss"), ("tiny tiny rss", "ttrss"), ("netnewswire", "netnewswire"),
    ("feedwrangler", "feedwrangler"), ("feedbot", "feedbot"), ("nextcloud-news", "nextcloud"), ("thunderbird", "thunderbird"),
    ("reeder", "reeder"), ("newsboat", "newsboat"), ("akregator", "akregator"), ("liferea", "liferea"), ("slackbot", "slack"),
)  # fmt: skip
READERS = (*(reader for _, reader in _READER_MARKS), "browser", "other")
_SUBSCRIBERS = re.compile(r"\b([0-9]{1,8}) (?:subscriber|reader)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agent:
    """``bot`` is the kind of bot, or None for a person's browser."""

    bot: str | None
    browser: str
    device: str
    reader: str
    subscribers: int | None


def agent_of(user_agent: bytes) -> Agent:
    """
    >>> agent_of(b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").browser
    'firefox'
    """
    return _read(user_agent[:LONGEST_AGENT])


@lru_cache(maxsize=1024)
def _read(user_agent: bytes) -> Agent:
    text = user_agent.decode("latin-1")
    subscribers = _SUBSCRIBERS.search(text)
    return Agent(
        bot=_bot(text),
        browser=_first(_BROWSER_MARKS, text, "other"),
        device=_first(_DEVICE_MARKS, text, "other"),
        reader=_first(_READER_MARKS, text.lower(), "browser" if text.startswith("Mozilla/") else "other"),
        subscribers=min(int(subscribers[1]), _MOST_SUBSCRIBERS) if subscribers else None,
    )


def _first(marks: Iterable[tuple[str, str]], text: str, otherwise: str) -> str:
    return next((name for mark, name in marks if mark in text), otherwise)


def _bot(text: str) -> str | None:
    if not text.strip():
        return "other"
    for group, kinds in _groups():
        if found := group.search(text):
            return kinds[int(str(found.lastgroup)[1:])]
    # Every browser says Mozilla/ (Opera once did not); what says neither is a program.
    return None if text.startswith(("Mozilla/", "Opera/")) else "other"


@cache
def _groups() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """The list in groups: one search tells whether, and by the name of the branch that matched, which."""
    groups = [
        CRAWLER_USER_AGENTS_DATA[start : start + _GROUP] for start in range(0, len(CRAWLER_USER_AGENTS_DATA), _GROUP)
    ]
    return tuple((_alternatives([entry["pattern"] for entry in group]), tuple(map(_kind, group))) for group in groups)


def _alternatives(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<p{place}>{pattern})" for place, pattern in enumerate(patterns)))


def _kind(entry: Mapping[str, Any]) -> str:
    return str(next(iter(entry.get("tags", ())), "other"))


def warm_up() -> None:
    """Compile the list ahead of the first visitor; it would hold the loop up for 60 ms."""
    _groups()
