"""What a User-Agent says, as members of closed sets: bot kinds, browser families, devices, feed readers.

Bots are told by crawler-user-agents, a maintained list that also says what kind each is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from blog.telemetry.visits.bots import Bots

LONGEST_AGENT = 256
_MOST_SUBSCRIBERS = 10_000_000
# Agents that differ in nothing but their numbers are one: every build of a browser has numbers of its own.
_SHAPES = 2048
_SAME_DIGIT = bytes(ord("0") if chr(byte) in "123456789" else byte for byte in range(256))
BROWSERS = ("edge", "opera", "samsung", "vivaldi", "firefox", "chrome", "safari", "other")
DEVICES = ("desktop", "mobile", "tablet", "other")
BOT_KINDS = (*sorted({tag for entry in CRAWLER_USER_AGENTS_DATA for tag in entry.get("tags", ())}), "other")

# The first that is found wins: nearly every browser claims to be its forerunners as well.
_BROWSER_MARKS = (
    ("Edg", "edge"), ("OPR/", "opera"), ("Opera", "opera"), ("SamsungBrowser", "samsung"), ("Vivaldi", "vivaldi"),
    ("Firefox/", "firefox"), ("FxiOS", "firefox"), ("Chrome/", "chrome"), ("CriOS", "chrome"), ("Chromium", "chrome"), ("Safari/", "safari"),
)  # fmt: skip
# X00 is X11: marks are looked for where every digit is a zero.
_DEVICE_MARKS = (
    ("iPad", "tablet"), ("Tablet", "tablet"), ("iPhone", "mobile"), ("Mobile", "mobile"), ("Android", "tablet"),
    ("Windows", "desktop"), ("Macintosh", "desktop"), ("X00", "desktop"), ("CrOS", "desktop"), ("Linux", "desktop"),
)  # fmt: skip
_READER_MARKS = (
    ("feedly", "feedly"), ("inoreader", "inoreader"), ("newsblur", "newsblur"), ("feedbin", "feedbin"), ("theoldreader", "theoldreader"),
    ("bazqux", "bazqux"), ("miniflux", "miniflux"), ("freshrss", "freshrss"), ("tiny tiny rss", "ttrss"), ("netnewswire", "netnewswire"),
    ("feedwrangler", "feedwrangler"), ("feedbot", "feedbot"), ("nextcloud-news", "nextcloud"), ("thunderbird", "thunderbird"),
    ("reeder", "reeder"), ("newsboat", "newsboat"), ("akregator", "akregator"), ("liferea", "liferea"), ("slackbot", "slack"),
)  # fmt: skip
READERS = (*(reader for _, reader in _READER_MARKS), "browser", "other")
_SUBSCRIBERS = re.compile(rb"\b([0-9]{1,8}) (?:subscriber|reader)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agent:
    """``bot`` is the kind of bot, or None for a person's browser."""

    bot: str | None
    browser: str
    device: str
    reader: str
    subscribers: int | None


@dataclass(frozen=True, slots=True)
class _Shape:
    """What agents have in common that differ in nothing but their digits: the patterns to try, and what holds unless one of them matches."""

    patterns: tuple[int, ...]
    names_subscribers: bool
    agent: Agent


class _List:
    """The list of bots, once it has been indexed, which takes 50 ms; and whether that is under way."""

    bots: Bots | None = None
    is_coming = False


def agent_of(user_agent: bytes) -> Agent:
    """
    >>> agent_of(b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").browser
    'firefox'
    """
    text = user_agent[:LONGEST_AGENT]
    bots = _bots()
    shape = _shape(text.translate(_SAME_DIGIT), bots)
    if not shape.patterns and not shape.names_subscribers:
        return shape.agent
    place = bots.first(shape.patterns, text) if bots else None
    bot = shape.agent.bot if place is None else _kind(CRAWLER_USER_AGENTS_DATA[place])
    return replace(shape.agent, bot=bot, subscribers=_subscribers(text))


@lru_cache(maxsize=_SHAPES)
def _shape(shape: bytes, bots: Bots | None) -> _Shape:
    text = shape.decode("latin-1")
    # Every browser says Mozilla/ (Opera once did not); what says neither is a program.
    is_browser = text.startswith(("Mozilla/", "Opera/"))
    agent = Agent(
        bot=None if is_browser else "other",
        browser=_first(_BROWSER_MARKS, text, "other"),
        device=_first(_DEVICE_MARKS, text, "other"),
        reader=_first(_READER_MARKS, text.lower(), "browser" if text.startswith("Mozilla/") else "other"),
        subscribers=None,
    )
    return _Shape(bots.candidates(shape) if bots else (), _SUBSCRIBERS.search(shape) is not None, agent)


def _first(marks: Iterable[tuple[str, str]], text: str, otherwise: str) -> str:
    return next((name for mark, name in marks if mark in text), otherwise)


def _subscribers(agent: bytes) -> int | None:
    found = _SUBSCRIBERS.search(agent)
    return min(int(found[1]), _MOST_SUBSCRIBERS) if found else None


def _kind(entry: Mapping[str, Any]) -> str:
    return str(next(iter(entry.get("tags", ())), "other"))


def _bots() -> Bots | None:
    """The index; None while another thread makes it, for the loop must not wait. Agents are then told by the rule for those not in the list."""
    if not _List.is_coming:
        warm_up()
    return _List.bots


def warm_up() -> None:
    """Index the list of bots; meant for a thread beside the loop."""
    _List.is_coming = True
    _List.bots = _List.bots or Bots([entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA])
