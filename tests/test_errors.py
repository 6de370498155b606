"""Errors and faults."""

from pathlib import Path

from blog.errors import BlogError, ContentError, Fault, SettingsError, Severity


def test_a_fault_is_printed_in_the_form_that_editors_parse() -> None:
    assert str(Fault(Path("posts/a.md"), 3, "title is missing")) == "posts/a.md:3: title is missing"


def test_a_content_error_lists_every_fault() -> None:
    faults = [Fault(Path("a.md"), 1, "one"), Fault(Path("b.md"), 2, "two", Severity.WARNING)]
    error = ContentError(iter(faults))
    assert error.faults == tuple(faults)
    assert str(error) == "a.md:1: one\nb.md:2: two"


def test_all_errors_have_one_base_class() -> None:
    assert issubclass(SettingsError, BlogError)
    assert issubclass(ContentError, BlogError)
