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


def of(imported: Import, *posts: dict[str, Any], **tables: Any) -> Imported:
    return imported({"ghost.json": export(*posts, **tables), "content/images/p.svg": SVG}, file="ghost.json")


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
