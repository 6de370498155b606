"""Times in front matter, their zones and days."""

from zoneinfo import ZoneInfo

import pytest

from blog.content.moments import is_before, parse_moment, zone_named

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("written", "zone", "moment"),
    [
        pytest.param("2026-03-01", None, "2026-03-01T00:00:00+00:00", id="day"),
        pytest.param("2026-03-01", TOKYO, "2026-03-01T00:00:00+09:00", id="day-of-the-site"),
        pytest.param("2026-03-01 10:00:00", None, "2026-03-01T10:00:00+00:00", id="time"),
        pytest.param("2026-07-01T10:00", NEW_YORK, "2026-07-01T10:00:00-04:00", id="summer-time"),
        pytest.param("2025-12-31T20:00:00-05:00", None, "2025-12-31T20:00:00-05:00", id="offset-is-kept"),
        pytest.param("2025-12-31T20:00:00-05:00", TOKYO, "2026-01-01T10:00:00+09:00", id="offset-is-converted"),
        pytest.param("2024-08-08 22:44:26 -0700", None, "2024-08-08T22:44:26-07:00", id="space-before-offset"),
        pytest.param("2026-03-01 10:00 Z", None, "2026-03-01T10:00:00+00:00", id="space-before-z"),
        pytest.param("2026-3-1", None, "2026-03-01T00:00:00+00:00", id="short-day"),
        pytest.param("2026-03-01 9:05", None, "2026-03-01T09:05:00+00:00", id="short-hour"),
        pytest.param("2026-03-01   09:05:00", None, "2026-03-01T09:05:00+00:00", id="spaces"),
        pytest.param("2026-03-01t09:05:00z", None, "2026-03-01T09:05:00+00:00", id="lower-case"),
        pytest.param("2026-03-01 09:05 UTC", TOKYO, "2026-03-01T18:05:00+09:00", id="utc"),
        pytest.param("2026-03-01 09:05:00 GMT", None, "2026-03-01T09:05:00+00:00", id="gmt"),
        pytest.param("2026-3-1 9:05:00.5 -5", None, "2026-03-01T09:05:00.500000-05:00", id="short-offset"),
        pytest.param("2026-03-01 09:05 +530", None, "2026-03-01T09:05:00+05:30", id="offset-without-colon"),
        pytest.param("2026/3/1 10:00", None, "2026-03-01T10:00:00+00:00", id="slashes"),
        pytest.param("2026.03.01", None, "2026-03-01T00:00:00+00:00", id="points"),
        pytest.param("1772359200", None, "2026-03-01T10:00:00+00:00", id="unix-seconds"),
        pytest.param("1772359200", TOKYO, "2026-03-01T19:00:00+09:00", id="unix-seconds-in-the-zone-of-the-site"),
        pytest.param("1772359200500", None, "2026-03-01T10:00:00.500000+00:00", id="unix-milliseconds"),
        pytest.param("999999999", None, "2001-09-09T01:46:39+00:00", id="unix-seconds-of-the-year-2001"),
        pytest.param("20260301", TOKYO, "2026-03-01T00:00:00+09:00", id="no-separator"),
        pytest.param("March 1, 2026", TOKYO, "2026-03-01T00:00:00+09:00", id="month-first"),
        pytest.param("Sunday, Mar. 1st 2026 at 9:05 pm", None, "2026-03-01T21:05:00+00:00", id="in-words"),
        pytest.param("1 Sept 2026, 12:30 AM", None, "2026-09-01T00:30:00+00:00", id="after-midnight"),
        pytest.param("2026-03-01 12:30 p.m.", None, "2026-03-01T12:30:00+00:00", id="after-noon"),
        pytest.param("Sun, 01 Mar 2026 10:00:00 +0100", None, "2026-03-01T10:00:00+01:00", id="rfc-5322"),
        pytest.param("Sun, 01 Mar 2026 10:00:00 EST", None, "2026-03-01T10:00:00-05:00", id="zone-of-rfc-5322"),
        pytest.param("Sun Mar 01 2026 10:00:00 GMT+0100 (CET)", None, "2026-03-01T10:00:00+01:00", id="javascript"),
        pytest.param("2026-03-01 10:00:00 +0100 CET", None, "2026-03-01T10:00:00+01:00", id="go"),
        pytest.param("2026-04-24", ZoneInfo("Africa/Cairo"), "2026-04-24T01:00:00+03:00", id="day-without-midnight"),
        pytest.param("2026-03-29 02:30", ZoneInfo("Europe/Berlin"), "2026-03-29T03:30:00+02:00", id="skipped-hour"),
        pytest.param("1850-01-01 12:00", ZoneInfo("Europe/Berlin"), "1850-01-01T12:00:32+00:54", id="local-mean-time"),
        pytest.param("1850-01-01", ZoneInfo("Europe/Berlin"), "1850-01-01T00:00:32+00:54", id="day-of-local-mean-time"),
        pytest.param(
            "1850-01-01", ZoneInfo("America/New_York"), "1850-01-01T00:00:02-04:56", id="day-of-it-in-the-west"
        ),
    ],
)
def test_a_time_has_the_offset_of_the_site_or_its_own(written: str, zone: ZoneInfo | None, moment: str) -> None:
    assert parse_moment(written, zone).moment.isoformat() == moment


@pytest.mark.parametrize(
    ("updated", "published", "zone", "before"),
    [
        pytest.param("2026-01-01", "2026-01-01T12:00:00Z", None, False, id="day-of-a-time"),
        pytest.param("2026-01-01", "2026-01-01T23:30:00-08:00", None, False, id="day-that-the-author-wrote"),
        pytest.param("2026-01-01", "2026-01-02T02:00:00Z", NEW_YORK, False, id="day-of-the-site"),
        pytest.param("2026-01-01T00:30:00+05:00", "2026-01-01", None, False, id="time-on-the-day"),
        pytest.param("2025-12-31", "2026-01-01T12:00:00Z", None, True, id="day-before"),
        pytest.param("2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z", None, True, id="hour-before"),
        pytest.param("2026-01-01T11:00:00-05:00", "2026-01-01T12:00:00Z", None, False, id="later-at-its-offset"),
    ],
)
def test_a_date_without_a_time_is_the_whole_day(
    updated: str, published: str, zone: ZoneInfo | None, *, before: bool
) -> None:
    assert is_before(parse_moment(updated, zone), parse_moment(published, zone)) is before


@pytest.mark.parametrize(
    "written",
    ["2026-13-1", "2026-2-30", "26-3-1", "2026-3", "2026-3-1 9", "2026-3-1 25:00", "1.3.2026", "01/03/2026", "13/13/2026", "00/26/2010", "26/11/10", "2/30/2026", "26/11-2010", "Marvember 1, 2026", "2026/03-01", "March 2026", "Last Modified", "2026-03-01 0:30 am", "2026-03-01 09:05 CET", "2026-03-01 13:05 pm", "12345678", "12345678901234", "-1772359200", "1772359200.5"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_examples(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date: give a date"):
        parse_moment(written, None)


@pytest.mark.parametrize("name", ["Europe/Berln", "CEST", "Europe", "../etc/passwd", "localtime", "", "a\0b", "+02:00"])
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time zone; give an IANA name such as \w+"):
        zone_named(name)


def test_an_unknown_zone_suggests_the_nearest() -> None:
    with pytest.raises(ValueError, match="such as Europe/Berlin"):
        zone_named("Europe/Berln")
