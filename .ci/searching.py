"""Measures the search: its processor time and memory, and what a flood of searches does to pages.

As a program it is the flood: `searching.py PORT SECONDS`.
"""

import asyncio
import contextlib
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_plus

from reporting import amount, machine, progress, table
from servers import BROWSER, ORIGIN, POST, ROOT, WORDS, get, inherited, ours, resident, running, write_posts

from blog.build.edition_source import EditionSource
from blog.machine.cache import Cache
from blog.search.engine import Search
from blog.search.query import Query, parse
from blog.settings import Settings

# From a port, paths, requests a second and seconds to the latencies in seconds.
Latencies = Callable[[int, list[str], float, float], Awaitable[list[float]]]

_POSTS = 1000
_FLOOD_PER_SECOND, _PAGES_PER_SECOND = 1000, 100
_TURN_SECONDS, _TURNS = 2, 5
_FLOOD_CONNECTIONS = 64
_LENGTH = re.compile(rb"content-length: (\d+)")


def report(work: Path, latencies: Latencies) -> str:
    """The search among 1,000 posts, whose index is that of `blog build`: half of the queries are mistyped."""
    posts, cache = write_posts(work / f"p{_POSTS}", _POSTS), work / f"cache-{_POSTS}"
    progress(f"{_POSTS} posts are built")
    folders = {"BLOG_POSTS_DIR": str(posts), "BLOG_CACHE_DIR": str(cache), "BLOG_BASE_URL": ORIGIN}
    command = [sys.executable, "-m", "blog", "build"]
    subprocess.run(command, env={**inherited(), **folders}, cwd=ROOT, check=True, stdout=sys.stderr)
    progress("searches")
    taken = _processor_times(Settings.from_environ(folders))
    with running(ours("ours", posts, cache, BLOG_BASE_URL=ORIGIN)) as (port, process, _):
        get(port, POST, BROWSER)
        before = resident(process)
        first = _first_search(port)
        for path in _queries():
            get(port, path)
        memory = resident(process) - before
        progress("pages beside a flood of searches")
        times = statistics.median(_beside_a_flood(port, latencies))
    rows = table(
        [
            amount("the first search of a process", first * 1000, "ms", 1500, 500),
            amount("processor time of a search, median", _quantile(taken, 0.5) * 1000, "ms", 6, 3),
            amount("processor time of a search, p99", _quantile(taken, 0.99) * 1000, "ms", 30, 15),
            amount("memory of the search", memory, "MB", 50, 30),
            amount(f"p99 of a page beside {_FLOOD_PER_SECOND} searches/s, of that alone", times, "times", 4, 2),
        ]
    )
    measured = f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench`, among {_POSTS:,} posts: {machine()}."
    return f"{measured}\n\n{rows}\n"


def _first_search(port: int) -> float:
    began = time.perf_counter()
    while get(port, "/api/search?q=post")[0] != 200:
        time.sleep(0.05)
    return time.perf_counter() - began


def _processor_times(settings: Settings) -> list[float]:
    """What each query takes of a core, the least of three times, in order: others that use the machine make latencies longer."""
    index = EditionSource(settings, Cache(settings.cache_dir)).first().search.stored()
    assert index
    search = Search.open(index)
    queries = [parse(unquote_plus(path.partition("?q=")[2])) for path in _queries()]
    return sorted(min(_processor_time(search, query) for _ in range(3)) for query in queries)


def _processor_time(search: Search, query: Query) -> float:
    began = time.thread_time()
    search.answer(query)
    return time.thread_time() - began


def _queries(seed: int = 17) -> list[str]:
    chance = random.Random(seed)
    paths = []
    for number in range(400):
        one, other = chance.choice(WORDS), chance.choice(WORDS)
        at = chance.randrange(len(one))
        asked = one if number % 2 else one[:at] + "e" + one[at + 1 :]
        paths.append(f"/api/search?q={asked}+{other}" if number % 4 else f"/api/search?q={asked}")
    return paths


def _beside_a_flood(port: int, latencies: Latencies) -> Iterator[float]:
    """The 99th percentile of a page beside more searches than can be answered ÷ alone, in turn."""
    for turn in range(_TURNS):
        alone = _page_p99(port, latencies)
        with _flooded(port, turn):
            yield _page_p99(port, latencies) / alone


def _page_p99(port: int, latencies: Latencies) -> float:
    return _quantile(sorted(asyncio.run(latencies(port, [POST], _PAGES_PER_SECOND, _TURN_SECONDS))), 0.99)


@contextlib.contextmanager
def _flooded(port: int, turn: int) -> Iterator[None]:
    """Searches from another process, which have begun and do not end before the block does."""
    process = subprocess.Popen([sys.executable, __file__, str(port), str(turn)], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.wait()


async def _flood(port: int, seed: int) -> None:
    """Different searches over many connections at once until the process is ended."""
    paths = _queries(seed)
    print("begun", flush=True)
    await asyncio.gather(*(_ask(port, paths, number) for number in range(_FLOOD_CONNECTIONS)))


async def _ask(port: int, paths: list[str], number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due, step = time.perf_counter() + number / _FLOOD_PER_SECOND, _FLOOD_CONNECTIONS / _FLOOD_PER_SECOND
    while True:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due += step
        number += _FLOOD_CONNECTIONS
        writer.write(f"GET {paths[number % len(paths)]}+{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        length = _LENGTH.search(await reader.readuntil(b"\r\n\r\n"))
        await reader.readexactly(int(length[1]) if length else 0)


def _quantile(taken: list[float], share: float) -> float:
    return taken[min(len(taken) - 1, int(len(taken) * share))]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_flood(int(sys.argv[1]), int(sys.argv[2])))
