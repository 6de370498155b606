"""Measures what each piece of the blog that only saves time or memory buys: the same work with it and without it, in turn.

Times are processor time, which other work on the machine disturbs less than the clock; memory is anonymous, so shared libraries do not count.
"""

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import traffic
from reporting import machine, progress
from servers import AGENTS, BROWSER, CLIENT_CORE, ORIGIN, POST, ROOT, Server, inherited, ours, running, write_posts

SIZES = (35, 300, 1000)
_CHILD = str(Path(__file__).with_name("without.py"))
_SETTLED_SECONDS, _IDLE_SECONDS = 10, 65

Figures = Mapping[str, float]
# What was found for each (piece, kind of run), turn by turn.
Found = defaultdict[tuple[str, str], list[Figures]]


@dataclass(frozen=True, slots=True)
class Compared:
    """A row: a figure of a kind of run, with the piece and without it."""

    piece: str
    taken_out: str
    kind: str
    measure: str
    figure: str
    unit: str
    scale: float = 1.0

    def cell(self, found: Found) -> str:
        with_it, without = (
            statistics.median(run[self.figure] for run in found[piece, self.kind]) * self.scale
            for piece in ("nothing", self.taken_out)
        )
        return f"{with_it:.3g} / {without:.3g} {self.unit} ({without / with_it if with_it else 0:.2f})"


_CHANGED = "start after one changed text"
_WARM = "start that finds its edition"
ROWS = (
    Compared("cache of documents", "documents", "changed", _CHANGED, "seconds", "s"),
    Compared("cache of encodings", "encodings", "changed", _CHANGED, "seconds", "s"),
    Compared("cache of editions", "editions", "warm", _WARM, "seconds", "s"),
    Compared("cache of editions", "editions", "warm", "memory after it", "memory", "MB"),
    Compared("API content compressed", "content", "warm", "memory", "memory", "MB"),
    Compared("identities compressed beyond 8 MB", "identities", "warm", "memory", "memory", "MB"),
    Compared("freed memory returned", "release", "cold", "memory after a cold start", "memory", "MB"),
    Compared("collector off while building", "collector off", "cold", "cold start", "seconds", "s"),
    Compared("collector off while building", "collector off", "cold", "longest collection", "longest", "ms", 1e3),
    Compared("editions frozen", "collector off", "warm", "full collection", "full", "ms", 1e3),
)


def measured(work: Path, size: int, turns: int) -> Found:
    """Every kind of run for so many posts, with and without each piece."""
    found: Found = defaultdict(list)
    posts, full = write_posts(work / f"pieces-{size}", size), work / f"pieces-cache-{size}"
    _run("nothing", "build", posts, full)
    for turn in range(turns):
        progress(f"{size:,} posts, turn {turn + 1}: cold")
        for piece in ("nothing", *_taken_out("cold")):
            with _copied(None) as cache:
                found[piece, "cold"].append(_run(piece, "build", posts, cache))
        progress(f"{size:,} posts, turn {turn + 1}: changed")
        for piece in ("nothing", *_taken_out("changed")):
            with _copied(full) as cache, _changed(posts / "post-3.md", turn):
                found[piece, "changed"].append(_run(piece, "build", posts, cache))
        progress(f"{size:,} posts, turn {turn + 1}: warm")
        for piece in ("nothing", *_taken_out("warm")):
            found[piece, "warm"].append(_run(piece, "build", posts, _kept_by(piece, posts, full)))
        found["nothing", "free"].append(_run("nothing", "free", posts, full))
    return found


def _taken_out(kind: str) -> list[str]:
    return list(dict.fromkeys(row.taken_out for row in ROWS if row.kind == kind))


def _kept_by(piece: str, posts: Path, full: Path) -> Path:
    """A cache whose edition was made without the piece, where its bytes are others without it."""
    if piece != "content":
        return full
    own = full.with_name(f"{full.name}-{piece}")
    if not own.exists():
        shutil.copytree(full, own)
        shutil.rmtree(own / "editions")
        _run(piece, "build", posts, own)
    return own


def _run(piece: str, action: str, posts: Path, cache: Path) -> Figures:
    done = subprocess.run(
        [sys.executable, _CHILD, piece, action],
        env=_environ(posts, cache),
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def _environ(posts: Path, cache: Path) -> dict[str, str]:
    own = {"BLOG_POSTS_DIR": str(posts), "BLOG_CACHE_DIR": str(cache), "BLOG_BASE_URL": ORIGIN}
    return {**inherited(), **own, "BLOG_LOG_LEVEL": "error"}


@contextlib.contextmanager
def _copied(cache: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="blog-pieces-") as folder:
        place = Path(folder) / "cache"
        if cache:
            shutil.copytree(cache, place)
        yield place


@contextlib.contextmanager
def _changed(post: Path, turn: int) -> Iterator[None]:
    before = post.read_text(encoding="utf-8")
    post.write_text(f"{before}\nChanged for turn {turn}.\n", encoding="utf-8")
    try:
        yield
    finally:
        post.write_text(before, encoding="utf-8")


# Requests, idle processes and imports


def requests(work: Path, turns: int) -> dict[str, list[float]]:
    """Microseconds of processor time for a page under full load, turn by turn, by what is taken out."""
    posts, cache = write_posts(work / "pieces-35", 35), work / "pieces-cache-35"
    script = traffic.lua(traffic.pages(POST, BROWSER, AGENTS), work / "pieces")
    pieces = ("nothing", "fast collectors", "fast collectors, children kept")
    taken: dict[str, list[float]] = {piece: [] for piece in pieces}
    with contextlib.ExitStack() as servers:
        started = {piece: servers.enter_context(running(_without(piece, posts, cache))) for piece in pieces}
        for turn in range(-1, turns):
            progress(f"requests, turn {turn + 1}")
            for piece, (port, process, _) in started.items():
                spent = _load(port, process.pid, script)
                if turn >= 0:  # the first is for warming up
                    taken[piece].append(spent)
    return taken


def _without(piece: str, posts: Path, cache: Path) -> Server:
    blog = ours(piece, posts, cache)
    return Server(piece, POST, (sys.executable, _CHILD, piece, "serve"), blog.environ)


def _load(port: int, pid: int, script: str) -> float:
    """Microseconds of the loop's thread for a request."""
    clock = Path(f"/proc/{pid}/schedstat")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script)
        lua.flush()
        command = ["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", "-c32", "-d2s", "-s", lua.name]
        before = int(clock.read_text().split()[0])
        done = subprocess.run([*command, f"http://127.0.0.1:{port}{POST}"], capture_output=True, text=True, check=True)
        spent = int(clock.read_text().split()[0]) - before
    answered = next(line for line in done.stdout.splitlines() if " requests in " in line)
    return spent / int(answered.split()[0]) / 1000


def idle(work: Path) -> dict[int, tuple[float, float]]:
    """Milliseconds of processor time a minute of an idle process without and with BLOG_RELOAD, by the number of posts."""
    progress(f"idle processes, {_SETTLED_SECONDS + _IDLE_SECONDS} s")
    with contextlib.ExitStack() as servers:
        started = {
            (size, reload): servers.enter_context(
                running(
                    ours(
                        "ours",
                        work / f"pieces-{size}",
                        work / f"pieces-cache-{size}",
                        BLOG_RELOAD=reload,
                        BLOG_BASE_URL=ORIGIN,
                    )
                )
            )[1].pid
            for size in SIZES
            for reload in ("false", "true")
        }
        time.sleep(_SETTLED_SECONDS)
        before = {key: _threads(pid) for key, pid in started.items()}
        time.sleep(_IDLE_SECONDS)
        spent = {key: (_threads(pid) - before[key]) * 60 / _IDLE_SECONDS * 1000 for key, pid in started.items()}
    return {size: (spent[size, "false"], spent[size, "true"]) for size in SIZES}


def _threads(pid: int) -> float:
    """Seconds of processor time of all threads that there are."""
    return sum(int(clock.read_text().split()[0]) for clock in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def imports(turns: int) -> tuple[float, float]:
    """Seconds of processor time of Python alone, and with what a start imports that finds its edition."""
    code = "import resource; u = resource.getrusage(resource.RUSAGE_SELF); print(u.ru_utime + u.ru_stime)"
    taken: dict[str, list[float]] = {"": [], "import blog.__main__; ": []}
    for _ in range(turns):
        for first, values in taken.items():
            command = [sys.executable, "-c", first + code]
            values.append(
                float(subprocess.run(command, env=inherited(), cwd=ROOT, check=True, capture_output=True).stdout)
            )
    alone, whole = map(statistics.median, taken.values())
    return alone, whole


# Reporting


def report(work: Path, turns: int) -> str:
    found = {}
    for size in SIZES:
        found[size] = measured(work, size, turns)
        for row in ROWS:
            progress(f"{row.piece}, {row.measure}: {row.cell(found[size])}")
    asked, spent, (alone, imported) = requests(work, 3 * turns), idle(work), imports(2 * turns + 1)
    rows = [(row.piece, row.measure, *(row.cell(found[size]) for size in SIZES)) for row in ROWS]
    rows += [_freed(found), *_counted(asked)]
    watched = [
        ("BLOG_RELOAD, idle", "processor time a minute", *(f"{on:.0f} / {off:.0f} ms" for off, on in spent.values()))
    ]
    start = [statistics.median(run["seconds"] for run in found[size]["nothing", "warm"]) for size in SIZES]
    watched.append(
        (
            "imports of a start that finds its edition",
            "share of its processor time",
            *(f"{imported:.2f} of {each:.2f} s" for each in start),
        )
    )
    head = f"| piece | measure | {' | '.join(f'{size:,} posts' for size in SIZES)} |\n|---|---|{'---:|' * len(SIZES)}\n"
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench B=--pieces`: {machine()}. Each cell is with the piece / without it (the ratio), medians of {turns} turns.\n\n"
        f"{head}{_lines(rows)}\n\n"
        f"What a watching process costs, with BLOG_RELOAD / without it, and what imports are of a start (Python itself takes {alone:.2f} s of them):\n\n"
        f"{head}{_lines(watched)}\n"
    )


def _lines(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _freed(found: Mapping[int, Found]) -> tuple[str, ...]:
    median: Callable[[int, str], float] = lambda size, name: statistics.median(  # noqa: E731 -- for this row only
        run[name] * 1000 for run in found[size]["nothing", "free"]
    )
    cells = (f"{median(size, 'longest'):.2g} / {median(size, 'at once'):.2g} ms" for size in SIZES)
    return "replaced edition freed page by page", "longest step", *cells


def _counted(asked: Mapping[str, list[float]]) -> Iterator[tuple[str, ...]]:
    own = asked["nothing"]
    kinds = {"the library's": "fast collectors", "the library's, children kept": "fast collectors, children kept"}
    for name, taken_out in kinds.items():
        ratio = statistics.median(without / with_it for with_it, without in zip(own, asked[taken_out], strict=True))
        cell = f"{statistics.median(own):.1f} / {statistics.median(asked[taken_out]):.1f} µs ({ratio:.2f})"
        yield f"fast collectors ÷ {name}", "processor time of a page, 35 posts", cell, "", ""
