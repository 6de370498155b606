"""RSS, Atom and JSON Feed, as feed readers parse them."""

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from blog.build.edition import Edition
from tests.rendered_site import Make

FEEDS = ("/rss", "/atom.xml", "/blog/tag/python/rss", "/blog/tag/python/atom.xml")
ATOM = "{http://www.w3.org/2005/Atom}"
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


@pytest.mark.parametrize("format", ["rss", "atom.xml", "feed.json"])
def test_the_feed_of_a_series_has_its_posts_newest_first(edition: Edition, format: str) -> None:  # noqa: A002
    path = f"/series/beginnings/{format}"
    texts = contents(edition, path)
    assert [re.sub(r"<[^>]+>", "", text).split() for text in texts] == [["Part", "Text."], ["Text."]]
    assert edition.pages[path].route == f"/series/{{series}}/{format}"


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


TAGGED = "---\ntitle: {}\ndate: {}\ntags: [HTTP]\n{}---\n\n{}\n"


def test_atom_elements_have_no_prefix(edition: Edition) -> None:
    for path in ("/atom.xml", "/blog/tag/python/atom.xml"):
        body = edition.pages[path].identity.body
        assert b'<feed xmlns="http://www.w3.org/2005/Atom"' in body
        prefixed = set(re.findall(rb"</?[a-z]+:[a-z]+", body))
        assert prefixed == {b"<media:content", b"<media:thumbnail"}, "elements of Media RSS, which have one everywhere"


def test_an_atom_feed_has_what_rfc_4287_requires(make: Callable[..., Edition]) -> None:
    files = {
        "a.md": TAGGED.format("A", "2026-01-01T10:00:00Z", "", ""),
        "b.md": TAGGED.format("B", "2026-01-02", "updated: 2026-02-03\n", "Text."),
    }
    root = ET.fromstring(make(files).pages["/blog/tag/http/atom.xml"].identity.body)
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    home = "https://b.example/blog/tag/http"
    assert links == {"alternate": home, "self": home + "/atom.xml"}
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in (root, *entries)]
    assert ids == [home, "https://b.example/blog/b", "https://b.example/blog/a"]
    dates = [(entry.findtext(f"{ATOM}published"), entry.findtext(f"{ATOM}updated")) for entry in entries]
    assert dates == [("2026-01-02T00:00:00Z", "2026-02-03T00:00:00Z"), ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z")]
    assert root.findtext(f"{ATOM}updated") == "2026-02-03T00:00:00Z"
    category = entries[0].find(f"{ATOM}category")
    assert category is not None
    assert category.attrib == {"term": "HTTP", "scheme": "https://b.example/tags"}


@pytest.mark.parametrize("path", ["/rss", "/atom.xml", "/feed.json"])
def test_a_feed_has_no_empty_elements(make: Callable[..., Edition], path: str) -> None:
    files = {"site.yaml": "title: T\n", "a.md": TAGGED.format("A", "2026-01-01", "", "")}
    body = make(files).pages[path].identity.body.decode()
    assert re.findall(r"<(?:summary|description|content|content:encoded|subtitle)\b[^>]*/>|\"summary\"", body) == []


def test_an_entry_in_another_language_says_so(edition: Edition) -> None:
    atom = ET.fromstring(edition.pages["/atom.xml"].identity.body)
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert atom.get(language) == "en"
    assert [entry.get(language) for entry in atom.findall(f"{ATOM}entry")] == [None, "de", None]
    rss = ET.fromstring(edition.pages["/rss"].identity.body)
    languages = [item.findtext("{http://purl.org/dc/elements/1.1/}language") for item in rss.iter("item")]
    assert languages == [None, "de", None]
    items = json.loads(edition.pages["/feed.json"].identity.body)["items"]
    assert [item["language"] for item in items] == ["en", "de", "en"]


def test_an_atom_entry_resolves_addresses_against_its_post(edition: Edition) -> None:
    content = ET.fromstring(edition.pages["/atom.xml"].identity.body).find(f"{ATOM}entry/{ATOM}content")
    assert content is not None
    assert content.get("{http://www.w3.org/XML/1998/namespace}base") == HELLO


def test_an_item_of_rss_has_an_rfc_822_date_and_a_permanent_guid(edition: Edition) -> None:
    item = ET.fromstring(edition.pages["/rss"].identity.body).find("channel/item")
    assert item is not None
    assert item.findtext("pubDate") == "Sun, 01 Mar 2026 00:00:00 GMT"
    guid = item.find("guid")
    assert guid is not None
    assert (guid.get("isPermaLink"), guid.text) == ("true", HELLO)


def test_a_feed_has_no_control_characters_in_any_format(make: Callable[..., Edition]) -> None:
    text = "---\ntitle: A\ndate: 2026-01-01\n---\n\nA \x08 \x1b[0m \x7f &#8; &#xD800;\n"
    for path in ("/rss", "/atom.xml", "/feed.json"):
        body = make({"a.md": text}).pages[path].identity.body.decode()
        assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]|\\\\u00[01]|\\\\ud[89a-f]", body) == []


def test_an_id_is_kept_when_the_address_changes(make: Make) -> None:
    edition = make({"a.md": "---\ntitle: A\ndate: 2026-03-01\nid: tag:x.example,2019:a\n---\nText.\n"})
    for path, element in (
        ("/rss", b'isPermaLink="false">tag:x.example,2019:a<'),
        ("/atom.xml", b"<id>tag:x.example,2019:a<"),
    ):
        assert element in edition.pages[path].identity.body
    (item,) = json.loads(edition.pages["/feed.json"].identity.body)["items"]
    assert (item["id"], item["url"]) == ("tag:x.example,2019:a", "https://b.example/blog/a")


def test_a_control_character_that_a_body_names_is_in_no_output(make: Make) -> None:
    edition = make({"a.md": "---\ntitle: A\ndate: 2026-03-01\n---\nred &#27; `&#27;`\n\n## h &#x9b;\n"})
    for path, page in edition.pages.items():
        if path.endswith((".png", ".ico", ".webp", ".woff2")):
            continue
        text = page.identity.body.decode()
        assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f]", text), path


def test_a_post_names_its_own_authors(make: Make) -> None:
    authors = "authors: [Ada, {name: Bo, url: https://bo.example}]\n"
    edition = make({"a.md": f"---\ntitle: A\ndate: 2026-03-01\n{authors}---\n\nWords.\n"})
    body = {path: edition.pages[path].identity.body.decode() for path in ("/rss", "/atom.xml", "/feed.json", "/blog/a")}
    assert re.findall(r"<dc:creator>(.*?)</dc:creator>", body["/rss"]) == ["Ada", "Bo"]
    entry = body["/atom.xml"].partition("<entry>")[2]
    assert re.findall(r"<author><name>(.*?)</name>(.*?)</author>", re.sub(r">\s+<", "><", entry)) == [
        ("Ada", ""),
        ("Bo", "<uri>https://bo.example</uri>"),
    ]
    (item,) = json.loads(body["/feed.json"])["items"]
    assert item["authors"] == [{"name": "Ada"}, {"name": "Bo", "url": "https://bo.example"}]
    assert '<meta name="author" content="Ada, Bo">' in body["/blog/a"]
    shown = re.findall(r'class="p-name[^"]*"(?: href="(.*?)" rel="author")?>(Ada|Bo)<', body["/blog/a"])
    assert shown == [("/authors/ada", "Ada"), ("/authors/bo", "Bo")]
    (posting,) = re.findall(r'"author":\s*(\[.*?\])', body["/blog/a"], re.DOTALL)
    assert [author["name"] for author in json.loads(posting)] == ["Ada", "Bo"]


@pytest.mark.parametrize("path", ["/rss", "/atom.xml", "/feed.json"])
def test_lines_of_code_have_elements_that_need_no_style_sheet(make: Callable[..., Edition], path: str) -> None:
    code = "```text {1}\na\nb // [!code ++]\nc // [!code --]\n```\n"
    edition = make({"a.md": f"---\ntitle: A\ndate: 2026-01-01\n---\n\n{code}"})
    body = unescape(edition.pages[path].identity.body.decode())
    assert re.findall(r"<(mark|ins|del) class=\W*line \w+\W*>(\w)", body) == [("mark", "a"), ("ins", "b"), ("del", "c")]
    assert "<button" not in body


def test_a_feed_has_the_licence_of_the_texts(make: Make, files: Mapping[str, str]) -> None:
    config = files["site.yaml"] + "licence: {title: CC BY 4.0, url: /licence}\n"
    edition = make({**files, "site.yaml": config})
    expected = "CC BY 4.0 (https://b.example/licence)"
    assert ET.fromstring(edition.pages["/rss"].identity.body).findtext("channel/copyright") == expected
    assert ET.fromstring(edition.pages["/atom.xml"].identity.body).findtext(f"{ATOM}rights") == expected
    assert '"license":"https://b.example/licence"' in edition.pages["/blog/hello"].identity.body.decode()


@pytest.mark.parametrize("path", ["/rss", "/blog/tag/python/rss"])
def test_an_item_of_rss_has_the_card_of_its_post(edition: Edition, path: str) -> None:
    item = next(ET.fromstring(edition.pages[path].identity.body).iter("item"))
    content, thumbnail = (item.find(f"{{http://search.yahoo.com/mrss/}}{name}") for name in ("content", "thumbnail"))
    assert content is not None
    assert thumbnail is not None
    assert content.attrib["url"].startswith("https://b.example/og/hello.png?v=")
    assert (content.attrib["type"], content.attrib["width"], content.attrib["height"]) == ("image/png", "1200", "630")
    assert thumbnail.attrib["url"] == content.attrib["url"]


def test_an_entry_of_atom_and_an_item_of_json_feed_have_the_card(edition: Edition) -> None:
    entry = next(ET.fromstring(edition.pages["/atom.xml"].identity.body).iter(f"{ATOM}entry"))
    thumbnail = entry.find("{http://search.yahoo.com/mrss/}thumbnail")
    item = json.loads(edition.pages["/feed.json"].identity.body)["items"][0]
    assert thumbnail is not None
    assert item["image"] == thumbnail.attrib["url"]
    assert item["image"].startswith("https://b.example/og/hello.png?v=")
