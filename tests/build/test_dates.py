"""Dates of pages: different bytes never get the same date."""

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest

from blog.build.dates import Dated, Dates
from blog.build.edition import Edition
from blog.build.response import Resource, make_resource
from blog.render.page import HTML, Rendered
from tests.rendered_site import Make

MADE = 1_780_000_000


def page(body: bytes, dates: Dates) -> Resource:
    return make_resource(Rendered(path="/x", route="/x", media_type=HTML, body=body), {b"br": b"short"}, {}, dates)


def last_modified(resource: Resource) -> set[str]:
    """The values of Last-Modified in all responses of a page."""
    representations = [resource.identity, *resource.encoded.values()]
    responses = [response for it in representations for response in (it.whole, it.not_modified)]
    return {dict(response.headers).get(b"last-modified", b"").decode() for response in responses}


def test_every_response_of_a_page_has_the_date_of_its_bytes() -> None:
    (date,) = last_modified(page(b"a", Dates(MADE, MADE)))
    assert parsedate_to_datetime(date).timestamp() == MADE
    assert date.endswith(" GMT")


@pytest.mark.parametrize(
    ("made", "now"),
    [
        pytest.param(MADE + 1, MADE, id="later-than-now"),
        pytest.param(0, MADE, id="unknown"),
        pytest.param(-5, MADE, id="before-1970"),
        pytest.param(10**18, MADE, id="absurd"),
    ],
)
def test_a_date_that_cannot_be_right_is_not_sent(made: int, now: int) -> None:
    assert last_modified(page(b"a", Dates(made, now))) == {""}


def test_a_page_keeps_its_date_while_its_bytes_stay_the_same() -> None:
    first = page(b"a", Dates(MADE, MADE))
    second = page(b"a", Dates(MADE + 60, MADE + 60, {"/x": first}))
    assert second.dated == first.dated
    assert last_modified(second) == last_modified(first)


def test_a_date_in_the_future_is_sent_once_it_has_passed() -> None:
    early = page(b"a", Dates(MADE + 1, MADE))
    assert last_modified(page(b"a", Dates(MADE + 60, MADE + 60, {"/x": early}))) == {"Thu, 28 May 2026 20:26:41 GMT"}


def test_changed_bytes_get_a_later_date_even_if_editions_follow_quickly(edition: Edition) -> None:
    before, given = edition, {path: {made.dated.modified} for path, made in edition.pages.items()}
    for number in range(3):
        dates = Dates.following(before)
        pages = {path: page(b"%d" % number, dates) for path in before.pages}
        assert all(made.dated.modified > max(given[path]) for path, made in pages.items())
        for path, made in pages.items():
            given[path].add(made.dated.modified)
            assert not made.dated.http_date or made.dated.modified <= dates.now
        before = replace(before, pages=pages, made=dates.made)


def test_an_edition_after_the_clock_was_set_back_reuses_no_date(edition: Edition) -> None:
    ahead = replace(edition, made=edition.made + 3600)
    dates = Dates.following(ahead)
    assert dates.made == ahead.made + 1
    assert dates.of("/new", b"").http_date == ""


def test_an_unchanged_site_keeps_its_dates_and_a_new_post_changes_the_dates_of_the_pages_that_show_it(
    make: Make, files: Mapping[str, str]
) -> None:
    old = make(files)
    text = "---\ntitle: New\ndate: 2026-05-01\n---\n\nText.\n"
    new = make({**files, "new.md": text}, dates=Dates.following(old))
    changed = {path for path in old.pages if new.pages[path].dated.modified != old.pages[path].dated.modified}
    assert changed == {path for path in old.pages if new.pages[path].identity.etag != old.pages[path].identity.etag}
    assert {"/", "/rss", "/sitemap.xml", "/blog/hello"} <= changed
    assert {"/about", "/blog/hello.md"} & changed == set()
    again = make(files, dates=Dates.following(old))
    assert {path: made.dated for path, made in again.pages.items()} == {
        path: it.dated for path, it in old.pages.items()
    }


def test_a_given_date_applies_only_to_a_first_edition(edition: Edition) -> None:
    assert Dates.following(None, MADE).made == MADE
    assert Dates.following(edition, MADE).made > edition.made
    assert Dates.following(None, 0).of("/x", b"") == Dated(0, "")
