"""State of the service: the served edition, drain and failures. Readiness is derived from it; there is no flag for it."""

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import datetime

from blog.build.cache_limit import CacheLimit, limit_until
from blog.build.edition import Edition
from blog.errors import Fault, Severity
from blog.http.semantics import ReadinessState


@dataclass(frozen=True, slots=True)
class Refusal:
    """Changed content on disk that cannot be served: since when, and how many faults it has."""

    since: datetime
    faults: int


class ServiceState:
    """The served edition, whether the process drains, and what went wrong."""

    def __init__(self) -> None:
        self.edition: Edition | None = None
        self.draining = False
        self.failure: BaseException | None = None
        self.refusal: Refusal | None = None
        # The errors of the content on disk, which an author at work sees in the browser.
        self.faults: tuple[Fault, ...] = ()
        self.generation = 0
        # Set while a scheduled post is due soon; the page store applies it to every response.
        self.cache_limit: CacheLimit | None = None
        # The first whole second after the current edition was published, in seconds since the epoch.
        self.unchanged_since = 0

    @property
    def state(self) -> ReadinessState:
        if self.draining:
            return "draining"
        return "loading" if self.edition is None else "ready"

    @property
    def ready(self) -> bool:
        """Whether to send requests here: there is an edition, and the process does not drain."""
        return self.edition is not None and not self.draining

    def publish(self, edition: Edition) -> None:
        """Replace the served edition. Requests in progress keep the edition they started with."""
        self.edition = edition
        self.unchanged_since = math.ceil(time.time())
        self.generation += 1
        self.confirm()

    def confirm(self) -> None:
        """Record that the served edition is that of the content on disk, but for texts that are held at their last good version."""
        self.refusal = None
        warnings = self.edition.warnings if self.edition else ()
        self.faults = tuple(fault for fault in warnings if fault.severity is Severity.ERROR)

    def limit_caching(self, now: datetime) -> None:
        """Let no cache keep a response beyond the moment until which the edition is valid."""
        self.cache_limit = limit_until(self.edition.until if self.edition else None, now)

    def refuse(self, faults: tuple[Fault, ...], now: datetime) -> None:
        """Keep the served edition, and record the errors because of which the content on disk cannot replace it."""
        self.refusal = Refusal(self.refusal.since if self.refusal else now, len(faults))
        self.faults = faults

    def publishing_ended(self, task: asyncio.Task[None]) -> None:
        """Record why the publisher's task ended. It runs until it is cancelled, and the process must not continue without it."""
        if not task.cancelled():
            self.failure = task.exception()
