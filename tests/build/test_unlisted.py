"""Texts with unlisted: true, which are served at their addresses and are in no list."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from blog.build.edition import Edition
from blog.content.loader import load
from blog.content.site import site_of_text, unpublished

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts
    from tests.rendered_site import Make

NOW = datetime(2026, 6, 1, tzinfo=UTC)

FILES = {
    "seen.md": "---\ntitle: Seen\ndate: 2026-01-02\ntags: [Python]\nseries: Parts\n---\n\nSee [it](hush.md).\n",
    "hush.md": (
        "---\ntitle: xyzzy-title\ndate: 2026-01-03\nunlisted: true\ntags: [Python, xyzzy-tag]\nseries: Parts\n"
        "aliases: [/xyzzy-old]\n---\n\nxyzzy-body [seen](seen.md) ![A dot](dot.svg)\n"
    ),
    "hush.de.md": "---\ntitle: xyzzy-german\ndate: 2026-01-03\nunlisted: true\n---\n\nxyzzy-german\n",
    "pages/thanks.md": "---\ntitle: xyzzy-thanks\nhidden: true\n---\n\nxyzzy-page\n",
    "tags/python.md": "---\ntitle: xyzzy-intro\nunlisted: true\n---\n\nxyzzy-intro\n",
    "guide/index.md": "---\ntitle: Guide\n---\n\nWords.\n",
    "guide/note.md": "---\ntitle: xyzzy-note\nunlisted: true\n---\n\nWords.\n",
    "dot.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>',
}
SERVED = {"/blog/hush", "/blog/hush.md", "/blog/hush-de", "/blog/hush-de.md", "/thanks", "/thanks.md"}


@pytest.fixture(scope="module")
def edition(make: "Make") -> Edition:
    return make(FILES)


def test_an_unlisted_text_is_served_at_its_addresses_with_its_pictures(edition: Edition) -> None:
    assert set(edition.pages) >= SERVED
    assert edition.redirects["/xyzzy-old"] == "/blog/hush"
    assert [path for path in edition.pages if path.startswith("/assets/dot.")]
    assert b'href="/blog/hush"' in edition.pages["/blog/seen"].identity.body


def test_no_other_page_feed_or_file_names_an_unlisted_text(edition: Edition) -> None:
    naming = {path for path, page in edition.pages.items() if b"xyzzy" in page.identity.body}
    assert naming == SERVED
    assert not [path for path in ("/sitemap.xml", "/llms.txt") if b"/blog/hush" in edition.pages[path].identity.body]
    assert set(edition.by_slug) == {"seen"}
    assert not [text for text in edition.search.texts if b"xyzzy" in repr(text).encode()]


@pytest.mark.parametrize("path", ["/blog/hush", "/thanks"])
def test_search_engines_are_told_not_to_index_it_and_readers_see_no_mark(edition: Edition, path: str) -> None:
    html = edition.pages[path].identity.body
    assert b'<meta name="robots" content="noindex">' in html
    assert b'class="unpublished"' not in html
    assert (b"x-robots-tag", b"noindex, nofollow") in edition.pages[f"{path}.md"].identity.headers


def test_its_page_names_no_neighbours_and_no_list_that_is_not_there(edition: Edition) -> None:
    html = edition.pages["/blog/hush"].identity.body
    assert b"/blog/tag/xyzzy-tag" not in html
    assert b"/blog/tag/python" in html
    assert b"/series/" not in html


def test_an_unlisted_page_takes_no_neighbours_from_a_post_of_its_name(make: "Make") -> None:
    listed = {f"{name}.md": FILES["seen.md"].replace("Seen", name) for name in ("thanks", "other")}
    neighbours = make(FILES | listed).pages["/blog/thanks"].identity.body
    assert b'rel="prev"' in neighbours or b'rel="next"' in neighbours


def test_it_is_counted_as_published(edition: Edition) -> None:
    assert edition.states == {"published": 3, "scheduled": 0, "draft": 2}


def test_notes_and_introductions_of_tags_that_are_unlisted_are_drafts_with_a_warning(
    edition: Edition, posts: "WritePosts"
) -> None:
    assert "/guide/note" not in edition.pages
    assert [(str(it.file.name), it.line, it.problem.partition(":")[0]) for it in load(posts(FILES)).warnings] == [
        ("note.md", 3, "is unlisted, which makes a draft of this text"),
        ("python.md", 3, "is unlisted, which makes a draft of this text"),
    ]


def test_a_preview_shows_a_scheduled_text_that_will_be_unlisted(posts: "WritePosts", post: "WritePost") -> None:
    library = load(posts({"later.md": post("Later", "2999-01-01", "unlisted: true\n")})).library
    text = unpublished(library, NOW)["later"]
    assert site_of_text(library.config, text, NOW).texts


def test_a_link_to_a_page_that_only_unlisted_posts_would_have_is_dead(posts: "WritePosts", post: "WritePost") -> None:
    hush = post("Hush", "2019-01-01", "unlisted: true\ntags: [Quiet]\n")
    seen = post("Seen", "2026-01-02", body="[a](/blog/tag/quiet) [b](/archive/2019) [c](/api/posts/hush) [d](hush.md)")
    assert [it.problem for it in load(posts({"hush.md": hush, "seen.md": seen})).warnings] == [
        f"link '{path}' leads nowhere on this site" for path in ("/api/posts/hush", "/archive/2019", "/blog/tag/quiet")
    ]
