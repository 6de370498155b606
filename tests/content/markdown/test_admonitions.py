"""Admonitions of Docusaurus and of MkDocs."""

import pytest

from blog.content.extensions import Extensions
from blog.content.markdown import parse
from tests.english import label


def alert(kind: str, title: str, content: str) -> str:
    return f'<div class="alert alert-{kind}" role="note">\n<p class="alert-title">{title}</p>\n{content}</div>\n'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":::note\nx\n:::", alert("note", "Note", "<p>x</p>\n")),
        (":::tip My *own* title\n\nx\n\n:::", alert("tip", "My <em>own</em> title", "<p>x</p>\n")),
        (":::danger[Stop]\nx\n:::\nafter", alert("caution", "Stop", "<p>x</p>\n") + "<p>after</p>\n"),
        ("::: info\nx\n:::", alert("note", "Info", "<p>x</p>\n")),
        ('::: {.warning title="A b"}\nx\n:::', alert("warning", "A b", "<p>x</p>\n")),
        (":::note{.wide}\nx\n:::", alert("note", "Note", "<p>x</p>\n")),
        ("::::note\n:::tip\nx\n:::\ny\n::::", alert("note", "Note", alert("tip", "Tip", "<p>x</p>\n") + "<p>y</p>\n")),
        (":::note\n:::tip\nx\n:::\n:::", alert("note", "Note", alert("tip", "Tip", "<p>x</p>\n"))),
        (":::note\n\n    :::tip\n    x\n    :::\n\n:::", alert("note", "Note", alert("tip", "Tip", "<p>x</p>\n"))),
        ("  :::note\n  x\n  :::", alert("note", "Note", "<p>x</p>\n")),
        ("> :::note\n> x\n> :::", f"<blockquote>\n{alert('note', 'Note', '<p>x</p>' + chr(10))}</blockquote>\n"),
        (":::note\n<div>\nx\n</div>\n:::\ny", alert("note", "Note", "<div>\nx\n</div>\n") + "<p>y</p>\n"),
        ("words\n:::note\nx\n:::", "<p>words</p>\n" + alert("note", "Note", "<p>x</p>\n")),
        ('!!! note "T"\n    a\n\n    b\nc', alert("note", "T", "<p>a</p>\n<p>b</p>\n") + "<p>c</p>\n"),
        ("!!! failure\n\ta", alert("caution", "Failure", "<p>a</p>\n")),
        ("!!! my-own\n    a", alert("note", "My own", "<p>a</p>\n")),
        ("!!! note inline end 'T'\n    a", alert("note", "T", "<p>a</p>\n")),
        ("!!! note\n    !!! tip\n        a\n    b", alert("note", "Note", alert("tip", "Tip", "<p>a</p>\n") + "<p>b</p>\n")),
        ('!!! note ""\n    a', '<div class="alert alert-note" role="note" aria-label="Note">\n<p>a</p>\n</div>\n'),
        ("??? tip\n    a", '<details class="alert alert-tip">\n<summary class="alert-title">Tip</summary>\n<p>a</p>\n</details>\n'),
        ("???+ note 'T'\n    a", '<details class="alert alert-note" open>\n<summary class="alert-title">T</summary>\n<p>a</p>\n</details>\n'),
        (":::details More\na\n:::", '<details class="alert alert-note">\n<summary class="alert-title">More</summary>\n<p>a</p>\n</details>\n'),
    ],
)  # fmt: skip
def test_an_admonition_becomes_an_alert(text: str, shown: str) -> None:
    document = parse(text)
    assert document.html(lambda _: "", label) == shown
    assert document.remarks == ()


@pytest.mark.parametrize(
    "text",
    ["```\n:::note\nx\n:::\n```", "a :::note b", "    :::note", "!!! wow", "!!! note", "!!!\n    a", "??? what now", "Wait!!! note\n    a", "`!!! note`"],
)  # fmt: skip
def test_what_is_no_admonition_stays(text: str) -> None:
    assert parse(text).markup == parse(text, extensions=Extensions(admonitions=False)).markup
    assert "alert" not in parse(text).markup


@pytest.mark.parametrize("text", [":::note\nx\n:::", "::: {.warning}\nx\n:::", "::::tip T\nx\n::::"])
def test_a_site_without_admonitions_shows_them_as_text_with_a_warning(text: str) -> None:
    document = parse(text, extensions=Extensions(admonitions=False))
    assert "alert" not in document.markup
    assert [remark.line for remark in document.remarks] == [1]


def test_an_admonition_that_is_never_closed_is_shown_as_text_with_its_line() -> None:
    document = parse("a\n\n:::note T\nb\n\n## C\n")
    assert document.markup == '<p>a</p>\n<p>:::note T</p>\n<p>b</p>\n<h2 id="c">C</h2>\n'
    assert [remark.line for remark in document.remarks] == [3]


def test_a_directive_of_another_name_is_a_warning() -> None:
    assert [remark.line for remark in parse("a\n\n:::columns\nb\n:::").remarks] == [3]


def test_a_directive_of_another_name_does_not_end_the_admonition_around_it() -> None:
    document = parse(":::note\n\n:::columns\nb\n:::\n\nc\n:::\nd")
    assert (
        document.html(lambda _: "", label)
        == alert("note", "Note", "<p>:::columns\nb\n:::</p>\n<p>c</p>\n") + "<p>d</p>\n"
    )
    assert [remark.problem.split("'")[1] for remark in document.remarks] == [":::columns"]


def test_fences_lists_and_footnotes_work_within_an_admonition() -> None:
    document = parse(":::note A[^1]\n\n- a\n- b\n\n```text\n:::\n```\n:::\n\n[^1]: x\n")
    assert document.remarks == ()
    assert "<li>a</li>" in document.markup
    assert "<code>:::\n</code>" in document.markup.replace(' class="language-text"', "")
    assert document.markup.count("alert-title") == 1
    assert 'id="_fn-1"' in document.markup


def test_the_words_of_an_admonition_count_and_are_not_the_summary() -> None:
    document = parse(":::note Two words\nthree more words\n:::\n\nThe summary.\n")
    assert (document.words, document.summary) == (7, "The summary.")


def test_admonitions_nested_too_deep_are_text_with_a_remark() -> None:
    document = parse(":::note\n" * 60 + "x\n" + ":::\n" * 60)
    assert document.markup.count('<div class="alert') == 50
    assert next(remark.line for remark in document.remarks) == 51


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("> [!info] A *title*\n> b", "note", "A <em>title</em>"),
        ("> [!TIP] Try\n> b", "tip", "Try"),
        ("> [!danger]\n> b", "caution", None),
        ("> [!faq]- Why\n> b", "note", "Why"),
        ("> [!bug]+\n> b", "caution", None),
        ("> > [!success] Done\n> > b", "tip", "Done"),
        ("- > [!quote] Said\n  > b", "note", "Said"),
    ],
)
def test_a_callout_of_obsidian_is_an_alert(text: str, kind: str, title: str | None) -> None:
    document = parse(text)
    assert f'class="alert alert-{kind}"' in document.markup
    assert "<p>b</p>" in document.markup
    assert ("<details" in document.markup) == ("]-" in text or "]+" in text)
    assert (" open>" in document.markup) == ("]+" in text)
    assert title is None or f'class="alert-title">{title}</' in document.markup
    assert document.remarks == ()


def test_a_callout_of_another_kind_is_a_quote_with_a_warning() -> None:
    document = parse("a\n\n> [!recipe] Soup\n> b")
    (remark,) = document.remarks
    assert (remark.line, remark.problem.partition(" is ")[0]) == (3, "'[!recipe]'")
    assert "<blockquote>" in document.markup


@pytest.mark.parametrize("text", ["> [!info](x.md)\n> b", "> [!] a", "> a [!info]", "> [! info] a"])
def test_other_quotes_are_no_callouts(text: str) -> None:
    document = parse(text)
    assert "alert" not in document.markup
    assert document.remarks == ()


def test_callouts_are_quotes_where_admonitions_are_off() -> None:
    document = parse("> [!info] A\n> b", extensions=Extensions(admonitions=False))
    assert "<blockquote>" in document.markup
    assert document.remarks == ()
