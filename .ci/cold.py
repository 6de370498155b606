"""Measures cold starts, what a changed post costs, and memory by the number of posts, next to Pelican and a loop of mistune over the same texts."""

import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reporting import Row, amount, machine, progress, ratio, table
from servers import ORIGIN, get, inherited, ours, post_text, resident, running, write_posts

_PELICAN = "pelican[markdown]==4.12.0"
_TICKS = os.sysconf("SC_CLK_TCK")
_SAVES = 5
_LONGEST_SAVE_SECONDS = 300
# Parses each text once, with the plugins for what GitHub's Markdown has.
_MISTUNE = """
import sys, mistune
from pathlib import Path
markdown = mistune.create_markdown(plugins=["table", "strikethrough", "task_lists", "footnotes", "url"])
for path in Path(sys.argv[1]).glob("*.md"):
    markdown(path.read_text())
"""
_PELICAN_CONF = f"""
SITENAME, SITEURL, TIMEZONE = "Bench", "{ORIGIN}", "UTC"
FEED_ALL_ATOM, FEED_ALL_RSS, TAG_FEED_ATOM = "feeds/all.atom.xml", "feeds/all.rss.xml", "feeds/tag/{{slug}}.atom.xml"
"""


@dataclass(frozen=True, slots=True)
class Cold:
    """A cold start: its processor seconds until it is ready, and the peak of its memory in MB, all processes together."""

    posts: int
    seconds: float
    peak: float


def report(work: Path) -> str:
    """The tables of docs/performance.md about cold starts."""
    folders = {count: write_posts(work / f"p{count}", count) for count in (35, 300, 1000)}
    found, pelican, mistune = [], 0.0, 0.0
    for count, posts in folders.items():
        progress(f"{count} posts, cold")
        found.append(cold(posts, work / f"cold-{count}", count))
        if count == 300:
            pelican, mistune = _pelican(work, posts), _processor_seconds([sys.executable, "-c", _MISTUNE, str(posts)])
    by_count = {it.posts: it for it in found}
    rows = [
        ratio("cold start of 300 posts, processor time ÷ Pelican over the same posts", by_count[300].seconds / pelican, 1, 0.6),
        ratio("the same ÷ plain mistune", by_count[300].seconds / mistune, 4, 2.5),
        amount("cold start of 1,000 posts, processor time", by_count[1000].seconds, "s", 15, 6),
        amount("peak memory of a cold start of 300 posts", by_count[300].peak, "MB", 256, 200),
        *saves(folders[1000], work / "cold-1000"),
        amount("memory held per post, from 35 to 1,000", _held(work, folders), "KB", 40, 25),
    ]  # fmt: skip
    starts = "\n".join(f"| {it.posts:,} | {it.seconds:.1f} s | {it.peak:.0f} MB |" for it in found)
    return (
        f'Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench B="--only cold"`: {machine()}. '
        f"Pelican took {pelican:.1f} s of processor time, mistune {mistune:.1f} s.\n\n{table(rows)}\n\n"
        f"| posts | processor time until ready | peak of memory |\n|---:|---:|---:|\n{starts}\n"
    )


def cold(posts: Path, cache: Path, count: int) -> Cold:
    """A start of a process that serves, without a cache."""
    shutil.rmtree(cache, ignore_errors=True)
    with _sampled() as peak, running(ours("ours, cold", posts, cache, BLOG_BASE_URL=ORIGIN)) as (_, process, _):
        return Cold(count, sum(_used(pid) for pid in _tree(process.pid)), max(peak))


@contextlib.contextmanager
def _sampled() -> Iterator[list[float]]:
    """The memory of all processes that this one has started, in MB, every 20 ms."""
    over, samples = threading.Event(), [0.0]

    def sample() -> None:
        while not over.wait(0.02):
            samples.append(sum(_resident(pid) for pid in _tree(os.getpid()) if pid != os.getpid()))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def _tree(pid: int) -> Iterator[int]:
    """A process and those that it has started."""
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in file.read_text().split():
                yield from _tree(int(child))


def _used(pid: int) -> float:
    """Processor seconds of a process and of its children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0


def _resident(pid: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1024**2
    return 0.0


def _pelican(work: Path, posts: Path) -> float:
    """Processor seconds of Pelican, that of $BLOG_BENCH_PELICAN, of $PATH, or of an environment made for this run."""
    progress("Pelican")
    program = os.environ.get("BLOG_BENCH_PELICAN") or shutil.which("pelican")
    if program is None:
        uv, place = Path(sys.executable).with_name("uv"), work / "pelican"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, place], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", place / "bin/python", _PELICAN], check=True)
        program = str(place / "bin/pelican")
    conf = work / "pelicanconf.py"
    conf.write_text(_PELICAN_CONF)
    return _processor_seconds([program, str(posts), "-s", str(conf), "-o", str(work / "pelican-output")])


def _processor_seconds(command: list[str]) -> float:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=inherited())
    return used() - before


def saves(posts: Path, cache: Path) -> list[Row]:
    """Seconds from saving a post to its page, and processor seconds for it, while a client asks for the page all the time."""
    taken, used = [], []
    with running(ours("ours, reloading", posts, cache, BLOG_RELOAD="true", BLOG_BASE_URL=ORIGIN)) as (port, process, _):
        for turn in range(_SAVES + 1):
            progress(f"turn {turn}: a post is saved")
            before, words = _used(process.pid), f"saved in turn {turn}"
            (posts / "post-3.md").write_text(f"{post_text(3, 20)}\n{words}\n")
            saved = time.perf_counter()
            while words.encode() not in get(port, "/blog/post-3")[1]:
                if time.perf_counter() - saved > _LONGEST_SAVE_SECONDS:
                    raise SystemExit("the changed post was not served")
                time.sleep(0.01)
            taken.append(time.perf_counter() - saved)
            used.append(_used(process.pid) - before)
            time.sleep(2)
    (posts / "post-3.md").write_text(post_text(3, 20))
    # The first build after a start that found its edition parses all posts again.
    seconds, processor = statistics.median(taken[1:]), statistics.median(used[1:])
    return [
        amount("one changed post of 1,000, save to served", seconds, "s", 1.5, 0.7),
        amount("the same, processor time", processor, "s", 1.5, 0.7),
        amount("the first changed post after a start, save to served", taken[0], "s", 15, 5),
    ]


def _held(work: Path, folders: dict[int, Path]) -> float:
    """KB of memory for each post, from two starts that find their editions."""
    few, many = min(folders), max(folders)
    held = {}
    for count in (few, many):
        with running(ours("ours", folders[count], work / f"cold-{count}", BLOG_BASE_URL=ORIGIN)) as (_, process, _):
            time.sleep(1)
            held[count] = resident(process)
    return (held[many] - held[few]) * 1024 / (many - few)
