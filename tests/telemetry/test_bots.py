"""Bots are recognised as by the list's regular expressions, in a bounded time for any agent."""

import random
import re
import string
import time
from collections.abc import Callable

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from blog.telemetry.visits import agents
from blog.telemetry.visits.bots import Bots, literals

PATTERNS = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA]
BOTS = Bots(PATTERNS)
# The texts of the patterns, whole and without their last character.
PIECES = [re.sub(r"[\\^$]", "", pattern) for pattern in PATTERNS]
PIECES += [piece[:-1] for piece in PIECES]
CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def _by_regular_expressions(patterns: list[str], agent: bytes) -> int | None:
    return next((position for position, pattern in enumerate(patterns) if re.search(pattern.encode(), agent)), None)


def _found(bots: Bots, agent: bytes) -> int | None:
    return bots.first(bots.candidates(agent), agent)


def _from_pieces(rng: random.Random) -> bytes:
    return "".join(rng.choices(PIECES, k=40)).encode()[: agents.LONGEST_AGENT]


def _from_letters(rng: random.Random) -> bytes:
    return "".join(rng.choices(string.ascii_letters, k=agents.LONGEST_AGENT)).encode()


def test_every_example_of_the_list_is_recognised_as_by_its_patterns() -> None:
    compiled = [re.compile(pattern.encode()) for pattern in PATTERNS]
    examples = [example.encode() for entry in CRAWLER_USER_AGENTS_DATA for example in entry.get("instances", ())]
    assert len(examples) > 1500
    for agent in examples:
        expected = next((position for position, pattern in enumerate(compiled) if pattern.search(agent)), None)
        assert _found(BOTS, agent) == expected, agent


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param(b"", id="empty"),
        pytest.param(CHROME, id="chrome"),
        pytest.param(b"\0Googlebot\0", id="nul"),
        pytest.param(b"\xff\xfe curl/8 \x80", id="not-utf-8"),
        pytest.param("\ud800Googlebot".encode("utf-8", "surrogatepass"), id="surrogate"),
        pytest.param("\u0261ooglebot GOOGLEBOT gOOgLEBOT".encode(), id="nearly"),
        pytest.param(b"curl/8.5.0", id="at-the-beginning"),
        pytest.param(b"x curl/8.5.0", id="only-at-the-beginning"),
        pytest.param(b"SSL Labs", id="at-the-end"),
        pytest.param(b"SSL Labs/2", id="only-at-the-end"),
        pytest.param(b"Spider here and there spider.com", id="two-words"),
        pytest.param(b"spider.com Spider", id="two-words-in-the-wrong-order"),
        pytest.param(b"AdsBot-Google-Mobile", id="with-an-exception"),
        pytest.param(b"Chirp gotosocial", id="either"),
    ],
)
def test_an_unusual_agent_is_recognised_as_by_the_patterns(agent: bytes) -> None:
    assert _found(BOTS, agent) == _by_regular_expressions(PATTERNS, agent)


def test_agents_from_pieces_of_patterns_are_recognised_as_by_the_patterns() -> None:
    rng = random.Random(7)
    for _ in range(20):
        agent = _from_pieces(rng)
        assert _found(BOTS, agent) == _by_regular_expressions(PATTERNS, agent), agent


# Every part of a regular expression that a later version of the list may use.
ODD = [
    r"ab|cd", r"(?i)eF", r"a.b", r"[fF]oo[^-]", r"^ab", r"ba$", r"a{2}", r"b{2,3}c", r"fo*", r"f+oo", r"(ab|c)?d", r"((a)b)c", r"\d+c", r"a\.b\/",
    r"[\]a]b", r"\x61f", r"", r"\bfo\b", r"é", "Chirp|[fF]a|", r"a\\b", r"a?b?c?d", r"[\s\S]*of", r"x\|y", r"a{x",
]  # fmt: skip


@pytest.mark.parametrize("pattern", ODD)
@given(agent=st.text(alphabet="abcdfoFxy0 .-/|\\é\n{]", max_size=12))
def test_any_regular_expression_matches_the_same_agents_with_the_index(pattern: str, agent: str) -> None:
    bots = Bots(["never-there", pattern])
    assert _found(bots, agent.encode()) == _by_regular_expressions(["never-there", pattern], agent.encode())


def test_the_first_matching_pattern_of_the_list_is_chosen() -> None:
    assert _found(Bots(["z", "curl", "lib", "curl/8"]), b"lib curl/8") == 1


def test_no_pattern_is_tried_for_a_browser() -> None:
    assert BOTS.candidates(CHROME) == ()


def test_every_match_contains_the_required_texts_of_its_pattern() -> None:
    for entry in CRAWLER_USER_AGENTS_DATA:
        for example in entry.get("instances", ()):
            branches = literals(entry["pattern"])
            assert any(all(text in example.encode() for text in branch) for branch in branches) or not re.search(
                entry["pattern"], example
            )


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(_from_letters, id="letters"),
        pytest.param(_from_pieces, id="pieces-of-patterns"),
        pytest.param(lambda rng: b"w" * (200 + rng.randrange(56)), id="one-letter"),
        pytest.param(lambda rng: rng.randbytes(256), id="bytes"),
        pytest.param(lambda rng: b"Spider" * 40 + rng.randbytes(9), id="half-of-an-expression-again-and-again"),
        pytest.param(lambda rng: b"1 " * 120 + rng.randbytes(9), id="numbers"),
    ],
)
def test_no_agent_takes_long(make: Callable[[random.Random], bytes]) -> None:
    """It takes at most 50 µs on the machine of docs/performance.md; the regular expressions alone take 6,000 to 32,000 µs."""
    rng = random.Random(3)
    hostile = [make(rng) for _ in range(200)]
    agents.agent_of(b"")
    started = time.process_time()
    for agent in hostile:
        agents.agent_of(agent)
    assert (time.process_time() - started) / len(hostile) < 0.001


def test_builds_of_one_browser_are_classified_once() -> None:
    agents.agent_of(CHROME)
    before = agents._shape.cache_info().misses  # noqa: SLF001 -- a cache hit is not visible elsewhere
    for build in range(1000, 4000):
        agents.agent_of(CHROME.replace(b"140.0.0.0", b"141.0.%d.1" % build))
    assert agents._shape.cache_info().misses - before <= 1  # noqa: SLF001


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        pytest.param(b"Mozilla/5.0 MJ12bot/v1.4.8", "seo", id="number-of-the-name"),
        pytest.param(b"Mozilla/5.0 MJ13bot/v1.4.8", None, id="another-number"),
        pytest.param(b"Mozilla/5.0 MJ12bot/v1.4.9", "seo", id="number-of-the-name-again"),
    ],
)
def test_digits_matter_in_the_name_of_a_bot(agent: bytes, kind: str | None) -> None:
    expected = _by_regular_expressions(PATTERNS, agent)
    assert (agents.agent_of(agent).bot is None) == (kind is None) == (expected is None)


def test_an_agent_is_classified_at_once_while_the_index_is_being_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents._Index, "bots", None)  # noqa: SLF001
    monkeypatch.setattr(agents._Index, "is_building", True)  # noqa: SLF001
    assert agents.agent_of(b"curl/8.5.0").bot == "other"
    assert agents.agent_of(CHROME).bot is None
