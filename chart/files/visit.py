"""Test of `helm test`: requests readiness, the first post of the list and the feed from a pod in the cluster. Exit code 1 if one fails."""

import json
import sys
import time
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

ORIGIN = sys.argv[1]
TRIES = 15
NOT_READY = 503


def get_once(path: str, media_type: str) -> bytes:
    with urlopen(ORIGIN + path, timeout=5) as response:
        actual = response.headers.get_content_type()
        if actual != media_type:
            sys.exit(f"{path}: the media type is {actual}, not {media_type}")
        return response.read()


def get(path: str, media_type: str) -> bytes:
    """The body of a response. Retries, because a rollout may be in progress, and some networks apply the policy of a new pod with a delay."""
    for left in reversed(range(TRIES)):
        try:
            return get_once(path, media_type)
        except HTTPError as problem:
            if not left or problem.code != NOT_READY:
                sys.exit(f"{path}: {problem}")
        except (URLError, TimeoutError, ConnectionError) as problem:
            if not left:
                sys.exit(f"{path}: {problem}")
        time.sleep(2)
    raise AssertionError


ready = json.loads(get("/api/ready", "application/json"))
posts = json.loads(get("/api/posts", "application/json"))["posts"]
print(f"{ORIGIN} is {ready['status']} with {ready['posts']} posts")
for path in [urlsplit(post["url"]).path for post in posts[:1]]:
    if b"</html>" not in get(path, "text/html"):
        sys.exit(f"{path}: the page is incomplete")
    print(f"{path} is a page")
feed = get("/rss", "application/rss+xml")
if not feed.rstrip().endswith(b"</rss>"):
    sys.exit("/rss: the feed is incomplete")
print(f"/rss has {feed.count(b'<item>')} entries")
