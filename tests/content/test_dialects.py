"""Posts as other programs have them, read where they stand: tests/content/dialects."""

from datetime import date
from pathlib import Path

import pytest

from blog.content.loader import load
from blog.content.post import Image, Post, TextAuthor

FOLDER = Path(__file__).parent / "dialects"
# Of each post: its address, title, date, last update, tags and description.
READ = {
    "2024-05-06-jekyll.md": (
        "/blog/jekyll", "Read from Jekyll", "2024-05-06", "2024-06-01", ("caches", "operations", "notes"), "Words of Jekyll, with a link."
    ),
    "hugo-yaml/index.md": ("/posts/from-hugo", "Read from Hugo", "2024-05-07", "2024-06-02", (), "Words of Hugo."),
    "hugo-toml.md": ("/blog/hugo-toml", "Read from Hugo, in TOML", "2024-05-08", None, ("caches", "queues", "moving"), "Words in TOML."),
    "hugo-json.md": (
        "/blog/hugo-json", "Read from Hugo, in JSON", "2024-05-15", "2024-06-06", ("caches", "1.10"), "Words in JSON, with {braces}."
    ),
    "2024-05-09-zola/index.md": ("/2024/05/09/zola", "Read from Zola", "2024-05-09", "2024-06-03", ("queues",), "Words of Zola"),
    "astro.mdx": ("/blog/astro", "Read from Astro", "2024-05-10", "2024-06-04", ("caches",), "Words of Astro"),
    "next.mdx": ("/blog/next", "Read from Next.js", "2024-05-11", None, (), "Words of Next.js"),
    "pelican.md": ("/blog/from_pelican", "Read from Pelican", "2024-05-12", "2024-06-05", ("caches", "queues", "Operations"), "Words of Pelican"),
    "2024/05/eleventy.md": ("/blog/eleventy", "Read from Eleventy", "2024-05-13", None, (), "Words."),
    "2024/05/14-plain.markdown": ("/blog/plain", "Read from a plain file", "2024-05-14", None, (), "Words without front matter."),
}  # fmt: skip
WARNINGS = {
    "2024-05-06-jekyll.md": ["unknown key 'layout'", "image '/assets/card.png' is not a picture"],
    "hugo-yaml/index.md": ["unknown key 'ShowToc'", "image 'cover.svg' is drawn by no social network"],
    "astro.mdx": ["unknown key 'featured'", "image '/card.png' is not a picture"],
    "next.mdx": ["image '/images/card.png' is not a picture"],
    "2024/05/eleventy.md": ["unknown key 'hashtag'", "permalink is ignored: '/writing/{{ page.fileSlug }}/'"],
}


@pytest.fixture(scope="module")
def posts() -> dict[str, Post]:
    return {str(post.file): post for post in load(FOLDER).library.posts}


@pytest.mark.parametrize("file", READ)
def test_a_post_of_another_program_is_read(posts: dict[str, Post], file: str) -> None:
    post = posts[file]
    updated = post.updated.date().isoformat() if post.updated else None
    read = (post.url, post.title, post.published.date().isoformat(), updated, post.tags, post.description)
    assert read == READ[file]


def test_every_file_is_read(posts: dict[str, Post]) -> None:
    assert set(posts) == set(READ)


def test_what_is_not_understood_is_a_warning() -> None:
    found: dict[str, list[str]] = {}
    for fault in load(FOLDER).warnings:
        found.setdefault(str(fault.file.relative_to(FOLDER)), []).append(fault.problem)
    assert set(found) == set(WARNINGS)
    for file, starts in WARNINGS.items():
        assert len(found[file]) == len(starts), found[file]
        assert all(any(problem.startswith(start) for problem in found[file]) for start in starts), found[file]


@pytest.mark.parametrize(
    ("file", "redirects"),
    [
        ("2024-05-06-jekyll.md", ("/2024/05/06/jekyll.html",)),
        ("hugo-yaml/index.md", ("/old/from-hugo", "/blog/from-hugo")),
        ("2024-05-09-zola/index.md", ("/posts/zola", "/blog/zola")),
        ("pelican.md", ()),
    ],
)
def test_old_addresses_redirect(posts: dict[str, Post], file: str, redirects: tuple[str, ...]) -> None:
    assert posts[file].redirects == redirects


def test_pictures_authors_and_places_are_read(posts: dict[str, Post]) -> None:
    assert posts["2024-05-06-jekyll.md"].image == Image("/assets/card.png", "A card")
    assert posts["hugo-yaml/index.md"].image == Image("cover.svg", "Two boxes")
    assert (posts["hugo-yaml/index.md"].series, posts["hugo-yaml/index.md"].order) == ("Moving", 3)
    assert posts["2024-05-09-zola/index.md"].authors == (TextAuthor("Ada", ""), TextAuthor("Bo", ""))
    assert posts["hugo-toml.md"].authors == (TextAuthor("Bo", ""),)
    assert [author.name for author in posts["pelican.md"].authors] == ["Ada Lovelace", "Doe, Jo"]


def test_other_keys_are_kept(posts: dict[str, Post]) -> None:
    assert posts["hugo-toml.md"].extra == {"math": True}
    assert posts["2024-05-09-zola/index.md"].extra == {"release": True}
    assert posts["2024/05/eleventy.md"].extra == {"hashtag": "#moving"}


def test_a_heading_that_became_the_title_is_not_repeated(posts: dict[str, Post]) -> None:
    assert posts["2024/05/14-plain.markdown"].document.markup == "<p>Words without front matter.</p>\n"
    assert posts["2024/05/14-plain.markdown"].published.date() == date(2024, 5, 14)
