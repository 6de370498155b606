"""Errors and faults."""

import json
from pathlib import Path

import pytest

from blog.errors import BlogError, ContentError, Fault, SettingsError, Severity, errors_in, summary


def test_a_fault_is_printed_in_the_form_that_editors_parse() -> None:
    assert str(Fault(Path("posts/a.md"), 3, "title is missing")) == "posts/a.md:3: error: title is missing"


def test_a_content_error_lists_every_fault() -> None:
    faults = [Fault(Path("a.md"), 1, "one"), Fault(Path("b.md"), 2, "two", Severity.WARNING)]
    error = ContentError(iter(faults))
    assert error.faults == tuple(faults)
    assert str(error) == "a.md:1: error: one\nb.md:2: warning: two"


@pytest.mark.parametrize(
    ("name", "problem", "command"),
    [
        ("a.md", "title is missing", "::error file=a.md,line=2::title is missing"),
        ("a,b:c.md", "1: 100%", "::error file=a%2Cb%3Ac.md,line=2::1: 100%25"),
        ("a\n::notice::b.md", "x\r\n::stop", "::error file=a%0A%3A%3Anotice%3A%3Ab.md,line=2::x%0D%0A::stop"),
        ("b\udcff.md", "\x1b[31m", "::error file=b\\udcff.md,line=2::\\x1b[31m"),
    ],
)
def test_a_workflow_command_is_one_line_that_starts_no_other_command(name: str, problem: str, command: str) -> None:
    assert Fault(Path(name), 2, problem).as_github == command


def test_a_workflow_command_names_the_file_as_the_repository_does() -> None:
    assert "file=posts/a.md," in Fault(Path.cwd() / "posts" / "a.md", 1, "x").as_github


@pytest.mark.parametrize("name", ["a.md", "a\nb.md", "b\udcff.md", "größe.md"])
def test_json_is_one_line_of_ascii_that_keeps_every_name(name: str) -> None:
    line = Fault(Path(name), 2, "two\nlines", Severity.WARNING).as_json
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line) == {"file": name, "line": 2, "severity": "warning", "problem": "two\nlines"}


@pytest.mark.parametrize(
    ("errors", "warnings", "text"),
    [(0, 1, "0 errors, 1 warning"), (1, 0, "1 error, 0 warnings"), (2, 5, "2 errors, 5 warnings")],
)
def test_faults_are_summed_up_by_severity(errors: int, warnings: int, text: str) -> None:
    faults = [Fault(Path("a.md"), 1, "x")] * errors + [Fault(Path("a.md"), 1, "x", Severity.WARNING)] * warnings
    assert summary(faults) == text
    assert errors_in(faults) == errors


def test_all_errors_have_one_base_class() -> None:
    assert issubclass(SettingsError, BlogError)
    assert issubclass(ContentError, BlogError)
