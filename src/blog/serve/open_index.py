"""The index that is open: it is opened with the first query, and one that is not stored is made before that."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from blog.build.edition import Edition
from blog.build.index_source import IndexSource
from blog.machine.allocator import release_free_memory
from blog.search.texts import PackedText

if TYPE_CHECKING:
    from blog.search.engine import Search

LONGEST_REST_SECONDS = 0.1

logger = logging.getLogger(__name__)


class OpenIndex:
    """The index of one edition after the other, used by one thread. ``is_waited_for`` says whether a query needs it now."""

    def __init__(self, is_waited_for: Callable[[], bool]) -> None:
        self._is_waited_for = is_waited_for
        self._open: tuple[Edition, Search] | None = None
        # That of an edition for which nobody has searched.
        self._stored: IndexSource | None = None

    def is_of(self, edition: Edition) -> bool:
        """Whether the index of this edition is open."""
        return self._open is not None and self._open[0] is edition

    def prepare(self, edition: Edition) -> None:
        """Make the index of an edition, which takes longer than a reader waits. A stored one stays where it is: an idle blog does without its memory."""
        try:
            if self._open is None and edition.search.stored() is not None:
                self._stored = edition.search
            else:
                self.search(edition)
        except Exception:
            # Pages need no index, and the next query tries again.
            logger.exception("the search index could not be made")

    def search(self, edition: Edition) -> "Search":
        """The search in an edition. The index of a later edition is made from that of the one before."""
        if self._open is None or self._open[0] is not edition:
            earlier = self._earlier(edition)
            self._open = edition, self._opened(edition.search, earlier)
            self._stored = None
            if earlier:
                earlier.close()
        return self._open[1]

    def _earlier(self, edition: Edition) -> "Search | None":
        if self._open:
            return self._open[1]
        return _from_store(self._stored) if self._stored and self._stored is not edition.search else None

    def _opened(self, source: IndexSource, earlier: "Search | None") -> "Search":
        from blog.search.engine import Search  # noqa: PLC0415 -- SQLite and the stemmers take memory that idle blogs do not need

        search = earlier.updated(source.texts) if earlier else _from_store(source)
        return search or Search.open(self._made(source))

    def _made(self, source: IndexSource) -> bytes:
        """A new index. Opened from its bytes it takes less memory than where it was made."""
        from blog.search.engine import Search  # noqa: PLC0415 -- as above

        search = Search.of(self._unhurried(source.texts))
        data = search.data
        search.close()
        source.store(data)
        release_free_memory()
        return data

    def _unhurried(self, texts: Iterable[PackedText]) -> Iterator[PackedText]:
        """The texts, each after a rest as long as the work on the one before: pages get half of the core, unless a query waits."""
        for text in texts:
            began = time.thread_time()
            yield text
            if not self._is_waited_for():
                time.sleep(min(LONGEST_REST_SECONDS, time.thread_time() - began))


def _from_store(source: IndexSource) -> "Search | None":
    from blog.search.engine import Search  # noqa: PLC0415 -- as above

    stored = source.stored()
    if stored is not None:
        with suppress(ValueError):
            return Search.open(stored)
    return None
