"""What the benches share: posts that are the same at every run, processes that answer, and wrk."""

import contextlib
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVER_CORE, CLIENT_CORE = 0, (os.cpu_count() or 2) - 1
BROWSER = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Sec-Fetch-Mode": "navigate",
}
POST = "/blog/post-7"
AGENTS = 5000
ORIGIN = "https://bench.example"
WORDS = [
    "".join(letters)
    for letters in (random.Random(n).choices("abcdefghijklmnopqrstuvwxyz", k=2 + n % 8) for n in range(3000))
]


def write_posts(folder: Path, count: int, paragraphs: int = 20) -> Path:
    """Posts of 75 words a paragraph with five blocks of code, the same at every run."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"post-{number}.md").write_text(post_text(number, paragraphs), encoding="utf-8")
    return folder


def post_text(number: int, paragraphs: int) -> str:
    chance = random.Random(number)
    say = lambda count: " ".join(chance.choices(WORDS, k=count))  # noqa: E731 -- a word for a line of its own
    tags = ", ".join(f"t{tag}" for tag in sorted(chance.sample(range(40), 3)))
    day = f"{2016 + number % 10}-{1 + number % 12:02}-{1 + number % 28:02}"
    lines = [
        "---",
        f"title: Post {number} {say(4)}",
        f"date: {day}",
        f"description: {say(15)}",
        f"tags: [{tags}]",
        "---",
        "",
    ]
    for paragraph in range(paragraphs):
        if paragraph % 4 == 0:
            code = [
                f"def {say(1)}_{n}(a: int) -> list[int]:\n    return [a * {n} for _ in range({n})]\n" for n in range(4)
            ]
            lines += [f"## {say(3)}", "", "```python", *code, "```", ""]
        lines += [f"{say(75)} **{say(1)}** `{say(1)}` [{say(1)}](https://example.org/{paragraph})", ""]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Server:
    """Something that answers. ``command`` gets the port as its last argument, ours by BLOG_PORT."""

    name: str
    path: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=lambda: BROWSER)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}


def inherited() -> dict[str, str]:
    """The environment without settings; bytecode is written and found again, as an image has it."""
    left_out = ("BLOG_", "OTEL_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


@contextlib.contextmanager
def running(server: Server) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """Start it on the server's core; yields its port, its process and the seconds until it answered 200."""
    port = free_port()
    environ = {**inherited(), "BLOG_PORT": str(port), "BLOG_LOG_LEVEL": "warning", **server.environ}
    command = ["taskset", "-c", str(SERVER_CORE), *server.command]
    if "blog" not in server.command:
        command.append(str(port))
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        ready = "/api/ready" if "blog" in server.command else server.path
        while True:
            with contextlib.suppress(OSError):
                if get(port, ready)[0] == 200:
                    break
            if process.poll() is not None or time.perf_counter() - started > 900:
                raise SystemExit(f"{server.name} did not start")
            # Within 2 % of the time, so that asking costs a long start nothing.
            time.sleep(max(0.01, (time.perf_counter() - started) / 50))
        yield port, process, time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def ours(name: str, posts: Path, cache: Path, path: str = POST, **environ: str) -> Server:
    folders = {"BLOG_POSTS_DIR": str(posts), "BLOG_CACHE_DIR": str(cache)}
    return Server(name, path, (sys.executable, "-m", "blog", "serve"), {**folders, **environ})


def wrk(port: int, path: str, headers: Mapping[str, str], seconds: float, script: str = "") -> float:
    """Requests a second that wrk gets answered over 32 connections."""
    command = ["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", "-c32", f"-d{max(1, round(seconds))}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        if script:
            lua.write(script)
            lua.flush()
            command += ["-s", lua.name]
        done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def resident(process: subprocess.Popen[bytes]) -> float:
    """Resident memory in MB, of the server below taskset."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
