"""Checks the external links of the posts. Exit code 1 if a page is gone: 404, 410, or a host that does not exist.

Other failures (refused, rate-limited, 5xx) may be temporary; they are listed, but do not fail the check. Requests to a host are sent one at a time
with a pause between them, a few hosts are checked at once, and GET is only sent if HEAD fails.
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
# The messages of getaddrinfo(3) for a name that does not exist or has no address.
NO_SUCH_NAME = ("[Errno -2] Name or service not known", "[Errno -5] No address associated with hostname")
HOSTS_AT_ONCE = 6
PAUSE = float(os.environ.get("LINKS_PAUSE", "1"))
TIMEOUT = float(os.environ.get("LINKS_TIMEOUT", "15"))
# A blog with more links can be checked folder by folder.
MOST_LINKS = 1000
# Hosts that are not checked: the examples of RFC 2606, and the local machine.
EXAMPLES = ("example", "example.com", "example.org", "example.net", "test", "invalid", "localhost")


@dataclass(frozen=True, slots=True)
class Finding:
    url: str
    verdict: Verdict
    reason: str


def links(folder: Path) -> Mapping[str, list[Path]]:
    """Every external URL, without its fragment, and the files that link to it."""
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*.md")):
        for reference in parse(path.read_text(encoding="utf-8")).references:
            url = urldefrag(reference.target).url
            if url.startswith(("http://", "https://")) and path not in files[url]:
                files[url].append(path)
    return {url: paths for url, paths in files.items() if paths and not _is_example(urlsplit(url).hostname or "")}


def _is_example(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in EXAMPLES)


def verdict_on(status: int) -> Verdict:
    if status in GONE:
        return "gone"
    return "fine" if status < HTTPStatus.BAD_REQUEST else "unsure"


async def check(client: httpx.AsyncClient, url: str) -> Finding:
    try:
        status = (await client.head(url)).status_code
        if status >= HTTPStatus.BAD_REQUEST:
            # Some servers respond to HEAD with 404 or 405, and to GET with the page. The body is not read.
            async with client.stream("GET", url) as response:
                status = response.status_code
    except httpx.ConnectError as problem:
        # Only a name that does not exist is final; other errors may be temporary.
        return Finding(url, "gone" if str(problem) in NO_SUCH_NAME else "unsure", str(problem))
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return Finding(url, "unsure", repr(problem))
    return Finding(url, verdict_on(status), str(status))


async def _check_host(client: httpx.AsyncClient, hosts: asyncio.Semaphore, urls: Iterable[str]) -> list[Finding]:
    async with hosts:
        findings = []
        for url in urls:
            findings.append(await check(client, url))
            await asyncio.sleep(PAUSE)
        return findings


async def check_all(urls: Iterable[str]) -> list[Finding]:
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_host[urlsplit(url).netloc].append(url)
    hosts = asyncio.Semaphore(HOSTS_AT_ONCE)
    agent = {"user-agent": "blog-link-check/1 (checks the links of a blog once a week)"}
    async with httpx.AsyncClient(follow_redirects=True, timeout=TIMEOUT, headers=agent) as client:
        by_host_findings = await asyncio.gather(*(_check_host(client, hosts, urls) for urls in by_host.values()))
    return [finding for findings in by_host_findings for finding in findings]


def main(folder: Path) -> int:
    files = links(folder)
    if len(files) > MOST_LINKS:
        print(f"{len(files)} links; only the first {MOST_LINKS} are checked")
    findings = asyncio.run(check_all(list(files)[:MOST_LINKS]))
    if findings and all(finding.reason in NO_SUCH_NAME for finding in findings):
        print(f"none of {len(findings)} links was reached: this machine resolves no name")
        return 1
    for finding in findings:
        if finding.verdict != "fine":
            print(f"{finding.verdict}: {finding.url} ({finding.reason}) in {', '.join(map(str, files[finding.url]))}")
    gone = sum(finding.verdict == "gone" for finding in findings)
    print(f"{len(findings)} links, {gone} gone")
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "posts")))
