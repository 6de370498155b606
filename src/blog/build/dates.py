"""When the bytes of a page came to be, as far as this process can know: what Last-Modified says."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blog.build.edition import Edition
    from blog.build.response import Resource

# uvicorn renews the Date that answers have about once a second, so it may be behind the clock.
_DATE_LAG_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Dated:
    """Seconds since the epoch, and the same as an HTTP-date; ``http_date`` is empty where no date may be sent."""

    modified: int = 0
    http_date: str = ""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("last-modified", self.http_date),) if self.http_date else ()


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates the pages of an edition that was made at ``made``, in seconds since the epoch.

    A page that has the same bytes as in the edition it replaces keeps its date. All others get ``made``, which is later than any date that the
    replaced edition has. A date after ``now`` is not sent, because Last-Modified must not be later than Date (RFC 9110, section 8.8.2.1).
    """

    made: int = 0
    now: int = 0
    replaced: Mapping[str, "Resource"] = field(default_factory=dict)

    @classmethod
    def kept(cls, made: int) -> "Dates":
        """Of an edition that was made earlier, perhaps elsewhere."""
        return cls(made, _now())

    @classmethod
    def following(cls, replaced: "Edition | None", made: int | None = None) -> "Dates":
        """Of an edition that is made now; ``made`` is given where a build has to be reproducible.

        Waits for the next second if the replaced edition was made in this one: their dates could not differ otherwise.
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
        """The date of a page whose identity has this ETag."""
        before = self.replaced.get(path)
        keeps = before is not None and before.identity.etag == etag
        return _dated(before.dated.modified if before is not None and keeps else self.made, self.now)


def _now() -> int:
    return int(time.time()) - _DATE_LAG_SECONDS


@lru_cache(maxsize=256)
def _dated(modified: int, now: int) -> Dated:
    return Dated(modified, formatdate(modified, usegmt=True) if 0 < modified <= now else "")
