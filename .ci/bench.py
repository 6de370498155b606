"""Measures the service against what it is built on, in one run, and writes docs/performance.md.

`make bench` calls it. Every contestant is one process on core 0; wrk, the collector stub and this script are on core 1. Each is measured three times in
turn, and the medians are printed as ratios: the machine may be any, the ratios should hold.
"""

import argparse
import asyncio
import contextlib
import http.client
import importlib.metadata
import json
import os
import platform
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
ORIGIN = "https://bench.example"
WORDS = [
    "".join(letters)
    for letters in (random.Random(n).choices("abcdefghijklmnopqrstuvwxyz", k=2 + n % 8) for n in range(3000))
]


# Posts


def write_posts(folder: Path, count: int, paragraphs: int = 20) -> Path:
    """Posts of 75 words a paragraph with five blocks of code, the same at every run."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"post-{number}.md").write_text(_post(number, paragraphs), encoding="utf-8")
    return folder


def _post(number: int, paragraphs: int) -> str:
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


# Contestants


@dataclass(frozen=True, slots=True)
class Contestant:
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


@contextlib.contextmanager
def running(contestant: Contestant) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """Start it on the server's core; yields its port, its process and the seconds until it answered 200."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    environ = {**inherited, "BLOG_PORT": str(port), "BLOG_LOG_LEVEL": "warning", **contestant.environ}
    command = ["taskset", "-c", str(SERVER_CORE), *contestant.command]
    if "blog" not in contestant.command:
        command.append(str(port))
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        ready = "/api/ready" if "blog" in contestant.command else contestant.path
        while True:
            with contextlib.suppress(OSError):
                if get(port, ready)[0] == 200:
                    break
            if process.poll() is not None or time.perf_counter() - started > 900:
                raise SystemExit(f"{contestant.name} did not start")
            time.sleep(0.01)
        yield port, process, time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def ours(name: str, posts: Path, cache: Path, path: str = POST, **environ: str) -> Contestant:
    folders = {"BLOG_POSTS_DIR": str(posts), "BLOG_CACHE_DIR": str(cache)}
    return Contestant(name, path, (sys.executable, "-m", "blog", "serve"), {**folders, **environ})


# Sends the page with the headers it is given: only the three without which nothing could show it, or all that the page has.
_BARE = """
import json, sys, uvicorn
body = open(sys.argv[1], "rb").read()
headers = [(name.encode(), value.encode()) for name, value in json.loads(sys.argv[2])]
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[3]), access_log=False, log_level="warning", http="httptools", loop="uvloop", proxy_headers=False, server_header=False)
"""
_DEFAULTS = """
import sys, os, uvicorn
from fastapi import FastAPI, Response
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from prometheus_fastapi_instrumentator import Instrumentator
body = open(sys.argv[1], "rb").read()
provider = TracerProvider(sampler=ParentBasedTraceIdRatio(0.1))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
app = FastAPI()
@app.get("/blog/{slug}")
async def post(slug: str) -> Response:
    return Response(body, media_type="text/html", headers={"content-encoding": "br"})
Instrumentator().instrument(app).expose(app)
FastAPIInstrumentor.instrument_app(app)
uvicorn.run(app, port=int(sys.argv[2]), access_log=False, log_level="warning", http="httptools", loop="uvloop")
"""


@contextlib.contextmanager
def nginx(page: bytes, folder: Path) -> Iterator[int]:
    """Nginx with one worker on the server's core, sending the same bytes from a file."""
    port = free_port()
    (folder / "page.html").write_bytes(page)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit; events {{}}\n"
        f"http {{ access_log off; types {{ text/html html; }} client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};"
        f" uwsgi_temp_path {folder}; scgi_temp_path {folder}; open_file_cache max=10;"
        f" server {{ listen 127.0.0.1:{port}; root {folder}; location / {{ add_header Content-Encoding br; }} }} }}\n"
    )
    command = ["taskset", "-c", str(SERVER_CORE), "nginx", "-c", str(config), "-p", str(folder)]
    folder.chmod(0o755)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield port
    finally:
        process.terminate()
        process.wait(10)


class _Collector(BaseHTTPRequestHandler):
    """Takes every batch of spans and says thank you."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's name
        pass


# Measuring


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


async def p99(port: int, paths: list[str], rate: float, seconds: float) -> float:
    """The 99th percentile of latencies in milliseconds at a steady rate over keep-alive connections, waiting included."""
    taken: list[float] = []
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    head = "".join(f"{name}: {value}\r\n" for name, value in BROWSER.items())

    async def one(path: str, due: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer)
        await reader.readexactly(int(length[1]) if length else 0)
        taken.append(time.perf_counter() - due)
        idle.append((reader, writer))

    begin = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        due = begin + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        tasks.append(asyncio.create_task(one(paths[number % len(paths)], due)))
    await asyncio.gather(*tasks)
    for _, writer in idle:
        writer.close()
    return statistics.quantiles(taken, n=100)[98] * 1000


def resident(process: subprocess.Popen[bytes]) -> float:
    """Resident memory in MB, of the server below taskset."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    measure: str
    value: str
    least: str
    aim: str
    verdict: str


def verdict(value: float, least: float, aim: float) -> str:
    """Whether a figure reaches what was asked; bounds may be floors or ceilings."""
    floor = aim > least
    if (value >= aim) if floor else (value <= aim):
        return "aim"
    return "reached" if ((value >= least) if floor else (value <= least)) else "**short**"


def ratio(measure: str, value: float, least: float, aim: float) -> Row:
    return Row(measure, f"{value:.2f}", f"{least:g}", f"{aim:g}", verdict(value, least, aim))


def amount(measure: str, value: float, unit: str, least: float, aim: float) -> Row:
    return Row(measure, f"{value:.2f} {unit}", f"{least:g} {unit}", f"{aim:g} {unit}", verdict(value, least, aim))


def progress(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


Profile = list[tuple[str, float]]


def throughput(work: Path, seconds: float, collector: str) -> tuple[list[Row], dict[str, float], Profile]:
    """Rates of pages, 304s and 404s against the bare server, the default stack and nginx."""
    posts, cache = write_posts(work / "p35", 35), work / "cache"
    plain = ours("ours, nothing on", posts, cache)
    with running(plain) as (port, _, _):
        _, page, headers = get(port, POST, BROWSER)
    (work / "page.br").write_bytes(page)
    otlp = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    full = ours("ours, everything on", posts, cache, **otlp)
    least = [[name, headers[name]] for name in ("content-type", "content-encoding", "content-length")]
    own = [[name, value] for name, value in headers.items() if name != "date"]
    bare, dressed = (
        Contestant(name, POST, (sys.executable, "-c", _BARE, str(work / "page.br"), json.dumps(sent)))
        for name, sent in (("bare ASGI", least), ("bare ASGI, the page's headers", own))
    )
    stack = Contestant("FastAPI, both defaults", POST, (sys.executable, "-c", _DEFAULTS, str(work / "page.br")), otlp)
    random_paths = (
        'request = function() return wrk.format("GET", "/" .. math.random(1e12) .. "/x" .. math.random(1e12)) end'
    )
    jobs: list[tuple[str, Contestant, str, Mapping[str, str], str]] = [
        ("bare", bare, POST, BROWSER, ""),
        ("bare, with all headers of the page", dressed, POST, BROWSER, ""),
        ("full", full, POST, BROWSER, ""),
        ("plain", plain, POST, BROWSER, ""),
        ("304", full, POST, {**BROWSER, "If-None-Match": headers["etag"]}, ""),
        ("404", full, "/x", BROWSER, random_paths),
        ("stack", stack, POST, BROWSER, ""),
    ]
    rates: dict[str, list[float]] = {name: [] for name, *_ in jobs}
    for turn in range(3):
        for name, contestant, path, sent, script in jobs:
            progress(f"turn {turn + 1}: {name}")
            with running(contestant) as (port, _, _):
                wrk(port, path, sent, 1, script)
                rates[name].append(wrk(port, path, sent, seconds, script))
        if shutil.which("nginx"):
            with nginx(page, work) as port:
                wrk(port, "/page.html", BROWSER, 1)
                rates.setdefault("nginx", []).append(wrk(port, "/page.html", BROWSER, seconds))
    median = {name: statistics.median(found) for name, found in rates.items()}
    rows = [
        ratio("post page, br, tracing at 10 % and metrics on ÷ bare ASGI", median["full"] / median["bare"], 0.60, 0.80),
        ratio("the same ÷ FastAPI with both instrumentors at their defaults", median["full"] / median["stack"], 7, 10),
        ratio("304 ÷ the page's own rate", median["304"] / median["full"], 1.0, 1.2),
        ratio("404 for random paths ÷ bare ASGI", median["404"] / median["bare"], 0.35, 0.5),
    ]
    progress("p99 at half the maximum rate")
    half = round(median["full"] / 2)
    with running(full) as (port, process, _):
        rows.append(amount(f"p99 of pages at {half:,} requests/s", paced(port, POST, half, seconds), "ms", 10, 3))
        progress("profile")
        profiled = profile(process, port, seconds)
    median["everything on ÷ tracing off"] = median["full"] / median["plain"]
    return rows, median, profiled


def paced(port: int, path: str, rate: int, seconds: float) -> float:
    """The 99th percentile in milliseconds that h2load sees at a steady rate over 32 connections."""
    clients = 32
    with tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        command = [
            "taskset",
            "-c",
            str(CLIENT_CORE),
            "h2load",
            "--h1",
            "-t1",
            f"-c{clients}",
            f"--rps={rate // clients}",
        ]
        command += ["--warm-up-time=1", f"-D{max(1, round(seconds))}", f"--log-file={log.name}"]
        for name, value in BROWSER.items():
            command += ["-H", f"{name}: {value}"]
        subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, check=True)
        taken = [int(line.split("\t")[2]) for line in log]
    return statistics.quantiles(taken, n=100)[98] / 1000


def profile(process: subprocess.Popen[bytes], port: int, seconds: float) -> list[tuple[str, float]]:
    """Where the loop's thread spends its time under full load: (function, share of samples on top), the largest first."""
    spy = Path(sys.executable).with_name("py-spy")
    with tempfile.NamedTemporaryFile("r", suffix=".raw") as raw:
        command = [
            str(spy),
            "record",
            "-p",
            str(process.pid),
            "-d",
            str(max(2, round(seconds))),
            "-r",
            "500",
            "-f",
            "raw",
            "-o",
            raw.name,
        ]
        spying = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wrk(port, POST, BROWSER, seconds + 1)
        spying.wait(60)
        lines = [line.rpartition(" ") for line in raw]
    # A thread that waits for something to do is taken for a busy one now and then.
    stacks = [(stack.split(";"), int(count)) for stack, _, count in lines if "wait (threading.py" not in stack]
    ours = [(stack, count) for stack, count in stacks if "main (blog/__main__.py" in ";".join(stack)]
    total = sum(count for _, count in stacks)
    shares: Counter[str] = Counter({"threads: spans encoded and sent": total - sum(count for _, count in ours)})
    for stack, count in ours:
        shares[re.sub(r":\d+\)$", ")", stack[-1])] += count
    return [(name, count / total) for name, count in shares.most_common(14)]


def first_view(work: Path) -> Row:
    """What a post's page and its style and script weigh over the wire, br."""
    with running(ours("ours", work / "p35", work / "cache")) as (port, _, _):
        _, page, _ = get(port, POST, {"Accept-Encoding": "br"})
        _, html, _ = get(port, POST)
        paths = set(re.findall(r'(?:href|src)="(/assets/[^"]+\.(?:css|js|woff2))"', html.decode()))
        sizes = {path: len(get(port, path, {"Accept-Encoding": "br"})[1]) for path in paths}
    scripts = sum(size for path, size in sizes.items() if path.endswith(".js")) / 1024
    total = (len(page) + sum(sizes.values())) / 1024
    return Row(
        "first view of a post: HTML, CSS, JS, br", f"{total:.1f} KB, JS {scripts:.1f} KB", "60 KB, JS 12 KB", "35 KB, JS 6 KB",
        "aim" if total <= 35 and scripts <= 6 else "reached" if total <= 60 and scripts <= 12 else "**short**",
    )  # fmt: skip


def starts(work: Path, sizes: list[int]) -> tuple[list[Row], list[tuple[int, float, float]]]:
    """Start times cold (with `blog build`, on all cores) and warm (on one), and memory, by the number of posts."""
    rows: list[Row] = []
    growth: list[tuple[int, float, float]] = []
    bounds = {35: (1.2, 0.7), 1000: (3.0, 1.0), 10_000: (25.0, 10.0)}
    for size in sizes:
        posts, cache = write_posts(work / f"p{size}", size), work / f"cache-{size}"
        progress(f"{size} posts, cold")
        folders = {"BLOG_POSTS_DIR": str(posts), "BLOG_CACHE_DIR": str(cache), "BLOG_BASE_URL": ORIGIN}
        command = [sys.executable, "-m", "blog", "build"]
        started = time.perf_counter()
        subprocess.run(command, env={**os.environ, **folders}, cwd=ROOT, check=True, stdout=sys.stderr)
        cold = time.perf_counter() - started
        if size == 1000:
            rows.append(amount("ready, 1,000 posts of 1,500 words with code, cold", cold, "s", 25, 10))
        found = [warm(posts, cache) for _ in range(3)]
        seconds, memory = (statistics.median(values) for values in zip(*found, strict=True))
        growth.append((size, seconds, memory))
        if size in bounds:
            rows.append(amount(f"ready, {size:,} posts, warm", seconds, "s", *bounds[size]))
        if size == 10_000:
            rows.append(amount("memory then", memory, "MB", 900, 400))
        if size == 1000:
            rows += api(posts, cache)
    return rows, growth


def warm(posts: Path, cache: Path) -> tuple[float, float]:
    """Seconds until a start that finds its edition is ready, and the megabytes it then has."""
    with running(ours("ours", posts, cache, "/", BLOG_BASE_URL=ORIGIN)) as (_, process, seconds):
        time.sleep(0.5)
        return seconds, resident(process)


def api(posts: Path, cache: Path) -> list[Row]:
    with running(ours("ours", posts, cache, "/api/posts")) as (port, _, _):
        progress("API at 200 requests/s, 1,000 posts")
        return [
            amount("/api/posts p99 at 200 requests/s, 1,000 posts", asyncio.run(p99(port, ["/api/posts"], 200, 5)), "ms", 15, 5),
            amount("/api/posts/{slug} p99, the same", asyncio.run(p99(port, [f"/api/posts/post-{n}" for n in range(50)], 200, 5)), "ms", 15, 5),
        ]  # fmt: skip


def memory(work: Path, requests: int, rate: float) -> list[Row]:
    with running(ours("ours", work / "p35", work / "cache")) as (port, process, _):
        get(port, POST, BROWSER)
        time.sleep(1)
        before = resident(process)
        progress(f"{requests:,} requests")
        wrk(port, POST, BROWSER, max(1.0, requests / rate))
        after = resident(process)
    grown = (after / before - 1) * 100
    return [
        amount("memory at 35 posts, idle", before, "MB", 95, 75),
        amount(f"and after {requests:,} requests", grown, "% more", 5, 0.5),
    ]


def stall(work: Path, count: int) -> Row:
    """The longest that any request waits while a whole site is made anew beside the one that is served, and metrics are scraped."""
    posts, changed = work / f"p{count}", "A title that has changed"
    text = re.sub(r"title: .*", f"title: {changed}", _post(3, 20))
    progress(f"reloading {count:,} posts")
    os.sched_setaffinity(0, {CLIENT_CORE})
    with running(ours("ours", posts, work / f"cache-{count}", BLOG_RELOAD="true", BLOG_BASE_URL=ORIGIN)) as (
        port,
        _,
        _,
    ):
        (posts / "post-3.md").write_text(text)
        taken: list[float] = []
        swapped, deadline = 0.0, time.perf_counter() + 120
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            # For a while longer: the edition that was replaced is let go after the swap.
            while time.perf_counter() < min(deadline, swapped + 3 if swapped else deadline):
                path = ("/blog/post-3", "/api/posts", "/blog", "/metrics")[len(taken) % 4]
                asked = time.perf_counter()
                connection.request("GET", path, headers=BROWSER if path != "/blog/post-3" else {})
                body = connection.getresponse().read()
                taken.append(time.perf_counter() - asked)
                if not swapped and changed.encode() in body:
                    swapped = time.perf_counter()
                time.sleep(0.002)
        assert swapped, "the changed post never appeared"
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    (posts / "post-3.md").write_text(_post(3, 20))
    measure = f"longest of {len(taken):,} requests during a reload of {count:,} posts"
    return amount(measure, max(taken) * 1000, "ms", 20, 20)


# Reporting


def exponent(growth: list[tuple[int, float, float]], value: Callable[[tuple[int, float, float]], float]) -> float:
    """The slope of a line through the logarithms, from 100 posts on: what a start costs anyway lies below."""
    points = [point for point in growth if point[0] >= 100]
    if len(points) < 2:
        return float("nan")
    from math import log  # noqa: PLC0415 -- for this line only

    return statistics.linear_regression([log(p[0]) for p in points], [log(value(p)) for p in points]).slope


def plot(growth: list[tuple[int, float, float]]) -> str:
    """Start time and memory by posts on logarithmic axes, as an SVG that reads on light and dark pages."""
    from math import log10  # noqa: PLC0415 -- for this function only

    def line(values: list[float], colour: str, unit: str) -> str:
        low, high = log10(min(values)) - 0.1, log10(max(values)) + 0.1
        xs = [60 + 480 * (log10(size) - 1) / 3 for size, *_ in growth]
        ys = [260 - 220 * (log10(value) - low) / (high - low) for value in values]
        dots = "".join(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4" fill="{colour}"/><text x="{x:.0f}" y="{y - 10:.0f}" fill="{colour}" text-anchor="middle">{value:.3g} {unit}</text>'
            for x, y, value in zip(xs, ys, values, strict=True)
        )
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in zip(xs, ys, strict=True))
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'

    labels = "".join(
        f'<text x="{60 + 480 * (log10(size) - 1) / 3:.0f}" y="290" text-anchor="middle">{size:,}</text>'
        for size, *_ in growth
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="320" viewBox="0 0 600 320" font-family="system-ui, sans-serif" font-size="13">'
        '<rect width="600" height="320" rx="8" fill="#f6f5f1"/><g fill="#1d2126">'
        f'<text x="300" y="312" text-anchor="middle">posts</text>{labels}<text x="60" y="24">'
        '<tspan fill="#0a675a">start, warm</tspan> and <tspan fill="#8a4b00">resident memory</tspan></text></g>'
        f"{line([point[1] for point in growth], '#0a675a', 's')}{line([point[2] for point in growth], '#8a4b00', 'MB')}</svg>\n"
    )


def machine() -> str:
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("uvicorn", "uvloop", "httptools", "fastapi")
    )
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def report(
    rows: list[Row], rates: Mapping[str, float], growth: list[tuple[int, float, float]], profiled: Profile
) -> str:
    table = "\n".join(f"| {row.measure} | {row.value} | {row.least} | {row.aim} | {row.verdict} |" for row in rows)
    shown = "\n".join(
        f"| {name} | {rate:,.0f} | {rate / rates['bare']:.2f} |" for name, rate in rates.items() if rate > 10
    )
    grown = "\n".join(f"| {size:,} | {seconds:.2f} s | {used:.0f} MB |" for size, seconds, used in growth)
    profile_rows = "\n".join(f"| `{name}` | {share:.1%} |" for name, share in profiled)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench`: {machine()}. One server process on one core, wrk on another, "
        "medians of three turns.\n\n"
        f"| measure | here | at least | aim | |\n|---|---:|---:|---:|---|\n{table}\n\n"
        f"Requests a second for a post page:\n\n| what answers | requests/s | share of bare |\n|---|---:|---:|\n{shown}\n\n"
        f"Where the time goes under full load, by py-spy:\n\n| on top of the stack | share |\n|---|---:|\n{profile_rows}\n\n"
        f"With tracing at 10 % the page keeps {rates['everything on ÷ tracing off']:.2f} of the rate it has without.\n\n"
        f"| posts | start, warm | memory |\n|---:|---:|---:|\n{grown}\n\n"
        f"{_fitted(growth)}![Start time and memory from 10 to {growth[-1][0]:,} posts](growth.svg)\n"
    )


def _fitted(growth: list[tuple[int, float, float]]) -> str:
    if len([point for point in growth if point[0] >= 100]) < 2:
        return ""
    start, used = exponent(growth, lambda point: point[1]), exponent(growth, lambda point: point[2])
    return f"From 100 posts on, the start grows with exponent {start:.2f}, memory with {used:.2f}.\n\n"


BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each rate is measured")
    parser.add_argument("--largest", type=int, default=10_000, help="the largest number of posts")
    parser.add_argument("--requests", type=int, default=1_000_000, help="requests of the memory measurement")
    options = parser.parse_args()
    for tool, package in (("wrk", "wrk"), ("h2load", "nghttp2-client")):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing; install it with: apt-get install {package}")
    os.sched_setaffinity(0, {CLIENT_CORE})
    collector = ThreadingHTTPServer(("127.0.0.1", 0), _Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="blog-bench-") as folder:
        work = Path(folder)
        rows, rates, profiled = throughput(work, options.seconds, f"http://127.0.0.1:{collector.server_address[1]}")
        rows.append(first_view(work))
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        sizes = [size for size in (10, 35, 100, 1000, 10_000) if size <= options.largest]
        more, growth = starts(work, sizes)
        rows += more
        if options.largest >= 1000:
            rows.append(stall(work, 1000))
        rows += memory(work, options.requests, rates["full"])
    text = report(rows, rates, growth, profiled)
    print(text)
    target = ROOT / "docs/performance.md"
    before, _, rest = target.read_text(encoding="utf-8").partition(BEGIN)
    target.write_text(f"{before}{BEGIN}\n{text}{END}{rest.partition(END)[2]}", encoding="utf-8")
    (ROOT / "docs/growth.svg").write_text(plot(growth), encoding="utf-8")


if __name__ == "__main__":
    main()
