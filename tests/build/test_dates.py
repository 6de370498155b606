"""The dates of pages: never one that has been given to other bytes."""

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


def sent(made: Resource) -> set[str]:
    """What Last-Modified says in every answer of a page."""
    variants = [made.identity, *made.encoded.values()]
    answers = [answer for variant in variants for answer in (variant.whole, variant.not_modified)]
    return {dict(answer.headers).get(b"last-modified", b"").decode() for answer in answers}


def test_every_answer_of_a_page_says_when_its_bytes_came_to_be() -> None:
    (date,) = sent(page(b"a", Dates(MADE, MADE)))
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
    assert sent(page(b"a", Dates(made, now))) == {""}


def test_a_page_keeps_its_date_while_its_bytes_stay_the_same() -> None:
    first = page(b"a", Dates(MADE, MADE))
    second = page(b"a", Dates(MADE + 60, MADE + 60, {"/x": first}))
    assert second.dated == first.dated
    assert sent(second) == sent(first)


def test_a_page_that_was_made_with_a_date_ahead_gets_it_sent_when_its_time_has_come() -> None:
    early = page(b"a", Dates(MADE + 1, MADE))
    assert sent(page(b"a", Dates(MADE + 60, MADE + 60, {"/x": early}))) == {"Thu, 28 May 2026 20:26:41 GMT"}


def test_other_bytes_have_a_later_date_however_quickly_editions_follow(edition: Edition) -> None:
    before, given = edition, {path: {made.dated.modified} for path, made in edition.pages.items()}
    for number in range(3):
        dates = Dates.following(before)
        pages = {path: page(b"%d" % number, dates) for path in before.pages}
        assert all(made.dated.modified > max(given[path]) for path, made in pages.items())
        for path, made in pages.items():
            given[path].add(made.dated.modified)
            assert not made.dated.http_date or made.dated.modified <= dates.now
        before = replace(before, pages=pages, made=dates.made)


def test_an_edition_after_the_clock_was_set_back_has_no_date_that_was_given_before(edition: Edition) -> None:
    ahead = replace(edition, made=edition.made + 3600)
    dates = Dates.following(ahead)
    assert dates.made == ahead.made + 1
    assert dates.of("/new", b"").http_date == ""


def test_an_unchanged_site_keeps_all_its_dates_and_a_new_post_changes_those_of_the_pages_that_show_it(
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


def test_a_given_date_is_that_of_a_first_edition_alone(edition: Edition) -> None:
    assert Dates.following(None, MADE).made == MADE
    assert Dates.following(edition, MADE).made > edition.made
    assert Dates.following(None, 0).of("/x", b"") == Dated(0, "")
