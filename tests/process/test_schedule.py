"""A scheduled post, with a real process and a real clock."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePost, WritePosts

PATHS = ("/blog", "/blog/tag/soon", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/archive", "/llms.txt")


# A start may take longer than the post's delay on a busy machine; the next attempt then gives it longer.
DELAYS = (4, 15, 60)


@pytest.mark.process
def test_a_scheduled_post_appears_on_time_without_a_restart(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    process, moment = serve_before(serve, posts, post)
    pid = process.popen.pid
    while process.get("/blog/new").status == 404:
        assert datetime.now(UTC) < moment + timedelta(seconds=20), "it never appeared"
    assert datetime.now(UTC) >= moment.replace(microsecond=0)
    assert [path for path in PATHS if b"/blog/new" not in process.get(path).body] == []
    assert (process.popen.poll(), process.popen.pid) == (None, pid)


def serve_before(serve: "Serve", posts: "WritePosts", post: "WritePost") -> "tuple[Process, datetime]":
    """A server that has responded before the moment of a scheduled post, and the moment."""
    for delay in DELAYS:
        moment = datetime.now(UTC) + timedelta(seconds=delay)
        folder = posts({
            "old.md": post("Old", "2026-01-01"),
            "new.md": post("New", moment.isoformat(timespec="seconds"), "tags: [soon]\n"),
        })  # fmt: skip
        process = serve(folder).wait_until_ready()
        before = (process.get("/blog/new").status, b"/blog/new" in process.get("/rss").body)
        if datetime.now(UTC) < moment.replace(microsecond=0):
            assert before == (404, False)
            return process, moment
        process.popen.kill()
    raise AssertionError(f"no server was ready within {DELAYS[-1]} seconds")
