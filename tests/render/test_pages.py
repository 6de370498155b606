"""HTML pages and the metadata in their heads."""

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from urllib.parse import unquote

import pytest

from blog import urls
from blog.build.edition import Edition
from tests.rendered_site import Make

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


def test_a_text_with_a_drawing_has_a_card_with_its_title_instead(body: Body) -> None:
    html = body("/blog/hello")
    card = re.search(r'<meta property="og:image" content="(https://b\.example/og/hello\.png\?v=[0-9a-f]{12})">', html)
    assert card
    assert json_ld(html)["BlogPosting"]["image"] == card[1]
    assert re.search(r'<img src="/assets/a\.\w+\.svg"', html)


def test_a_post_names_the_pages_and_accounts_of_its_authors(make: Make, files: Mapping[str, str]) -> None:
    author = "author: {name: Ada, url: /about, fediverse: '@ada@example.org'}\n"
    grace = "authors: [{name: Grace, url: 'https://g.example', fediverse: '@grace@example.org'}, Ada, Edith]\n"
    site = files["site.yaml"].replace("author: {name: Ada, url: /about}\n", author)
    own, other = files["größe.md"], files["elsewhere.md"].replace("title: Elsewhere\n", f"title: Elsewhere\n{grace}")
    edition = make({**files, "site.yaml": site, "größe.md": own, "elsewhere.md": other})
    for path, profiles, accounts in (
        ("/blog/größe", ["ada"], ["@ada@example.org"]),
        ("/blog/elsewhere", ["grace", "ada", "edith"], ["@grace@example.org", "@ada@example.org"]),
    ):
        html = edition.pages[path].identity.body.decode()
        found = re.findall(r'<meta property="article:author" content="https://b\.example/authors/(\w+)">', html)
        assert found == profiles
        assert re.findall(r'<meta name="fediverse:creator" content="([^"]*)">', html) == accounts
    assert "fediverse:creator" not in edition.pages["/"].identity.body.decode()


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
    assert "Related posts" not in body("/blog/hello")


def test_related_posts_repeat_neither_the_posts_beside_nor_the_series(make: Callable[..., Edition]) -> None:
    texts = {
        f"{name}.md": f"---\ntitle: {name}\ndate: 2026-01-{day:02}\ntags: [all]\n{more}---\n\nText.\n"
        for day, (name, more) in enumerate(
            [("one", "series: s\n"), ("two", ""), ("three", ""), ("four", "series: s\n"), ("five", "")], 1
        )
    }
    html = make(texts).pages["/blog/four"].identity.body.decode().partition("Related posts")[2]
    assert re.findall(r'<a href="/blog/(\w+)"', html) == ["two"]


def test_a_description_that_is_the_first_paragraph_is_not_printed_twice(make: Callable[..., Edition]) -> None:
    html = make({"a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\nOnly once.\n"}).pages["/blog/a"].identity.body
    assert html.partition(b"<main")[2].count(b"Only once.") == 1


def test_home_shows_the_newest_post_with_its_first_lines_and_the_heaviest_tags(make: Callable[..., Edition]) -> None:
    texts = {
        f"p{day}.md": f"---\ntitle: P{day}\ndate: 2026-01-{day:02}\ndescription: D\ntags: [t{day}, all]\n---\n\n"
        f"First of {day}[^1], see [this](/tags).\n\nSecond.\n\n[^1]: A note.\n"
        for day in range(1, 15)
    }
    html = make(texts).pages["/"].identity.body.decode()
    assert "<p>First of 14, see this.</p>\n<p>Second.</p>" in html
    assert len(re.findall(r'href="/blog/p\d+"><|class="u-url" href="/blog/p', html)) == 7
    tags = re.findall(r'<li><a href="/blog/tag/(\w+)">', html)
    assert tags[0] == "all"
    assert len(tags) == 12


def test_an_author_has_a_page_and_a_byline(make: Callable[..., Edition]) -> None:
    site = "title: T\nauthor: {name: Ada B, url: /about, about: Counts., email: a@b.example, portrait: /gone.jpg}\n"
    other = "---\ntitle: Other\ndate: 2026-01-02\nauthors: [{name: Bo, url: 'https://bo.example'}]\n---\n\nText.\n"
    edition = make({"site.yaml": site, "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\nText.\n", "b.md": other})
    text = {
        path: page.identity.body.decode()
        for path, page in edition.pages.items()
        if page.media_type.startswith("text/html")
    }
    assert '<a class="p-name u-url" href="/authors/ada-b" rel="author">Ada B</a>' in text["/blog/a"]
    assert 'href="mailto:a@b.example?subject=A"' in text["/blog/a"]
    assert '<a class="p-name u-url" href="/authors/bo" rel="author">Bo</a>' in text["/blog/b"]
    assert "mailto:" not in text["/blog/b"].partition("<main")[2].partition("</article>")[0]
    assert ">A</a>" in text["/authors/ada-b"]
    assert ">Other</a>" not in text["/authors/ada-b"]
    assert 'href="https://bo.example" rel="me"' in text["/authors/bo"]
    assert "/authors/bo</loc>" in edition.pages["/sitemap.xml"].identity.body.decode()
    assert "/gone.jpg" not in text["/"]


def test_a_site_without_an_author_has_no_page_of_one(make: Callable[..., Edition]) -> None:
    edition = make({"a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\nText.\n"})
    assert not [path for path in edition.pages if path.startswith("/authors")]
    assert b'<span class="p-name">The author</span>' in edition.pages["/blog/a"].identity.body


def test_the_subscribe_page_has_the_address_of_each_feed(body: Body) -> None:
    html = body("/subscribe")
    for path in ("/rss", "/atom.xml", "/feed.json"):
        assert f'data-text="https://b.example{path}"' in html


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


def test_a_heading_has_a_link_beside_it_that_is_no_part_of_its_name(body: Body) -> None:
    link = '<a class="anchor" href="#a-section" aria-label="Link to “A section”"></a>'
    assert f'<div class="heading"><h2 id="a-section">A section</h2>{link}</div>' in body("/blog/hello")


def test_the_number_of_a_footnote_is_no_part_of_the_name_of_a_heading(make: Make) -> None:
    body = "## Where[^1] & `how`\n\nWords.\n\n<h3 id='own'>Her <b>own</b></h3>\n\n[^1]: Here.\n"
    edition = make({"a.md": f"---\ntitle: A\ndate: 2026-01-01\n---\n\n{body}"})
    html = edition.pages["/blog/a"].identity.body.decode()
    assert re.findall(r'<a class="anchor" href="(.*?)" aria-label="(.*?)">', html) == [
        ("#where--how", "Link to “Where &amp; how”")
    ]


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


def _crumbs(html: str) -> list[tuple[str, str]]:
    found = re.search(r'<nav class="steps".*?</nav>', html, re.DOTALL)
    return re.findall(r'<a href="(.*?)">(.*?)</a>', found[0]) if found else []


@pytest.mark.parametrize(
    ("path", "crumbs"),
    [
        pytest.param("/blog/hello", [("/blog", "Posts")], id="post"),
        pytest.param("/blog/tag/python", [("/tags", "Tags")], id="tag"),
        pytest.param("/archive/2026", [("/archive", "Archive")], id="year"),
        pytest.param("/about", [], id="page"),
        pytest.param("/", [], id="home"),
    ],
)
def test_the_breadcrumbs_are_those_of_structured_data(body: Body, path: str, crumbs: list[tuple[str, str]]) -> None:
    assert _crumbs(body(path)) == crumbs
    trail = json_ld(body(path)).get("BreadcrumbList", {}).get("itemListElement", [])
    assert isinstance(trail, list)
    assert [(step["item"].removeprefix("https://b.example"), step["name"]) for step in trail[1:-1]] == crumbs


def test_a_breadcrumb_and_the_menu_call_a_page_the_same_and_the_menu_marks_it(make: Callable[..., Edition]) -> None:
    menu = "title: A\nnavigation: [{title: Writing, url: /blog}, {title: About, url: /about}]\n"
    html = make({"site.yaml": menu, "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n"}).pages["/blog/a"].identity.body
    assert _crumbs(html.decode()) == [("/blog", "Writing")]
    assert b'<a href="/blog" aria-current="true">Writing</a>' in html


def test_numbers_in_the_names_of_tags_are_sorted_by_value(make: Callable[..., Edition]) -> None:
    tags = "---\ntitle: A\ndate: 2026-01-01\ntags: [tag-10, Tag-2, beta, tag-1]\n---\n"
    pages = make({"a.md": tags}).pages
    for path in ("/tags", "/", "/blog/a"):
        names = re.findall(r'href="/blog/tag/[^"]*"[^>]*>([^<]*)<', pages[path].identity.body.decode())
        assert names == ["beta", "tag-1", "Tag-2", "tag-10"], path


@pytest.mark.parametrize(
    ("more", "is_led"),
    [
        pytest.param("", False, id="short-opening"),
        pytest.param(" and on" * 100, False, id="opening-that-is-shortened"),
        pytest.param(None, True, id="description-of-its-own"),
    ],
)
def test_the_first_paragraph_is_shown_once(make: Callable[..., Edition], more: str | None, is_led: bool) -> None:  # noqa: FBT001 -- what is expected
    description = "description: What it is about.\n" if more is None else ""
    text = f"---\ntitle: A\ndate: 2026-01-01\n{description}---\n\nThis goes on{more or ''}.\n"
    pages = make({"a.md": text}).pages
    for path in ("/", "/blog/a"):
        html = pages[path].identity.body.decode()
        main = html[html.index("<main") :]
        assert ("dek p-summary" in main, main.count("This goes on")) == (is_led, 1), path


def test_only_a_long_opening_is_set_in_columns(make: Callable[..., Edition]) -> None:
    short, long = (
        make({"a.md": f"---\ntitle: A\ndate: 2026-01-01\n---\n\n{words}\n"}).pages["/"].identity.body
        for words in ("Few words.", "Many words. " * 30)
    )
    assert (b'class="open"' in short, b'class="open long"' in long) == (True, True)


def test_a_link_that_shows_its_address_is_marked_for_print(make: Callable[..., Edition]) -> None:
    links = "<https://a.example/b?c=1&d=2>, www.a.example and [words](https://a.example/e)."
    html = make({"a.md": f"---\ntitle: A\ndate: 2026-01-01\n---\n\n{links}\n"}).pages["/blog/a"].identity.body.decode()
    found = re.findall(r'<a (class="bare" )?href="(https?://[^"]*)"', html[html.index("<main") :])
    assert found == [
        ('class="bare" ', "https://a.example/b?c=1&amp;d=2"),
        ('class="bare" ', "http://www.a.example"),
        ("", "https://a.example/e"),
    ]


@pytest.mark.parametrize("marker", ["", "[TOC]"], ids=["of-the-page", "of-the-text"])
def test_a_text_has_one_table_of_contents(make: Callable[..., Edition], marker: str) -> None:
    text = f"---\ntitle: A\ndate: 2026-01-01\n---\n\n{marker}\n\n## One\n\n## Two\n\n## Three\n"
    html = make({"a.md": text}).pages["/blog/a"].identity.body.decode()
    assert (html.count('aria-label="Contents"'), 'class="contents"' in html) == (1, bool(marker))
