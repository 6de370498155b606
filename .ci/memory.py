"""Measures the memory of a cold start, of an idle server, under load and while content is reloaded, in a memory cgroup (`make memory`; needs root and Linux).

Each figure is that of a whole container: all processes of the cgroup, and the page cache that is charged to it.
"""

import argparse
import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parent.parent
MIB = 1024 * 1024
_MOUNT = Path("/sys/fs/cgroup")
_SECONDS_TO_START = 600.0
# A load: so many connections with so many requests each.
_CONNECTIONS, _REQUESTS = 50, 100
_ENCODINGS = ("br", "zstd", "gzip", "identity")
# The shell joins the cgroup before it executes the server, so that every page is charged to the cgroup.
_JOIN = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
# Makes the server see this number of cores.
_CORES = "import os\nos.sched_getaffinity = lambda _pid: set(range({cores}))\nos.cpu_count = lambda: {cores}\n"


class Cgroup:
    """A memory cgroup, version 2 or 1, below the root of the hierarchy. At the end its processes are killed and it is removed."""

    def __init__(self, limit_mib: int | None = None) -> None:
        """Create it.

        Raises:
            OSError: there is no memory controller, or this process may not use it.
        """
        self._is_v2 = (_MOUNT / "cgroup.controllers").exists()
        parent = _MOUNT if self._is_v2 else _MOUNT / "memory"
        if self._is_v2:
            (parent / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
        elif not (parent / "memory.usage_in_bytes").exists():
            raise FileNotFoundError(f"there is no memory controller below {_MOUNT}")
        self.path = Path(tempfile.mkdtemp(prefix="blog-memory-", dir=parent))
        if limit_mib:
            self._limit(str(limit_mib * MIB))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _attempt in range(100):
            for process in self._read("cgroup.procs").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(process), signal.SIGKILL)
            with contextlib.suppress(OSError):
                self.path.rmdir()
                return
            time.sleep(0.05)

    def command(self, command: Sequence[str]) -> list[str]:
        """The command that runs another one in this cgroup."""
        return ["sh", "-c", _JOIN, str(self.path), *command]

    @property
    def usage(self) -> int:
        """Bytes in use now, including page cache."""
        return int(self._read("memory.current" if self._is_v2 else "memory.usage_in_bytes"))

    @property
    def peak(self) -> int:
        """The largest number of bytes that were in use, including page cache."""
        return int(self._read("memory.peak" if self._is_v2 else "memory.max_usage_in_bytes"))

    @property
    def resident(self) -> int:
        """Bytes of anonymous memory of the processes, which cannot be reclaimed."""
        stat = dict(line.split() for line in self._read("memory.stat").splitlines())
        return int(stat["anon" if self._is_v2 else "rss"])

    @property
    def kills(self) -> int:
        """How often the kernel has killed a process of the cgroup for its memory."""
        events = self._read("memory.events" if self._is_v2 else "memory.oom_control")
        return int(dict(line.split() for line in events.splitlines())["oom_kill"])

    def _limit(self, value: str) -> None:
        if not self._is_v2:
            (self.path / "memory.limit_in_bytes").write_text(value, encoding="ascii")
            with contextlib.suppress(OSError):  # the kernel may not account for swap
                (self.path / "memory.memsw.limit_in_bytes").write_text(value, encoding="ascii")
            return
        (self.path / "memory.max").write_text(value, encoding="ascii")
        with contextlib.suppress(OSError):
            (self.path / "memory.swap.max").write_text("0", encoding="ascii")

    def _read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="ascii")


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The outcome of a start; sizes are in MiB. ``resident`` is the largest sample of anonymous memory until the server was idle,
    ``loaded`` and ``reloaded`` those under load and during a reload.
    """

    ready: bool
    seconds: float
    peak: float
    resident: float
    idle: float = 0.0
    loaded: float = 0.0
    reloaded: float = 0.0
    kills: int = 0
    log: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start to measure. ``cores`` is the number of cores that the process sees; None: those of the machine.

    With ``and_work`` the server gets a load and a changed post once it is idle; the posts are those of bench.py.
    """

    posts: Path
    cache: Path
    limit_mib: int | None = None
    cores: int | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    and_work: bool = False


def measured(start: Start) -> Outcome:
    """Start a server in a new cgroup, and wait until it is ready or has ended."""
    with Cgroup(start.limit_mib) as cgroup, tempfile.TemporaryDirectory(prefix="blog-memory-") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                cgroup.command([sys.executable, "-m", "blog", "serve"]),
                env=_environ(start, Path(folder), port),
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        try:
            outcome = _watched(process, cgroup, port)
            if start.and_work and outcome.ready:
                _work(outcome, process, cgroup, port, start.posts)
        finally:
            process.kill()
            process.wait(30)
        outcome.log = log.read_text(encoding="utf-8")
    return outcome


def _environ(start: Start, folder: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    environ = {
        **inherited,
        "BLOG_POSTS_DIR": str(start.posts),
        "BLOG_CACHE_DIR": str(start.cache),
        "BLOG_PORT": str(port),
        **start.environ,
    }
    if start.cores:
        (folder / "sitecustomize.py").write_text(_CORES.format(cores=start.cores), encoding="utf-8")
        environ["PYTHONPATH"] = str(folder)
    return environ


def _watched(process: subprocess.Popen[bytes], cgroup: Cgroup, port: int) -> Outcome:
    started = time.monotonic()
    with _Largest(cgroup) as largest:
        ready = _until_ready(process, port, started)
        seconds = time.monotonic() - started
        if ready:
            _until_idle(process)
    return Outcome(
        ready=ready,
        seconds=seconds,
        peak=cgroup.peak / MIB,
        resident=largest.bytes / MIB,
        idle=cgroup.resident / MIB,
        kills=cgroup.kills,
    )


class _Largest:
    """The largest sample of anonymous memory during a block."""

    def __init__(self, cgroup: Cgroup) -> None:
        self.bytes, self._cgroup, self._over = 0, cgroup, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(0.02):
            self.bytes = max(self.bytes, self._cgroup.resident)


def _until_ready(process: subprocess.Popen[bytes], port: int, started: float) -> bool:
    ready = False
    while process.poll() is None and not ready and time.monotonic() - started < _SECONDS_TO_START:
        ready = _is_ready(port)
        time.sleep(0.05)
    return ready


def _work(outcome: Outcome, process: subprocess.Popen[bytes], cgroup: Cgroup, port: int, posts: Path) -> None:
    """Measure a load and a reload, which the kernel may end."""
    with _Largest(cgroup) as largest, contextlib.suppress(OSError, http.client.HTTPException):
        _load(port)
    outcome.loaded = largest.bytes / MIB
    with _Largest(cgroup) as largest, contextlib.suppress(OSError, http.client.HTTPException):
        _reload(port, posts)
        _until_idle(process)
    outcome.reloaded, outcome.kills = largest.bytes / MIB, cgroup.kills


def _until_idle(process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """Wait until the process has used no processor time for two seconds: pages are compressed thoroughly after a start."""
    deadline, before = time.monotonic() + seconds, -1
    while time.monotonic() < deadline:
        after = sum(
            map(int, Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13])
        )
        if after - before <= 2:  # in hundredths of a second
            return
        before = after
        time.sleep(2)


def _load(port: int) -> None:
    """Ask for pages and searches on many connections, in every encoding."""

    def client(number: int) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            for turn in range(_REQUESTS):
                path = f"/api/search?q=w{turn}" if turn % 10 == 9 else f"/blog/post-{(number + turn) % 30}"
                connection.request("GET", path, headers={"Accept-Encoding": _ENCODINGS[turn % 4]})
                connection.getresponse().read()

    clients = [threading.Thread(target=client, args=(number,)) for number in range(_CONNECTIONS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()


def _reload(port: int, posts: Path) -> None:
    """Change a post, and wait until the server has it."""
    word = f"reloaded{time.monotonic_ns()}"
    with (posts / "post-0.md").open("a", encoding="utf-8") as post:
        post.write(f"\n{word}\n")
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", "/blog/post-0")
            if word.encode() in connection.getresponse().read():
                return
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/api/ready")
            return connection.getresponse().status == 200
    except OSError:
        return False


def cold(work: Path, posts: Path, start: Start, *, read_only: bool) -> Outcome:
    """A start with an empty cache."""
    cache = work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    if read_only:  # root can write anywhere, but not below a file
        cache.unlink(missing_ok=True)
        cache = work / "no-folder" / "cache"
        cache.parent.touch()
    return measured(replace(start, posts=posts, cache=cache))


def main() -> None:
    from bench import write_posts  # noqa: PLC0415 -- bench may import this module

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[30, 100, 300, 1000])
    parser.add_argument("--cores", type=int, nargs="+", default=[2, 64])
    parser.add_argument("--limit", type=int, help="memory limit in MiB; default: none")
    parser.add_argument("--cache", nargs="+", choices=("writable", "read-only"), default=["writable"])
    options = parser.parse_args()
    print(
        "| posts | cores | cache | ready after | peak of a cold start | of it the processes' own | idle | under load | reload |\n|---:|---:|---|---:|---:|---:|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory(prefix="blog-memory-") as folder:
        work = Path(folder)
        for count in options.posts:
            posts = write_posts(work / f"posts-{count}", count)
            for cores in options.cores:
                for kind in options.cache:
                    watching = {"BLOG_RELOAD": "true"}
                    start = Start(
                        posts=posts,
                        cache=work / "cache",
                        limit_mib=options.limit,
                        cores=cores,
                        environ=watching,
                        and_work=True,
                    )
                    found = cold(work, posts, start, read_only=kind == "read-only")
                    took = f"{found.seconds:.1f} s" if found.ready else "**never**"
                    killed = f" **{found.kills} killed**" if found.kills else ""
                    print(
                        f"| {count:,} | {cores} | {kind} | {took} | {found.peak:.0f} MiB | {found.resident:.0f} MiB | {found.idle:.0f} MiB |"
                        f" {found.loaded:.0f} MiB | {found.reloaded:.0f} MiB{killed} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
