"""Requests for the benchmark: those of a public site (thousands of user agents, all kinds of paths, referrers, encodings, conditional requests) and hostile ones.

.ci/bench.py imports it. As a script, `traffic.py PORT FILE` opens four connections and sends the requests in a file, up to 250 per second on each, until
it is terminated.
"""

import contextlib
import random
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

CONNECTIONS, PAUSE = 4, 0.004
# Separates the requests in a file; no request contains it.
SEPARATOR = b"\0"
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.{build}.{patch} Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.{build}.{patch} Safari/537.36 Edg/{major}.0.{build}.{patch}",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{minor}.{digit} Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS {minor}_{digit} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{minor}.{digit} Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android {minor}; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.{build}.{patch} Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{major}.0) Gecko/20100101 Firefox/{major}.{digit}",
)
BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.{digit}; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.{digit}; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; bingbot/2.{digit}; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/{digit}.0; +http://ahrefs.com/robot/)",
    "python-requests/2.{minor}.{digit}",
    "curl/8.{minor}.{digit}",
    "Go-http-client/1.1",
)
READERS = (
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {build} subscribers; like FeedFetcher-Google)",
    "FreshRSS/1.{minor}.{digit} (Linux; https://freshrss.org)",
    "Mozilla/5.0 (compatible; Miniflux/2.{digit}.{minor}; +https://miniflux.app)",
    "NetNewsWire (RSS Reader; https://netnewswire.com/)",
    "Feedbin feed-id:{build} - {patch} subscribers",
)
REFERRERS = (
    "https://www.google.com/", "https://duckduckgo.com/", "https://news.ycombinator.com/item?id={build}", "https://chatgpt.com/", "https://t.co/{patch}",
    "https://site-{build}.example/post/{patch}", "https://www.reddit.com/r/python/comments/{build}/", "android-app://com.google.android.gm/",
)  # fmt: skip
ENCODINGS = (
    "gzip, deflate, br, zstd", "gzip, deflate, br", "gzip, deflate", "gzip", "br", "zstd", "identity", "br;q=1.0, gzip;q=0.8, *;q=0.1",
    "gzip;q=0, identity", "deflate, gzip;q=1.0, *;q=0.5", "",
)  # fmt: skip

Request = tuple[str, Mapping[str, str]]


def get_request(path: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of a GET request. A value with line breaks becomes one field line for each of its lines."""
    lines = [f"{name}: {line}" for name, value in headers.items() for line in value.split("\n")]
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: blog.example", *lines, "", ""]).encode("latin-1")


def filled(template: str, chance: random.Random) -> str:
    numbers = {"major": chance.randint(100, 145), "minor": chance.randint(10, 26), "digit": chance.randint(0, 9)}
    numbers |= {"build": chance.randint(1000, 7999), "patch": chance.randint(0, 249)}
    return template.format(**numbers, model=f"SM-{chance.choice('AGSX')}{chance.randint(100, 999)}B")


def agents(count: int, seed: int = 1) -> list[str]:
    """Distinct user agents in realistic shares: four of five are builds of browsers."""
    chance = random.Random(seed)
    distinct: dict[str, None] = {"": None}
    while len(distinct) < count:
        kinds = chance.choices((BROWSERS, BOTS, READERS), (80, 12, 8))[0]
        distinct[filled(chance.choice(kinds), chance)] = None
    return list(distinct)


def pages(path: str, headers: Mapping[str, str], count: int) -> list[bytes]:
    """Requests for one page from ``count`` agents, half of them with a referrer."""
    chance, requests = random.Random(2), []
    for agent in agents(count):
        referrer = {"Referer": filled(chance.choice(REFERRERS), chance)} if chance.random() < 0.5 else {}
        requests.append(get_request(path, {**headers, **referrer, "User-Agent": agent}))
    return requests


def mix(paths: Mapping[str, Sequence[str]], etags: Mapping[str, str], count: int) -> list[bytes]:
    """Requests for paths of all kinds (see SHARES), a third of them with the ETag of the current or an older page."""
    chance, known = random.Random(3), agents(count)
    kinds = [kind for kind in SHARES if paths.get(kind)]
    requests = []
    for agent in known:
        kind = chance.choices(kinds, [SHARES[kind] for kind in kinds])[0]
        path = f"/blog/{chance.randrange(10**9)}/gone" if kind == "missing" else chance.choice(paths[kind])
        headers = {"User-Agent": agent, "Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
        headers["Accept-Encoding"] = chance.choices(ENCODINGS, [40, 20, *[4] * (len(ENCODINGS) - 2)])[0]
        if chance.random() < 0.5:
            headers["Referer"] = filled(chance.choice(REFERRERS), chance)
        if chance.random() < 0.33:
            headers["If-None-Match"] = (
                etags.get(path, '"x"') if chance.random() < 0.7 else f'"{chance.getrandbits(64):x}"'
            )
        requests.append(get_request(path, headers))
    return requests


SHARES = {"home": 10, "post": 45, "list": 6, "tag": 6, "feed": 12, "asset": 15, "missing": 6}


def lua(requests: Sequence[bytes], file: Path) -> str:
    """A script for wrk that sends the requests in turn."""
    file.write_bytes(SEPARATOR.join(requests))
    return (
        "local requests, turn = {}, 0\n"
        f'for request in io.open("{file}", "rb"):read("*a"):gmatch("[^%z]+") do requests[#requests + 1] = request end\n'
        "request = function() turn = turn % #requests + 1; return requests[turn] end\n"
    )


def kinds(
    page: str, browser: Mapping[str, str], patterns: Sequence[str]
) -> dict[str, Callable[[random.Random], bytes]]:
    """Functions that make expensive requests, by what is unusual about the requests; no two requests of a kind are equal."""

    def with_headers(headers: Callable[[random.Random], Mapping[str, str]]) -> Callable[[random.Random], bytes]:
        return lambda chance: get_request(page, {**browser, **headers(chance)})

    def letters(chance: random.Random, count: int) -> str:
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=count))

    def pieces(chance: random.Random) -> str:
        return "".join(re.sub(r"\W", "", piece) for piece in chance.choices(patterns, k=40))[:256]

    return {
        "page": lambda _: get_request(page, browser),
        "agent of a new browser build": with_headers(lambda chance: {"User-Agent": filled(BROWSERS[0], chance)}),
        "agent of 256 random letters": with_headers(lambda chance: {"User-Agent": letters(chance, 256)}),
        "agent made of pieces of bots' names": with_headers(lambda chance: {"User-Agent": pieces(chance)}),
        "agent of 50 KB": with_headers(lambda chance: {"User-Agent": letters(chance, 9) + "a" * 50_000}),
        "referrer of 50 KB": with_headers(lambda chance: {"Referer": f"https://{letters(chance, 9)}." + "a." * 25_000}),
        "query of 8 KB": lambda chance: get_request(f"{page}?utm_source={letters(chance, 9)}&" + "utm_medium=%41&" * 500, browser),
        "Sec-Purpose of 50 KB": with_headers(lambda chance: {"Sec-Purpose": letters(chance, 9) + "P" * 50_000}),
        "2,500 Accept-Encoding lines": with_headers(lambda _: {"Accept-Encoding": "\n".join(["gzip"] * 2500)}),
        "Accept-Encoding of 1 KB": with_headers(lambda chance: {"Accept-Encoding": ", ".join(letters(chance, 5) for _ in range(150))}),
        "If-None-Match of 50 KB": with_headers(lambda chance: {"If-None-Match": ", ".join(f'"{letters(chance, 6)}"' for _ in range(5000))}),
        "If-Match of 50 KB": with_headers(lambda chance: {"If-Match": "*, " + "," * 50_000 + letters(chance, 5)}),
        "404 of a long slug": lambda chance: get_request("/blog/" + "-".join(chance.choices(SLUG_WORDS, k=14))[:118], browser),
        "404 of 12 random letters": lambda chance: get_request(f"/blog/{letters(chance, 12)}", browser),
        "redirect to lower case": lambda _: get_request(page.upper(), browser),
    }  # fmt: skip


# Slugs of these words share nearly all their trigrams.
SLUG_WORDS = (
    "how",
    "to",
    "kubernetes",
    "probe",
    "python",
    "readiness",
    "with",
    "a",
    "pod",
    "that",
    "can",
    "say",
    "no",
    "cluster",
    "async",
)


def slug(chance: random.Random) -> str:
    return "-".join(chance.choices(SLUG_WORDS, k=9))


def send(connection: socket.socket, request: bytes) -> bytes:
    """Send a request, read the response and return its header.

    Raises:
        OSError: the server has closed the connection.
    """
    connection.sendall(request)
    response = b""
    while b"\r\n\r\n" not in response:
        response += _more(connection)
    head, _, body = response.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    left = int(length[1]) - len(body) if length and b" 304 " not in head[:13] else 0
    while left > 0:
        left -= len(_more(connection))
    return head


class Client:
    """A connection that is opened again after the server has closed it, as it may after a refused request."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: socket.socket | None = None

    def send(self, request: bytes) -> None:
        try:
            self._connection = self._connection or socket.create_connection(("127.0.0.1", self._port), timeout=60)
            head = send(self._connection, request)
        except OSError:
            self.close()
        else:
            if b"connection: close" in head.lower():
                self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _more(connection: socket.socket) -> bytes:
    if part := connection.recv(1 << 16):
        return part
    raise ConnectionResetError


def _repeat(port: int, requests: Sequence[bytes], start: int) -> None:
    for turn in _count(start):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            for number in range(len(requests)):
                send(connection, requests[(turn + number) % len(requests)])
                time.sleep(PAUSE)
        time.sleep(PAUSE)


def _count(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1


def main(port: int, file: Path) -> None:
    requests = file.read_bytes().split(SEPARATOR)
    for number in range(CONNECTIONS):
        start = number * len(requests) // CONNECTIONS
        threading.Thread(target=_repeat, args=(port, requests, start), daemon=True).start()
    print("sending", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
