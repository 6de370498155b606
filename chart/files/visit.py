"""Visits the blog as a pod in the cluster can: readiness, the first post of the list, the feed. Exit code 1 names what failed."""

import json
import sys
import time
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

ORIGIN = sys.argv[1]
TRIES = 15
NOT_YET = 503


def ask(path: str, kind: str) -> bytes:
    with urlopen(ORIGIN + path, timeout=5) as answer:
        found = answer.headers.get_content_type()
        if found != kind:
            sys.exit(f"{path}: {found} where {kind} was expected")
        return answer.read()


def patiently(path: str, kind: str) -> bytes:
    """A rollout may still be under way, and a first rule for a new pod takes a moment in some networks."""
    for left in reversed(range(TRIES)):
        try:
            return ask(path, kind)
        except HTTPError as problem:
            if not left or problem.code != NOT_YET:
                sys.exit(f"{path}: {problem}")
        except (URLError, TimeoutError, ConnectionError) as problem:
            if not left:
                sys.exit(f"{path}: {problem}")
        time.sleep(2)
    raise AssertionError


ready = json.loads(patiently("/api/ready", "application/json"))
posts = json.loads(patiently("/api/posts", "application/json"))["posts"]
print(f"{ORIGIN} is {ready['status']} with {ready['posts']} posts")
for path in [urlsplit(post["url"]).path for post in posts[:1]]:
    if b"</html>" not in patiently(path, "text/html"):
        sys.exit(f"{path}: the page has no end")
    print(f"{path} is a page")
feed = patiently("/rss", "application/rss+xml")
if not feed.rstrip().endswith(b"</rss>"):
    sys.exit("/rss: the feed has no end")
print(f"/rss has {feed.count(b'<item>')} entries")
