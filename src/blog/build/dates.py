"""Last-Modified dates: when the bytes of a page were first made, as far as this process can know."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blog.build.edition import Edition
    from blog.build.response import Resource

# uvicorn renews the Date field of responses about once a second, so it may lag behind the clock.
_DATE_LAG_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Dated:
    """The date of a page: seconds since the epoch, and the same as an HTTP-date. ``http_date`` is empty if no date may be sent."""

    modified: int = 0
    http_date: str = ""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("last-modified", self.http_date),) if self.http_date else ()


@dataclass(frozen=True, slots=True)
class Dates:
    """Assigns dates to the pages of an edition that was made at ``made``, in seconds since the epoch.

    A page with the same bytes as in the replaced edition keeps its date. All others get ``made``, which is later than every date in the
    replaced edition. A date after ``now`` is not sent, because Last-Modified must not be later than Date (RFC 9110, section 8.8.2.1).
    """

    made: int = 0
    now: int = 0
    replaced: Mapping[str, "Resource"] = field(default_factory=dict)

    @classmethod
    def of_existing(cls, made: int) -> "Dates":
        """Dates for an edition that was made earlier, perhaps on another machine."""
        return cls(made, _now())

    @classmethod
    def following(cls, replaced: "Edition | None", made: int | None = None) -> "Dates":
        """Dates for an edition that is made now; ``made`` sets its date for a reproducible build.

        Waits for the next second if the replaced edition was made in this one, because their dates must differ.
        """
        now = _now()
        if replaced is None:
            return cls(now if made is None else made, now)
        if replaced.made == now:
            time.sleep(1 - time.time() % 1)
            now = _now()
        # The clock may have been set back.
        return cls(max(now, replaced.made + 1), now, replaced.pages)

    def of(self, path: str, etag: bytes) -> Dated:
        """The date of a page whose identity representation has this ETag."""
        before = self.replaced.get(path)
        unchanged = before is not None and before.identity.etag == etag
        return _dated(before.dated.modified if before is not None and unchanged else self.made, self.now)


def _now() -> int:
    return int(time.time()) - _DATE_LAG_SECONDS


@lru_cache(maxsize=256)
def _dated(modified: int, now: int) -> Dated:
    return Dated(modified, formatdate(modified, usegmt=True) if 0 < modified <= now else "")
