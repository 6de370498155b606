"""Parsing one file into a post or a page."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from blog.content.front_matter import FrontMatterError
from blog.content.text_parser import parse_page, parse_post

FRONT_MATTER = "---\ntitle: Hello\ndate: 2026-03-01\n---\n"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("hello-world.md", "hello-world", id="plain"),
        pytest.param("2026-03-01-hello.md", "hello", id="jekyll-date"),
        pytest.param("2026-03-hello.md", "2026-03-hello", id="half-a-date"),
        pytest.param("Hello World!.md", "hello-world", id="made-a-slug"),
        pytest.param("how_i_built_it.md", "how_i_built_it", id="underscores"),
        pytest.param("2026-03-01.md", "2026-03-01", id="only-a-date"),
        pytest.param("2026-3-1-hello.md", "hello", id="date-without-zeros"),
        pytest.param("2026-13-01-hello.md", "2026-13-01-hello", id="not-a-date"),
        pytest.param("2026/03-01-hello.md", "hello", id="folder-of-a-year"),
        pytest.param("2026/03/01/hello.md", "hello", id="folders-of-a-day"),
        pytest.param("topics/deep/down/hello.markdown", "hello", id="sorting-folders"),
        pytest.param("hello/index.MDX", "hello", id="bundle"),
        pytest.param("2026-03-01-hello/index.md", "hello", id="dated-bundle"),
        pytest.param("hello.fr.md", "hello-fr", id="language"),
        pytest.param("hello/index.pt-br.md", "hello-pt-br", id="language-of-a-bundle"),
        pytest.param("node.js.md", "node-js", id="not-a-language"),
        pytest.param("größe.md", "größe", id="umlaut"),
    ],
)
def test_the_default_slug_comes_from_the_files_name(name: str, slug: str) -> None:
    assert parse_post(PurePosixPath(name), FRONT_MATTER).slug == slug


def test_a_slug_in_the_front_matter_takes_precedence() -> None:
    text = FRONT_MATTER.replace("date", "slug: other\ndate")
    assert parse_post(PurePosixPath("hello.md"), text).url == "/blog/other"


@pytest.mark.parametrize("name", ["!?.md", "_.md", "2026-03-01-!.md"])
def test_a_name_without_letters_needs_a_slug(name: str) -> None:
    with pytest.raises(FrontMatterError, match="give it a slug"):
        parse_post(PurePosixPath(name), FRONT_MATTER)


def test_a_heading_that_repeats_the_title_is_removed() -> None:
    post = parse_post(PurePosixPath("hello.md"), FRONT_MATTER + "# Hello\n\nText.\n")
    assert post.document.markup == "<p>Text.</p>\n"


def test_a_description_is_made_from_the_first_paragraph() -> None:
    post = parse_post(PurePosixPath("hello.md"), FRONT_MATTER + "word " * 100)
    assert post.description.endswith("word…")
    assert len(post.description) <= 201


@pytest.mark.parametrize(
    ("end", "body"),
    [
        pytest.param("Text.\n", "Text.\n", id="text"),
        pytest.param("a\n---\nb", "a\n---\nb", id="a-rule-in-it"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_body_is_the_text_after_the_front_matter(end: str, body: str) -> None:
    assert parse_post(PurePosixPath("hello.md"), FRONT_MATTER + end).body == body


def test_a_file_that_ends_with_its_front_matter_has_an_empty_body() -> None:
    assert parse_post(PurePosixPath("hello.md"), FRONT_MATTER.rstrip("\n")).body == ""


def test_a_post_has_the_time_of_its_last_update() -> None:
    text = FRONT_MATTER.replace("date", "updated: 2026-04-01\ndate")
    assert parse_post(PurePosixPath("hello.md"), text).modified == datetime(2026, 4, 1, tzinfo=UTC)
    assert parse_post(PurePosixPath("hello.md"), FRONT_MATTER).modified == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("pages/about.md", "/about"),
        ("pages/about/index.md", "/about"),
        ("pages/Guide/First steps.md", "/guide/first-steps"),
        ("pages/guide/setup/index.mdx", "/guide/setup"),
    ],
)
def test_the_path_of_a_page_is_its_address(name: str, url: str) -> None:
    assert parse_page(PurePosixPath(name), "---\ntitle: About\n---\n").url == url


@pytest.mark.parametrize(
    "name", ["blog", "api", "tags", "rss", "assets", "search", "metrics", "og", "rum", "archive", "series"]
)
def test_a_page_cannot_have_a_reserved_path(name: str) -> None:
    with pytest.raises(FrontMatterError, match="is reserved for the service"):
        parse_page(PurePosixPath(f"pages/{name}.md"), "---\ntitle: x\n---\n")
    with pytest.raises(FrontMatterError, match="is reserved for the service"):
        parse_page(PurePosixPath(f"pages/{name}/deeper.md"), "---\ntitle: x\n---\n")


def test_aliases_are_canonical_paths() -> None:
    text = FRONT_MATTER.replace("date", "aliases: [/Old/Hello/, Former]\ndate")
    assert parse_post(PurePosixPath("hello.md"), text).aliases == ("/old/hello", "/blog/former")


@pytest.mark.parametrize(
    ("text", "title", "markup"),
    [
        pytest.param("# From *above*\n\nText.\n", "From above", "<p>Text.</p>\n", id="first-heading"),
        pytest.param("From above\n===\n\nText.\n", "From above", "<p>Text.</p>\n", id="underlined"),
        pytest.param("+++\ndate = 2026-03-01\n+++\n\n# `a` and b\n", "a and b", "", id="code"),
    ],
)
def test_a_text_without_a_title_has_that_of_its_first_heading(text: str, title: str, markup: str) -> None:
    post = parse_post(PurePosixPath("2026-03-01-file.md"), text)
    assert (post.title, post.document.markup, post.remarks) == (title, markup, ())


@pytest.mark.parametrize(
    ("name", "title"), [("2026-03-01-how_i_built-it.md", "How i built it"), ("2026-03-01/über.md", "Über")]
)
def test_a_text_without_a_title_and_a_heading_has_its_files_name_and_a_remark(name: str, title: str) -> None:
    post = parse_post(PurePosixPath(name), "Text.\n")
    assert post.title == title
    assert [remark.problem for remark in post.remarks] == [
        f"has neither a title nor a heading; its title is {title!r}, by the file's name"
    ]


@pytest.mark.parametrize(
    ("written", "slug", "said"),
    [
        pytest.param("MyPost", "mypost", [], id="capitals"),
        pytest.param("my_post", "my_post", [], id="underscore"),
        pytest.param("/my-post/", "my-post", [], id="slashes"),
        pytest.param("v1.2 Final", "v1-2-final", ["slug 'v1.2 Final' is 'v1-2-final' in the address"], id="others"),
        pytest.param("../../etc", "etc", ["slug '../../etc' is 'etc' in the address"], id="climbs"),
    ],
)
def test_a_slug_is_made_fit_for_an_address(written: str, slug: str, said: list[str]) -> None:
    post = parse_post(PurePosixPath("hello.md"), FRONT_MATTER.replace("date", f"slug: {written}\ndate"))
    assert (post.slug, [remark.problem for remark in post.remarks]) == (slug, said)


@pytest.mark.parametrize(
    ("name", "more", "lang", "slug"),
    [
        ("hello.fr.md", "", "fr", "hello-fr"),
        ("hello/index.pt-br.md", "", "pt-br", "hello-pt-br"),
        ("hello.fr.md", "slug: salut\n", "fr", "salut"),
        ("hello.fr.md", "lang: de\n", "de", "hello-fr"),
        ("hello.js.md", "", None, "hello-js"),
    ],
)
def test_a_name_may_end_with_a_language(name: str, more: str, lang: str | None, slug: str) -> None:
    post = parse_post(PurePosixPath(name), FRONT_MATTER.replace("date", f"{more}date"))
    assert (post.lang, post.slug, post.remarks) == (lang, slug, ())
