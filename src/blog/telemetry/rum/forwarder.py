"""Forwards beacons to the collector: a bounded queue and a few senders in the background."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from blog import __version__
from blog.http.semantics import BeaconOutcome
from blog.machine.token_bucket import TokenBucket
from blog.telemetry.rum.payload import Site, beacon_of

if TYPE_CHECKING:  # httpx takes 3 MB, which a site without RUM saves
    import httpx

# Up to 64 KiB each, so 8 MiB at most.
MAX_WAITING_BEACONS = 128
FLUSH_SECONDS = 1.0
_SENDERS = 4
_SEND_SECONDS = 2.0
# A visit sends three to five beacons, so this allows ten new readers a second, and forty at once.
_PER_SECOND, _BURST = 50.0, 200.0

logger = logging.getLogger(__name__)

Count = Callable[[BeaconOutcome], None]
Viewed = Callable[[str, bytes], None]


class Forwarder:
    """Queues the bodies of beacons and posts them to the collector in the background.

    ``viewed`` is called with the route and the user agent of each page whose view a beacon reports.
    """

    def __init__(
        self, collector: str, site: Site, count: Count, viewed: Viewed, bucket: TokenBucket | None = None
    ) -> None:
        self._collector = collector
        self._site = site
        self.count = count
        self._viewed = viewed
        self._bucket = bucket or TokenBucket(_PER_SECOND, _BURST)
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING_BEACONS)
        self._senders: list[asyncio.Task[None]] = []

    def enqueue(self, body: bytes, user_agent: bytes) -> BeaconOutcome | None:
        """Queue a body and return None, or return why it is refused. The caller counts refusals."""
        try:
            beacon = beacon_of(body, self._site)
        except ValueError:
            return BeaconOutcome.BROKEN
        if not self._bucket.take():
            return BeaconOutcome.RATE_LIMITED
        if beacon.viewed is not None:
            self._viewed(beacon.viewed, user_agent)
        try:
            self._waiting.put_nowait(beacon.body)
        except asyncio.QueueFull:
            return BeaconOutcome.QUEUE_FULL
        return None

    def start(self) -> None:
        import httpx  # noqa: PLC0415 -- only where beacons are forwarded

        # No proxy, password or certificate from the environment. No connection is kept alive, because one that the collector closes loses a beacon.
        limits = httpx.Limits(max_connections=_SENDERS, max_keepalive_connections=0)
        client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SEND_SECONDS, limits=limits)
        self._senders = [asyncio.create_task(self._forward(client)) for _ in range(_SENDERS)]

    async def close(self) -> None:
        """Send the queued beacons within FLUSH_SECONDS, and count those that were not sent."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), FLUSH_SECONDS)
        for sender in self._senders:
            sender.cancel()
        await asyncio.wait(self._senders, timeout=FLUSH_SECONDS)
        lost = self._waiting.qsize()
        for _ in range(lost):
            self.count(BeaconOutcome.SHUTDOWN)
        if lost:
            logger.warning("the collector did not take the last beacons in %g s; %d are lost", FLUSH_SECONDS, lost)

    async def _forward(self, client: "httpx.AsyncClient") -> None:
        while True:
            body = await self._waiting.get()
            outcome = BeaconOutcome.SHUTDOWN
            try:
                outcome = await self._send(client, body)
            finally:
                self.count(outcome)
                self._waiting.task_done()

    async def _send(self, client: "httpx.AsyncClient", body: bytes) -> BeaconOutcome:
        import httpx  # noqa: PLC0415 -- imported by start() already

        headers = {
            "content-type": "application/json",
            "user-agent": f"blog/{__version__}",
            "accept-encoding": "identity",
        }
        try:
            # httpx's timeout applies to each read, so a collector that sends its response byte by byte would never time out.
            async with asyncio.timeout(_SEND_SECONDS):
                # The response's body is not read; leaving the block closes the connection.
                async with client.stream("POST", self._collector, content=body, headers=headers) as answer:
                    if answer.is_success:
                        return BeaconOutcome.FORWARDED
                    logger.warning("the collector answered %d; beacons are lost", answer.status_code)
                    return BeaconOutcome.COLLECTOR_REFUSED
        except (TimeoutError, httpx.TimeoutException):
            logger.warning("the collector did not answer in %g s; beacons are lost", _SEND_SECONDS)
            return BeaconOutcome.COLLECTOR_SLOW
        except (httpx.HTTPError, OSError) as problem:
            logger.warning("the collector cannot be reached (%s); beacons are lost", type(problem).__name__)
            return BeaconOutcome.COLLECTOR_GONE
