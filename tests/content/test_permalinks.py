"""Permalinks: patterns of addresses, and what they are not."""

import pytest

from blog.content.permalinks import expand, parse_pattern

VALUES = {"year": "2026", "month": "03", "day": "01", "slug": "hello", "title": "hello-you"}


@pytest.mark.parametrize(
    ("permalink", "path"),
    [
        ("/:year/:month/:slug/", "/2026/03/hello"),
        ("/:year-:month-:day/:title.html", "/2026-03-01/hello-you"),
        ("posts/:slug/index.html", "/posts/hello"),
        ("/2019/Old%20Name", "/2019/old name"),
        ("/größe/", "/größe"),
        ("/blog/:year/:slug", "/blog/2026/hello"),
    ],
)
def test_a_permalink_is_a_canonical_path(permalink: str, path: str) -> None:
    assert expand(permalink, VALUES) == path


@pytest.mark.parametrize(
    ("permalink", "problem"),
    [
        ("/", "is not the path of a text"),
        ("/index.html", "is not the path of a text"),
        ("", "is not the path of a text"),
        ("/../:slug", "is not the path of a text"),
        ("/%2e%2e/:slug", "is not the path of a text"),
        ("/./:slug", "is not the path of a text"),
        ("//evil.example/:slug", "is not the path of a text"),
        ("/a//:slug", "is not the path of a text"),
        ("/hello.md", "is not the path of a text"),
        ("https://evil.example/:slug", "is not the path of a text"),
        ("javascript:alert", "contains :alert"),
        ("/:categories/:slug", "contains :categories; known are :year, :month, :day, :slug, :title"),
        ("/{{ page.fileSlug }}/", "is not a path of this site"),
        ("/a?b", "is not a path of this site"),
        ("/a#b", "is not a path of this site"),
        ("/a\\b", "is not a path of this site"),
        ("/a%0ab", "is not a path of this site"),
        ("/a%3Fb", "is not a path of this site"),
        ("/archive/:year", "is among the service's own paths"),
        ("/blog/tag/:slug", "is among the service's own paths"),
        ("/rss", "is among the service's own paths"),
    ],
)
def test_what_is_no_path_of_a_text_is_refused(permalink: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace("{", r"\{")):
        expand(permalink, VALUES)


@pytest.mark.parametrize("pattern", ["/:year/:month/", "/posts", "/:slug/../x", "/api/:slug", "/:slugs/"])
def test_a_pattern_of_all_posts_must_tell_them_apart(pattern: str) -> None:
    with pytest.raises(ValueError, match=r":slug|own paths|not the path"):
        parse_pattern(pattern)
