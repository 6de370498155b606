"""What raises for one text is a fault of that text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pygments.lexers import PythonLexer

from blog.content import markdown
from blog.content.attribution import attributed
from blog.content.document import Dialect, Document
from blog.content.extensions import DEFAULT, Extensions
from blog.content.library import Library
from blog.content.loader import load
from blog.content.markdown import parse
from blog.content.post import Text
from blog.errors import ContentError, Fault, Severity

Write = Callable[[str, str | bytes], Path]
Read = Callable[[], Library]

POST = "---\ntitle: Hello\ndate: 2026-03-01\n{}---\n\nText. [x](#there)\n"


class UncheckableDocument(Document):
    """A document that the checker fails on."""

    def has_anchor(self, fragment: str) -> bool:
        raise LookupError(f"no {fragment}")


def fail_for_bad(body: str, title: str, dialect: Dialect, _extensions: Extensions = DEFAULT) -> Document:
    parsed = markdown.parse(body, title, dialect)
    values = {name: getattr(parsed, name) for name in Document.__dataclass_fields__}
    return UncheckableDocument(**values) if "bad" in body else parsed


def test_a_text_that_cannot_be_checked_is_an_error_and_the_others_are_checked(write: Write, folder: Path) -> None:
    write("a.md", POST.format("") + "bad")
    write("b.md", POST.format("") + "[y](gone.md)")
    with pytest.raises(ContentError) as caught:
        load(folder, parse=fail_for_bad)
    assert [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults] == [
        "a.md:1: error: cannot be checked (LookupError: no there)",
        "b.md:6: warning: link '#there' names a section that b.md does not have",
        "b.md:7: warning: link 'gone.md' names no post, page or file beside this one",
    ]


def test_a_draft_that_cannot_be_checked_is_a_warning(write: Write, folder: Path) -> None:
    write("a.md", POST.format("draft: true\n") + "bad")
    write("b.md", POST.format("").replace("#there", ""))
    assert [(fault.severity, fault.file.name) for fault in load(folder, parse=fail_for_bad).warnings] == [
        (Severity.WARNING, "a.md")
    ]


def test_an_error_names_the_text_that_was_worked_on(write: Write, library: Read, folder: Path) -> None:
    write("a.md", POST.format(""))
    write("b.md", POST.format(""))

    with pytest.raises(ContentError) as caught, attributed(folder, "rendered"):
        max(1 / (post.slug != "b") for post in library().posts)
    assert caught.value.faults == (
        Fault(folder / "b.md", 1, "cannot be rendered (ZeroDivisionError: division by zero)"),
    )


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), MemoryError(), ContentError([])])
def test_an_error_of_the_machine_is_no_fault_of_a_text(
    write: Write, library: Read, folder: Path, problem: Exception
) -> None:
    write("a.md", POST.format(""))

    def work(_text: Text) -> None:
        raise problem

    with pytest.raises(type(problem)) as caught, attributed(folder, "rendered"):
        work(library().posts[0])
    assert caught.value is problem


def test_code_that_a_lexer_fails_on_is_shown_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise IndexError("pop from empty list")

    monkeypatch.setattr(PythonLexer, "get_tokens_unprocessed", fail)
    document = parse("Words.\n\n```python\nif a < b: pass\n```\n")
    assert "if a &lt; b: pass\n</code>" in document.markup
    assert [(remark.line, remark.problem) for remark in document.remarks] == [
        (3, "code cannot be coloured as python (IndexError: pop from empty list), and is shown plain")
    ]
