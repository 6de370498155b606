"""Dates as other programs write them, in the form that front matter here has."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_SPACED_OFFSET = re.compile(r"\s+(?=(?:[+-]\d\d:?\d\d|Z)$)")
_ZONE_NAME = re.compile(r"\s+(?:UTC|GMT)$")
_FRACTION = re.compile(r"(?<=:\d\d)\.\d+")
_SHORT_PARTS = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=$|[T\s])")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_IN_WORDS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y %H:%M", "%d %B %Y %H:%M", "%a %b %d %Y")
_DIGITS = 8


def moment(value: str) -> str | None:
    """The date or date-time in ISO 8601; None if it is none.

    >>> moment("2019-1-2"), moment("Jan 2, 2019"), moment("2019-01-02T10:00:00.000Z"), moment("soon")
    ('2019-01-02', '2019-01-02', '2019-01-02 10:00:00+00:00', None)
    """
    text = " ".join(value.split())
    return _iso(text) or _in_words(text) or _by_mail(text)


def _iso(text: str) -> str | None:
    text = _ZONE_NAME.sub("+00:00", _FRACTION.sub("", text))
    text = _SHORT_PARTS.sub(
        lambda found: f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}", _SPACED_OFFSET.sub("", text)
    )
    try:
        if len(text) <= len("2026-03-01"):
            return date.fromisoformat(text).isoformat() if not text.isdigit() or len(text) == _DIGITS else None
        return datetime.fromisoformat(text).isoformat(" ")
    except ValueError:
        return None


def _in_words(text: str) -> str | None:
    plain = _ORDINAL.sub("", text.replace(",", " ").replace(".", ""))
    plain = " ".join(plain.split())
    for form in _IN_WORDS:
        try:
            found = datetime.strptime(plain, form)  # noqa: DTZ007 -- it has no zone, as the author wrote it
        except ValueError:
            continue
        return found.isoformat(" ") if "%H" in form else found.date().isoformat()
    return None


def _by_mail(text: str) -> str | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.isoformat(" ")


def moment_of_milliseconds(value: float) -> str | None:
    """The date-time of a Unix time in milliseconds, as Ghost wrote it once.

    >>> moment_of_milliseconds(0)
    '1970-01-01 00:00:00+00:00'
    """
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)).isoformat(" ")
    except OverflowError:
        return None
