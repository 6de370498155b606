"""Code to HTML."""

import pytest

from blog.content.markdown import parse
from blog.content.markdown.highlight import PIECE, Highlighter, cut, is_known
from blog.content.markdown.languages import ALIASES, UNCOLOURED


def highlight(code: str, language: str) -> str:
    written = Highlighter().highlight(code, language)
    assert written is not None
    return written


def test_known_code_is_coloured_by_class() -> None:
    assert highlight("x = 1", "python").startswith('<span class="n">x</span>')


@pytest.mark.parametrize("language", ["", "text", "klingon", "html", "python", "console"])
def test_code_is_escaped_in_any_language(language: str) -> None:
    assert "<script>" not in highlight("<script>alert('&')</script>\n", language)


@pytest.mark.parametrize("language", ["python", "YAML", "text", "", "go", "bash", "toml", "promql"])
def test_what_is_known(language: str) -> None:
    assert is_known(language)


@pytest.mark.parametrize("language", ["klingon", "../etc", "py thon", "\0", "x" * 5000])
def test_what_is_unknown(language: str) -> None:
    assert not is_known(language)


def test_blank_lines_at_the_ends_are_kept() -> None:
    assert highlight("\nx\n\n", "text") == "\nx\n\n"
    assert highlight("\nx = 1\n\n", "python").startswith("\n")


@pytest.mark.parametrize(
    "language",
    ["jsonc", "hpp", "cc", "h", "patch", "htm", "svg", "kt", "svelte", "mdx", "dotenv", "vb", "bicep", "cue", "ml", "sol", "hbs", "jinja2", "mermaid", "math", "csv", "heex", "nf", "gradle-kts", "actionscript-3", "system-verilog", "reg", "f77", "jupyter-notebook", "go.mod", "dockerignore", "mmd", "m4"],
)  # fmt: skip
def test_what_other_highlighters_know_is_known(language: str) -> None:
    assert is_known(language)


def test_every_other_name_is_one_of_a_lexer() -> None:
    assert [name for name, lexer in ALIASES.items() if not is_known(lexer) or name in UNCOLOURED] == []


def test_long_code_is_coloured_in_pieces_that_make_up_the_whole() -> None:
    code = "def f(x):\n    return x\n\n\n" * 400
    assert "".join(cut(code)) == code
    assert max(map(len, cut(code))) <= PIECE
    assert highlight(code, "python").count('<span class="nf">f</span>') == 400


def test_code_past_the_budget_is_plain_and_remarked() -> None:
    document = parse("```perl\n" + "s{\n" * 20_000 + "```\n\nWords.\n\n```python\nx = 1\n```\n")
    assert [(found.line, found.problem) for found in document.remarks] == [
        (1, "code is too long to be coloured, and shown plain")
    ]
    assert '<span class="n">x</span>' in document.markup


def test_one_line_that_is_longer_than_a_piece_is_plain() -> None:
    assert Highlighter().highlight("x = 1;" * 1000, "js") is None
