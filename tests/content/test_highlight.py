"""Code to HTML."""

import pytest

from blog.content.highlight import highlight, is_known


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
