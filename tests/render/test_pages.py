"""HTML pages and the metadata in their heads."""

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

import pytest

from blog import urls
from blog.build.edition import Edition

Body = Callable[[str], str]


def json_ld(html: str) -> dict[str, dict[str, object]]:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {data["@type"]: data for data in map(json.loads, blocks)}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        pytest.param("/", "Field & notes", id="home"),
        pytest.param("/blog", "All posts · Field & notes", id="list"),
        pytest.param("/blog/hello", "Hello <world> · Field & notes", id="post"),
        pytest.param("/about", "About · Field & notes", id="page"),
        pytest.param("/blog/tag/python", "Posts about Python · Field & notes", id="tag"),
        pytest.param("/tags", "Tags · Field & notes", id="tags"),
        pytest.param("/archive", "Archive · Field & notes", id="archive"),
        pytest.param("/archive/2026", "Posts of 2026 · Field & notes", id="year"),
        pytest.param("/series/beginnings", "Series: Beginnings · Field & notes", id="series"),
    ],
)
def test_every_page_has_its_title_and_one_heading(body: Body, path: str, title: str) -> None:
    found = re.search(r"<title>(.*?)</title>", body(path))
    assert found
    assert unescape(found[1]) == title
    assert len(re.findall(r"<h1\b", body(path))) == 1


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/", "https://b.example/"),
        ("/blog", "https://b.example/blog"),
        ("/blog/hello", "https://b.example/blog/hello"),
        ("/blog/größe", "https://b.example/blog/gr%C3%B6%C3%9Fe"),
        ("/blog/elsewhere", "https://first.example/it"),
        ("/about", "https://b.example/about"),
    ],
)
def test_a_page_has_its_canonical_url(body: Body, path: str, url: str) -> None:
    assert f'<link rel="canonical" href="{url}">' in body(path)
    assert f'<meta property="og:url" content="{url}">' in body(path)


def test_a_post_has_open_graph_metadata(body: Body) -> None:
    html = body("/blog/hello")
    assert '<meta property="og:type" content="article">' in html
    assert '<meta property="og:title" content="Hello &lt;world&gt;">' in html
    assert '<meta property="og:description" content="First &amp; foremost.">' in html
    assert re.search(r'<meta property="og:image" content="https://b\.example/', html)
    assert '<meta property="article:published_time" content="2026-03-01T00:00:00Z">' in html
    assert '<meta property="article:modified_time" content="2026-03-05T00:00:00Z">' in html


def test_a_card_shows_the_default_picture_for_one_that_no_social_network_draws(body: Body) -> None:
    html = body("/blog/hello")
    shown = re.search(r'<meta property="og:image" content="https://b\.example/assets/(\w+)\.\w+\.(\w+)">', html)
    assert shown
    assert shown.groups() == ("card", "png")
    assert str(json_ld(html)["BlogPosting"]["image"]).endswith(".svg")
    assert re.search(r'<img src="/assets/a\.\w+\.svg"', html)


def test_a_post_is_described_in_json_ld(body: Body) -> None:
    data = json_ld(body("/blog/hello"))
    posting = data["BlogPosting"]
    assert posting["headline"] == "Hello <world>"
    assert (posting["datePublished"], posting["dateModified"]) == ("2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z")
    assert posting["author"] == {"@type": "Person", "name": "Ada", "url": "https://b.example/about"}
    assert posting["mainEntityOfPage"] == "https://b.example/blog/hello"
    steps = data["BreadcrumbList"]["itemListElement"]
    assert isinstance(steps, list)
    assert [step["item"] for step in steps] == ["https://b.example" + path for path in ("/", "/blog", "/blog/hello")]


def test_the_home_page_is_a_blog_in_json_ld(body: Body) -> None:
    assert json_ld(body("/"))["Blog"]["name"] == "Field & notes"


def test_every_json_ld_block_is_json(edition: Edition) -> None:
    for page in edition.pages.values():
        if page.media_type.startswith("text/html"):
            json_ld(page.identity.body.decode())


@pytest.mark.parametrize("path", ["/", "/blog", "/blog/hello", "/about", "/tags"])
def test_a_page_links_to_the_feeds(body: Body, path: str) -> None:
    for media_type, feed in (("rss+xml", "/rss"), ("atom+xml", "/atom.xml"), ("feed+json", "/feed.json")):
        assert re.search(
            rf'<link rel="alternate" type="application/{re.escape(media_type)}"[^>]* href="{feed}">', body(path)
        )


@pytest.mark.parametrize("path", ["/blog/hello", "/blog/größe", "/about"])
def test_a_text_links_to_its_markdown_source(edition: Edition, body: Body, path: str) -> None:
    link = re.search(r'<link rel="alternate" type="text/markdown"[^>]* href="([^"]+)">', body(path))
    assert link
    assert edition.pages[unquote(link[1])].media_type.startswith("text/markdown")
    assert f"{path}.md" not in unquote(body("/sitemap.xml"))


def test_the_page_of_a_tag_links_to_its_feeds(body: Body) -> None:
    assert 'href="/blog/tag/python/rss"' in body("/blog/tag/python")


def test_a_post_links_to_its_neighbours_and_related_posts(body: Body) -> None:
    assert 'href="/blog/gr%C3%B6%C3%9Fe" rel="prev"' in body("/blog/hello")
    assert 'href="/blog/hello" rel="next"' in body("/blog/größe")
    assert "Related posts" in body("/blog/hello")


def test_a_part_links_to_the_page_of_its_series(make: Callable[..., Edition], body: Body) -> None:
    assert 'Part 1 of 2 in <a href="/series/beginnings">Beginnings</a>' in body("/blog/elsewhere")
    alone = make({"a.md": "---\ntitle: A\ndate: 2026-01-01\nseries: C++\n---\n"})
    assert b'Part 1 of 1 in <a href="/series/c-plus-plus">C++</a>' in alone.pages["/blog/a"].identity.body


def test_a_series_has_its_parts_in_order_and_its_feeds(body: Body) -> None:
    html = body("/series/beginnings")
    assert "How it began &amp; went on." in html
    assert html.index(">Elsewhere</a>") < html.index(">Größe</a>")
    assert all(f'<a href="/series/beginnings{feed}">' in html for feed in ("/rss", "/atom.xml", "/feed.json"))
    assert re.search(r'<link rel="alternate" type="application/rss\+xml"[^>]* href="/series/beginnings/rss">', html)


def test_the_archive_links_to_its_years_and_they_to_each_other(make: Callable[..., Edition]) -> None:
    days = ("2026-02-02", "2026-01-01", "2024-05-05", "2021-01-01", "999-01-01")
    pages = make({f"p{n}.md": f"---\ntitle: P{n}\ndate: {day.zfill(10)}\n---\n" for n, day in enumerate(days)}).pages
    assert [path for path in pages if path.startswith("/archive/")] == [
        f"/archive/{year}" for year in (2026, 2024, 2021, 999)
    ]
    archive, year = (pages[path].identity.body.decode() for path in ("/archive", "/archive/2024"))
    assert re.findall(r'href="(/archive/\d+)"', archive) == [
        "/archive/2026", "/archive/2024", "/archive/2021", "/archive/999",
    ]  # fmt: skip
    assert re.findall(r'href="(/blog/p\d)"', year) == ["/blog/p2"]
    assert '<link rel="prev" href="/archive/2026">' in year
    assert '<link rel="next" href="/archive/2021">' in year
    steps = json_ld(year)["BreadcrumbList"]["itemListElement"]
    assert isinstance(steps, list)
    assert [step["name"] for step in steps] == ["Blog", "Archive", "Posts of 2024"]


def test_the_url_of_a_picture_contains_its_digest(edition: Edition, body: Body) -> None:
    found = re.search(
        r'<img src="(/assets/a\.[0-9a-f]{12}\.svg)" width="7" height="5" alt="A dot"', body("/blog/hello")
    )
    assert found
    assert edition.pages[found[1]].media_type == "image/svg+xml"


def test_a_heading_links_to_itself(body: Body) -> None:
    assert re.search(
        r'<h2 id="a-section">A section <a class="anchor" href="#a-section" aria-label="[^"]+">', body("/blog/hello")
    )


def test_a_page_has_the_language_of_its_post(body: Body) -> None:
    assert '<html lang="de"' in body("/blog/größe")
    assert '<html lang="en"' in body("/blog/hello")


def test_every_link_inside_the_site_leads_to_a_page(edition: Edition, body: Body) -> None:
    known = {*edition.pages, *edition.redirects, urls.SEARCH}
    for path, page in edition.pages.items():
        if page.media_type.startswith("text/html"):
            links = re.findall(r'(?:href|src)="(/[^"#?]*)', body(path))
            assert [link for link in links if unquote(unescape(link)) not in known] == []


def test_a_long_list_is_split_into_pages(make: Callable[..., Edition]) -> None:
    many = {f"p{n:02}.md": f"---\ntitle: P{n}\ndate: 2026-01-{n:02}\n---\n" for n in range(1, 22)}
    pages = make(many).pages
    assert [path for path in pages if path.startswith("/blog/page/")] == ["/blog/page/2", "/blog/page/3"]
    second = pages["/blog/page/2"].identity.body.decode()
    assert '<link rel="canonical" href="https://b.example/blog/page/2">' in second
    assert '<link rel="next" href="/blog/page/3">' in second
    assert '<link rel="prev" href="/blog">' in second
    assert [f"/blog/p{n:02}" in second for n in (12, 11, 2, 1)] == [False, True, True, False]


def test_the_text_of_authors_is_escaped(make: Callable[..., Edition]) -> None:
    evil = "</title></script><script>alert(1)</script>"
    text = f"---\ntitle: '{evil}'\ndescription: '{evil}'\ndate: 2026-01-01\ntags: ['{evil}x']\nseries: '{evil}'\n---\n\n## {evil}\n"
    for page in make({"a.md": text, "site.yaml": f"title: '{evil}'\nauthor: '{evil}'"}).pages.values():
        if page.media_type.startswith("text/html"):
            assert b"<script>alert" not in page.identity.body
