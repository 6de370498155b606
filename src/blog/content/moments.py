"""Times in front matter: a date or a date-time, in the zone of the site unless it has an offset."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

_ALLOWED = "give a date (2026-03-01) or a date-time (2026-03-01 09:00, 2026-03-01T09:00:00+01:00)"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SPACE_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d|Z$)")
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
        if _DAY.fullmatch(value):
            day = date.fromisoformat(value)
            return Written(_aware(datetime.combine(day, time()), zone), day, has_time=False)
        written = datetime.fromisoformat(_SPACE_BEFORE_OFFSET.sub("", value))
        return Written(_aware(written, zone), written.date(), has_time=True)
    except OverflowError:
        raise ValueError(f"{value!r} is out of range: {_ALLOWED}") from None
    except ValueError:
        shown = value if len(value) <= 60 else f"{value[:57]}..."  # noqa: PLR2004 -- fits one line of a terminal
        raise ValueError(f"{shown!r} is not a date: {_ALLOWED}") from None


def _aware(written: datetime, zone: tzinfo | None) -> datetime:
    moment = written.replace(tzinfo=zone or UTC) if written.tzinfo is None else written
    in_utc = moment.astimezone(UTC)  # raises OverflowError where a moment cannot be compared with others
    return _whole_minutes(moment if zone is None else in_utc.astimezone(zone), in_utc)


def _whole_minutes(moment: datetime, in_utc: datetime) -> datetime:
    """The moment at a fixed offset without seconds, which RFC 3339 cannot express (local mean time has them)."""
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() / 60)
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
