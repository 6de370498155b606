"""URLs of the targets that authors write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.document import Reference
from blog.content.library import Library, Resolver, is_external

Write = Callable[[str, str | bytes], Path]
Read = Callable[[], Library]

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


@pytest.fixture
def read(write: Write, library: Read) -> Library:
    write("a.svg", SVG)
    write("clip.mp4", b"moving")
    write("a.md", "---\ntitle: A\ndate: 2026-03-01\n---\n![x](a.svg) [y](clip.mp4)\n")
    write("größe.md", "---\ntitle: B\ndate: 2026-03-01\n---\n## Part\n")
    return library()


@pytest.mark.parametrize(
    ("target", "relative", "absolute"),
    [
        pytest.param("", "/blog/a", "https://b.example/blog/a", id="empty"),
        pytest.param("#part", "#part", "https://b.example/blog/a#part", id="fragment"),
        pytest.param("/tags", "/tags", "https://b.example/tags", id="path"),
        pytest.param(
            "größe.md#part", "/blog/gr%C3%B6%C3%9Fe#part", "https://b.example/blog/gr%C3%B6%C3%9Fe#part", id="file"
        ),
        pytest.param(
            "gr%C3%B6%C3%9Fe.md", "/blog/gr%C3%B6%C3%9Fe", "https://b.example/blog/gr%C3%B6%C3%9Fe", id="encoded"
        ),
        pytest.param("https://example.org", "https://example.org", "https://example.org", id="elsewhere"),
        pytest.param("mailto:a@b.example", "mailto:a@b.example", "mailto:a@b.example", id="mail"),
    ],
)
def test_a_target_is_resolved(read: Library, target: str, relative: str, absolute: str) -> None:
    post = read.posts[0]
    assert Resolver(read).url(post, target) == relative
    assert Resolver(read, "https://b.example").url(post, target) == absolute


def test_a_picture_has_its_size(read: Library) -> None:
    attributes = Resolver(read).attributes(read.posts[0], Reference("image", "a.svg", 1))
    assert attributes.startswith('src="/assets/a.')
    assert attributes.endswith('.svg" width="7" height="5"')


def test_a_video_has_no_size(read: Library) -> None:
    attributes = Resolver(read).attributes(read.posts[0], Reference("image", "clip.mp4", 1))
    assert "width" not in attributes


def test_a_url_is_escaped(read: Library) -> None:
    attributes = Resolver(read).attributes(read.posts[0], Reference("link", 'https://x.example/?a=1&b="', 1))
    assert attributes == 'href="https://x.example/?a=1&amp;b=&quot;"'


@pytest.mark.parametrize("target", ["https://a.example", "//a.example", "mailto:a@b.example", "http://[", "data:,x"])
def test_a_target_outside_the_site_is_external(target: str) -> None:
    assert is_external(target)


def test_an_image_address_is_only_the_url(read: Library) -> None:
    assert Resolver(read).attributes(read.posts[0], Reference("image address", "a.svg", 1)).startswith("/assets/a.")
