"""Classifies User-Agents into closed sets: bot kinds, browser families, devices, feed readers.

Bots are recognised by crawler-user-agents, a maintained list that also gives the kind of each.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from blog.telemetry.visits.bots import Bots

LONGEST_AGENT = 256
_MOST_SUBSCRIBERS = 10_000_000
# Agents that differ only in digits share a cache entry, because every build of a browser has its own numbers.
_SHAPES = 2048
_SAME_DIGIT = bytes(ord("0") if chr(byte) in "123456789" else byte for byte in range(256))

# The first match wins: nearly every browser also names its predecessors.
BROWSER_MARKS = (
    ("Edg", "edge"), ("OPR/", "opera"), ("Opera", "opera"), ("SamsungBrowser", "samsung"), ("Vivaldi", "vivaldi"),
    ("Firefox/", "firefox"), ("FxiOS", "firefox"), ("Chrome/", "chrome"), ("CriOS", "chrome"), ("Chromium", "chrome"), ("Safari/", "safari"),
)  # fmt: skip
# X00 stands for X11: marks are searched after every digit has been replaced with 0.
DEVICE_MARKS = (
    ("iPad", "tablet"), ("Tablet", "tablet"), ("iPhone", "mobile"), ("Mobile", "mobile"), ("Android", "tablet"),
    ("Windows", "desktop"), ("Macintosh", "desktop"), ("X00", "desktop"), ("CrOS", "desktop"), ("Linux", "desktop"),
)  # fmt: skip
READER_MARKS = (
    ("feedly", "feedly"), ("inoreader", "inoreader"), ("newsblur", "newsblur"), ("feedbin", "feedbin"), ("theoldreader", "theoldreader"),
    ("bazqux", "bazqux"), ("miniflux", "miniflux"), ("freshrss", "freshrss"), ("tiny tiny rss", "ttrss"), ("netnewswire", "netnewswire"),
    ("feedwrangler", "feedwrangler"), ("feedbot", "feedbot"), ("nextcloud-news", "nextcloud"), ("thunderbird", "thunderbird"),
    ("reeder", "reeder"), ("newsboat", "newsboat"), ("akregator", "akregator"), ("liferea", "liferea"), ("slackbot", "slack"),
)  # fmt: skip
# Every value that a classified agent can have.
_OTHER = "other"
BROWSERS = (*dict.fromkeys(name for _, name in BROWSER_MARKS), _OTHER)
DEVICES = (*dict.fromkeys(name for _, name in DEVICE_MARKS), _OTHER)
READERS = (*(name for _, name in READER_MARKS), "browser", _OTHER)
_SUBSCRIBERS = re.compile(rb"\b([0-9]{1,8}) (?:subscriber|reader)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agent:
    """A classified User-Agent. ``bot`` is the kind of bot, or None for a browser."""

    bot: str | None
    browser: str
    device: str
    reader: str
    subscribers: int | None


@dataclass(frozen=True, slots=True)
class _Shape:
    """The classification that agents share which differ only in digits: the patterns to try, and the agent if none of them matches."""

    patterns: tuple[int, ...]
    names_subscribers: bool
    agent: Agent


class _Index:
    """The index of bots, which takes 50 ms to build, and whether a thread has begun to build it."""

    bots: Bots | None = None
    is_building = False


def agent_of(user_agent: bytes) -> Agent:
    """Classify a User-Agent.

    >>> agent_of(b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").browser
    'firefox'
    """
    text = user_agent[:LONGEST_AGENT]
    bots = _Index.bots or _bots()
    shape = _shape(text.translate(_SAME_DIGIT), bots)
    if not shape.patterns and not shape.names_subscribers:
        return shape.agent
    place = bots.first(shape.patterns, text) if bots else None
    bot = shape.agent.bot if place is None else _KINDS[place]
    return replace(shape.agent, bot=bot, subscribers=_subscribers(text))


@lru_cache(maxsize=_SHAPES)
def _shape(shape: bytes, bots: Bots | None) -> _Shape:
    text = shape.decode("latin-1")
    # Every browser's User-Agent begins with Mozilla/, or Opera/ for old versions of Opera; others belong to programs.
    is_browser = text.startswith(("Mozilla/", "Opera/"))
    agent = Agent(
        bot=None if is_browser else _OTHER,
        browser=_first(BROWSER_MARKS, text, _OTHER),
        device=_first(DEVICE_MARKS, text, _OTHER),
        reader=_first(READER_MARKS, text.lower(), "browser" if text.startswith("Mozilla/") else _OTHER),
        subscribers=None,
    )
    return _Shape(bots.candidates(shape) if bots else (), _SUBSCRIBERS.search(shape) is not None, agent)


def _first(marks: Iterable[tuple[str, str]], text: str, otherwise: str) -> str:
    return next((name for mark, name in marks if mark in text), otherwise)


def _subscribers(agent: bytes) -> int | None:
    found = _SUBSCRIBERS.search(agent)
    return min(int(found[1]), _MOST_SUBSCRIBERS) if found else None


def _listed_bots() -> tuple[list[str], list[str]]:
    """The patterns of crawler-user-agents, and the kind of each.

    Its file is read without its package, which keeps 2 MB of examples and descriptions.
    """
    package = find_spec("crawleruseragents")
    assert package is not None  # noqa: S101 -- a dependency
    assert package.origin is not None  # noqa: S101 -- no namespace package
    listed = json.loads(Path(package.origin).with_name("crawler-user-agents.json").read_bytes())
    return [entry["pattern"] for entry in listed], [next(iter(entry.get("tags", ())), _OTHER) for entry in listed]


_PATTERNS, _KINDS = _listed_bots()
BOT_KINDS = tuple(sorted({_OTHER, *_KINDS}))


def _bots() -> Bots | None:
    """The index; None while another thread builds it, because the event loop must not wait. Agents are then classified without the list."""
    if not _Index.is_building:
        warm_up()
    return _Index.bots


def warm_up() -> None:
    """Build the index of bots. It takes 50 ms, so call it in a thread."""
    _Index.is_building = True
    _Index.bots = _Index.bots or Bots(_PATTERNS)
