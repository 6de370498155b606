"""Export files of Ghost."""

import json
from pathlib import Path
from typing import Any

import pytest

from blog.importers.items import ImportRefusedError
from tests.importers.conftest import Import, Imported, Titles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


def post(slug: str, **values: Any) -> dict[str, Any]:
    return {
        "id": f"id-{slug}", "title": slug.title(), "slug": slug, "html": "<p>Words.</p>", "status": "published", "visibility": "public", "type": "post",
        "published_at": "2019-01-02T10:00:00.000Z", "updated_at": "2019-02-03T10:00:00.000Z", **values,
    }  # fmt: skip


def export(*posts: dict[str, Any], **tables: Any) -> str:
    settings = [
        {"key": "title", "value": "Notes"},
        {"key": "timezone", "value": "Europe/Berlin"},
        {"key": "locale", "value": "en"},
    ]
    return json.dumps(
        {"db": [{"meta": {"version": "5.0"}, "data": {"posts": posts, "settings": settings, **tables}}]}, indent=1
    )


def of(imported: Import, *posts: dict[str, Any], routes: str = "", **tables: Any) -> Imported:
    files = {"ghost.json": export(*posts, **tables), "content/images/p.svg": SVG}
    return imported({**files, "routes.yaml": routes} if routes else files, file="ghost.json")


async def test_every_old_address_leads_to_its_text(imported: Import, titles: Titles) -> None:
    site = of(imported, post("hello"), post("about", type="page"))
    assert site.errors == []
    assert await titles(site, ["/hello/", "/about/"]) == {"/hello/": "Hello", "/about/": "About"}


def test_values_pictures_and_cards_are_carried_over(imported: Import) -> None:
    html = (
        '<figure class="kg-card kg-image-card"><img src="__GHOST_URL__/content/images/p.svg" alt="P"><figcaption>Seen</figcaption></figure>'
        '<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://a.example"><div class="kg-bookmark-title">A <b>title</b></div></a></figure>'
        '<p><a href="__GHOST_URL__/other/">other</a></p><pre><code class="language-js">a\n\n```\n</code></pre>'
    )
    first = post("hello", html=html, feature_image="__GHOST_URL__/content/images/p.svg", custom_excerpt="In short.")
    site = of(
        imported, first, post("other"), tags=[{"id": "t", "name": "Code"}, {"id": "i", "name": "#int", "visibility": "internal"}],
        posts_tags=[{"post_id": "id-hello", "tag_id": "t"}, {"post_id": "id-hello", "tag_id": "i"}],
        posts_meta=[{"post_id": "id-hello", "feature_image_alt": "A dot"}],
    )  # fmt: skip
    assert site.text("hello.md") == (
        '---\ntitle: "Hello"\ndate: 2019-01-02 10:00:00+00:00\nupdated: 2019-02-03 10:00:00+00:00\ndescription: "In short."\ntags: ["Code"]\n'
        'aliases:\n  - "/hello"\nimage: "/content/images/p.svg"\nimage_alt: "A dot"\n---\n\n'
        "![P](/content/images/p.svg)\n\n*Seen*\n\n[A title](https://a.example)\n\n[other](other.md)\n\n````js\na\n\n```\n````\n"
    )
    assert site.text("site.yaml") == 'title: "Notes"\nlang: "en"\ntimezone: "Europe/Berlin"\n'
    assert "the internal tag '#int'" in site.lines


def test_what_is_not_public_becomes_a_draft_and_the_rest_is_said(imported: Import) -> None:
    site = of(
        imported, post("a", status="draft"), post("b", visibility="paid"), post("c", status="sent"), post("d", html=None, lexical="{}"),
        post("e", status="scheduled", published_at="2999-01-01T00:00:00.000Z"), post("f", codeinjection_head="<script>"),
    )  # fmt: skip
    assert [("draft: true" in site.text(f"{name}.md")) for name in "abef"] == [True, True, False, False]
    for said in ("is for paid only", "'C' was sent by e-mail only", "'D' has no html", "the code injection of 'F'"):
        assert said in site.lines
    assert "ghost.json:" in site.lines
    assert site.report.failed


def test_authors_are_carried_over_in_their_order(imported: Import) -> None:
    users = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Mara"}]
    links = [{"post_id": "id-a", "author_id": 1, "sort_order": 1}, {"post_id": "id-a", "author_id": 2, "sort_order": 0}]
    site = of(imported, post("a"), post("b", author_id=1), users=users, posts_authors=links)
    assert 'authors: ["Mara", "Ada"]' in site.text("a.md")
    assert 'authors: ["Ada"]' in site.text("b.md")


def test_dates_in_milliseconds_and_tables_at_the_top_are_read(imported: Import) -> None:
    old = {"data": {"posts": [post("hello", published_at=1546423200000, updated_at=None, page=0)]}}
    site = imported({"ghost.json": json.dumps(old)}, file="ghost.json")
    assert "date: 2019-01-02 10:00:00+00:00" in site.text("hello.md")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(export(post("hello"))[:-60], r"ghost\.json:\d+: not valid JSON.*cut off", id="cut-off"),
        pytest.param('{"db": []}', "is no export of Ghost", id="empty"),
        pytest.param('{"posts": 1}', "is no export of Ghost", id="another"),
        pytest.param("[" * 100_000, "not recognised", id="deep-list"),
        pytest.param('{"a":' * 100_000, "not valid JSON", id="deep"),
        pytest.param(b'{"a": "\xff"}', r"ghost\.json:1: is not UTF-8", id="not-utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_writes_nothing(
    imported: Import, tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(ImportRefusedError, match=said):
        imported({"ghost.json": content}, file="ghost.json")
    assert not (tmp_path / "posts").exists()


ROUTES = (
    "routes:\n  /about-us/: about\n"
    "collections:\n"
    "  /podcast/:\n    permalink: /podcast/{slug}/\n    filter: tag:podcast+featured:true\n"
    "  /notes/:\n    permalink: /notes/{year}/{month}/{day}/{slug}/\n    filter: primary_tag:[note, memo],author:mara\n"
    "  /:\n    permalink: /{primary_tag}/{slug}/\n    template: index\n"
    "taxonomies:\n  tag: /tag/{slug}/\n"
)
TAGS = [{"id": slug, "slug": slug, "name": slug.title()} for slug in ("podcast", "note", "memo", "code")]


def tagged(**posts: str) -> dict[str, list[dict[str, Any]]]:
    links = [{"post_id": f"id-{slug}", "tag_id": tag} for slug, tags in posts.items() for tag in tags.split()]
    return {"tags": TAGS, "posts_tags": links, "users": [{"id": 1, "slug": "mara", "name": "Mara"}]}


async def test_posts_have_the_addresses_of_the_collections_in_routes_yaml(imported: Import, titles: Titles) -> None:
    posts = [
        post("aired", featured=1), post("plain"), post("noted", published_at="2019-01-02T23:30:00.000Z"), post("later"), post("coded"), post("untagged"),
        post("signed", author_id=1), post("about", type="page"),
    ]  # fmt: skip
    tables = tagged(aired="podcast", plain="podcast", noted="note code", later="code note", coded="code")
    site = of(imported, *posts, routes=ROUTES, **tables)
    assert site.errors == []
    # The day is that of Berlin, where it is an hour later than in the export.
    wanted = {
        "/podcast/aired/": "Aired", "/podcast/plain/": "Plain", "/notes/2019/01/03/noted/": "Noted", "/code/later/": "Later", "/code/coded/": "Coded",
        "/all/untagged/": "Untagged", "/notes/2019/01/02/signed/": "Signed", "/about/": "About",
    }  # fmt: skip
    assert await titles(site, wanted) == wanted


async def test_a_filter_that_is_not_understood_is_said_and_loses_no_address(imported: Import, titles: Titles) -> None:
    routes = "collections:\n  /long/:\n    permalink: /long/{slug}/\n    filter: reading_time:>10\n  /:\n    permalink: /{slug}/\n"
    site = of(imported, post("hello"), routes=routes)
    assert "routes.yaml:1: the filter 'reading_time:>10' is not understood" in site.lines
    wanted = {"/long/hello/": "Hello", "/hello/": "Hello"}
    assert await titles(site, wanted) == wanted


def test_a_word_of_a_permalink_that_is_not_known_is_said(imported: Import) -> None:
    site = of(imported, post("hello"), routes="collections:\n  /:\n    permalink: /{galaxy}/{slug}/\n")
    assert (
        "routes.yaml:1: a permalink has a word without a value here, 'galaxy', so the old address of hello"
        in site.lines
    )
    assert "hello.md" in site.files


def test_a_broken_routes_yaml_is_said(imported: Import) -> None:
    site = of(imported, post("hello"), routes="collections: [\n")
    assert "routes.yaml:2: not valid YAML" in site.lines
    assert '"/hello"' in site.text("hello.md")


@pytest.mark.parametrize("date", ["9999-12-31T23:30:00.000Z", "soon", ""])
def test_a_date_that_cannot_be_in_an_address_is_said(imported: Import, date: str) -> None:
    site = of(imported, post("hello", published_at=date), routes="collections:\n  /:\n    permalink: /{year}/{slug}/\n")
    assert (
        "routes.yaml:1: a permalink has a word without a value here, 'year', so the old address of hello" in site.lines
    )
    assert "hello.md" in site.files
