"""Errors as data."""

from pathlib import Path

from blog.errors import BlogError, ContentError, Fault, SettingsError, Severity


def test_a_fault_reads_as_editors_expect() -> None:
    assert str(Fault(Path("posts/a.md"), 3, "title is missing")) == "posts/a.md:3: title is missing"


def test_a_content_error_lists_every_fault() -> None:
    faults = [Fault(Path("a.md"), 1, "one"), Fault(Path("b.md"), 2, "two", Severity.WARNING)]
    error = ContentError(iter(faults))
    assert error.faults == tuple(faults)
    assert str(error) == "a.md:1: one\nb.md:2: two"


def test_the_family_has_one_root() -> None:
    assert issubclass(SettingsError, BlogError)
    assert issubclass(ContentError, BlogError)
