"""A scheduled post, with a real process and a real clock."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePost, WritePosts

PATHS = ("/blog", "/blog/tag/soon", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/archive", "/llms.txt")


@pytest.mark.process
def test_a_scheduled_post_appears_on_time_without_a_restart(
    serve: "Serve", posts: "WritePosts", post: "WritePost"
) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=12)
    folder = posts({
        "old.md": post("Old", "2026-01-01"),
        "new.md": post("New", moment.isoformat(timespec="seconds"), "tags: [soon]\n"),
    })  # fmt: skip
    process = serve(folder).wait_until_ready()
    before, pid = process.get("/blog/new").status, process.popen.pid
    assert (before, b"/blog/new" in process.get("/rss").body) == (404, False)
    while process.get("/blog/new").status == 404:
        assert datetime.now(UTC) < moment + timedelta(seconds=20), "it never appeared"
    assert datetime.now(UTC) >= moment.replace(microsecond=0)
    assert [path for path in PATHS if b"/blog/new" not in process.get(path).body] == []
    assert (process.popen.poll(), process.popen.pid) == (None, pid)
