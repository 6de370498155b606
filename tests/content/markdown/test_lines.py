"""Line numbers of references and remarks, and tabs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from blog.content.markdown import parse

PIECES = [
    "words", "> quote", "> > deep", "- item", "  - nested", "1. one", "   more", "# Heading", "Heading\n---", "```\n[x](x.md)\n```", "    code", "",
    "", "| a | b |\n|---|---|\n| c |", "[^1]", "[^1]: note", "    in the note", "<div>\n</div>", "---", "[ref]: /x", "`code", "*open", "\tx", "&amp;",
]  # fmt: skip
TARGETS = [
    "[a](unique.md)", "![a](unique.md)", "<a href='unique.md'>x</a>", "- [a](unique.md)", "> [a](unique.md)", "# [a](unique.md)", "words *and [a](unique.md)*",
    "[^1] [a](unique.md)", "| [a](unique.md) |\n|---|", "[a]( unique.md )", "<p><img src=unique.md>\n</p>",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12),
    st.sampled_from(TARGETS),
    st.lists(st.sampled_from(PIECES), max_size=6),
)
def test_a_target_is_found_on_its_line(before: list[str], target: str, after: list[str]) -> None:
    text = "\n".join([*before, target, *after])
    line = sum(piece.count("\n") + 1 for piece in before) + 1
    found = [reference.line for reference in parse(text).references if reference.target == "unique.md"]
    assert found in ([line], [])


def test_a_reference_link_names_the_line_of_its_definition() -> None:
    assert [found.line for found in parse("[a][r]\n\nwords\n\n[r]:\n  x.md\n").references] == [6]


def test_a_target_that_stands_alone_is_always_found() -> None:
    for count in range(5):
        text = "words\n\n" * count + "[a](unique.md)\n"
        assert [found.line for found in parse(text).references] == [2 * count + 1]


def test_tabs_in_code_stay_tabs_in_any_container() -> None:
    for opening, indent in (
        ("", ""),
        ("1. a\n\n", "   "),
        ("", "> "),
        ("> 1. a\n>\n", ">    "),
        ("a[^1]\n\n[^1]: b\n\n", "    "),
    ):
        text = opening + "".join(f"{indent}{line}\n" for line in ("```make", "all:", "\techo\ta", "```"))
        assert "\n\techo\ta\n" in parse(text.replace("make", "text")).markup


def test_tabs_in_indented_code_stay_tabs() -> None:
    assert "<code>a\n\techo\n</code>" in parse("> 1. x\n>\n>        a\n>        \techo\n").markup
