"""RSS, Atom and JSON Feed, as feed readers parse them."""

import json
import re
from collections.abc import Callable
from typing import Any

import feedparser
import pytest

from blog.build.edition import Edition

FEEDS = ("/rss", "/atom.xml", "/blog/tag/python/rss", "/blog/tag/python/atom.xml")
HELLO = "https://b.example/blog/hello"


def read(edition: Edition, path: str) -> Any:
    return feedparser.parse(edition.pages[path].identity.body)


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_well_formed(edition: Edition, path: str) -> None:
    feed = read(edition, path)
    assert feed.bozo == 0
    assert feed.entries[0].id == HELLO
    assert feed.entries[0].link == HELLO
    assert feed.entries[0].title_detail.value in {"Hello <world>", "Hello &lt;world&gt;"}


@pytest.mark.parametrize("path", ["/rss", "/atom.xml"])
def test_an_entry_has_its_date_and_tags(edition: Edition, path: str) -> None:
    entry = read(edition, path).entries[0]
    assert entry.published_parsed[:3] == (2026, 3, 1)
    assert [tag.term for tag in entry.tags] == ["HTTP", "Python"]


def contents(edition: Edition, path: str) -> list[str]:
    if path.endswith("json"):
        return [item["content_html"] for item in json.loads(edition.pages[path].identity.body)["items"]]
    return [entry.content[0].value for entry in read(edition, path).entries]


@pytest.mark.parametrize("path", [*FEEDS, "/feed.json"])
def test_a_feed_has_full_content_with_absolute_urls(edition: Edition, path: str) -> None:
    html = contents(edition, path)[0]
    assert "The note." in html
    assert 'href="https://b.example/blog/gr%C3%B6%C3%9Fe#part"' in html
    assert f'href="{HELLO}#a-section"' in html
    assert re.search(r'src="https://b\.example/assets/a\.[0-9a-f]{12}\.svg"', html)


def test_a_footnote_of_a_feed_links_to_its_post(edition: Edition) -> None:
    urls = re.findall(r'(?:href|src)="([^"]*)"', contents(edition, "/feed.json")[0])
    assert [url for url in urls if not url.startswith("https://")] == []


def test_a_json_feed_has_the_fields_of_version_1_1(edition: Edition) -> None:
    feed = json.loads(edition.pages["/feed.json"].identity.body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["home_page_url"], feed["feed_url"]) == ("https://b.example/", "https://b.example/feed.json")
    item = feed["items"][0]
    assert (item["id"], item["url"], item["title"]) == (HELLO, HELLO, "Hello <world>")
    assert (item["date_published"], item["date_modified"]) == ("2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z")
    assert (item["tags"], feed["items"][1]["language"]) == (["HTTP", "Python"], "de")


def test_the_feed_of_a_tag_has_only_its_posts(edition: Edition) -> None:
    assert [entry.link for entry in read(edition, "/blog/tag/http/rss").entries] == [HELLO]


@pytest.mark.parametrize("path", ["/rss", "/atom.xml"])
def test_a_feed_has_the_20_newest_posts(make: Callable[..., Edition], path: str) -> None:
    many = {f"p{n:02}.md": f"---\ntitle: P{n}\ndate: 2026-01-{n:02}\n---\n" for n in range(1, 26)}
    entries = read(make(many), path).entries
    assert [entries[0].title, entries[-1].title, len(entries)] == ["P25", "P6", 20]


@pytest.mark.parametrize("path", ["/rss", "/atom.xml", "/sitemap.xml"])
def test_a_control_character_does_not_break_a_feed(make: Callable[..., Edition], path: str) -> None:
    text = "---\ntitle: A\ndate: 2026-01-01\n---\n\nA \x08 \x1b[0m \x00 \ufffe \ud83d\ude00 ]]> &#8;\n".encode(
        "utf-8", "replace"
    )
    assert read(make({"a.md": text.decode()}), path).bozo == 0


@pytest.mark.parametrize("path", ["/rss", "/atom.xml"])
def test_a_feed_without_posts_is_well_formed(make: Callable[..., Edition], path: str) -> None:
    assert read(make({}), path).bozo == 0


def test_the_id_of_a_changed_post_stays_the_same(make: Callable[..., Edition]) -> None:
    text = "---\ntitle: {}\ndate: 2026-01-0{}\n---\n{}\n"
    one, two = (make({"a.md": text.format(*change)}) for change in (("A", 1, "x"), ("B", 2, "y")))
    assert read(one, "/atom.xml").entries[0].id == read(two, "/atom.xml").entries[0].id
