"""Constructs of other site generators."""

import pytest

from blog.content.markdown import parse


@pytest.mark.parametrize(
    "written",
    [
        "{{< figure src=a.png >}}", "{{% note %}}", "{{ page.title }}", "{% include x.html %}", "{/* hidden */}", "{: .x}", "{:.x #y}",
        ":::columns", "::: {.center}", "[[toc]]", "[[_TOC_]]", "import X from './x'", "import './x.css'", "export const a = 1", "export default X",
        "![a](a.png){width=50}", "`x`{.python}", "<Tweet id=1/>", "<MyChart />", "![a](a.png =100x50)", "![a](a.png =x50)", "word^[a note here]",
        "![a](my picture.png)", "[a](my other text.md#part)", "[^my note]: its words", "[a](größe 2.pdf)",
    ],
)  # fmt: skip
def test_a_construct_that_means_nothing_here_is_remarked_with_its_line(written: str) -> None:
    document = parse(f"First.\n\nSecond,\n{written}\nthird.\n")
    assert [remark.line for remark in document.remarks] == [4]


@pytest.mark.parametrize(
    "written",
    ["`{{ x }}`", "``{% x %}``", "a {b} c", "f(x){ return }", "import duties from abroad rose", "export figures", "a ::: b", "[toc](a.md)", "{}", "{ }",
     "[a](b c)", "f[0](a b)", "x^[1]", "^[a-z ]+$", "[a](<my text.md>)", '[a](b.md "my text.md")', "[a](b.md) (see c.md)"],
)  # fmt: skip
def test_what_only_looks_like_one_is_not_remarked(written: str) -> None:
    assert parse(f"Words {written} more.\n").remarks == ()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\{{ x }}", "{{ x }}"), (r"\{% raw %}", "{% raw %}"), (r"\{{< fig >}}", "{{&lt; fig &gt;}}"), (r"\{: .x}", "{: .x}"),
        (r"\{/* x */}", "{/* x */}"), (r"\\\{{ x }}", r"\{{ x }}"),
    ],
)  # fmt: skip
def test_a_construct_behind_a_backslash_is_meant_as_text(written: str, shown: str) -> None:
    document = parse(f"Words {written} more.\n")
    assert document.markup == f"<p>Words {shown} more.</p>\n"
    assert document.remarks == ()


def test_a_backslash_before_a_backslash_escapes_no_construct() -> None:
    assert len(parse(r"Words \\{{ x }}").remarks) == 1


def test_code_blocks_may_show_any_construct() -> None:
    assert parse("```jsx\n<Tweet/>\n{/* x */}\n```\n\n    {{< x >}}\n").remarks == ()


def test_the_text_of_a_construct_stays_visible() -> None:
    assert "{{&lt; figure &gt;}}" in parse("{{< figure >}}").markup


@pytest.mark.parametrize(
    ("heading", "anchor", "text"),
    [
        ("## A {#b}", "b", "A"), ("## A { #b .class }", "b", "A"), ("## A {: #b}", "b", "A"), ("A {#b}\n---", "b", "A"), ("## A {#b} ##", "b", "A"),
        ("## A {b}", "a-b", "A {b}"), ("## `{#b}`", "b", "{#b}"), ("## A {#b c}", "a-b-c", "A {#b c}"), (r"## A \{#b}", "a-b", "A {#b}"), (r"## A {#b\}", "a-b", "A {#b}"),
    ],
)  # fmt: skip
def test_an_id_in_braces_after_a_heading_is_its_id(heading: str, anchor: str, text: str) -> None:
    document = parse(f"{heading}\n\nWords.\n")
    assert [(found.anchor, found.text) for found in document.headings] == [(anchor, text)]
    assert anchor in document.anchors


def test_an_id_given_twice_is_remarked_and_used_once() -> None:
    document = parse("## A {#b}\n\n## C {#b}\n")
    assert [found.anchor for found in document.headings] == ["b", "c"]
    assert [found.line for found in document.remarks] == [3]


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("a\nb %%hidden words%% c", "a comment of Obsidian"),
        ("a\n%%", "a comment of Obsidian"),
        ("a\nwords ^block-id", "a block id of Obsidian"),
        ("a\n{::nomarkdown}", "an extension of kramdown"),
        ("a\n[b](https://a.example/b c)", "a link whose address contains a space"),
    ],
)
def test_a_construct_of_another_program_is_named_with_its_line(text: str, construct: str) -> None:
    (remark,) = parse(text).remarks
    assert (remark.line, construct in remark.problem) == (2, True), remark


@pytest.mark.parametrize(
    "text",
    [
        "100%% sure, 50%% not",
        "x ^2",
        "2 ^10",
        "a ^_^",
        "`%%x%%`",
        "[b](https://a.example 'c d')",
        "e^x and ^y^",
        r"\%%a%%",
    ],
)
def test_signs_in_prose_are_no_construct(text: str) -> None:
    assert parse(text).remarks == ()


def test_an_attribute_that_asks_for_markdown_is_remarked() -> None:
    (remark,) = parse('<div markdown="1">\n**a**\n</div>').remarks
    assert remark.problem.startswith("<div markdown> is not understood here")
