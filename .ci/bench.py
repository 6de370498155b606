"""Benchmark: compares the service with bare uvicorn, the default stack and nginx in one run, and writes docs/performance.md.

`make bench` runs it. Each server is one process on core 0; wrk, the collector stub and this script run on core 1. The servers are measured in turn,
three times each, and the medians are printed as ratios, which depend less on the machine than rates do.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cold
import pieces
import searching
import traffic
from reporting import Row, amount, machine, progress, put, ratio, table
from servers import (
    AGENTS,
    BROWSER,
    CLIENT_CORE,
    ORIGIN,
    POST,
    ROOT,
    SERVER_CORE,
    Server,
    free_port,
    get,
    ours,
    post_text,
    resident,
    running,
    write_posts,
    wrk,
)

# Sends the page with the given headers: the three that a browser needs, or all those of the page.
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
    """Run nginx with one worker on the server's core; it sends the same bytes from a file."""
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
    """A stub that accepts every batch of spans."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in the base class
        pass


async def p99(port: int, paths: list[str], rate: float, seconds: float) -> float:
    """The 99th percentile of `latencies` in milliseconds."""
    return statistics.quantiles(await latencies(port, paths, rate, seconds), n=100)[98] * 1000


async def latencies(port: int, paths: list[str], rate: float, seconds: float) -> list[float]:
    """Latencies in seconds at a constant rate over keep-alive connections, including the wait in a queue."""
    taken: list[float] = []
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    fields = "".join(f"{name}: {value}\r\n" for name, value in BROWSER.items())

    async def one(path: str, due: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
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
    return taken


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
    bare, bare_with_headers = (
        Server(name, POST, (sys.executable, "-c", _BARE, str(work / "page.br"), json.dumps(sent)))
        for name, sent in (("bare ASGI", least), ("bare ASGI, the page's headers", own))
    )
    stack = Server("FastAPI, both defaults", POST, (sys.executable, "-c", _DEFAULTS, str(work / "page.br")), otlp)
    chance = random.Random(4)
    missing = [
        traffic.get_request(
            f"/{chance.randrange(10**12)}/x{chance.randrange(10**12)}", {**BROWSER, "User-Agent": agent}
        )
        for agent in traffic.agents(AGENTS)
    ]
    random_paths = traffic.lua(missing, work / "missing")
    many = traffic.lua(traffic.pages(POST, BROWSER, AGENTS), work / "pages")
    again = traffic.lua(traffic.pages(POST, {**BROWSER, "If-None-Match": headers["etag"]}, AGENTS), work / "again")
    jobs: list[tuple[str, Server, str, Mapping[str, str], str]] = [
        ("bare", bare, POST, BROWSER, many),
        ("bare, with all headers of the page", bare_with_headers, POST, BROWSER, many),
        ("full", full, POST, BROWSER, many),
        ("plain", plain, POST, BROWSER, many),
        ("304", full, POST, BROWSER, again),
        ("404", full, "/x", BROWSER, random_paths),
        ("stack", stack, POST, BROWSER, many),
    ]
    rates: dict[str, list[float]] = {name: [] for name, *_ in jobs}
    for turn in range(3):
        for name, server, path, sent, script in jobs:
            progress(f"turn {turn + 1}: {name}")
            with running(server) as (port, _, _):
                wrk(port, path, sent, 1, script)
                rates[name].append(wrk(port, path, sent, seconds, script))
        if shutil.which("nginx"):
            with nginx(page, work) as port:
                wrk(port, "/page.html", BROWSER, 1)
                rates.setdefault("nginx", []).append(wrk(port, "/page.html", BROWSER, seconds))
    median = {name: statistics.median(found) for name, found in rates.items()}
    rows = [
        ratio(
            "post page, br, tracing at 10 % and metrics on ÷ bare ASGI with three header fields",
            median["full"] / median["bare"],
            0.80,
            1.0,
        ),
        ratio("the same ÷ FastAPI with both instrumentors at their defaults", median["full"] / median["stack"], 7, 10),
        ratio("the same ÷ without tracing", median["full"] / median["plain"], 0.75, 0.85),
        ratio("304 ÷ the page's own rate", median["304"] / median["full"], 1.15, 1.2),
        ratio("404 for random paths ÷ bare ASGI", median["404"] / median["bare"], 0.35, 0.5),
    ]
    progress("p99 at half the maximum rate")
    half = round(median["full"] / 2)
    with running(full) as (port, process, _):
        rows.append(amount(f"p99 of pages at {half:,} requests/s", paced(port, POST, half, seconds), "ms", 10, 3))
        progress("profile")
        profiled = profile(process, port, seconds)
    return rows, median, profiled


def paced(port: int, path: str, rate: int, seconds: float) -> float:
    """The 99th percentile in milliseconds that h2load measures at a constant rate over 32 connections."""
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
    """The functions in which the loop's thread spends its time under full load, with their share of samples, the largest first."""
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
    # py-spy takes idle threads for busy ones, so only the loop's is counted and those that send spans.
    stacks = [(stack, int(count)) for stack, _, count in lines if "wait (threading.py" not in stack]
    ours = [(stack.split(";"), count) for stack, count in stacks if "main (blog/__main__.py" in stack]
    sending = sum(count for stack, count in stacks if "_export" in stack and "main (blog/__main__.py" not in stack)
    total = sending + sum(count for _, count in ours)
    shares: Counter[str] = Counter({"threads: spans encoded and sent": sending})
    for stack, count in ours:
        shares[re.sub(r":\d+\)$", ")", stack[-1])] += count
    return [(name, count / total) for name, count in shares.most_common(14)]


def first_view(work: Path) -> Row:
    """The size of a post's page with its style and script, compressed by brotli."""
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
    """Times of warm starts on one core, and memory, by the number of posts."""
    rows: list[Row] = []
    growth: list[tuple[int, float, float]] = []
    bounds = {35: (1.2, 0.7), 1000: (3.0, 1.0), 10_000: (25.0, 10.0)}
    for size in sizes:
        posts, cache = write_posts(work / f"p{size}", size), work / f"cache-{size}"
        progress(f"{size} posts, built")
        folders = {"BLOG_POSTS_DIR": str(posts), "BLOG_CACHE_DIR": str(cache), "BLOG_BASE_URL": ORIGIN}
        command = [sys.executable, "-m", "blog", "build"]
        subprocess.run(command, env={**os.environ, **folders}, cwd=ROOT, check=True, stdout=sys.stderr)
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
    """Seconds until a warm start is ready, and its memory then in MB."""
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
        amount("memory at 35 posts, idle", before, "MB", 75, 65),
        amount(f"and after {requests:,} requests", grown, "% more", 5, 0.5),
    ]


def stall(work: Path, count: int) -> Row:
    """The longest latency of a request while the whole site is rebuilt and metrics are scraped."""
    posts, changed = work / f"p{count}", "A title that has changed"
    text = re.sub(r"title: .*", f"title: {changed}", post_text(3, 20))
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
            # Three more seconds, because the replaced edition is freed after the swap.
            while time.perf_counter() < min(deadline, swapped + 3 if swapped else deadline):
                path = ("/blog/post-3", "/api/posts", "/blog", "/metrics")[len(taken) % 4]
                sent = time.perf_counter()
                connection.request("GET", path, headers=BROWSER if path != "/blog/post-3" else {})
                body = connection.getresponse().read()
                taken.append(time.perf_counter() - sent)
                if not swapped and changed.encode() in body:
                    swapped = time.perf_counter()
                time.sleep(0.002)
        assert swapped, "the changed post never appeared"
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    (posts / "post-3.md").write_text(post_text(3, 20))
    measure = f"longest of {len(taken):,} requests during a reload of {count:,} posts"
    return amount(measure, max(taken) * 1000, "ms", 20, 10)


# A public site's traffic, and hostile clients

Kinds = Mapping[str, list[bytes]]
# A kind of request, its processor time ÷ a page's and in microseconds, and a reader's p99 during such requests ÷ without them.
Costs = list[tuple[str, float, float, float]]


def public(work: Path, seconds: float) -> tuple[list[Row], Costs]:
    """The rates of a realistic mix and of many agents, and the cost of hostile requests for the server and for other clients."""
    with running(ours("ours", write_posts(work / "p35", 35), work / "cache")) as (port, process, _):
        paths = site_paths(port)
        known = [path for group in paths.values() for path in group]
        etags = {path: get(port, path, {"Accept-Encoding": "br"})[2].get("etag", "") for path in known}
        scripts = {
            "one": traffic.lua([traffic.get_request(POST, BROWSER)], work / "one"),
            "many": traffic.lua(traffic.pages(POST, BROWSER, AGENTS), work / "many"),
            "mix": traffic.lua(traffic.mix(paths, etags, AGENTS), work / "mix"),
        }
        rates: dict[str, list[float]] = {name: [] for name in scripts}
        # wrk runs the scripts in Lua, and is slower than the server with those of many requests. So requests a processor second are compared.
        served: dict[str, list[float]] = {name: [] for name in scripts}
        for turn in range(5):
            progress(f"turn {turn + 1}: one agent, {AGENTS:,} agents, the mix")
            for name, script in scripts.items():
                wrk(port, POST, {}, 1, script)
                before = processor_seconds(process)
                rates[name].append(wrk(port, POST, {}, seconds, script))
                served[name].append(rates[name][-1] * max(1, round(seconds)) / (processor_seconds(process) - before))
    # The machine's speed varies over time, so each ratio is taken within a turn.
    many, mixed = (
        statistics.median(a / b for a, b in zip(served[name], served["one"], strict=True)) for name in ("many", "mix")
    )
    rate = statistics.median(rates["mix"])
    rows = [
        ratio(f"pages a processor second with {AGENTS:,} agents ÷ with one", many, 0.8, 0.95),
        ratio(
            f"requests a processor second of a public site, {rate:,.0f} requests/s ÷ one page for one agent",
            mixed,
            0.5,
            0.8,
        ),
    ]
    with running(ours("ours, similar names", similar(work / "similar", 2000), work / "cache-similar")) as (
        port,
        process,
        _,
    ):
        made = made_kinds(port)
        page, costs = costs_of(process, port, made)
        harms = harms_of(port, work, made)
    slowest, worst = max(costs, key=costs.__getitem__), max(harms, key=harms.__getitem__)
    rows += [
        ratio(f"processor time of the slowest kind of request ({slowest}) ÷ a page's", costs[slowest], 10, 3),
        ratio(
            f"p99 of a reader beside {traffic.CONNECTIONS} hostile connections ({worst}) ÷ alone", harms[worst], 3, 1.5
        ),
    ]
    return rows, [(name, costs[name], costs[name] * page, harms[name]) for name in sorted(costs, key=costs.__getitem__)]


def site_paths(port: int) -> dict[str, list[str]]:
    """The paths of the benchmark's site by kind, from its sitemap and pages."""
    sitemap = re.findall(r"<loc>([^<]+)</loc>", get(port, "/sitemap.xml")[1].decode())
    found = [urllib.parse.urlsplit(address).path or "/" for address in sitemap]
    tags = [path for path in found if path.startswith("/blog/tag/")]
    posts = [path for path in found if path.startswith("/blog/post-")]
    html = get(port, POST)[1].decode()
    return {
        "home": ["/"],
        "post": posts,
        "list": ["/blog", "/archive", "/tags"],
        "tag": tags,
        "feed": ["/rss", "/atom.xml", "/feed.json", *(f"{path}/atom.xml" for path in tags[:5])],
        "asset": sorted(set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', html))),
        "missing": ["/gone"],
    }


def similar(folder: Path, count: int) -> Path:
    """Write short posts whose slugs are made of the same words."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(5)
    for number in range(count):
        text = f"---\ntitle: Post {number}\ndate: 2026-01-{1 + number % 28:02}\n---\n\nWords.\n"
        (folder / f"{traffic.slug(chance)}-{number}.md").write_text(text, encoding="utf-8")
    return folder


def made_kinds(port: int) -> Kinds:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 -- only this function needs it

    page = json.loads(get(port, "/api/posts")[1])["posts"][0]["url"]
    page = urllib.parse.urlsplit(page).path
    patterns = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA]
    chance = random.Random(6)
    return {name: [make(chance) for _ in range(300)] for name, make in traffic.kinds(page, BROWSER, patterns).items()}


def costs_of(process: subprocess.Popen[bytes], port: int, made: Kinds) -> tuple[float, dict[str, float]]:
    """A page's processor time in microseconds, and each kind's as a multiple of it: medians of three turns, each measured right after the page."""
    found: dict[str, list[float]] = {name: [] for name in made}
    pages: list[float] = []
    for turn in range(3):
        progress(f"turn {turn + 1}: processor time of {len(made)} kinds of requests")
        for name, requests in made.items():
            page = spent(process, port, made["page"])
            pages.append(page)
            found[name].append(spent(process, port, requests[turn * 100 :] + requests[: turn * 100]) / page)
    return statistics.median(pages) * 1e6, {
        name: statistics.median(values) for name, values in found.items() if name != "page"
    }


def spent(process: subprocess.Popen[bytes], port: int, requests: list[bytes]) -> float:
    """Processor seconds of the loop's thread for one request."""
    client = traffic.Client(port)
    client.send(requests[0])
    before = processor_seconds(process)
    for request in requests:
        client.send(request)
    taken = processor_seconds(process) - before
    client.close()
    return taken / len(requests)


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """Those that the loop's thread has used."""
    return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9


def harms_of(port: int, work: Path, made: Kinds) -> dict[str, float]:
    """A reader's p99 during hostile requests of each kind ÷ the p99 without them, measured right before: medians of three turns."""
    found: dict[str, list[float]] = {name: [] for name in made if name != "page"}
    for turn in range(3):
        progress(f"turn {turn + 1}: a reader beside hostile clients of {len(found)} kinds")
        for name, values in found.items():
            alone = read(port, made["page"][0])
            with hostile(port, work, made[name]):
                values.append(read(port, made["page"][0]) / alone)
    return {name: statistics.median(values) for name, values in found.items()}


@contextlib.contextmanager
def hostile(port: int, work: Path, requests: list[bytes]) -> Iterator[None]:
    file = work / "hostile"
    file.write_bytes(traffic.SEPARATOR.join(requests))
    command = ["taskset", "-c", str(CLIENT_CORE), sys.executable, traffic.__file__, str(port), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()


def read(port: int, request: bytes, seconds: float = 1.0) -> float:
    """The 99th percentile of the latencies of a client that requests a page every 2 ms."""
    taken: list[float] = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            sent = time.perf_counter()
            traffic.send(connection, request)
            taken.append(time.perf_counter() - sent)
            time.sleep(0.002)
    return statistics.quantiles(taken, n=100)[98]


def report_public(rows: list[Row], costs: Costs) -> str:
    kinds = "\n".join(f"| {name} | {cost:.1f} | {used:,.0f} µs | {harm:.2f} |" for name, cost, used, harm in costs)
    return (
        f'Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench B="--only public"`: {machine()}. One server process on one core, its clients on another.\n\n'
        f"{table(rows)}\n\n"
        f"Kinds of requests that any client can make costly, each {traffic.CONNECTIONS} connections with 250 requests/s for the last column:\n\n"
        f"| kind | processor time ÷ a page's | processor time | a reader's p99 ÷ alone |\n|---|---:|---:|---:|\n{kinds}\n"
    )


# Reporting


def exponent(growth: list[tuple[int, float, float]], value: Callable[[tuple[int, float, float]], float]) -> float:
    """The exponent of the growth, fitted from 100 posts on; below that, the fixed cost of a start dominates."""
    points = [point for point in growth if point[0] >= 100]
    if len(points) < 2:
        return float("nan")
    from math import log  # noqa: PLC0415 -- only this function needs it

    return statistics.linear_regression([log(p[0]) for p in points], [log(value(p)) for p in points]).slope


def plot(growth: list[tuple[int, float, float]]) -> str:
    """An SVG of start time and memory by the number of posts, on logarithmic axes, for light and dark pages."""
    from math import log10  # noqa: PLC0415 -- only this function needs it

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


def report(
    rows: list[Row], rates: Mapping[str, float], growth: list[tuple[int, float, float]], profiled: Profile
) -> str:
    shown = "\n".join(f"| {name} | {rate:,.0f} | {rate / rates['bare']:.2f} |" for name, rate in rates.items())
    grown = "\n".join(f"| {size:,} | {seconds:.2f} s | {used:.0f} MB |" for size, seconds, used in growth)
    profile_rows = "\n".join(f"| `{name}` | {share:.1%} |" for name, share in profiled)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench`: {machine()}. One server process on one core, wrk on another, "
        "medians of three turns.\n\n"
        f"{table(rows)}\n\n"
        f"Requests a second for a post page:\n\n| what answers | requests/s | share of bare |\n|---|---:|---:|\n{shown}\n\n"
        f"Where the time goes under full load, by py-spy:\n\n| on top of the stack | share |\n|---|---:|\n{profile_rows}\n\n"
        f"| posts | start, warm | memory |\n|---:|---:|---:|\n{grown}\n\n"
        f"{_fitted(growth)}![Start time and memory from 10 to {growth[-1][0]:,} posts](growth.svg)\n"
    )


def _fitted(growth: list[tuple[int, float, float]]) -> str:
    if len([point for point in growth if point[0] >= 100]) < 2:
        return ""
    start, used = exponent(growth, lambda point: point[1]), exponent(growth, lambda point: point[2])
    return f"From 100 posts on, the start grows with exponent {start:.2f}, memory with {used:.2f}.\n\n"


def pages_and_starts(work: Path, options: argparse.Namespace) -> None:
    collector = ThreadingHTTPServer(("127.0.0.1", 0), _Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    os.sched_setaffinity(0, {CLIENT_CORE})
    rows, rates, profiled = throughput(work, options.seconds, f"http://127.0.0.1:{collector.server_address[1]}")
    rows.append(first_view(work))
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    sizes = [size for size in (10, 35, 100, 1000, 10_000) if size <= options.largest]
    more, growth = starts(work, sizes)
    rows += more
    if options.largest >= 1000:
        rows.append(stall(work, 1000))
    rows += memory(work, options.requests, rates["full"])
    put("measured", report(rows, rates, growth, profiled))
    (ROOT / "docs/growth.svg").write_text(plot(growth), encoding="utf-8")


def public_traffic(work: Path, options: argparse.Namespace) -> None:
    os.sched_setaffinity(0, {CLIENT_CORE})
    put("public", report_public(*public(work, options.seconds)))
    os.sched_setaffinity(0, range(os.cpu_count() or 1))


def every_piece(work: Path, options: argparse.Namespace) -> None:
    put("pieces", pieces.report(work, options.turns))


def search(work: Path, _options: argparse.Namespace) -> None:
    put("search", searching.report(work, latencies))


def cold_starts(work: Path, _options: argparse.Namespace) -> None:
    put("cold", cold.report(work))


# What measures, and the tools that it calls, with the packages they are in.
PARTS = {
    "pages": (pages_and_starts, {"wrk": "wrk", "h2load": "nghttp2-client"}),
    "public": (public_traffic, {"wrk": "wrk"}),
    "pieces": (every_piece, {"wrk": "wrk"}),
    "search": (search, {}),
    "cold": (cold_starts, {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each rate is measured")
    parser.add_argument("--largest", type=int, default=10_000, help="the largest number of posts")
    parser.add_argument("--requests", type=int, default=1_000_000, help="requests of the memory measurement")
    parser.add_argument(
        "--only",
        choices=PARTS,
        help="one part: pages and starts, a public site's traffic, what each piece buys, the search, or cold starts",
    )
    parser.add_argument("--pieces", action="store_const", const="pieces", dest="only", help="the same as --only pieces")
    parser.add_argument("--turns", type=int, default=3, help="how often each piece is taken out")
    options = parser.parse_args()
    parts = [PARTS[options.only]] if options.only else list(PARTS.values())
    for _, tools in parts:
        for tool, package in tools.items():
            if not shutil.which(tool):
                raise SystemExit(f"{tool} is missing; install it with: apt-get install {package}")
    with tempfile.TemporaryDirectory(prefix="blog-bench-") as folder:
        for part, _ in parts:
            part(Path(folder), options)


if __name__ == "__main__":
    main()
