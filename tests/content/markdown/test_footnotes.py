"""Footnotes: what the note says, and what an author is told."""

import re

import pytest

from blog.content.markdown import parse


def _notes(text: str) -> list[str]:
    return re.findall(r'<li id="_fn-\d+">(.*?)</li>', parse(text).markup, re.DOTALL)


@pytest.mark.parametrize(
    "definition",
    [
        "[^1]: one\ntwo", "[^1]: one\n      two", "[^1]:\n    one two", "[^1]: one\n\n        two\n", "- x\n[^1]: one two", "- x\n\n  [^1]: one two",
        "> [^1]: one two", "> - [^1]: one\n> two", "[^1]:\tone two", "> [!NOTE]\n> x\n>\n> [^1]: one two", "> [!tip]\n> [^1]: one two",
        "- [ ] x\n\n  [^1]: one two", "1. - [x] x\n\n     > [!WARNING]\n     > x\n     >\n     > [^1]: one two",
    ],
)  # fmt: skip
def test_a_note_is_whole_wherever_it_is_defined(definition: str) -> None:
    (note,) = _notes(f"a[^1]\n\n{definition}\n")
    assert "one" in note
    assert "two" in note
    assert "two" not in parse(f"a[^1]\n\n{definition}\n").markup.partition("<section")[0]


def test_a_note_that_only_a_note_cites_is_there_too() -> None:
    assert len(_notes("a[^1]\n\n[^1]: b[^2]\n[^2]: c\n")) == 2


def test_a_note_that_nothing_leads_to_is_dropped() -> None:
    (note,) = _notes("a[^1]\n\n[^1]: b\n[^2]: c[^3]\n[^3]: d\n")
    assert note.startswith("<p>b ")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a\n\n[^1]: b\n", 3, "footnote [^1] is never cited, and is not shown"),
        ("a[^1]\n\n[^1]: b\n\n> [^1]: c\n", 5, "footnote [^1] is defined before, and is not shown again"),
        ("a[^1]\n\n[^1]: b\n\n> [!NOTE]\n> [^Größe]: c\n", 6, "footnote [^Größe] is never cited, and is not shown"),
    ],
)
def test_a_note_that_no_reader_sees_is_remarked_with_its_line(text: str, line: int, problem: str) -> None:
    assert [(remark.line, remark.problem) for remark in parse(text).remarks] == [(line, problem)]


def test_a_citation_in_alternative_text_leads_to_no_note() -> None:
    document = parse("![a[^1]](a.svg) b[^1]\n\n[^1]: x\n")
    assert document.markup.count("footnote-back") == 1
    assert all(document.has_anchor(it.target[1:]) for it in document.references if it.kind == "link")


def test_a_note_cited_twice_has_two_ways_back() -> None:
    document = parse("a[^1] b[^1]\n\n[^1]: x\n")
    assert document.markup.count("footnote-back") == 2
    assert {"_fnref-1", "_fnref-1-2", "_fn-1"} <= document.anchors


def test_every_reference_of_a_note_finds_its_anchor() -> None:
    document = parse("a[^1]\n\n[^1]: b[^2] [^1]\n[^2]: c[^1]\n")
    assert all(document.has_anchor(found.target.removeprefix("#")) for found in document.references)


def test_a_citation_of_nothing_is_remarked_with_its_line() -> None:
    ((line, problem),) = [(found.line, found.problem) for found in parse("a\n\nb [^nope] c\n").remarks]
    assert line == 3
    assert "[^nope]" in problem


def test_the_words_of_the_markup_can_be_given() -> None:
    words = {"footnote": "Fußnote {}", "footnotes": "Fußnoten", "back": "Zurück"}
    document = parse("a[^1]\n\n[^1]: x\n")
    html = document.html(lambda _: "", lambda key, number: words[key].format(number))
    assert all(text in html for text in ("Fußnote 1", "Fußnoten", "Zurück"))
