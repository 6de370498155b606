"""What is true of this process right now. Readiness is read off these facts; there is no flag for it."""

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import datetime

from blog.build.edition import Edition


@dataclass(frozen=True, slots=True)
class Refusal:
    """The content on disk is newer than what is served and cannot be used: since when, and for how many faults."""

    since: datetime
    faults: int


class ServiceState:
    """The edition being served, and whether the process has been asked to go."""

    def __init__(self) -> None:
        self.edition: Edition | None = None
        self.draining = False
        self.failure: BaseException | None = None
        self.refusal: Refusal | None = None
        self.generation = 0
        # The first second in which no edition but the present one has been served.
        self.unchanged_since = 0

    @property
    def ready(self) -> bool:
        """Whether to send visitors here: there are pages, and there will be for a while."""
        return self.edition is not None and not self.draining

    def publish(self, edition: Edition) -> None:
        """Swap in a new edition; requests under way keep the one they began with."""
        self.edition = edition
        self.unchanged_since = math.ceil(time.time())
        self.refusal = None
        self.generation += 1

    def refuse(self, faults: int, now: datetime) -> None:
        """Keep the edition, and note that the content on disk cannot take its place."""
        self.refusal = Refusal(self.refusal.since if self.refusal else now, faults)

    def publishing_ended(self, task: asyncio.Task[None]) -> None:
        """The publisher never ends by itself: when it does, the process must not go on without it."""
        if not task.cancelled():
            self.failure = task.exception()
