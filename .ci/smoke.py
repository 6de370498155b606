"""Runs the built image with docker as a cluster would: read-only, as its own user, without a capability; then asks, and stops it.

Exit code 1 names what was wrong. IMAGE is the image, SIZE_BUDGET_MB what it may weigh unpacked.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import urlopen

IMAGE = os.environ.get("IMAGE", "blog")
SIZE_BUDGET_MB = float(os.environ.get("SIZE_BUDGET_MB", "90"))
WEIGHT_MB = 1e6
DRAIN_SECONDS = 2
SECONDS_TO_READY = 60
SECONDS_TO_STOP = 20
RUN = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--publish=127.0.0.1::8000")
PAGES = {
    "/": "text/html",
    "/blog": "text/html",
    "/rss": "application/rss+xml",
    "/sitemap.xml": "application/xml",
    "/api/posts": "application/json",
    "/api/health": "application/json",
    "/metrics": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    kind: str
    body: bytes


def ask(url: str) -> Answer:
    try:
        with urlopen(url, timeout=5) as answer:
            return Answer(answer.status, answer.headers.get_content_type(), answer.read())
    except HTTPError as refusal:
        return Answer(refusal.code, refusal.headers.get_content_type(), refusal.read())


def faults(origin: str) -> Iterator[str]:
    """What is wrong with a blog that says it is ready, a line each."""
    for path, kind in PAGES.items():
        answer = ask(origin + path)
        if (answer.status, answer.kind) != (200, kind) or not answer.body:
            yield f"{path}: {answer.status} {answer.kind}, {len(answer.body)} bytes"
    if (missing := ask(origin + "/blog/there-is-no-such-post")).status != 404:
        yield f"a post that is not there: {missing.status}"
    first = json.loads(ask(origin + "/api/posts").body)["posts"][0]["slug"]
    if (post := ask(f"{origin}/blog/{first}")).status != 200:
        yield f"/blog/{first}: {post.status}"


def wait_until_ready(origin: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_READY
    while time.monotonic() < deadline:
        try:
            if ask(origin + "/api/ready").status == 200:
                return
        except OSError:
            pass  # nobody listens yet
        time.sleep(0.1)
    sys.exit(f"{origin} was not ready after {SECONDS_TO_READY} s")


def docker(*arguments: str) -> str:
    done = subprocess.run(
        ["docker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"docker {' '.join(arguments)}: {done.stdout}")
    return done.stdout.strip()


def weight() -> Iterator[str]:
    megabytes = int(docker("image", "inspect", "--format", "{{.Size}}", IMAGE)) / WEIGHT_MB
    print(f"{IMAGE}: {megabytes:.1f} MB of {SIZE_BUDGET_MB:.0f}")
    if megabytes > SIZE_BUDGET_MB:
        yield f"{IMAGE} weighs {megabytes:.1f} MB, the budget is {SIZE_BUDGET_MB:.0f}"


def user() -> Iterator[str]:
    said = docker("image", "inspect", "--format", "{{.Config.User}}", IMAGE)
    if not said.partition(":")[0].isdigit() or said.startswith("0"):
        yield f"the user is {said!r}, not a number other than 0"


def stopped(container: str) -> Iterator[str]:
    docker("stop", "-t", str(SECONDS_TO_STOP), container)
    code = docker("inspect", "--format", "{{.State.ExitCode}}", container)
    if code != "0":
        yield f"SIGTERM ended it with {code}"
    log = docker("logs", container)
    if "Traceback" in log:
        yield f"a traceback in its log:\n{log}"


def main() -> int:
    found = [*weight(), *user()]
    container = docker("run", "--detach", *RUN, f"--env=BLOG_DRAIN_SECONDS={DRAIN_SECONDS}", IMAGE)
    try:
        origin = "http://" + docker("port", container, "8000/tcp").splitlines()[0]
        wait_until_ready(origin)
        found += [*faults(origin), *stopped(container)]
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False)
    print("\n".join(found) or "read-only, as its user: ready, every page, and a clean stop")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
