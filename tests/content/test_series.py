"""Series of posts."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.content.library import Library
from blog.content.site import site_at

Write = Callable[[str, str | bytes], Path]
Read = Callable[[], Library]
Faults = Callable[[], list[str]]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def post(write: Write) -> Callable[..., None]:
    def writer(slug: str, date: str, more: str) -> None:
        write(f"{slug}.md", f"---\ntitle: {slug.upper()}\ndate: {date}\n{more}---\n\nText.\n")

    return writer


def test_parts_of_a_series_are_ordered_by_order_then_by_date(post: Callable[..., None], library: Read) -> None:
    post("second", "2026-03-01", "series: S\norder: 2\n")
    post("first", "2026-03-04", "series: S\norder: 1\n")
    post("late", "2026-03-03", "series: S\n")
    post("early", "2026-03-02", "series: S\n")
    assert [part.slug for part in site_at(library(), NOW).series["s"].posts] == ["first", "second", "early", "late"]


def test_names_that_make_one_address_are_one_series_named_as_in_its_newest_post(
    post: Callable[..., None], library: Read
) -> None:
    post("a", "2026-03-01", "series: field notes\n")
    post("b", "2026-03-02", "series: Field Notes\n")
    (series,) = site_at(library(), NOW).series.values()
    assert (series.url, series.name, len(series.posts)) == ("/series/field-notes", "Field Notes", 2)


def test_a_series_is_described_in_site_yaml(post: Callable[..., None], write: Write, library: Read) -> None:
    post("a", "2026-03-01", "series: Field Notes\n")
    write("site.yaml", "series:\n  field notes: >\n    What was\n    seen.\n")
    assert site_at(library(), NOW).series["field-notes"].description == "What was seen."


def test_a_described_series_that_no_post_is_part_of_is_a_warning(
    post: Callable[..., None], write: Write, faults: Faults
) -> None:
    post("a", "2026-03-01", "series: Field Notes\n")
    post("b", "2026-03-01", "series: Unfinished\ndraft: true\n")
    post("c", "2999-03-01", "series: Later\n")
    write("site.yaml", "series: {Feild Notes: Seen., Unfinished: Soon., Later: Later.}\n")
    (fault,) = faults()
    assert fault == (
        "site.yaml:1: series: no post is part of 'feild-notes'; "
        "the series of the posts: 'Field Notes', 'Later', 'Unfinished'"
    )


def test_a_series_needs_a_name_that_makes_an_address(post: Callable[..., None], faults: Faults) -> None:
    post("a", "2026-03-01", "series: '***'\n")
    assert faults() == ["a.md:4: series: '***' has neither a letter nor a digit; it is ignored"]
