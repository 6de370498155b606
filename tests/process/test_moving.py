"""A blog of other programs, served as it is by a real process."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePosts

pytestmark = pytest.mark.process

DIALECTS = Path(__file__).parents[1] / "content/dialects"
PAGES = ("/posts/from-hugo", "/2024/05/09/zola", "/blog/jekyll", "/blog/from_pelican", "/blog/plain", "/blog/astro")
REDIRECTS = {
    "/2024/05/06/jekyll.html": "/blog/jekyll",
    "/old/from-hugo/": "/posts/from-hugo",
    "/posts/from-hugo/": "/posts/from-hugo",
    "/Posts/From-Hugo": "/posts/from-hugo",
    "/blog/from-hugo": "/posts/from-hugo",
    "/posts/from-hugo/index.html": "/posts/from-hugo",
    "/posts/zola/": "/2024/05/09/zola",
    "/blog/zola": "/2024/05/09/zola",
    "/blog/jekyll.html": "/blog/jekyll",
}


def test_posts_of_other_programs_are_served_at_their_addresses(serve: "Serve", posts: "WritePosts") -> None:
    folder = posts({})
    shutil.copytree(DIALECTS, folder, dirs_exist_ok=True)
    server = serve(folder).wait_until_ready()
    assert {path: server.get(path).status for path in PAGES} == dict.fromkeys(PAGES, 200)
    answers = {path: server.get(path) for path in REDIRECTS}
    assert {path: (answer.status, answer.headers.get("location")) for path, answer in answers.items()} == {
        path: (301, target) for path, target in REDIRECTS.items()
    }
    assert server.get("/2024/05/09/zola.md").body == (DIALECTS / "2024-05-09-zola/index.md").read_bytes()
    assert b"/posts/from-hugo</loc>" in server.get("/sitemap.xml").body
    detail = json.loads(server.get("/api/posts/zola").body)
    assert detail["url"].endswith("/2024/05/09/zola")
    assert detail["source_url"].endswith("/2024/05/09/zola.md")
    assert (detail["extra"], detail["authors"]) == (
        {"release": True},
        [{"name": "Ada", "url": ""}, {"name": "Bo", "url": ""}],
    )
