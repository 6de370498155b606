"""404 pages that help."""

import pytest

from blog.render.edition import Edition


@pytest.mark.parametrize(
    ("path", "near"),
    [
        pytest.param("/blog/helo", "/blog/hello", id="a-letter-less"),
        pytest.param("/blog/hello.html", "/blog/hello", id="html"),
        pytest.param("/2019/HELLO/", "/blog/hello", id="elsewhere-and-upper-case"),
        pytest.param("/abuot", "/about", id="page"),
        pytest.param("/blog/elsewher-e", "/blog/elsewhere", id="hyphen"),
    ],
)
def test_the_nearest_posts_are_suggested(edition: Edition, path: str, near: str) -> None:
    body = edition.not_found.answer(path).body.decode()
    assert "Did you mean" in body
    assert f'href="{near}"' in body.partition("Did you mean")[2]


@pytest.mark.parametrize(
    "path",
    ["/qqqqqq", "/", "", "/wp-login.php", "/" + "a" * 8000, "/\0", "/<script>alert(1)</script>", "/%00", "/日本"],
)
def test_nothing_is_suggested_for_nonsense(edition: Edition, path: str) -> None:
    assert edition.not_found.answer(path) is edition.not_found.answer("/x1")


def test_the_page_is_not_indexed_and_has_no_gap(edition: Edition) -> None:
    page = edition.not_found.answer("/x1").body.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "<!-- suggestions -->" not in page
