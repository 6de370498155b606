"""Addresses of texts: names that are shared, permalinks, and redirects."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.library import Library
from blog.content.loader import ParsedTexts, load
from blog.errors import ContentError

Write = Callable[[str, str | bytes], Path]
Faults = Callable[[], list[str]]
Read = Callable[[], Library]


def post(more: str = "", date: str = "2026-03-01") -> str:
    return f"---\ntitle: Hello\ndate: {date}\n{more}---\n\nText.\n"


def addresses(library: Library) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {str(text.file): (text.url, text.redirects) for text in (*library.texts, *library.drafts)}


def test_posts_that_share_a_name_but_for_their_date_keep_it(write: Write, library: Read, faults: Faults) -> None:
    write("2024-05-06-weekly.md", "---\ntitle: Hello\n---\n\nText.\n")
    write("2025/05-06-weekly.md", post(date="2025-05-07"))
    write("2026-01-01-other.md", post())
    assert addresses(library()) == {
        "2024-05-06-weekly.md": ("/blog/2024-05-06-weekly", ()),
        "2025/05-06-weekly.md": ("/blog/2025-05-06-weekly", ()),
        "2026-01-01-other.md": ("/blog/other", ()),
    }
    assert faults() == [
        "2024-05-06-weekly.md:1: shares its name with 2025/05-06-weekly.md, so that its address keeps the date: '2024-05-06-weekly'",
        "2025/05-06-weekly.md:1: shares its name with 2024-05-06-weekly.md, so that its address keeps the date: '2025-05-06-weekly'",
    ]


def test_posts_that_share_a_name_and_a_day_are_an_error_whatever_their_names_say(write: Write, faults: Faults) -> None:
    write("2019-01-01-foo.md", post(date="2026-01-01"))
    write("2019-05-10-foo.md", post(date="2026-01-01 10:00"))
    assert faults() == ["2019-05-10-foo.md:1: slug 'foo' is already taken by 2019-01-01-foo.md"]


def test_a_post_without_a_date_in_its_name_keeps_its_address(write: Write, library: Read) -> None:
    write("weekly.md", post())
    write("2025-05-06-weekly.md", post(date="2025-05-06"))
    assert [url for url, _ in addresses(library()).values()] == ["/blog/2025-05-06-weekly", "/blog/weekly"]


def test_a_draft_does_not_change_the_address_of_a_published_post(write: Write, library: Read) -> None:
    write("2024-05-06-weekly.md", post())
    write("2025-05-06-weekly.md", post("draft: true\n", "2025-05-06"))
    assert [url for url, _ in addresses(library()).values()] == ["/blog/weekly", "/blog/2025-05-06-weekly"]


def test_two_posts_of_one_name_and_no_date_are_an_error(write: Write, faults: Faults) -> None:
    write("a.md", post("permalink: /one\n"))
    write("2026/a.md", post("permalink: /two\n"))
    assert faults() == ["a.md:1: slug 'a' is already taken by 2026/a.md"]


@pytest.mark.parametrize(
    ("pattern", "urls"),
    [
        ("/:year/:month/:slug/", ["/2024/05/weekly", "/2025/05/weekly"]),
        ("/:slug", ["/2024-05-06-weekly", "/2025-05-06-weekly"]),
        ("/posts/:title.html", ["/posts/hello", "/posts/other"]),
    ],
)
def test_the_site_has_a_pattern_of_addresses(
    write: Write, library: Read, faults: Faults, pattern: str, urls: list[str]
) -> None:
    write("site.yaml", f"permalink: {pattern}\n")
    write("2024-05-06-weekly.md", post(date="2024-05-06"))
    write("2025-05-06-weekly.md", post(date="2025-05-06").replace("Hello", "Other"))
    write("pages/about.md", "---\ntitle: About\n---\n")
    found = addresses(library())
    assert [url for url, _ in found.values()] == [*urls, "/about"]
    assert found["2024-05-06-weekly.md"][1] == ("/blog/2024-05-06-weekly",)
    assert len(faults()) == (2 if pattern == "/:slug" else 0)


@pytest.mark.parametrize(
    "pattern", ["/:year/", "/../:slug", "https://evil.example/:slug", "/tags/:slug", "/:where/:slug"]
)
def test_a_pattern_that_cannot_be_is_an_error(write: Write, faults: Faults, pattern: str) -> None:
    write("a.md", post())
    write("site.yaml", f"title: x\npermalink: {pattern}\n")
    (fault,) = faults()
    assert fault.startswith("site.yaml:2: permalink: ")


@pytest.mark.parametrize(
    ("more", "url", "redirects"),
    [
        pytest.param("permalink: /2019/Hello/\n", "/2019/hello", ("/blog/a",), id="permalink"),
        pytest.param("url: x/y.html\n", "/x/y", ("/blog/a",), id="url"),
        pytest.param("path: /größe\n", "/gr%C3%B6%C3%9Fe", ("/blog/a",), id="umlaut"),
        pytest.param("permalink: /blog/:year/:slug\n", "/blog/2026/a", ("/blog/a",), id="tokens"),
        pytest.param("permalink: /blog/a/\n", "/blog/a", (), id="the-usual-one"),
        pytest.param("permalink: /x\naliases: [/x, /y]\n", "/x", ("/y", "/blog/a"), id="alias-of-itself"),
        pytest.param("slug: v1.2\n", "/blog/v1-2", ("/blog/v1.2",), id="slug-with-a-dot"),
        pytest.param("slug: MyPost\n", "/blog/mypost", (), id="capitals"),
    ],
)
def test_a_text_has_the_address_that_it_names(
    write: Write, library: Read, more: str, url: str, redirects: tuple[str, ...]
) -> None:
    write("a.md", post(more))
    assert addresses(library()) == {"a.md": (url, redirects)}


def test_an_underscore_in_a_name_redirects_from_the_hyphen(write: Write, library: Read) -> None:
    write("how_to.md", post())
    write("b_c.md", post())
    write("b-c.md", post())
    assert addresses(library()) == {
        "how_to.md": ("/blog/how_to", ("/blog/how-to",)),
        "b_c.md": ("/blog/b_c", ()),
        "b-c.md": ("/blog/b-c", ()),
    }


@pytest.mark.parametrize(
    "permalink", ["/../x", "//evil.example", "https://evil.example/x", "/{{ slug }}/", "/tags", "pretty/:x"]
)
def test_a_permalink_that_cannot_be_is_ignored_with_a_warning(
    write: Write, library: Read, faults: Faults, permalink: str
) -> None:
    write("a.md", post(f"permalink: '{permalink}'\n"))
    assert addresses(library()) == {"a.md": ("/blog/a", ())}
    (fault,) = faults()
    assert fault.startswith("a.md:4: permalink is ignored: ")


def test_two_texts_at_one_permalink_are_an_error(write: Write, faults: Faults) -> None:
    write("a.md", post("permalink: /x\n"))
    write("b.md", post("permalink: /X/\n"))
    write("pages/p.md", "---\ntitle: P\nurl: /x\n---\n")
    assert faults() == [
        "b.md:4: address '/x' is already taken by a.md",
        "pages/p.md:3: address '/x' is already taken by a.md",
    ]


def test_a_text_that_is_not_written_by_eleventy_is_a_draft(write: Write, library: Read) -> None:
    write("a.md", post("permalink: false\n"))
    assert [draft.slug for draft in library().drafts] == ["a"]


def test_links_to_both_addresses_of_a_post_are_known(write: Write, faults: Faults) -> None:
    write("a.md", post("permalink: /2019/a\n"))
    write("b.md", post() + "[one](/2019/a) [two](/blog/a) [three](a.md) [four](/2019/a.md)\n")
    assert faults() == []


def test_another_pattern_gives_other_addresses_without_parsing_again(write: Write, folder: Path) -> None:
    parsed: ParsedTexts = {}
    write("a.md", post())
    first = load(folder, parsed).library
    write("site.yaml", "permalink: /:year/:slug\n")
    second = load(folder, parsed).library
    assert [first.posts[0].url, second.posts[0].url] == ["/blog/a", "/2026/a"]
    assert second.posts[0].document is first.posts[0].document
    (folder / "site.yaml").unlink()
    assert load(folder, parsed).library.posts[0] is first.posts[0]


def test_an_address_in_static_is_an_error(write: Write, folder: Path) -> None:
    write("a.md", post("permalink: /x.txt\n"))
    write("static/x.txt", "words")
    with pytest.raises(ContentError, match=r"address '/x.txt' is already taken by static/x.txt"):
        load(folder)
