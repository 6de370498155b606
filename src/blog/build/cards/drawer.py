"""Drawn cards, from the cache or by worker processes. A process that serves never imports Pillow."""

import json
import logging
import subprocess
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from blog.build import worker_process
from blog.build.cards.card import Card
from blog.build.edition import Edition
from blog.machine import cores
from blog.machine.cache import Cache
from blog.render.theme_folders import FONTS, theme_folders
from blog.settings import Settings

_MAX_WORKERS = 2
# A worker holds 54 MB while it draws a card, and 92 MB while it crops a PNG of 12 million pixels.
_BYTES_OF_A_WORKER = 128 * 1024 * 1024

logger = logging.getLogger(__name__)


class NotDrawnError(Exception):
    """A card could not be drawn. Its message says why."""


def start_worker() -> subprocess.Popen[bytes]:
    """A process that draws cards, with pipes to its standard input and output."""
    return worker_process.start("blog.build.cards.worker")


class CardDrawer:
    """Draws the cards of editions, each once where the cache can be written.

    A worker that does not respond for ``most_seconds`` is ended.
    """

    def __init__(
        self,
        settings: Settings,
        cache: Cache,
        start: Callable[[], subprocess.Popen[bytes]] = start_worker,
        most_seconds: float = 30.0,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._start = start
        self._most_seconds = most_seconds

    def stored(self, card: Card) -> bytes | None:
        """The card from the cache; None if it is not there."""
        return self._cache.get(card.key)

    def drawn(self, card: Card, edition: Edition) -> bytes:
        """The card, drawn by a process of its own.

        Raises:
            NotDrawnError: the process ended, or there is no such picture or font any more.
        """
        with self._worker() as worker:
            return self._draw(worker, card, edition)

    def draw_missing(self, edition: Edition) -> int:
        """Draw every card that is not in the cache, and return how many there were; one that cannot be drawn is logged."""
        missing = [card for card in edition.cards.values() if self.stored(card) is None]
        count = max(1, min(_MAX_WORKERS, len(missing), cores.workers(_BYTES_OF_A_WORKER)))
        cores.parallel_map(
            lambda cards: self._draw_all(cards, edition), [missing[at::count] for at in range(count)], count, 1
        )
        return len(missing)

    def _draw_all(self, cards: Sequence[Card], edition: Edition) -> None:
        left = list(cards)
        while left:
            with self._worker() as worker, suppress(NotDrawnError):
                while left:
                    self._draw(worker, left.pop(), edition)

    @contextmanager
    def _worker(self) -> Iterator[subprocess.Popen[bytes]]:
        process = self._start()
        try:
            yield process
        finally:
            worker_process.stop(process)

    def _draw(self, worker: subprocess.Popen[bytes], card: Card, edition: Edition) -> bytes:
        with worker_process.ended_after(worker, self._most_seconds):
            body, problem = _exchange(worker, self._request(card, edition))
        if not body:
            reason = problem or "it took too long, or more memory than it may take"
            logger.warning("the card of %r could not be drawn: %s", card.title or card.picture, reason)
            raise NotDrawnError(reason)
        self._cache.put(card.key, body)
        return body

    def _request(self, card: Card, edition: Edition) -> bytes:
        portrait, picture = _body(edition, card.portrait), _body(edition, card.picture)
        names = {*card.style.title_fonts, *card.style.text_fonts}
        head = {
            "card": card.content(),
            "fonts": _paths(theme_folders(self._settings.templates_dir), names),
            "portrait": len(portrait),
            "picture": len(picture),
        }
        encoded = json.dumps(head).encode()
        return b"".join([len(encoded).to_bytes(8), encoded, portrait, picture])


def _body(edition: Edition, path: str) -> bytes:
    page = edition.pages.get(path)
    return page.identity.body if page else b""


def _paths(folders: Sequence[Path], names: Collection[str]) -> dict[str, str]:
    """The absolute path of each font: the file in the first folder that has it."""
    found = ((name, folder.absolute() / FONTS / name) for folder in reversed(folders) for name in names)
    return {name: str(path) for name, path in found if path.exists()}


def _exchange(worker: subprocess.Popen[bytes], request: bytes) -> tuple[bytes, str]:
    """The card that a worker draws, and why it is empty; that is "" if the worker ended."""
    output = worker_process.send(worker, request)
    with suppress(ValueError):
        head = json.loads(output.readline())
        body = output.read(head["bytes"])
        if len(body) == head["bytes"]:
            return body, head["problem"]
    return b"", ""
