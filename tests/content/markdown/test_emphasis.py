"""Words between two equals signs are marked."""

import pytest

from blog.content.extensions import Extensions
from blog.content.markdown import parse


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a ==b== c", "a <mark>b</mark> c"), ("==b *c*==", "<mark>b <em>c</em></mark>"), ("*==b==*", "<em><mark>b</mark></em>"),
        ("这是==重点==内容", "这是<mark>重点</mark>内容"), ("==b==s", "<mark>b</mark>s"), ("(==b==)", "(<mark>b</mark>)"), ("==a\nb==", "<mark>a\nb</mark>"),
    ],
)  # fmt: skip
def test_words_between_two_equals_signs_are_marked(text: str, shown: str) -> None:
    assert parse(text).markup == f"<p>{shown}</p>\n"
    assert "mark" not in parse(text, extensions=Extensions(mark=False)).markup


@pytest.mark.parametrize(
    "text", ["a == b", "a==b && c==d", "===b===", "=b=", "== b ==", r"\==b==", "`==b==`", "==", "====", "==b", "a = b", "[x](/==b==)"]
)  # fmt: skip
def test_other_equals_signs_stay(text: str) -> None:
    assert parse(text).markup == parse(text, extensions=Extensions(mark=False)).markup


def test_marked_words_count_and_give_a_heading_its_id() -> None:
    document = parse("## Some ==marked== words\n\nAnd ==more==.\n")
    assert [heading.anchor for heading in document.headings] == ["some-marked-words"]
    assert (document.words, document.summary) == (5, "And more.")
