"""The site at one moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.content.library import Library
from blog.content.loader import load
from blog.content.site import Site, site_at, valid_between

Write = Callable[[str, str | bytes], Path]
Read = Callable[[], Library]

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def post(write: Write) -> Callable[..., None]:
    def writer(slug: str, date: str = "2026-03-01", more: str = "") -> None:
        write(f"{slug}.md", f"---\ntitle: {slug.upper()}\ndate: {date}\n{more}---\n\nText.\n")

    return writer


def slugs(site: Site) -> list[str]:
    return [post.slug for post in site.posts]


def test_posts_are_sorted_newest_first_and_then_by_slug(post: Callable[..., None], library: Read) -> None:
    post("b")
    post("a")
    post("old", "2020-01-01")
    post("late", "2026-03-01T09:00:00Z")
    post("c")
    assert slugs(site_at(library(), NOW)) == ["late", "c", "b", "a", "old"]


def test_a_post_has_its_older_and_newer_neighbour(post: Callable[..., None], library: Read) -> None:
    for day in (1, 2, 3):
        post(f"p{day}", f"2026-03-0{day}")
    site = site_at(library(), NOW)
    middle = site.neighbours["p2"]
    assert middle.older
    assert middle.newer
    assert (middle.older.slug, middle.newer.slug) == ("p1", "p3")
    assert site.neighbours["p1"].older is None
    assert site.neighbours["p3"].newer is None


def test_a_rare_tag_weighs_more_than_common_ones(post: Callable[..., None], library: Read) -> None:
    post("me", more="tags: [common, rare]\n")
    post("rare", "2020-01-01", "tags: [rare]\n")
    for n in range(6):
        post(f"common{n}", more="tags: [common]\n")
    post("unrelated", more="tags: [other]\n")
    related = [other.slug for other in site_at(library(), NOW).neighbours["me"].related]
    assert related[0] == "rare"
    assert len(related) == 3
    assert not {"me", "unrelated"} & set(related)


def test_a_post_knows_its_series(post: Callable[..., None], library: Read) -> None:
    post("a", more="series: Größe & Gewicht\n")
    post("b", more="series: größe and gewicht\n")
    site = site_at(library(), NOW)
    assert site.neighbours["a"].series is site.neighbours["b"].series is site.series["größe-and-gewicht"]


def test_a_year_has_the_posts_that_show_it(post: Callable[..., None], library: Read) -> None:
    post("west", "2025-12-31T23:30:00-05:00")
    post("east", "2026-01-01T00:30:00+09:00")
    post("old", "2020-05-01")
    site = site_at(library(), NOW)
    years = {year: [post.slug for post in posts] for year, posts in site.years.items()}
    assert list(years.items()) == [(2026, ["east"]), (2025, ["west"]), (2020, ["old"])]


def test_a_scheduled_post_appears_when_it_is_due(post: Callable[..., None], library: Read) -> None:
    post("now")
    post("later", "2026-07-01T08:00:00+02:00", "tags: [Tomorrow]\nseries: S\n")
    moment = datetime(2026, 7, 1, 6, tzinfo=UTC)
    before, after = (site_at(library(), at) for at in (moment - timedelta(microseconds=1), moment))
    assert (slugs(before), before.tags, before.series) == (["now"], (), {})
    assert slugs(after) == ["later", "now"]
    assert [tag.slug for tag in after.tags] == ["tomorrow"]


def test_a_draft_is_not_part_of_the_site(post: Callable[..., None], library: Read) -> None:
    post("a", more="draft: true\ntags: [Hush]\nseries: S\n")
    site = site_at(library(), NOW)
    assert (site.posts, site.tags, site.series) == ((), (), {})


def test_a_tag_is_spelled_as_its_newest_post_spells_it(post: Callable[..., None], library: Read) -> None:
    post("a", "2026-01-01", "tags: [python]\n")
    post("b", "2026-02-01", "tags: [Python]\n")
    (tag,) = site_at(library(), NOW).tags
    assert (tag.name, tag.slug, tag.url, len(tag.posts)) == ("Python", "python", "/blog/tag/python", 2)


def test_a_site_has_the_time_of_its_latest_change(post: Callable[..., None], library: Read) -> None:
    assert site_at(library(), NOW).modified is None
    post("a", "2026-01-01", "updated: 2026-05-01\n")
    post("b", "2026-02-01")
    assert site_at(library(), NOW).modified == datetime(2026, 5, 1, tzinfo=UTC)


def test_a_page_waits_for_its_date(write: Write, library: Read) -> None:
    write("pages/launch.md", "---\ntitle: Launch\ndate: 2026-06-02\n---\n")
    write("pages/about.md", "---\ntitle: About\n---\n")
    assert [page.slug for page in site_at(library(), NOW).pages] == ["about"]
    assert valid_between(library(), NOW) == (None, NOW + timedelta(days=1))
    assert len(site_at(library(), NOW + timedelta(days=1)).pages) == 2


def test_the_date_of_a_change_is_not_shown_before_its_time(
    post: Callable[..., None], write: Write, library: Read
) -> None:
    post("a", more="updated: 2026-06-02\n")
    write("pages/b.md", "---\ntitle: B\ndate: 2026-03-01\nupdated: 2026-06-03\n---\n")
    before, after = site_at(library(), NOW), site_at(library(), NOW + timedelta(days=2))
    assert (before.posts[0].updated, before.pages[0].updated) == (None, datetime(2026, 3, 1, tzinfo=UTC))
    assert (after.posts[0].updated, after.pages[0].updated) == (NOW + timedelta(days=1), NOW + timedelta(days=2))
    assert valid_between(library(), NOW) == (datetime(2026, 3, 1, tzinfo=UTC), NOW + timedelta(days=1))


def test_days_are_those_of_the_time_zone_of_the_site(post: Callable[..., None], write: Write, library: Read) -> None:
    post("a", "2025-12-31T20:00:00-05:00")
    post("b", "2026-01-01 08:00")
    assert [text.published.day for text in site_at(library(), NOW).posts] == [1, 31]
    write("site.yaml", "timezone: Asia/Tokyo\n")
    assert [(text.slug, text.published.day) for text in site_at(library(), NOW).posts] == [("a", 1), ("b", 1)]


def test_a_text_disappears_when_it_expires(post: Callable[..., None], folder: Path) -> None:
    later = NOW + timedelta(days=1)
    post("a", more=f"expires: {later:%Y-%m-%dT%H:%M:%SZ}\n")
    library = load(folder, moment=NOW).library
    assert slugs(site_at(library, NOW)) == ["a"]
    assert slugs(site_at(library, later)) == []
    assert valid_between(library, NOW)[1] == later


def test_a_text_that_has_expired_is_a_draft_with_a_warning(post: Callable[..., None], folder: Path) -> None:
    post("a", more="expiryDate: 2026-05-01\n")
    post("b")
    loaded = load(folder, moment=NOW)
    assert [draft.slug for draft in loaded.library.drafts] == ["a"]
    assert [str(fault.problem) for fault in loaded.warnings] == ["expired on 2026-05-01 and is not shown"]
    assert loaded.warnings[0].line == 4
