"""Scheduled texts, with a real process and a real clock."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePost, WritePosts

PATHS = (
    "/", "/blog", "/blog/tag/soon", "/rss", "/atom.xml", "/feed.json", "/blog/tag/soon/rss", "/sitemap.xml", "/archive", "/llms.txt",
    "/llms-full.txt",
)  # fmt: skip
API_PATHS = ("/api/posts", "/api/posts?tag=soon", "/api/posts/new")


# A start may take longer than the post's delay on a busy machine; the next attempt then gives it longer.
DELAYS = (4, 15, 60)
CACHED = ("/", "/blog", "/blog/old", "/blog/old.md", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/api/posts")


@pytest.mark.process
def test_a_scheduled_post_and_page_appear_on_time_without_a_restart(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    process, moment = serve_before(serve, posts, post)
    pid = process.popen.pid
    while process.get("/blog/new").status == 404:
        assert datetime.now(UTC) < moment + timedelta(seconds=20), "it never appeared"
    assert datetime.now(UTC) >= moment.replace(microsecond=0)
    assert "max-age=60, stale-while-revalidate=600," in process.get("/blog").headers["cache-control"]
    assert "max-age=300, stale-while-revalidate=3600," in process.get("/rss").headers["cache-control"]
    assert [path for path in PATHS if b"/blog/new" not in process.get(path).body] == []
    assert [path for path in API_PATHS if b'"new"' not in process.get(path).body] == []
    assert [process.get(path).status for path in ("/launch", "/launch.md", "/blog/new.md")] == [200, 200, 200]
    assert [path for path in ("/sitemap.xml", "/llms.txt") if b"/launch" not in process.get(path).body] == []
    assert (process.get("/former").status, process.get("/former").headers["location"]) == (301, "/launch")
    assert (process.popen.poll(), process.popen.pid) == (None, pid)


def serve_before(serve: "Serve", posts: "WritePosts", post: "WritePost") -> "tuple[Process, datetime]":
    """A server that has responded before the moment of a scheduled post, and the moment."""
    for delay in DELAYS:
        moment = datetime.now(UTC) + timedelta(seconds=delay)
        folder = posts({
            "old.md": post("Old", "2026-01-01"),
            "new.md": post("New", moment.isoformat(timespec="seconds"), "tags: [soon]\n"),
            "pages/launch.md": post("Launch", moment.isoformat(timespec="seconds"), "aliases: [/former]\n"),
        })  # fmt: skip
        process = serve(folder).wait_until_ready()
        before = [
            process.get(path).status for path in ("/blog/new", "/launch", "/launch.md", "/former", "/api/posts/new")
        ]
        named = [path for path in PATHS if re.search(b"/blog/new|/launch", process.get(path).body)]
        if datetime.now(UTC) < moment.replace(microsecond=0):
            assert (before, named) == ([404] * 5, [])
            return process, moment
        process.popen.kill()
    raise AssertionError(f"no server was ready within {DELAYS[-1]} seconds")


@pytest.mark.process
def test_no_cache_may_keep_a_response_until_after_the_next_scheduled_post(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=200)
    process = serve(posts({"old.md": post("Old", "2026-01-01"), "new.md": post("New", moment.isoformat())}))
    process.wait_until_ready()
    for path in CACHED:
        etag = process.get(path).headers["etag"]
        for status, known in ((200, {}), (304, {"if-none-match": etag})):
            left = (moment - datetime.now(UTC)).total_seconds()
            answer = process.get(path, headers=known)
            lifetimes = re.findall(r"(?:max-age|stale-while-revalidate)=(\d+)", answer.headers["cache-control"])
            assert answer.status == status
            assert left - 60 < sum(map(int, lifetimes)) <= left
            assert "stale-if-error=86400" in answer.headers["cache-control"]
