"""Evaluates the preconditions of a request (RFC 9110, section 13).

Only for requests whose response would be 200 otherwise (section 13.2.1).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from blog.build.dates import Dated

OK, NOT_MODIFIED, FAILED = 200, 304, 412
# Enough for 36 of our entity tags. A longer list is not parsed and counts as one without a match.
LONGEST_LIST = 1023
_TAG = re.compile(rb'(?:^|,)[ \t]*+(W/)?("[^"]*+")[ \t]*+(?=,|$)')

_LONGEST_DATE = 33
_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = rb"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = rb"(?P<month>" + rb"|".join(_MONTHS) + rb")"
_TIME = rb"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
# IMF-fixdate, and the two obsolete formats that every recipient must accept (RFC 9110, section 5.6.7).
_DATES = tuple(map(re.compile, (
    _DAY + rb", (?P<day>[0-9]{2}) " + _MONTH + rb" (?P<year>[0-9]{4}) " + _TIME + rb" GMT",
    _LONG_DAY + rb", (?P<day>[0-9]{2})-" + _MONTH + rb"-(?P<year>[0-9]{2}) " + _TIME + rb" GMT",
    _DAY + rb" " + _MONTH + rb" (?P<day>[0-9 ][0-9]) " + _TIME + rb" (?P<year>[0-9]{4})",
)))  # fmt: skip
_CENTURY, _NEAR_FUTURE_YEARS = 100, 50
_LEAP_SECOND = 60


def evaluate(headers: Mapping[bytes, bytes], etag: bytes, dated: Dated, unchanged_since: int) -> int:
    """The status for GET and HEAD, 200, 304 or 412, in the order of RFC 9110, section 13.2.2.

    ``unchanged_since`` is the second since which this process has sent only this edition.
    """
    if b"if-match" in headers:
        if not matches_strongly(headers[b"if-match"], etag):
            return FAILED
    elif b"if-unmodified-since" in headers and _is_modified_after(dated, headers[b"if-unmodified-since"]):
        return FAILED
    if b"if-none-match" in headers:
        return NOT_MODIFIED if matches(headers[b"if-none-match"], etag) else OK
    if b"if-modified-since" in headers and _is_current(dated, headers[b"if-modified-since"], unchanged_since):
        return NOT_MODIFIED
    return OK


def matches(tags: bytes, etag: bytes) -> bool:
    """Weak comparison of a list of entity tags, or ``*``, with the tag of the selected representation.

    >>> matches(b'W/"a", "b"', b'"a"'), matches(b"*", b'"a"'), matches(b'"c"', b'"a"')
    (True, True, False)
    """
    return tags == etag or any(opaque == etag for _, opaque in _members(tags, etag)) or _is_any(tags)


def matches_strongly(tags: bytes, etag: bytes) -> bool:
    """Strong comparison: a weak tag matches nothing.

    >>> matches_strongly(b'W/"a", "b"', b'"a"'), matches_strongly(b'"b", "a"', b'"a"')
    (False, True)
    """
    return tags == etag or any(not weak and opaque == etag for weak, opaque in _members(tags, etag)) or _is_any(tags)


def _members(tags: bytes, etag: bytes) -> list[tuple[bytes, bytes]]:
    """The members of a list as (weak, opaque tag); empty if the list is too long or cannot contain the tag."""
    return _TAG.findall(tags) if len(tags) <= LONGEST_LIST and etag in tags else []


def _is_any(tags: bytes) -> bool:
    return len(tags) <= LONGEST_LIST and tags.strip(b" \t") == b"*"


def _is_modified_after(dated: Dated, date: bytes) -> bool:
    """Whether the representation was modified after the date; False if either date is missing or invalid."""
    moment = seconds(date) if dated.http_date else None
    return moment is not None and dated.modified > moment


def _is_current(dated: Dated, date: bytes, unchanged_since: int) -> bool:
    """Whether a client that sends this If-Modified-Since has the current bytes.

    It does if the date is the Last-Modified of these bytes. A later date proves it only if this process has sent no other bytes since then: another
    replica, or the process before this one, may have built other bytes of the page later.
    """
    if not dated.http_date:
        return False
    if date == dated.http_date.encode():
        return True
    moment = seconds(date)
    return moment is not None and (moment == dated.modified or moment >= max(dated.modified, unchanged_since))


def seconds(date: bytes) -> int | None:
    """An HTTP-date in seconds since the epoch; None if it is invalid.

    >>> seconds(b"Sun, 06 Nov 1994 08:49:37 GMT"), seconds(b"Sun Nov  6 08:49:37 1994"), seconds(b"yesterday")
    (784111777, 784111777, None)
    """
    found = (
        next((match for form in _DATES if (match := form.fullmatch(date))), None)
        if len(date) <= _LONGEST_DATE
        else None
    )
    if found is None:
        return None
    day, hour, minute, second = (int(found[name]) for name in ("day", "hour", "minute", "second"))
    try:
        whole = datetime(_year(found["year"]), _MONTHS[found["month"]], day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
    return int(whole.timestamp()) + second if second <= _LEAP_SECOND else None


def _year(written: bytes) -> int:
    """The year. Two digits mean the last such year that is at most 50 years in the future (RFC 9110, section 5.6.7)."""
    year = int(written)
    if len(written) > 2:  # noqa: PLR2004 -- digits
        return year
    this = datetime.now(UTC).year
    year += this - this % _CENTURY
    if year > this + _NEAR_FUTURE_YEARS:
        return year - _CENTURY
    return year
