"""Measures the memory of a cold start and of an idle server, in a memory cgroup (`make memory`; needs root and Linux).

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parent.parent
MIB = 1024 * 1024
_MOUNT = Path("/sys/fs/cgroup")
_SECONDS_TO_START = 600.0
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
    """The outcome of a start; sizes are in MiB. ``resident`` is the largest sample of anonymous memory."""

    ready: bool
    seconds: float
    peak: float
    resident: float
    idle: float = 0.0
    kills: int = 0
    log: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start to measure. ``cores`` is the number of cores that the process sees; None: those of the machine."""

    posts: Path
    cache: Path
    limit_mib: int | None = None
    cores: int | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


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
    started, over, most = time.monotonic(), threading.Event(), [0]

    def sample() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], cgroup.resident)

    sampling = threading.Thread(target=sample, daemon=True)
    sampling.start()
    ready = False
    while process.poll() is None and not ready and time.monotonic() - started < _SECONDS_TO_START:
        ready = _is_ready(port)
        time.sleep(0.05)
    seconds = time.monotonic() - started
    time.sleep(2 if ready else 0)  # until the start has released its memory
    over.set()
    sampling.join()
    return Outcome(
        ready=ready,
        seconds=seconds,
        peak=cgroup.peak / MIB,
        resident=most[0] / MIB,
        idle=cgroup.resident / MIB,
        kills=cgroup.kills,
    )


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
    return measured(
        Start(posts=posts, cache=cache, limit_mib=start.limit_mib, cores=start.cores, environ=start.environ)
    )


def main() -> None:
    from bench import write_posts  # noqa: PLC0415 -- bench may import this module

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[30, 100, 300, 1000])
    parser.add_argument("--cores", type=int, nargs="+", default=[2, 64])
    parser.add_argument("--limit", type=int, help="memory limit in MiB; default: none")
    parser.add_argument("--cache", nargs="+", choices=("writable", "read-only"), default=["writable"])
    options = parser.parse_args()
    print(
        "| posts | cores | cache | ready after | peak of a cold start | of it the processes' own | idle |\n|---:|---:|---|---:|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory(prefix="blog-memory-") as folder:
        work = Path(folder)
        for count in options.posts:
            posts = write_posts(work / f"posts-{count}", count)
            for cores in options.cores:
                for kind in options.cache:
                    start = Start(posts=posts, cache=work / "cache", limit_mib=options.limit, cores=cores)
                    found = cold(work, posts, start, read_only=kind == "read-only")
                    took = f"{found.seconds:.1f} s" if found.ready else f"**never, {found.kills} killed**"
                    print(
                        f"| {count:,} | {cores} | {kind} | {took} | {found.peak:.0f} MiB | {found.resident:.0f} MiB | {found.idle:.0f} MiB |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
