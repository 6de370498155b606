"""Asks for every page elsewhere that the posts link to. Exit code 1 if one is gone: 404, 410, or a host that does not exist.

Gone is a fact about the link; being refused, limited or failing is a fact about the day, so those are listed and pass. One request at a time for a
host, a pause between two, a small number of hosts at once, and HEAD wherever that is understood.
"""

import asyncio
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urlsplit

import httpx

from blog.content.markdown import parse

Verdict = Literal["fine", "unsure", "gone"]
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
# The resolver's words, by getaddrinfo(3), for a name that does not exist or has no address.
NO_SUCH_NAME = ("[Errno -2] Name or service not known", "[Errno -5] No address associated with hostname")
HOSTS_AT_ONCE = 6
PAUSE = float(os.environ.get("LINKS_PAUSE", "1"))
TIMEOUT = float(os.environ.get("LINKS_TIMEOUT", "15"))
# A blog with more links is checked a part at a time, by folder.
AT_MOST = 1000
# Nothing that is checked lies on these hosts: they are examples by RFC 2606, or the reader's own machine.
EXAMPLES = ("example", "example.com", "example.org", "example.net", "test", "invalid", "localhost")


@dataclass(frozen=True, slots=True)
class Finding:
    url: str
    verdict: Verdict
    why: str


def links(folder: Path) -> Mapping[str, list[Path]]:
    """Every page elsewhere, without its fragment, and the files that link to it."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*.md")):
        for reference in parse(path.read_text(encoding="utf-8")).references:
            url = urldefrag(reference.target).url
            if url.startswith(("http://", "https://")) and path not in found[url]:
                found[url].append(path)
    return {url: paths for url, paths in found.items() if paths and not _is_example(urlsplit(url).hostname or "")}


def _is_example(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in EXAMPLES)


def judge(status: int) -> Verdict:
    if status in GONE:
        return "gone"
    return "fine" if status < HTTPStatus.BAD_REQUEST else "unsure"


async def look(client: httpx.AsyncClient, url: str) -> Finding:
    try:
        status = (await client.head(url)).status_code
        if status >= HTTPStatus.BAD_REQUEST:
            # Many a server answers HEAD with 404 or 405 and GET with the page; only its head is read.
            async with client.stream("GET", url) as answer:
                status = answer.status_code
    except httpx.ConnectError as problem:
        # The resolver's verdict is final; everything else may be over tomorrow.
        return Finding(url, "gone" if str(problem) in NO_SUCH_NAME else "unsure", str(problem))
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return Finding(url, "unsure", repr(problem))
    return Finding(url, judge(status), str(status))


async def _host(client: httpx.AsyncClient, turn: asyncio.Semaphore, urls: Iterable[str]) -> list[Finding]:
    async with turn:
        found = []
        for url in urls:
            found.append(await look(client, url))
            await asyncio.sleep(PAUSE)
        return found


async def look_at_all(urls: Iterable[str]) -> list[Finding]:
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_host[urlsplit(url).netloc].append(url)
    turn = asyncio.Semaphore(HOSTS_AT_ONCE)
    agent = {"user-agent": "blog-link-check/1 (checks the links of a blog once a week)"}
    async with httpx.AsyncClient(follow_redirects=True, timeout=TIMEOUT, headers=agent) as client:
        found = await asyncio.gather(*(_host(client, turn, urls) for urls in by_host.values()))
    return [finding for findings in found for finding in findings]


def main(folder: Path) -> int:
    known = links(folder)
    if len(known) > AT_MOST:
        print(f"{len(known)} links, the first {AT_MOST} are asked for")
    findings = asyncio.run(look_at_all(list(known)[:AT_MOST]))
    if findings and all(finding.why in NO_SUCH_NAME for finding in findings):
        print(f"none of {len(findings)} links was reached: no name resolves here")
        return 1
    for finding in findings:
        if finding.verdict != "fine":
            print(f"{finding.verdict}: {finding.url} ({finding.why}) in {', '.join(map(str, known[finding.url]))}")
    gone = sum(finding.verdict == "gone" for finding in findings)
    print(f"{len(findings)} links, {gone} gone")
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "posts")))
