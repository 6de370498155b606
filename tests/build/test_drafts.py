"""Editions that show drafts and scheduled texts, as `blog serve --drafts` does."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from blog.build.edition import Edition

if TYPE_CHECKING:
    from tests.rendered_site import Make

HIDDEN = ("xyzzy", "plugh")
PUBLIC = ("/rss", "/atom.xml", "/feed.json", "/blog/tag/python/rss", "/sitemap.xml", "/llms.txt", "/llms-full.txt")


@pytest.fixture(scope="module")
def shown(make: "Make", files: Mapping[str, str]) -> Edition:
    return make(files, drafts=True)


def body(edition: Edition, path: str) -> str:
    return edition.pages[path].identity.body.decode()


@pytest.mark.parametrize(
    ("path", "state"), [("/blog/unfinished", "Draft."), ("/blog/later", "Scheduled.")], ids=["draft", "scheduled"]
)
def test_the_page_of_an_unpublished_post_is_marked_and_not_indexed(shown: Edition, path: str, state: str) -> None:
    html = body(shown, path)
    assert f"<strong>{state}</strong>" in html
    assert '<meta name="robots" content="noindex">' in html
    assert ("x-robots-tag", "noindex, nofollow") in decoded(shown, path)


def decoded(edition: Edition, path: str) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in edition.pages[path].identity.headers]


def test_published_pages_are_neither_marked_nor_hidden_from_search_engines(shown: Edition) -> None:
    assert "noindex" not in body(shown, "/blog/hello")
    assert "x-robots-tag" not in dict(decoded(shown, "/blog/hello"))


@pytest.mark.parametrize("path", ["/", "/blog", "/archive", "/blog/tag/xyzzy-tag", "/blog/hello"])
def test_lists_mark_drafts(shown: Edition, path: str) -> None:
    assert re.search('xyzzy-title(</a>)? <span class="state">draft</span>', body(shown, path))


@pytest.mark.parametrize("path", PUBLIC)
def test_feeds_and_files_for_crawlers_have_no_drafts(shown: Edition, path: str) -> None:
    assert not [word for word in HIDDEN if word in body(shown, path)]


def test_the_api_has_no_drafts(shown: Edition) -> None:
    assert not {"unfinished", "later"} & set(shown.by_slug)


def test_pictures_and_sources_of_drafts_are_served(shown: Edition) -> None:
    assert "xyzzy-body" in body(shown, "/blog/unfinished.md")
    assert [path for path in shown.pages if path.startswith("/assets/draft.")]


def test_without_drafts_nothing_of_them_is_in_an_edition(edition: Edition) -> None:
    assert not {"/blog/unfinished", "/blog/later", "/blog/unfinished.md"} & set(edition.pages)
    assert not [path for path, page in edition.pages.items() if b"xyzzy" in page.identity.body or "draft" in path]


def test_a_draft_page_of_posts_pages_is_shown_too(make: "Make") -> None:
    page = "---\ntitle: Contact\ndraft: true\n---\n\nWords.\n"
    assert "<strong>Draft.</strong>" in body(make({"pages/contact.md": page}, drafts=True), "/contact")


def test_a_draft_note_is_shown_in_its_collection(make: "Make") -> None:
    note = "---\ntitle: {}\n{}---\n\nWords.\n"
    files = {"guide/index.md": note.format("Guide", ""), "guide/hush.md": note.format("Hush", "draft: true\n")}
    edition = make(files, drafts=True)
    assert "<strong>Draft.</strong>" in body(edition, "/guide/hush")
    assert "Hush" in body(edition, "/guide")
    assert "/guide/hush" not in body(edition, "/sitemap.xml")
    assert "/guide/hush" not in make(files).pages


def test_a_draft_takes_no_address_from_a_published_text(make: "Make") -> None:
    post = "---\ntitle: {}\ndate: 2026-01-01\n{}---\n\nWords.\n"
    edition = make({
        "a.md": post.format("Published", ""),
        "b.md": post.format("Other", "slug: a\ndraft: true\naliases: [/old]\n"),
        "c.md": post.format("Third", "aliases: [/old]\n"),
    }, drafts=True)  # fmt: skip
    assert ">Published</h1>" in body(edition, "/blog/a")
    assert edition.redirects["/old"] == "/blog/c"
    assert "Other" not in body(edition, "/blog")


def test_a_draft_that_would_run_script_is_not_shown(make: "Make") -> None:
    text = "---\ntitle: Trap\ndate: 2026-01-01\ndraft: true\n---\n\n[x](javascript:alert(1))\n"
    assert "/blog/trap" not in make({"trap.md": text}, drafts=True).pages


def test_drafts_link_to_each_other(make: "Make") -> None:
    text = "---\ntitle: Draft\ndate: 2026-01-01\ndraft: true\n---\n\n[other]({}.md)\n"
    edition = make({"one.md": text.format("two"), "two.md": text.format("one")}, drafts=True)
    assert 'href="/blog/two"' in body(edition, "/blog/one")


def test_a_draft_without_a_date_is_shown_with_the_date_of_the_preview(make: "Make") -> None:
    files = {"a.md": "---\ntitle: A\ndraft: true\n---\n", "b.md": "---\ntitle: B\ndate: 2026-01-01\n---\n"}
    edition = make(files, drafts=True)
    year = body(edition, "/blog/a").partition(' datetime="')[2][:4]
    assert 2026 <= int(year) < 2100
    assert "/blog/a" not in make(files).pages
