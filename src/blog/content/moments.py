"""Times in front matter: a date or a date-time, in the zone of the site unless it has an offset."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches
from math import ceil
from zoneinfo import ZoneInfo, available_timezones

_ALLOWED = "give a date (2026-03-01) or a date-time (2026-03-01 09:00, 2026-03-01T09:00:00+01:00)"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The time behind a day: 9:30, T09:30:00.5Z, at 9:30 pm, 10:00:00 +0100 CET, 10:00:00 GMT+0200 (CEST), 10:00 EST.
_TIME = re.compile(
    r"(?:[T,\s]|\bat\b)+(?P<hour>\d\d?):(?P<minute>\d\d)(?P<second>:\d\d(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?\s*(?:(?P<zone>Z|UTC|GMT|UT|[ECMP][SD]T)?"
    r"(?:\s*(?P<offset>[+-]\d\d?(?::?\d\d(?::\d\d)?)?)(?:\s+\(?[A-Z][A-Za-z ]{1,40}\)?)?)?)",
    re.ASCII | re.IGNORECASE,
)
# RFC 5322, 4.3.
_ZONES = {"EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00",
          "PST": "-08:00", "PDT": "-07:00"}  # fmt: skip
# Unix time: seconds, or milliseconds since 1973, as JavaScript counts them.
_UNIX = re.compile(r"\d{9,13}", re.ASCII)
_SECONDS_DIGITS = 11
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
# 2024/5/6, 2024-5-6 and 2024.05.06, before a time or alone.
_NUMBERS = re.compile(r"(\d{4})([-/.])(\d\d?)\2(\d\d?)(?![\d/.])", re.ASCII)
# 11/26/2010 and 26.11.2010, where only one of the two numbers can be the month.
_YEAR_LAST = re.compile(r"(\d\d?)([-/.])(\d\d?)\2(\d{4})(?![\d/.])", re.ASCII)
_MONTHS = 12
_DAY_NAME = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
# Mon, 06 May 2024 10:00:00 +0200; 6th May 2024
_DAY_FIRST = re.compile(
    rf"{_DAY_NAME}(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?P<month>[a-z]{{3,9}})\.?,?\s+(?P<year>\d{{4}})",
    re.ASCII | re.IGNORECASE,
)
# May 6, 2024; Monday, May 6th 2024
_MONTH_FIRST = re.compile(
    rf"{_DAY_NAME}(?P<month>[a-z]{{3,9}})\.?\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
    re.ASCII | re.IGNORECASE,
)
_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
# Names in a folder of zones that depend on the machine or count leap seconds.
_NOT_A_ZONE = re.compile(r"localtime|posixrules|Factory|(?:posix|right)/.*")


@dataclass(frozen=True, slots=True)
class Written:
    """A time as its author wrote it. ``moment`` is aware; without a time it is the first one of the day."""

    moment: datetime
    day: date
    has_time: bool


def parse_moment(value: str, zone: tzinfo | None) -> Written:
    """The time in a text; without an offset it is in the zone, or in UTC if the site has none.

    >>> parse_moment("2026-03-01 20:00", None).moment.isoformat()
    '2026-03-01T20:00:00+00:00'

    Raises:
        ValueError: neither a date nor a date-time, or out of range.
    """
    try:
        text = in_iso(value)
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return Written(_aware(datetime.combine(day, time()), zone), day, has_time=False)
        written = datetime.fromisoformat(text)
        return Written(_aware(written, zone), written.date(), has_time=True)
    except OverflowError:
        raise ValueError(f"{value!r} is out of range: {_ALLOWED}") from None
    except ValueError:
        shown = value if len(value) <= 60 else f"{value[:57]}..."  # noqa: PLR2004 -- fits one line of a terminal
        raise ValueError(f"{shown!r} is not a date: {_ALLOWED}") from None


def in_iso(value: str) -> str:
    """A date as other programs write it, in ISO 8601. Which of 06/05/2024 is the month is not known, so that stays as it is.

    >>> in_iso("May 6, 2024"), in_iso("Mon, 06 May 2024 10:00:00 +0200"), in_iso("2024/5/6 10:00"), in_iso("1546423200")
    ('2024-05-06', '2024-05-06 10:00:00+0200', '2024-05-06 10:00', '2019-01-02 10:00:00+00:00')
    >>> in_iso("11/26/2010"), in_iso("26.11.2010 10:00"), in_iso("05/05/2024"), in_iso("06/05/2024")
    ('2010-11-26', '2010-11-26 10:00', '2024-05-05', '06/05/2024')
    """
    value = " ".join(value.split())
    if _UNIX.fullmatch(value):
        count = timedelta(seconds=int(value)) if len(value) <= _SECONDS_DIGITS else timedelta(milliseconds=int(value))
        return (datetime(1970, 1, 1, tzinfo=UTC) + count).isoformat(" ")
    if found := _NUMBERS.match(value):
        return f"{found[1]}-{found[3]:0>2}-{found[4]:0>2}{_time_in_iso(value[found.end() :])}"
    if (found := _YEAR_LAST.match(value)) and (month_and_day := _told_apart(int(found[1]), int(found[3]))):
        month, day = month_and_day
        return f"{found[4]}-{month:02}-{day:02}{_time_in_iso(value[found.end() :])}"
    if found := _COMPACT.fullmatch(value):
        return "-".join(found.groups())
    found = _DAY_FIRST.match(value) or _MONTH_FIRST.match(value)
    month = _month(found["month"].lower()) if found else 0
    if not found or not month:
        return value
    return f"{found['year']}-{month:02}-{found['day']:0>2}{_time_in_iso(value[found.end() :])}"


def _told_apart(first: int, second: int) -> tuple[int, int] | None:
    """The month and the day; None where either number may be the month."""
    if first == second or first <= _MONTHS < second:
        return first, second
    return (second, first) if second <= _MONTHS < first else None


def _time_in_iso(value: str) -> str:
    found = _TIME.fullmatch(value)
    if not found:
        return value
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:  # noqa: PLR2004 -- of a clock
        return value
    hour = hour % 12 + 12 * (half == "p") if half else hour
    zone = (found["zone"] or "").upper()
    offset = _full_offset(found["offset"] or "") or _ZONES.get(zone, "Z" if zone else "")
    return f" {hour:02}:{found['minute']}{found['second'] or ''}{offset}"


def _full_offset(offset: str) -> str:
    """An offset with two digits for its hours, which YAML writes with one.

    >>> _full_offset("-5"), _full_offset("+530"), _full_offset("+0100"), _full_offset("")
    ('-05', '+0530', '+0100', '')
    """
    hours = offset[1:].partition(":")[0]
    return f"{offset[0]}0{offset[1:]}" if len(hours) in {1, 3} else offset


def _month(name: str) -> int:
    """The number of a month, of which at least three letters are given; 0 if there is none of that name."""
    return next((number for number, month in enumerate(_MONTH_NAMES, 1) if month.startswith(name)), 0)


def _aware(written: datetime, zone: tzinfo | None) -> datetime:
    moment = written.replace(tzinfo=zone or UTC) if written.tzinfo is None else written
    in_utc = moment.astimezone(UTC)  # raises OverflowError where a moment cannot be compared with others
    return _whole_minutes(moment if zone is None else in_utc.astimezone(zone), in_utc)


def _whole_minutes(moment: datetime, in_utc: datetime) -> datetime:
    """The moment at a fixed offset without seconds, which RFC 3339 cannot express (local mean time has them)."""
    offset = moment.utcoffset() or timedelta()
    minutes = ceil(offset.total_seconds() / 60)  # rounded down, the first second of a day would be in the day before
    return in_utc.astimezone(timezone(timedelta(minutes=minutes))) if minutes else in_utc


def is_before(updated: Written, published: Written) -> bool:
    """Whether a text was updated before it was published. A date without a time is the whole day.

    Days are compared as written and as they are shown, because either may be what the author had in mind.
    """
    if updated.has_time and published.has_time:
        return updated.moment < published.moment
    return updated.day < published.day and updated.moment.date() < published.moment.date()


def zone_named(name: str) -> tzinfo:
    """The time zone with an IANA name.

    Raises:
        ValueError: there is none of that name.
    """
    if name == "UTC":
        return UTC
    try:
        if not _NOT_A_ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    nearest = get_close_matches(name, sorted(available_timezones()), n=1)
    raise ValueError(
        f"{name!r} is not a time zone; give an IANA name such as {nearest[0] if nearest else 'Europe/Berlin'}"
    )
