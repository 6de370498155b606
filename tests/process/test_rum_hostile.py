"""Ten thousand invalid beacons to the real server: the right status, bounded memory, and no effect on readers."""

import contextlib
import gzip
import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, Sink

pytestmark = pytest.mark.process

POSTS = 10_000
THREADS = 8
GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\nWords.\n"
BEACON = json.dumps({"meta": {"page": {"url": "/"}}, "events": [{"name": "x"}]}).encode()
SAME = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
BOMB = gzip.compress(b"0" * 30_000_000)


def _in_chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 50_000):
        yield b"a" * 50_000


# The body or its size, the header fields, and the expected status.
Hostile = tuple[bytes | int, dict[str, str], int]
HOSTILE: dict[str, Hostile] = {
    "huge": (b"a" * 300_000, SAME, 413),
    "huge in chunks": (300_000, SAME, 413),
    "gzip bomb": (BOMB, SAME | {"Content-Encoding": "gzip"}, 415),
    "wrong type": (BEACON, SAME | {"Content-Type": "text/plain"}, 415),
    "form": (b"a=b" * 10_000, SAME | {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "cross-site": (BEACON, SAME | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
    "no origin": (BEACON, {"Content-Type": "application/json"}, 403),
    "broken": (b'{"meta": {', SAME, 400),
    "deep": (b"[" * 60_000, SAME, 400),
    "of another shape": (b'{"meta": []}', SAME, 400),
}


@pytest.fixture
def server(serve: "Serve", tmp_path: Path, sink: "Sink") -> "Process":
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "good.md").write_text(GOOD)
    return serve(tmp_path / "posts", BLOG_FARO_URL=sink.url, BLOG_ACCESS_LOG="off").wait_until_ready()


def _memory(server: "Process", kind: str) -> int:
    """VmRSS or VmHWM of the server, in MiB."""
    lines = Path(f"/proc/{server.popen.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{kind}:"))


def _send(server: "Process", names: list[str]) -> Counter[tuple[str, int]]:
    answers: Counter[tuple[str, int]] = Counter()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        for name in names:
            body, headers, _ = HOSTILE[name]
            sent = _in_chunks(body) if isinstance(body, int) else body
            connection.request("POST", "/rum/collect", sent, headers, encode_chunked=isinstance(body, int))
            answer = connection.getresponse()
            answer.read()
            answers[name, answer.status] += 1
    return answers


def test_ten_thousand_invalid_beacons_are_refused_and_use_no_memory(server: "Process", sink: "Sink") -> None:
    names = list(HOSTILE) * (POSTS // len(HOSTILE))
    _send(server, list(HOSTILE) * 20)  # so that the allocator has created its arenas
    before = _memory(server, "VmRSS")
    with ThreadPoolExecutor(THREADS) as senders:
        parts = [names[start::THREADS] for start in range(THREADS)]
        answers = sum(senders.map(lambda part: _send(server, part), parts), Counter[tuple[str, int]]())
    expected = {(name, status): POSTS // len(HOSTILE) for name, (_, _, status) in HOSTILE.items()}
    assert answers == expected
    assert _memory(server, "VmHWM") - before < 32
    assert sink.received == []
    # They use no tokens of the bucket for beacons.
    assert server.get("/blog/good").status == 200
    assert server.post("/rum/collect", BEACON, SAME).status == 202
    _until(lambda: sink.received)
    assert "Traceback" not in server.output


@pytest.mark.parametrize("length", [b"Transfer-Encoding: chunked", b"Content-Length: 30000000"])
def test_a_client_that_sends_megabytes_gets_the_refusal_before_the_connection_closes(
    server: "Process", length: bytes
) -> None:
    head = b"POST /rum/collect HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
    chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    with server.connect() as connection:
        connection.sendall(head + length + b"\r\n\r\n" + chunk * 100)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.count(b"\r\nconnection: close\r\n") == 1
    assert b"A beacon has at most" in answer


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.02)
