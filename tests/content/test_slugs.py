"""Slugs and heading ids."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.content.slugs import Anchors, anchor, is_slug, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        pytest.param("Head Sampling", "head-sampling", id="words"),
        pytest.param("Größe & Gewicht", "größe-and-gewicht", id="umlauts"),
        pytest.param("C++", "c-plus-plus", id="plus"),
        pytest.param("C#", "c-sharp", id="sharp"),
        pytest.param("日本語 ブログ", "日本語-ブログ", id="japanese"),
        pytest.param("  --a__b--  ", "a-b", id="edges"),
        pytest.param("e\u0301te\u0301", "été", id="combining-marks"),
        pytest.param("../../etc/passwd", "etc-passwd", id="path"),
        pytest.param("!?", "", id="nothing-left"),
    ],
)
def test_a_slug_is_made_of_letters_and_digits(text: str, slug: str) -> None:
    assert slugify(text) == slug


@pytest.mark.parametrize("text", ["A", "a b", "-a", "a-", "a--b", "", "a/b", "a.b", "e\u0301", "a\n"])
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_a_made_slug_is_a_slug_or_nothing(text: str) -> None:
    made = slugify(text)
    assert made == "" or is_slug(made)
    assert slugify(made) == made


def test_an_anchor_is_made_as_github_makes_it() -> None:
    assert anchor("What's new in 3.11?") == "whats-new-in-311"
    assert anchor("A & B") == "a--b"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["Setup", "Setup 1", "Setup 1 1", "?", "setup-1", ""]), max_size=12))
def test_anchors_are_unique(headings: list[str]) -> None:
    anchors = Anchors()
    taken = [anchors.take(heading) for heading in headings]
    assert len(set(taken)) == len(taken)
    assert all(name and " " not in name for name in taken)
