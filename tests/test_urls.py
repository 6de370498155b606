"""Paths of the site."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog import urls


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("", "/"),
        ("//", "/"),
        ("/Blog/Hello/", "/blog/hello"),
        ("/blog///", "/blog"),
        ("/GRÖSSE", "/grösse"),
    ],
)
def test_a_path_has_one_canonical_form(path: str, canonical: str) -> None:
    assert urls.canonical(path) == canonical


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_the_canonical_form_is_stable(path: str) -> None:
    assert urls.canonical(urls.canonical(path)) == urls.canonical(path)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_decoding_reverses_encoding(slug: str) -> None:
    assert urls.decoded(urls.text(urls.PAGE, slug)) == f"/{slug}"
    assert urls.post(slug).isascii()


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "///evil.example"])
def test_an_encoded_path_never_leads_to_another_host(path: str) -> None:
    assert not urls.encoded(path).startswith(("//", "/\\"))


def test_the_first_page_of_the_list_is_at_blog() -> None:
    assert [urls.listing(number) for number in (1, 2)] == ["/blog", "/blog/page/2"]
