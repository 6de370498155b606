"""Dates as other programs write them, in the form that front matter here has."""

from datetime import datetime

from blog.content.moments import in_iso, parse_moment


def moment(value: str) -> str | None:
    """The date or date-time in ISO 8601, without fractions of seconds; None if it is none.

    >>> moment("2019-1-2"), moment("Jan 2, 2019"), moment("2019-01-02T10:00:00.000Z"), moment("soon")
    ('2019-01-02', '2019-01-02', '2019-01-02 10:00:00+00:00', None)
    """
    try:
        if not parse_moment(value, None).has_time:
            return in_iso(value)
        return datetime.fromisoformat(in_iso(value)).replace(microsecond=0).isoformat(" ")
    except ValueError:
        return None
