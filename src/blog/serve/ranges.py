"""Range requests for files (RFC 9110, section 14): one range of bytes of the identity representation.

A request for several ranges gets the whole file, which section 14.2 allows and which costs no copies.
"""

import re
from collections.abc import Mapping
from typing import cast

from blog.build.dates import Dated
from blog.build.response import PreparedResponse, Representation, Resource, field_lines

PARTIAL, NOT_SATISFIABLE = 206, 416
# A longer field is not parsed, and the whole file is sent. Any number of bytes that a file can have is shorter.
_LONGEST = 64
_ONE_RANGE = re.compile(rb"bytes[ \t]*=[ \t,]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t,]*", re.IGNORECASE)
# A shorter part is copied; a longer one is a view of the file, because many slow clients would hold many copies.
_LONGEST_COPY = 64 * 1024


class NotSatisfiableError(Exception):
    """The range has no byte of the file."""


def part_of(page: Resource, headers: Mapping[bytes, bytes]) -> PreparedResponse | None:
    """The 206 response to a request with a Range field; None if the whole file must be sent.

    Raises:
        NotSatisfiableError: the answer is 416.
    """
    whole = page.identity
    if b"if-range" in headers and not _is_unchanged(headers[b"if-range"], whole, page.dated):
        return None
    body = whole.body
    bounds = _bounds(headers[b"range"], len(body))
    return None if bounds is None else _partial(whole, body, *bounds)


def _is_unchanged(validator: bytes, whole: Representation, dated: Dated) -> bool:
    """Whether If-Range names exactly this representation: by a strong ETag, or by its date, which is at least two seconds old when it is sent."""
    return validator == (whole.etag if validator.endswith(b'"') else dated.http_date.encode()) and bool(validator)


def _bounds(field: bytes, size: int) -> tuple[int, int] | None:
    """The first and the last byte of the range; None if the field is to be ignored."""
    found = _ONE_RANGE.fullmatch(field) if len(field) <= _LONGEST else None
    if found is None:
        return None
    first, last = (size - int(found[3]), size - 1) if found[3] else (int(found[1]), int(found[2] or size - 1))
    if found[3] and int(found[3]) > 0 and size == 0:
        return None  # the last bytes of an empty file are the whole of it
    if found[2] and first > last:
        return None  # invalid (section 14.1.1)
    if first >= size:
        raise NotSatisfiableError
    return max(0, first), min(last, size - 1)


def _partial(whole: Representation, body: bytes, first: int, last: int) -> PreparedResponse:
    length = last - first + 1
    own = field_lines(
        (
            ("etag", whole.etag.decode()),
            ("content-range", f"bytes {first}-{last}/{len(body)}"),
            ("content-length", str(length)),
        )
    )
    part = body[first : last + 1] if length <= _LONGEST_COPY else memoryview(body)[first : last + 1]
    # A view can be measured, joined and written like bytes, and nothing else is done with the body of a response.
    return PreparedResponse(PARTIAL, own, whole.whole.shared, cast("bytes", part))
