"""Editions: which pages they contain, and that every process builds the same bytes."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.build.edition import Edition

HASHES = """
import hashlib, sys
from datetime import UTC, datetime
from pathlib import Path
from blog.content.loader import load
from blog.content.site import site_at
from blog.build.builder import render
from blog.build.encodings import Encoder
from blog.render.theme import Theme
from blog.settings import Settings

library = load(Path(sys.argv[1])).library
site = site_at(library, datetime(2026, 6, 1, tzinfo=UTC))
for path, page in render(library, site, Theme(Path(sys.argv[2])), Settings(), Encoder(lambda *_: {})).pages.items():
    headers = [pair for pair in page.identity.headers if pair[0] != b"last-modified"]
    print(path, page.identity.etag, hashlib.sha256(page.identity.body).hexdigest(), headers)
"""


def test_every_path_has_its_page(edition: Edition) -> None:
    expected = {
        "/", "/blog", "/tags", "/archive", "/about", "/blog/hello", "/blog/größe", "/blog/hello.md", "/blog/tag/python",
        "/rss", "/atom.xml", "/feed.json", "/blog/tag/http/rss", "/blog/tag/http/atom.xml", "/blog/tag/http/feed.json",
        "/sitemap.xml", "/robots.txt", "/llms.txt", "/llms-full.txt", "/site.webmanifest", "/favicon.ico",
    }  # fmt: skip
    assert expected <= set(edition.pages)


@pytest.mark.parametrize("secret", ["xyzzy", "plugh"], ids=["draft", "future"])
def test_an_unpublished_post_is_on_no_page(edition: Edition, secret: str) -> None:
    assert [path for path, page in edition.pages.items() if secret.encode() in page.identity.body] == []
    assert [path for path in (*edition.pages, *edition.redirects) if secret in path] == []
    assert secret not in edition.not_found.answer("/blog/unfinished").body.decode()
    assert not [path for path in edition.pages if "draft." in path or "future." in path or "unfinished" in path]


def test_a_scheduled_post_is_on_every_list_when_it_is_due(
    make: Callable[..., Edition], files: Mapping[str, str]
) -> None:
    later = make(files, datetime(2999, 1, 1, tzinfo=UTC))
    lists = (
        "/",
        "/blog",
        "/archive",
        "/tags",
        "/rss",
        "/feed.json",
        "/sitemap.xml",
        "/llms.txt",
        "/blog/tag/plugh-tag",
    )
    missing = [path for path in lists if b"later" not in later.pages[path].identity.body
               and b"plugh" not in later.pages[path].identity.body]  # fmt: skip
    assert missing == []
    assert later.redirects["/plugh-alias"] == "/blog/later"


def test_the_posts_are_counted_by_state(edition: Edition) -> None:
    assert edition.states == {"published": 3, "scheduled": 1, "draft": 1}


def test_aliases_and_the_first_page_of_the_list_are_redirects(edition: Edition) -> None:
    assert edition.redirects == {"/old/hello": "/blog/hello", "/blog/page/1": "/blog"}


def test_every_page_has_nosniff_and_every_html_page_has_a_content_security_policy(edition: Edition) -> None:
    for page in edition.pages.values():
        headers = dict(page.identity.headers)
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert (b"content-security-policy" in headers) or not page.media_type.startswith("text/html")


def test_a_site_without_posts_is_rendered(make: Callable[..., Edition]) -> None:
    assert {"/", "/blog", "/tags", "/archive", "/rss", "/atom.xml"} <= set(make({}).pages)


def test_two_processes_render_the_same_bytes(tmp_path: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", HASHES, str(tmp_path), str(root / "templates")]
    environ = {**os.environ, "PYTHONPATH": str(root / "src")}
    outputs = [
        subprocess.run(command, env={**environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "4242")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"\n") > 20


def test_what_the_api_says_of_a_post_is_held_compressed(make: Callable[..., Edition]) -> None:
    words = "Größe und Gewicht. " * 200
    (entry,) = make({"a.md": f"---\ntitle: A\ndate: 2026-01-01\n---\n\n## Part\n\n{words}\n"}).posts
    assert words.strip() in entry.details["html"]
    assert entry.details["sections"] == [{"level": 2, "anchor": "part", "text": "Part"}]
    assert len(entry.content) < len(words) / 10
