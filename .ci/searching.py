"""Measures the search: its latencies and memory, and what a flood of searches does to pages."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from reporting import Row, amount, progress
from servers import POST, WORDS, get, ours, resident, running

# From a port, paths, requests a second and seconds to the latencies in seconds.
Latencies = Callable[[int, list[str], float, float], Awaitable[list[float]]]

_SEARCHES_PER_SECOND, _FLOOD_PER_SECOND, _PAGES_PER_SECOND = 20, 1000, 100
_SECONDS = 5


def searches(posts: Path, cache: Path, latencies: Latencies) -> list[Row]:
    """The search among 1,000 posts: half of the queries are mistyped."""
    with running(ours("ours", posts, cache)) as (port, process, _):
        before = resident(process)
        while get(port, "/api/search?q=post")[0] != 200:
            pass
        progress("searches among 1,000 posts")
        taken = sorted(asyncio.run(latencies(port, _queries(), _SEARCHES_PER_SECOND, _SECONDS)))
        memory = resident(process) - before
        progress("pages beside a flood of searches")
        alone, beside = asyncio.run(_beside_a_flood(port, latencies))
    return [
        amount("search among 1,000 posts, median", _quantile(taken, 0.5), "ms", 6, 3),
        amount("search among 1,000 posts, p99", _quantile(taken, 0.99), "ms", 30, 15),
        amount("memory of the search at 1,000 posts", memory, "MB", 50, 30),
        amount("p99 of a page beside 1,000 searches/s, of that alone", beside / alone, "times", 4, 2),
    ]


def _queries() -> list[str]:
    chance = random.Random(17)
    paths = []
    for number in range(400):
        one, other = chance.choice(WORDS), chance.choice(WORDS)
        at = chance.randrange(len(one))
        asked = one if number % 2 else one[:at] + "e" + one[at + 1 :]
        paths.append(f"/api/search?q={asked}+{other}" if number % 4 else f"/api/search?q={asked}")
    return paths


async def _beside_a_flood(port: int, latencies: Latencies) -> tuple[float, float]:
    """The 99th percentiles of a page in milliseconds: alone, and beside more searches than can be answered."""
    alone = await latencies(port, [POST], _PAGES_PER_SECOND, _SECONDS)
    flood = asyncio.create_task(_flood(port, latencies))
    beside = await latencies(port, [POST], _PAGES_PER_SECOND, _SECONDS)
    await flood
    return _quantile(sorted(alone), 0.99), _quantile(sorted(beside), 0.99)


async def _flood(port: int, latencies: Latencies) -> None:
    await latencies(port, _queries(), _FLOOD_PER_SECOND, _SECONDS)


def _quantile(taken: list[float], share: float) -> float:
    return taken[min(len(taken) - 1, int(len(taken) * share))] * 1000
