"""Definition lists of PHP Markdown Extra."""

import pytest

from blog.content.extensions import Extensions
from blog.content.markdown import parse


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("T *x*\n: d", "<dt>T <em>x</em></dt>\n<dd>d</dd>\n"),
        ("T\n: d\n: e", "<dt>T</dt>\n<dd>d</dd>\n<dd>e</dd>\n"),
        ("T\nU\n: d", "<dt>T</dt>\n<dt>U</dt>\n<dd>d</dd>\n"),
        ("T\n: d\n\nU\n: e", "<dt>T</dt>\n<dd>d</dd>\n<dt>U</dt>\n<dd>e</dd>\n"),
        ("T\n\n: d", "<dt>T</dt>\n<dd><p>d</p>\n</dd>\n"),
        ("T\n:   d\n    e\nf", "<dt>T</dt>\n<dd>d\ne\nf</dd>\n"),
        ("T\n:   d\n\n    e", "<dt>T</dt>\n<dd><p>d</p>\n<p>e</p>\n</dd>\n"),
        ("T\n: - a\n  - b", "<dt>T</dt>\n<dd><ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</dd>\n"),
    ],
)
def test_a_term_and_its_definitions_are_a_list(text: str, shown: str) -> None:
    document = parse(text)
    assert document.markup == f"<dl>\n{shown}</dl>\n"
    assert document.remarks == ()
    assert "<dl>" not in parse(text, extensions=Extensions(definition_lists=False)).markup


def test_what_follows_a_definition_list_is_not_in_it() -> None:
    assert parse("T\n: d\n\nafter").markup == "<dl>\n<dt>T</dt>\n<dd>d</dd>\n</dl>\n<p>after</p>\n"


@pytest.mark.parametrize(
    "text", [": d", "a\n:d", "## H\n: d", "```\na\n: d\n```", "a\n:", "- a\n\n- b\n: c", "a : b", "    a\n    : b"]
)
def test_a_colon_elsewhere_is_text(text: str) -> None:
    assert parse(text).markup == parse(text, extensions=Extensions(definition_lists=False)).markup


def test_definition_lists_stand_in_quotes_lists_and_alerts() -> None:
    for text in ("> T\n> : d", "- T\n  : d", "> [!NOTE]\n> T\n> : d", ":::note\nT\n: d\n:::"):
        assert "<dl>\n<dt>T</dt>\n<dd>d</dd>\n</dl>" in parse(text).markup, text


def test_footnotes_work_in_terms_and_definitions() -> None:
    document = parse("T[^1]\n: d[^2]\n\n[^1]: x\n[^2]: y\n")
    assert document.remarks == ()
    assert document.markup.count('class="footnote-ref"') == 2


def test_the_words_of_a_definition_list_count() -> None:
    assert parse("One two\n: three four\n").words == 4
