"""Abbreviations and their explanations."""

import pytest

from blog.content.extensions import Extensions
from blog.content.markdown import parse

DEFINITIONS = "\n\n*[HTML]: Hyper <Text>\n*[W3C]: World Wide Web Consortium\n*[e.g.]: for example\n*[W3C HTML]: Both\n"
HTML = '<abbr title="Hyper &lt;Text&gt;">HTML</abbr>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The HTML.", f"The {HTML}."), ("**HTML**", f"<strong>{HTML}</strong>"), ("[HTML](/x)", f"<a \0000\0>{HTML}</a>"),
        ("XHTML HTML5 html", "XHTML HTML5 html"), ("`HTML`", "<code>HTML</code>"), ("HTML's", f"{HTML}'s"), ("e.g. so", '<abbr title="for example">e.g.</abbr> so'),
        ("W3C HTML", '<abbr title="Both">W3C HTML</abbr>'), ("<i title='HTML'>x</i>", '<i title="HTML">x</i>'), ("https://HTML.org", "<a \0000\0>https://HTML.org</a>"),
    ],
)  # fmt: skip
def test_each_abbreviation_is_explained(text: str, shown: str) -> None:
    document = parse(text + DEFINITIONS)
    assert document.markup.replace("title='HTML'", 'title="HTML"') == f"<p>{shown}</p>\n"
    assert document.remarks == ()


def test_a_definition_may_stand_before_between_and_in_other_blocks() -> None:
    for text in (
        "*[HTML]: Hyper\n\nHTML",
        "HTML\n*[HTML]: Hyper\nmore",
        "> *[HTML]: Hyper\n\nHTML",
        "HTML\n\n- a\n\n*[HTML]: Hyper",
    ):
        assert '<abbr title="Hyper">HTML</abbr>' in parse(text).markup, text
        assert "*[" not in parse(text).markup


@pytest.mark.parametrize(
    "text", ["*[note]: in italics*", "* [x]\n* [y]", "`*[HTML]: x`", "    *[HTML]: x", "```\n*[HTML]: x\n```"]
)
def test_what_only_looks_like_a_definition_is_none(text: str) -> None:
    assert parse(text).markup == parse(text, extensions=Extensions(abbreviations=False)).markup


def test_a_site_without_abbreviations_shows_them_as_text() -> None:
    assert "abbr" not in parse("HTML" + DEFINITIONS, extensions=Extensions(abbreviations=False)).markup


def test_explanations_have_no_more_characters_than_the_text_may_have() -> None:
    document = parse("*[a]: " + "x" * 1000 + "\n\n" + "a " * 1000 + "\n")
    assert document.markup.count("<abbr") == 100
    assert [remark.line for remark in document.remarks] == [3]
