"""Smoke test of the built image: runs it with docker as in a cluster (read-only, its own user, no capabilities), requests pages and stops it.

Prints the faults and exits with 1 if there are any. IMAGE is the image, SIZE_BUDGET_MB its largest unpacked size.
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
SIZE_BUDGET_MB = float(os.environ.get("SIZE_BUDGET_MB", "150"))
MB = 1e6
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
class Response:
    status: int
    media_type: str
    body: bytes


def get(url: str) -> Response:
    try:
        with urlopen(url, timeout=5) as response:
            return Response(response.status, response.headers.get_content_type(), response.read())
    except HTTPError as error:
        return Response(error.code, error.headers.get_content_type(), error.read())


def faults(origin: str) -> Iterator[str]:
    """The faults of a blog that is ready, one line each."""
    for path, media_type in PAGES.items():
        response = get(origin + path)
        if (response.status, response.media_type) != (200, media_type) or not response.body:
            yield f"{path}: {response.status} {response.media_type}, {len(response.body)} bytes"
    if (missing := get(origin + "/blog/there-is-no-such-post")).status != 404:
        yield f"a post that does not exist: {missing.status}"
    first = json.loads(get(origin + "/api/posts").body)["posts"][0]["slug"]
    if (post := get(f"{origin}/blog/{first}")).status != 200:
        yield f"/blog/{first}: {post.status}"


def wait_until_ready(origin: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_READY
    while time.monotonic() < deadline:
        try:
            if get(origin + "/api/ready").status == 200:
                return
        except OSError:
            pass  # it does not listen yet
        time.sleep(0.1)
    sys.exit(f"{origin} was not ready after {SECONDS_TO_READY} s")


def docker(*arguments: str) -> str:
    done = subprocess.run(
        ["docker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"docker {' '.join(arguments)}: {done.stdout}")
    return done.stdout.strip()


def size_faults() -> Iterator[str]:
    megabytes = int(docker("image", "inspect", "--format", "{{.Size}}", IMAGE)) / MB
    print(f"{IMAGE}: {megabytes:.1f} MB of {SIZE_BUDGET_MB:.0f}")
    if megabytes > SIZE_BUDGET_MB:
        yield f"{IMAGE} has {megabytes:.1f} MB, the budget is {SIZE_BUDGET_MB:.0f}"


def user_faults() -> Iterator[str]:
    user = docker("image", "inspect", "--format", "{{.Config.User}}", IMAGE)
    if not user.partition(":")[0].isdigit() or user.startswith("0"):
        yield f"the user is {user!r}, not a number other than 0"


def shutdown_faults(container: str) -> Iterator[str]:
    docker("stop", "-t", str(SECONDS_TO_STOP), container)
    code = docker("inspect", "--format", "{{.State.ExitCode}}", container)
    if code != "0":
        yield f"it exited with {code} after SIGTERM"
    log = docker("logs", container)
    if "Traceback" in log:
        yield f"its log has a traceback:\n{log}"


def main() -> int:
    found = [*size_faults(), *user_faults()]
    container = docker("run", "--detach", *RUN, f"--env=BLOG_DRAIN_SECONDS={DRAIN_SECONDS}", IMAGE)
    try:
        origin = "http://" + docker("port", container, "8000/tcp").splitlines()[0]
        wait_until_ready(origin)
        found += [*faults(origin), *shutdown_faults(container)]
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False)
    print("\n".join(found) or "ready, serves every page and stops cleanly, read-only and as its own user")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
