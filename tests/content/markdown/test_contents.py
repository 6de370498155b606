"""Tables of contents within a text."""

import pytest

from blog.content.document import word
from blog.content.extensions import Extensions
from blog.content.markdown import parse

TEXT = "\n\n## A *b*\n\n### C\n\n## D\n"


@pytest.mark.parametrize("marker", ["[TOC]", "[toc]", "[[toc]]", "[[_TOC_]]", "{{toc}}", "{{ toc }}"])
def test_a_marker_in_a_paragraph_of_its_own_is_a_table_of_contents(marker: str) -> None:
    document = parse(marker + TEXT)
    links = "<ul>\n<li><a \0000\0>A b</a>\n<ul>\n<li><a \0001\0>C</a></li>\n</ul>\n</li>\n<li><a \0002\0>D</a></li>\n</ul>\n"
    opened = f'<nav class="contents" aria-label="{word("contents")}">\n'
    assert document.markup.startswith(opened + links + '</nav>\n<h2 id="a-b">')
    assert [(it.kind, it.target, it.line) for it in document.references] == [
        ("link", f"#{it}", 1) for it in ("a-b", "c", "d")
    ]
    assert (document.remarks, document.words, document.summary) == ((), 4, "")


@pytest.mark.parametrize("marker", ["[TOC]", "[[toc]]", "[[_TOC_]]", "{{toc}}"])
def test_a_site_without_tables_of_contents_shows_the_marker_with_a_warning(marker: str) -> None:
    document = parse(marker + TEXT, extensions=Extensions(toc=False))
    assert "<nav" not in document.markup
    assert [remark.line for remark in document.remarks] == [1]


@pytest.mark.parametrize(
    "text", ["`[TOC]`", r"\[TOC]", "    [TOC]", "See [TOC]", "[TOC]\n\n[toc]: /x", "```\n[TOC]\n```"]
)
def test_what_only_looks_like_a_marker_is_none(text: str) -> None:
    assert "<nav" not in parse(text + TEXT).markup


def test_a_second_table_and_one_without_headings_are_warnings() -> None:
    assert [remark.line for remark in parse(f"[TOC]{TEXT}\n[TOC]\n").remarks] == [9]
    document = parse("a\n\n[TOC]\n")
    assert document.markup == "<p>a</p>\n"
    assert [remark.line for remark in document.remarks] == [3]


def test_levels_that_are_skipped_and_left_give_lists_that_are_closed() -> None:
    markup = parse("[TOC]\n\n#### A\n\n## B\n\n##### C\n\n### D\n\n# E\n").markup
    assert markup.count("<ul>") == markup.count("</ul>")
    assert markup.count("<li>") == markup.count("</li>") == 5
