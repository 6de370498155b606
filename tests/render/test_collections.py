"""Pages, feeds and files of collections."""

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import feedparser
import pytest

from blog.build.edition import Edition
from blog.telemetry.visits.counters import CONTENT_TYPES, FEEDS
from tests.collection_sample import FILES, NOTES, PAGES
from tests.rendered_site import Make

ARRAYS = "/compendium/data-structures/arrays"
Read = Callable[[str], str]


@pytest.fixture(scope="module")
def sample(make: Make) -> Edition:
    return make(FILES)


@pytest.fixture(scope="module")
def read(sample: Edition) -> Read:
    return lambda path: sample.pages[path].identity.body.decode()


def between(html: str, start: str, end: str) -> list[str]:
    """The targets of the links in a part of a page."""
    part = html[html.index(start) :]
    return re.findall(r'<a[^>]* href="([^"]+)"', part[: part.index(end)])


def json_ld(html: str) -> dict[str, dict[str, object]]:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {data["@type"]: data for data in map(json.loads, blocks)}


def test_every_note_group_and_collection_has_a_page(sample: Edition) -> None:
    found = {path for path, page in sample.pages.items() if "compendium" in path and "html" in page.media_type}
    assert found == PAGES


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/compendium", "Compendium & more · Sample"),
        ("/compendium/data-structures", "Data Structures · Compendium & more · Sample"),
        ("/compendium/delivery", "Delivery · Compendium & more · Sample"),
        (ARRAYS, "Arrays · Sample"),
        ("/compendium/data-structures/stacks", "Stacks <here> · Sample"),
    ],
)
def test_a_page_of_a_collection_has_its_title_and_one_heading(read: Read, path: str, title: str) -> None:
    found = re.search(r"<title>(.*?)</title>", read(path))
    assert found
    assert unescape(found[1]) == title
    assert len(re.findall(r"<h1\b", read(path))) == 1


def test_the_page_of_a_collection_lists_its_groups_and_notes_in_order(read: Read) -> None:
    html = read("/compendium")
    assert "What I know." in html
    assert "In any order." in html
    group = "/compendium/data-structures"
    assert between(html, "<h1>", "</main>") == [
        "/compendium/reading", group, *(f"{group}/{name}" for name in ("arrays", "linked-lists", "stacks")),
        "/compendium/delivery", "/compendium/delivery/deploys", "/compendium/delivery/rollbacks",
        *(f"/compendium{feed}" for feed in ("/rss", "/atom.xml", "/feed.json")),
    ]  # fmt: skip


def test_the_page_of_a_group_shows_the_note_that_is_named_like_it(sample: Edition, read: Read) -> None:
    html = read("/compendium/data-structures")
    assert "They <strong>store</strong> data." in html
    assert between(html, 'id="_notes"', "</section>") == [
        f"/compendium/data-structures/{name}" for name in ("arrays", "linked-lists", "stacks")
    ]
    assert sample.redirects["/compendium/data-structures/data-structures"] == "/compendium/data-structures"


def test_a_note_in_mdx_is_read_as_mdx(read: Read) -> None:
    assert '<span class="x">list</span>' in read("/compendium/data-structures/linked-lists")


def test_a_note_leads_to_the_one_before_and_the_one_after_it(read: Read) -> None:
    html = read(ARRAYS)
    assert '<link rel="prev" href="/compendium/data-structures">' in html
    assert '<link rel="next" href="/compendium/data-structures/linked-lists">' in html
    assert between(html, 'class="pager"', "</nav>") == [
        "/compendium/data-structures",
        "/compendium/data-structures/linked-lists",
    ]
    assert between(read("/compendium/delivery/deploys"), 'class="pager"', "</nav>")[0].endswith("/stacks")


def test_a_note_is_marked_in_the_contents_of_its_collection(read: Read) -> None:
    html = read(ARRAYS)
    listed = between(html, 'class="tree"', "</details>")
    assert set(listed) == PAGES - {"/compendium"}
    assert len(listed) == len(set(listed))
    assert f'<a href="{ARRAYS}" aria-current="page">Arrays</a>' in html


def test_a_note_has_breadcrumbs_that_are_seen_and_in_json_ld(read: Read) -> None:
    html = read(ARRAYS)
    assert between(html, 'aria-label="Breadcrumbs"', "</nav>") == ["/compendium", "/compendium/data-structures"]
    steps = json_ld(html)["BreadcrumbList"]["itemListElement"]
    assert isinstance(steps, list)
    assert [(step["name"], step["item"].removeprefix("https://b.example")) for step in steps] == [
        ("Sample", "/"), ("Compendium & more", "/compendium"), ("Data Structures", "/compendium/data-structures"),
        ("Arrays", ARRAYS),
    ]  # fmt: skip
    (group,) = between(read("/compendium/delivery"), 'aria-label="Breadcrumbs"', "</nav>")
    assert group == "/compendium"
    outside = json_ld(read("/compendium/reading"))["BreadcrumbList"]["itemListElement"]
    assert isinstance(outside, list)
    assert [step["position"] for step in outside] == [1, 2, 3]


def test_a_note_names_the_texts_that_link_to_it_and_related_ones(read: Read) -> None:
    html = read(ARRAYS)
    assert between(html, 'id="_backlinks"', "</aside>") == [
        "/compendium/data-structures",
        "/compendium/data-structures/linked-lists",
        "/compendium/data-structures/stacks",
        "/blog/welcome",
    ]
    assert between(html, 'id="_related"', "</aside>") == ["/compendium/delivery/deploys"]
    assert "_backlinks" not in read("/compendium/delivery/rollbacks"), "a draft links to it"


def test_a_note_has_its_metadata(read: Read) -> None:
    html = read("/compendium/delivery/deploys")
    assert '<link rel="canonical" href="https://b.example/compendium/delivery/deploys">' in html
    assert '<meta property="og:type" content="article">' in html
    assert '<meta property="og:title" content="Deploys">' in html
    assert '<meta name="description" content="Ship a stack.">' in html
    article = json_ld(html)["Article"]
    assert (article["datePublished"], article["dateModified"]) == ("2026-02-03T00:00:00Z", "2026-03-04T00:00:00Z")
    assert article["isPartOf"] == {
        "@type": "CollectionPage",
        "@id": "https://b.example/compendium",
        "name": "Compendium & more",
    }
    assert '<link rel="canonical" href="https://first.example/stacks">' in read("/compendium/data-structures/stacks")


def test_notes_are_in_the_sitemap_and_in_no_list_of_posts(read: Read) -> None:
    sitemap = ET.fromstring(read("/sitemap.xml"))
    nodes = [[str(child.text) for child in node] for node in sitemap]
    changed = {node[0].removeprefix("https://b.example"): node[1:] for node in nodes}
    assert {path for path in changed if path.startswith("/compendium")} == PAGES
    assert changed["/compendium/delivery/deploys"] == ["2026-03-04T00:00:00Z"]
    assert changed["/compendium/delivery"] == changed["/compendium"] == ["2026-03-04T00:00:00Z"]
    assert changed[ARRAYS] == changed["/compendium/data-structures"] == []
    for path in ("/rss", "/atom.xml", "/feed.json", "/", "/archive", "/llms-full.txt"):
        assert "deploys" not in read(path).lower()


def test_notes_are_in_llms_txt(read: Read) -> None:
    guide = read("/llms.txt")
    part = guide[guide.index("## Compendium & more") :]
    assert "- [Compendium & more](https://b.example/compendium): What I know." in part
    assert f"- [Arrays](https://b.example{ARRAYS}.md): An array. See lists," in part
    assert "xyzzy" not in guide


def test_the_source_of_every_note_is_served(sample: Edition, read: Read) -> None:
    for path in (*NOTES, "/compendium/data-structures"):
        source = sample.pages[f"{path}.md"]
        assert source.media_type.startswith("text/markdown")
        assert source.route == f"{sample.pages[path].route}.md"
        assert f'<link rel="alternate" type="text/markdown" title="Markdown source" href="{path}.md">' in read(path)
    assert "/compendium.md" not in sample.pages
    assert "/compendium/delivery.md" not in sample.pages


@pytest.mark.parametrize("feed", ["/rss", "/atom.xml"])
def test_the_feed_of_a_collection_has_its_dated_notes_newest_first(sample: Edition, feed: str) -> None:
    page = sample.pages[f"/compendium{feed}"]
    parsed = feedparser.parse(page.identity.body)
    assert parsed.bozo == 0
    assert parsed.feed.title == "Sample: Compendium & more"
    assert [entry.title for entry in parsed.entries] == ["Deploys", "Rollbacks"]
    assert parsed.entries[0].id == "tag:b,2026:deploys"
    assert parsed.entries[1].link == "https://b.example/compendium/delivery/rollbacks"
    assert FEEDS[page.route]


def test_a_collection_has_feeds_only_where_site_yaml_says_so(make: Make, read: Read) -> None:
    item = json.loads(read("/compendium/feed.json"))["items"][0]
    assert (item["title"], item["tags"]) == ("Deploys", [])
    assert re.search(r'type="application/rss\+xml"[^>]* href="/compendium/rss"', read(ARRAYS))
    pages = make({**FILES, "site.yaml": "collections: [compendium]"}).pages
    assert not {"/compendium/rss", "/compendium/atom.xml", "/compendium/feed.json"} & set(pages)
    assert b"/compendium/rss" not in pages["/compendium"].identity.body


def test_labels_of_notes_are_from_a_closed_set(sample: Edition) -> None:
    routes = {sample.pages[path].route for path in PAGES}
    assert routes == {
        "/{collection}", "/{collection}/{group}", "/{collection}/{slug}", "/{collection}/{group}/{slug}",
    }  # fmt: skip
    assert {CONTENT_TYPES[sample.pages[path].route] for path in NOTES} == {"note"}
    assert CONTENT_TYPES["/{collection}"] == CONTENT_TYPES["/{collection}/{group}"] == "collection"


def test_a_collection_is_in_the_menu_that_site_yaml_does_not_give(read: Read) -> None:
    assert between(read("/"), 'aria-label="Main"', "</nav>") == ["/blog", "/compendium", "/tags", "/archive"]
    assert between(read("/blog"), "<main", "</main>") == ["/blog/welcome"]
    assert '<a href="/compendium" aria-current="page">' in read("/compendium")


def test_a_collection_that_the_menu_does_not_name_is_linked_from_the_list_of_posts(make: Make) -> None:
    menu = "collections: [compendium]\nnavigation: [{{title: Notes, url: {}}}]\n"
    for target, links in (("/about", ["/blog/welcome", "/compendium"]), ("/compendium", ["/blog/welcome"])):
        html = make({**FILES, "site.yaml": menu.format(target)}).pages["/blog"].identity.body.decode()
        assert between(html, "<main", "</main>") == links


def test_every_link_of_a_collection_leads_to_a_page(sample: Edition, read: Read) -> None:
    known = {*sample.pages, *sample.redirects, "/search"}
    for path in PAGES:
        links = re.findall(r'(?:href|src)="(/[^"#?]*)', read(path))
        assert [link for link in links if unquote(unescape(link)) not in known] == []


def test_a_mistyped_note_is_suggested(sample: Edition) -> None:
    assert f'href="{ARRAYS}"'.encode() in sample.not_found.answer("/compendium/data-structures/arays").body


def test_no_id_of_a_page_is_given_twice(make: Make) -> None:
    files = {f"notes/{name}/x.md": "---\ntitle: X\n---\n" for name in ("content", "notes", "group-1", "collections")}
    edition = make({**files, "site.yaml": "collections: [notes]\nnavigation: []\n"})
    for path in ("/notes", "/notes/content", "/notes/content/x", "/blog"):
        ids = re.findall(r' id="([^"]+)"', edition.pages[path].identity.body.decode())
        assert len(ids) == len(set(ids))


def test_a_site_whose_collections_are_empty_is_one_without_collections(make: Make) -> None:
    post = {"a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n"}
    with_none, without = make({**post, "site.yaml": "collections: [gone]\n"}), make(post)
    assert {path: page.identity.body for path, page in with_none.pages.items()} == {
        path: page.identity.body for path, page in without.pages.items()
    }


def test_draft_notes_are_shown_marked_where_drafts_are(make: Make) -> None:
    pages = make(FILES, drafts=True).pages
    note, group = (pages[f"/compendium/delivery{name}"].identity.body.decode() for name in ("/secret", ""))
    assert '<meta name="robots" content="noindex">' in note
    assert '<a href="/compendium/delivery/secret">xyzzy</a> <span class="state">draft</span>' in group
    assert "secret" not in pages["/sitemap.xml"].identity.body.decode()
    assert "secret" not in pages["/llms.txt"].identity.body.decode()


def test_a_draft_note_has_a_preview(make: Make) -> None:
    previews = make(FILES, preview_key="k" * 32).previews
    body = previews["/preview/compendium/delivery/secret"].identity.body.decode()
    assert "xyzzy" in body
    assert "Rollbacks" not in body, "a preview names no other text"
