"""If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since (RFC 9110, section 13)."""

import asyncio
import os
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from blog.build.dates import Dated
from blog.serve.preconditions import LONGEST_LIST, evaluate, matches, matches_strongly, seconds

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.settings import Settings
    from tests.conftest import Fetch, Headers, Run, WritePost, WritePosts

TAG = b'"a"'
MODIFIED = 1_780_000_000
DATED = Dated(MODIFIED, formatdate(MODIFIED, usegmt=True))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLES = int(os.environ.get("BLOG_TEST_EXAMPLES", "300"))

LISTS = [
    pytest.param(b'"a"', True, True, id="exact"),
    pytest.param(b'W/"a"', True, False, id="weak"),
    pytest.param(b'"b", "a"', True, True, id="last-of-a-list"),
    pytest.param(b'"b",W/"a" , "c"', True, False, id="weak-within-a-list"),
    pytest.param(b'W/"a","a"', True, True, id="weak-and-strong"),
    pytest.param(b'\t"a"\t,', True, True, id="tabs"),
    pytest.param(b', ,"a",,', True, True, id="empty-members"),
    pytest.param(b'"x,y", "a"', True, True, id="a-comma-within-a-tag"),
    pytest.param(b"*", True, True, id="star"),
    pytest.param(b"  *  ", True, True, id="star-in-space"),
    pytest.param(b'"b"', False, False, id="another"),
    pytest.param(b"a", False, False, id="unquoted"),
    pytest.param(b'w/"a"', False, False, id="weak-in-lower-case"),
    pytest.param(b'W/ "a"', False, False, id="a-space-after-weak"),
    pytest.param(b'"b" "a"', False, False, id="no-comma"),
    pytest.param(b'"a"b', False, False, id="more-after-the-tag"),
    pytest.param(b'"', False, False, id="half-a-quote"),
    pytest.param(b'*, "b"', False, False, id="star-in-a-list"),
    pytest.param(b"", False, False, id="empty"),
    pytest.param(b",,,", False, False, id="commas"),
    pytest.param(b'"b",' * 2000 + b'"a"', False, False, id="a-list-that-is-too-long"),
    pytest.param(b"*" + b" " * LONGEST_LIST, False, False, id="a-star-and-too-much-space"),
]


@pytest.mark.parametrize(("tags", "weakly", "strongly"), LISTS)
def test_tags_are_compared(tags: bytes, *, weakly: bool, strongly: bool) -> None:
    assert matches(tags, TAG) is weakly
    assert matches_strongly(tags, TAG) is strongly


def _members(tags: str) -> list[str] | None:
    """The members of a list of entity tags, parsed one by one; None if the list is not well-formed."""
    members, rest = [], tags.strip(" \t")
    while rest:
        if rest[0] != ",":
            found = re.match(r'(W/)?"[^"]*"', rest)
            if not found:
                return None
            members.append(found[0])
            rest = rest[found.end() :].lstrip(" \t")
            if rest and rest[0] != ",":
                return None
        rest = rest[1:].lstrip(" \t")
    return members


_PARTS = st.sampled_from(['"a"', 'W/"a"', '"b"', 'W/"b"', '"a,b"', '""', ",", ", ", " ", "\t", "*", "W/", '"', "a"])


@examples(max_examples=EXAMPLES, deadline=None)
@given(tags=st.lists(_PARTS, max_size=10).map("".join))
def test_tags_are_compared_as_by_a_parser_that_follows_the_rfc(tags: str) -> None:
    members = _members(tags)
    if members is not None:
        assert matches(tags.encode(), TAG) is ('"a"' in [member.removeprefix("W/") for member in members])
        assert matches_strongly(tags.encode(), TAG) is ('"a"' in members)
    elif tags.strip(" \t") != "*":
        assert matches(tags.encode(), TAG) >= matches_strongly(tags.encode(), TAG)


def _forms(moment: datetime) -> list[str]:
    days, months = (
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    )
    long = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    day, month, clock = moment.weekday(), months[moment.month - 1], f"{moment:%H:%M:%S}"
    return [
        f"{days[day]}, {moment.day:02} {month} {moment.year:04} {clock} GMT",
        f"{days[day]} {month} {moment.day:2} {clock} {moment.year:04}",
        f"{long[day]}, {moment.day:02}-{month}-{moment.year % 100:02} {clock} GMT",
    ]


# From the year 1 to the end of 9999.
_MOMENTS = st.integers(-62_135_596_800, 253_402_300_799).map(lambda it: EPOCH + timedelta(seconds=it))


@examples(max_examples=EXAMPLES, deadline=None)
@given(moment=_MOMENTS)
def test_a_date_is_parsed_in_each_of_its_formats(moment: datetime) -> None:
    fixed, asctime, short = _forms(moment)
    expected = int((moment - EPOCH).total_seconds())
    assert (seconds(fixed.encode()), seconds(asctime.encode())) == (expected, expected)
    this = datetime.now(UTC).year
    if this - 49 <= moment.year <= this + 49:
        assert seconds(short.encode()) == expected


def test_a_two_digit_year_is_at_most_fifty_years_in_the_future() -> None:
    this = datetime.now(UTC).year
    for year in range(100):
        found = seconds(b"Monday, 01-Jan-%02d 00:00:00 GMT" % year)
        assert found is not None
        read = datetime.fromtimestamp(found, UTC).year
        assert read % 100 == year
        assert this - 50 < read <= this + 50


@pytest.mark.parametrize(
    "date",
    [
        "", "0", "yesterday", "1780000000", "2026-05-28T20:26:40Z", "Thu, 28 May 2026 20:26:40", "Thu, 28 May 2026 20:26:40 UTC",
        "Thu, 28 May 2026 20:26:40 +0000", "thu, 28 may 2026 20:26:40 gmt", "Thu, 28 Mai 2026 20:26:40 GMT", "Thu, 8 May 2026 20:26:40 GMT",
        "Thu, 31 Feb 2026 20:26:40 GMT", "Thu, 00 May 2026 20:26:40 GMT", "Thu, 28 May 2026 24:00:00 GMT", "Thu, 28 May 2026 20:60:40 GMT",
        "Thu, 28 May 2026 20:26:61 GMT", "Thu, 28 May 0000 20:26:40 GMT", "Thu, 28 May 12026 20:26:40 GMT", "Thu, 28 May 2026 20:26:40 GMT ",
        "Thu, 28 May 2026 20:26:40 GMT,Thu, 28 May 2026 20:26:40 GMT", "Thu, 28-May-26 20:26:40 GMT", "Thursday, 28-May-2026 20:26:40 GMT",
        "Thu May 28 20:26:40 26", "Thu May  28 20:26:40 2026", "Thu, \xb2\xb8 May 2026 20:26:40 GMT", "Thu, 28 May 2026 " + "2" * 10_000,
    ],
)  # fmt: skip
def test_an_invalid_date_is_ignored(date: str) -> None:
    written = date.encode("latin-1")
    assert seconds(written) is None
    assert evaluate({b"if-modified-since": written}, TAG, DATED, 0) == 200
    assert evaluate({b"if-unmodified-since": written}, TAG, DATED, 0) == 200


@pytest.mark.parametrize("date", [b"Fri, 31 Dec 9999 23:59:60 GMT", b"Sat, 31 Dec 2016 23:59:60 GMT"])
def test_a_leap_second_is_accepted(date: bytes) -> None:
    before, found = seconds(date.replace(b":60", b":59")), seconds(date)
    assert before is not None
    assert found == before + 1


def at(moment: int) -> bytes:
    return formatdate(moment, usegmt=True).encode()


SAME, OLD, NEW = at(MODIFIED), at(MODIFIED - 1), at(MODIFIED + 1)
ORDER = [
    pytest.param({}, 200, id="nothing"),
    pytest.param({"if-match": TAG}, 200, id="match"),
    pytest.param({"if-match": b'"b"'}, 412, id="no-match"),
    pytest.param({"if-match": b'W/"a"'}, 412, id="weak-match"),
    pytest.param({"if-match": TAG, "if-unmodified-since": OLD}, 200, id="match-goes-before-unmodified"),
    pytest.param({"if-match": b'"b"', "if-none-match": TAG}, 412, id="no-match-goes-before-none-match"),
    pytest.param({"if-match": TAG, "if-none-match": TAG}, 304, id="both-match"),
    pytest.param({"if-match": b"*", "if-none-match": b"*"}, 304, id="both-stars"),
    pytest.param({"if-unmodified-since": OLD}, 412, id="modified"),
    pytest.param({"if-unmodified-since": SAME}, 200, id="unmodified"),
    pytest.param({"if-unmodified-since": NEW}, 200, id="unmodified-and-newer"),
    pytest.param({"if-unmodified-since": OLD, "if-none-match": TAG}, 412, id="modified-goes-before-none-match"),
    pytest.param({"if-unmodified-since": SAME, "if-modified-since": SAME}, 304, id="both-dates"),
    pytest.param({"if-none-match": TAG, "if-modified-since": OLD}, 304, id="none-match-wins-over-an-old-date"),
    pytest.param({"if-none-match": b'"b"', "if-modified-since": SAME}, 200, id="none-match-wins-over-a-right-date"),
    pytest.param({"if-none-match": b"", "if-modified-since": SAME}, 200, id="empty-none-match-wins-too"),
    pytest.param({"if-modified-since": SAME}, 304, id="not-modified"),
    pytest.param({"if-modified-since": NEW}, 304, id="not-modified-and-newer"),
    pytest.param({"if-modified-since": OLD}, 200, id="modified-since"),
]


@pytest.mark.parametrize(("conditions", "status"), ORDER)
def test_conditions_are_evaluated_in_order(conditions: dict[str, bytes], status: int) -> None:
    headers = {name.encode(): value for name, value in conditions.items()}
    assert evaluate(headers, TAG, DATED, MODIFIED) == status


def test_a_page_without_a_date_ignores_conditions_with_a_date() -> None:
    for name in (b"if-modified-since", b"if-unmodified-since"):
        for date in (at(1), SAME, at(4_000_000_000)):
            assert evaluate({name: date}, TAG, Dated(MODIFIED), 0) == 200


@pytest.mark.parametrize(
    ("date", "status"),
    [
        (SAME, 304),
        (OLD, 200),
        (NEW, 200),
        (at(MODIFIED + 99), 200),
        (at(MODIFIED + 100), 304),
        (b"Thu May 28 20:26:40 2026", 304),
    ],
)
def test_a_later_date_from_before_the_process_started_does_not_prove_that_the_client_is_current(
    date: bytes, status: int
) -> None:
    assert evaluate({b"if-modified-since": date}, TAG, DATED, MODIFIED + 100) == status


# Over HTTP.

PATHS = ["/", "/blog/hello", "/about", "/tags", "/blog/tag/http", "/rss", "/atom.xml", "/feed.json", "/blog/tag/http/rss", "/blog/hello.md",
         "/sitemap.xml", "/robots.txt", "/llms.txt", "/site.webmanifest", "/favicon.ico", "/api/posts", "/api/posts?tag=http", "/api/posts/hello"]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
async def test_every_prepared_response_has_working_validators(
    small_app: "Blog", fetch: "Fetch", path: str, method: str
) -> None:
    whole = await fetch(small_app, path, method)
    etag, date = whole.headers["etag"], whole.headers["last-modified"]
    assert 0 < (seconds(date.encode()) or 0) <= time.time()
    outcomes: list[tuple[Headers, int]] = [
        ((("if-none-match", etag),), 304),
        ((("if-modified-since", date),), 304),
        ((("if-modified-since", formatdate(0, usegmt=True)),), 200),
        ((("if-match", etag),), 200),
        ((("if-match", '"other"'), ("if-match", etag)), 200),
        ((("if-match", "W/" + etag),), 412),
        ((("if-match", '"other"'),), 412),
        ((("if-unmodified-since", date),), 200),
        ((("if-unmodified-since", formatdate(0, usegmt=True)),), 412),
    ]
    for headers, status in outcomes:
        answer = await fetch(small_app, path, method, headers)
        assert answer.status == status, headers
        if status == 200:
            assert (answer.body, answer.headers) == (whole.body, whole.headers)
        if status == 304:
            assert answer.body == b""
            assert {"etag": etag, "last-modified": date}.items() <= answer.headers.items()
            assert answer.headers["cache-control"] == whole.headers["cache-control"]
            assert not {"content-type", "content-encoding"} & answer.headers.keys()
        if status == 412:
            assert answer.headers["cache-control"] == "no-store"
            assert method == "HEAD" or b"If-Match" in answer.body


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/Blog/Hello", "GET", 301), ("/2019/old-hello", "HEAD", 301), ("/nothing", "GET", 404), ("/api/posts/nothing", "GET", 404),
     ("/api/posts?page=0", "GET", 422), ("/blog/hello", "POST", 405), ("/api/posts", "DELETE", 405), ("/2019/old-hello", "PUT", 405)],
)  # fmt: skip
@pytest.mark.parametrize("name", ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"])
async def test_conditions_are_ignored_if_the_response_would_not_be_200(
    small_app: "Blog", fetch: "Fetch", path: str, method: str, status: int, name: str
) -> None:
    for value in ("*", '"x"', formatdate(0, usegmt=True), formatdate(4_000_000_000, usegmt=True)):
        assert (await fetch(small_app, path, method, ((name, value),))).status == status


async def test_encoding_negotiation_precedes_the_conditions(small_app: "Blog", fetch: "Fetch") -> None:
    answer = await fetch(small_app, "/about", headers=(("accept-encoding", "*;q=0"), ("if-match", '"x"')))
    assert answer.status == 406


async def test_a_tag_of_another_encoding_does_not_match(small_app: "Blog", fetch: "Fetch") -> None:
    etag = (await fetch(small_app, "/blog/hello", headers=(("accept-encoding", "br"),))).headers["etag"]
    for accepted, status in (("br", 200), ("gzip", 412)):
        headers = (("accept-encoding", accepted), ("if-match", etag))
        assert (await fetch(small_app, "/blog/hello", headers=headers)).status == status


async def test_a_repeated_date_is_ignored(small_app: "Blog", fetch: "Fetch") -> None:
    date = (await fetch(small_app, "/blog/hello")).headers["last-modified"]
    headers = (("if-modified-since", date), ("if-modified-since", date))
    assert (await fetch(small_app, "/blog/hello", headers=headers)).status == 200


async def test_a_reload_changes_the_dates_of_the_pages_that_it_changed_only(
    run: "Run", posts: "WritePosts", post: "WritePost", small_settings: "Settings"
) -> None:
    folder = posts(
        {
            "one.md": post("One", "2026-03-01"),
            "two.md": post("Two", "2026-03-02"),
            "pages/about.md": post("About", "2026-03-02"),
        }
    )
    own = replace(
        small_settings, posts_dir=folder, reload=True, cache_dir=folder.parent / "cache", base_url="https://b.example"
    )
    async with run(own) as running:
        await running.until_ready()
        await asyncio.sleep(0.5)  # the watcher starts after the first edition
        before = {
            path: (await running.client.get(path)).headers for path in ("/blog/one", "/rss", "/about", "/blog/two.md")
        }
        # A small edit, without a new date in the front matter.
        posts({"one.md": post("One", "2026-03-01", body="A few more words.")})
        await running.until_text("/blog/one", "more words")
        for path, headers in before.items():
            answer = await running.client.get(path, headers={"if-modified-since": headers["last-modified"]})
            assert answer.status_code == (200 if path in {"/blog/one", "/rss"} else 304), path


async def test_edits_within_a_second_never_give_304_for_old_bytes(
    run: "Run", posts: "WritePosts", post: "WritePost", small_settings: "Settings"
) -> None:
    folder = posts({"one.md": post("One", "2026-03-01", body="Words number 0.")})
    own = replace(
        small_settings, posts_dir=folder, reload=True, cache_dir=folder.parent / "cache", base_url="https://b.example"
    )
    async with run(own) as running:
        await running.until_ready()
        await asyncio.sleep(0.5)  # the watcher starts after the first edition
        dates: list[str] = []
        for number in range(1, 4):
            dates.append((await running.client.get("/blog/one")).headers["last-modified"])
            posts({"one.md": post("One", "2026-03-01", body=f"Words number {number}.")})
            await running.until_text("/blog/one", f"number {number}")
            for date in dates:
                assert (await running.client.get("/blog/one", headers={"if-modified-since": date})).status_code == 200
        assert len(set(dates)) == len(dates)
