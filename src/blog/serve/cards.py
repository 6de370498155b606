"""GET /og/…: the cards of texts, drawn off the event loop with the first request, and kept in memory within a budget."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from blog import urls
from blog.build.cards.card import Card
from blog.build.cards.drawer import CardDrawer, NotDrawnError
from blog.build.dates import Dated
from blog.build.edition import Edition
from blog.build.response import etag_of
from blog.build.state import ServiceState
from blog.http.request import KEY, RequestRecord
from blog.machine.threads import in_thread
from blog.render.page import FOREVER, SHORT
from blog.serve.preconditions import FAILED, NOT_MODIFIED, evaluate
from blog.serve.unavailable import RETRY_AFTER_SECONDS

# Some 150 cards: those of a day's posts and of what networks ask for again.
_MOST_BYTES = 4 * 1024 * 1024
# Each is drawn in half a second, and a network waits for some seconds.
_MOST_WAITING = 8
# A card that could not be drawn is not tried again before this.
_REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card as it is sent."""

    body: bytes
    etag: str


class BusyError(Exception):
    """The card cannot be drawn now."""


class CardStore:
    """The cards of the served edition. One is drawn at a time, and at most ``most_waiting`` wait for that.

    At most ``most_bytes`` of drawn cards are kept, those that were asked for last.
    """

    def __init__(self, drawer: CardDrawer, *, most_bytes: int = _MOST_BYTES, most_waiting: int = _MOST_WAITING) -> None:
        self._drawer = drawer
        self._most_bytes = most_bytes
        self._most_waiting = most_waiting
        self._kept: OrderedDict[str, Drawn] = OrderedDict()
        self._size = 0
        self._failed: dict[str, float] = {}
        self._making: dict[str, asyncio.Task[Drawn]] = {}
        self._turn = asyncio.Lock()

    @property
    def size(self) -> int:
        """The bytes of the cards that are kept."""
        return self._size

    async def get(self, card: Card, edition: Edition) -> Drawn:
        """The card, from memory, from the cache, or drawn. Requests for one card wait for the same drawing.

        Raises:
            BusyError: too many cards are to be drawn, or this one could not be.
        """
        if card.key in self._kept:
            self._kept.move_to_end(card.key)
            return self._kept[card.key]
        making = self._making.get(card.key)
        if making is None:
            if len(self._making) >= self._most_waiting or self._failed.get(card.key, 0) > time.monotonic():
                raise BusyError
            making = self._making[card.key] = asyncio.create_task(self._make(card, edition))
            making.add_done_callback(lambda _: self._making.pop(card.key, None))
        try:
            # A client that goes away does not end the drawing that others wait for.
            return await asyncio.shield(making)
        except NotDrawnError as problem:
            raise BusyError from problem

    async def _make(self, card: Card, edition: Edition) -> Drawn:
        body = await in_thread(lambda: self._drawer.stored(card))
        if body is None:
            async with self._turn:
                try:
                    body = await in_thread(lambda: self._drawer.drawn(card, edition))
                except NotDrawnError:
                    self._failed = {card.key: time.monotonic() + _REST_SECONDS, **dict(list(self._failed.items())[:64])}
                    raise
        drawn = Drawn(body, etag_of(body))
        self._keep(card.key, drawn)
        return drawn

    def _keep(self, key: str, drawn: Drawn) -> None:
        self._kept[key] = drawn
        self._size += len(drawn.body)
        while self._size > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)


def card_routes(service: ServiceState, store: CardStore) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(urls.CARD_ROUTE)
    async def card(request: Request) -> Response:
        """The card of a text, which the page store has found in the served edition."""
        record: RequestRecord = request.scope[KEY]
        edition = service.edition
        found = edition.cards.get(record.path) if edition else None
        if edition is None or found is None:
            return Response("There is no such card.\n", 404, media_type="text/plain")
        try:
            drawn = await store.get(found, edition)
        except BusyError:
            again = {"retry-after": str(RETRY_AFTER_SECONDS), "cache-control": "no-store"}
            return Response("The card is being drawn. Please try again in a moment.\n", 503, again, "text/plain")
        return _response(record, drawn, found, service.unchanged_since)

    return router


def _response(record: RequestRecord, drawn: Drawn, card: Card, unchanged_since: int) -> Response:
    outcome = evaluate(record.headers, drawn.etag.encode(), Dated(), unchanged_since)
    if outcome == FAILED:
        return Response("The card does not match If-Match.\n", FAILED, {"cache-control": "no-store"}, "text/plain")
    # The address in pages has the version of the card in it; at another one, the card may change.
    is_current = record.query == f"v={card.version}".encode()
    headers = {"etag": drawn.etag, "cache-control": FOREVER if is_current else SHORT}
    if outcome == NOT_MODIFIED:
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(drawn.body, 200, headers, card.media_type)
