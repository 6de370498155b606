"""Formulas in a text, and dollars that are money."""

import pytest

from blog.content import markdown
from blog.content.extensions import Extensions

DRAWN = [
    ("Where $x^2$ is.", "formula", "x^2"), ("$x$-axis", "formula", "x"), ("($x$), and", "formula", "x"), ("**$x$**", "formula", "x"),
    ("$`a_b*c`$", "formula", "a_b*c"), (r"$\$5$", "formula", r"\$5"), ("$x\ny$", "formula", "x\ny"),
    (r"\(x_1\)", "formula", "x_1"), (r"\(f(x)\)", "formula", "f(x)"), (r"\(n\)", "formula", "n"), (r"\*\(a+b\)", "formula", "a+b"),
    ("words $$x$$ words", "equation", "x"), ("$$x$$", "equation", "x\n"), ("$$\na\n+ b\n$$", "equation", "a\n+ b\n"),
    ("$$ a\n= b $$", "equation", " a\n= b\n"), ("words\n$$\na\n$$\nwords", "equation", "a\n"), ("\\[\na = b\n\\]", "equation", "a = b\n"),
    (r"so \[ a = b \] holds", "equation", "a = b"), (r"- so \[\frac{1}{2} \\[2pt]\]", "equation", r"\frac{1}{2} \\[2pt]"), (r"\*\[x^2\]", "equation", "x^2"), (r"in \[\(a\), b\]", "formula", "a"),
    (r"\[ x^2 \]", "equation", " x^2 \n"), ("> $$\n> - a\n> $$", "equation", "- a\n"), ("- $$\n  # a\n  $$", "equation", "# a\n"),
    ("| a |\n|---|\n| $x$ |", "formula", "x"), ("[$x$](/u)", "formula", "x"), ("## $x$", "formula", "x"), ("```math\nx\n```", "equation", "x\n"),
]  # fmt: skip
MONEY = [
    "$5 to $10", "costs $5-$10", "from US$5 to US$6", "$HOME and $PATH", "$HOME/$USER", "a $100,000 and a $200,000 house", "$ x$", "$x $", "x$y$", r"\$x\$",
    "`$x$`", "$5 `and $x`", "$$", "$$$$", "$$ unclosed\n\ntext", "$$$ expensive", "$$\n\n$$", r"\(see below\)", r"\[1\]", r"\[text\](not-a-link)", r"\[1\]" + "\n", r"\[^1\]: a", r"run \[--name=value\]", r"a \[some_name\]", r"\[ \[ x^2 ", r"\\[2pt]",
    r"\\(x^2\\)", r"\(\)", "\\[\n\nx^2\n\\]", "a\n\n    $$\n    x\n    $$", "$", "5$", "<i title='$x$'>a</i>", "[a](/x$y$z)", "<https://example.org/$x$>",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "source"), DRAWN)
def test_a_formula_is_drawn(text: str, kind: str, source: str) -> None:
    document = markdown.parse(text)
    assert [(placed.source.kind, placed.source.text) for placed in document.sources] == [(kind, source)]
    assert document.remarks == ()


@pytest.mark.parametrize("text", MONEY)
def test_a_dollar_without_a_formula_stays(text: str) -> None:
    with_extension = markdown.parse(text)
    without = markdown.parse(text, extensions=Extensions(math=False))
    assert with_extension.sources == ()
    assert with_extension.markup == without.markup


@pytest.mark.parametrize(("text", "kind", "source"), [case for case in DRAWN if "```" not in case[0]])
def test_a_site_without_formulas_has_none(text: str, kind: str, source: str) -> None:
    assert markdown.parse(text, extensions=Extensions(math=False)).sources == (), (kind, source)


@pytest.mark.parametrize(
    ("text", "line", "first"),
    [
        ("a\n\n$x$ and\n$y$", 3, 3), ("a\n\n$$\nx\n$$", 3, 4), ("a\n\n$$ x $$", 3, 3), ("a\n\n```math\nx\n```", 3, 4), ("a\n\n$$ x\n+ y $$", 3, 3),
    ],
)  # fmt: skip
def test_the_lines_of_a_formula_are_known(text: str, line: int, first: int) -> None:
    placed = markdown.parse(text).sources[0]
    assert (placed.line, placed.first) == (line, first)


def test_braces_of_a_formula_are_no_construct_of_another_program() -> None:
    assert markdown.parse(r"$\frac{a}{b}^{{c}}$ and \({{x_1}}\)").remarks == ()


def test_a_formula_is_not_counted_as_words_and_is_in_the_summary_as_it_is_written() -> None:
    document = markdown.parse("Here $E = mc^2$ holds.")
    assert (document.words, document.summary) == (2, "Here E = mc^2 holds.")
