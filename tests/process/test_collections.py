"""A collection of notes, served by a real process."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.collection_sample import FILES, NOTES, PAGES

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePosts

ARRAYS = "/compendium/data-structures/arrays"
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.mark.process
def test_a_collection_without_indexes_and_dates_is_served(serve: "Serve", posts: "WritePosts") -> None:
    process = serve(posts(FILES)).wait_until_ready()
    assert {path: process.get(path, headers=FIREFOX).status for path in PAGES} == dict.fromkeys(PAGES, 200)
    assert {path: process.get(f"{path}.md").status for path in NOTES} == dict.fromkeys(NOTES, 200)
    moved = {
        "/Compendium/Data-Structures/Arrays/": ARRAYS,
        f"{ARRAYS}.html": ARRAYS,
        "/compendium/data-structures/data-structures": "/compendium/data-structures",
        "/compendium/feed": "/compendium/rss",
    }
    answers = {path: process.get(path) for path in moved}
    assert {path: (it.status, it.headers.get("location")) for path, it in answers.items()} == {
        path: (301, target) for path, target in moved.items()
    }
    source = process.get(ARRAYS, headers={"accept": "text/markdown"})
    assert source.headers["content-type"].startswith("text/markdown")
    # A group without an introduction has no source.
    group = process.get("/compendium/delivery", headers={"accept": "text/markdown"})
    assert group.headers["content-type"].startswith("text/html")
    assert process.get("/compendium/delivery/secret").status == 404
    metrics = process.get("/metrics").body.decode()
    (view,) = (line for line in metrics.splitlines() if line.startswith("blog_page_views_total{") and ARRAYS in line)
    assert {'content_type="note"'} <= set(re.findall(r'\w+="[^"]*"', view))
    assert view.endswith(" 1.0")
    assert 'handler="/{collection}/{group}/{slug}"' in metrics


@pytest.mark.process
def test_a_warm_start_and_a_change_serve_the_notes(serve: "Serve", posts: "WritePosts") -> None:
    folder = posts(FILES)
    first = serve(folder, BLOG_BASE_URL="https://blog.example").wait_until_ready()
    etags = {path: first.get(path).headers["etag"] for path in PAGES}
    second = serve(folder, BLOG_BASE_URL="https://blog.example", BLOG_RELOAD="true").wait_until_ready()
    assert {path: second.get(path).headers["etag"] for path in PAGES} == etags
    (folder / "compendium/delivery/aaa.md").write_text("---\ntitle: Added\norder: 0\n---\n\n[x](deploys.md)\n")
    while second.get("/compendium/delivery/aaa").status == 404:
        assert second.popen.poll() is None
    assert b"/compendium/delivery/aaa" in second.get("/compendium/delivery/deploys").body
