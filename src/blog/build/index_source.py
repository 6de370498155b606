"""Where the search index of an edition comes from: its texts, and the cache if the index is there. It is opened with the first query."""

from collections.abc import Callable
from dataclasses import dataclass, field

from blog.search.texts import PackedText


def _nothing() -> None:
    return None


def _not_stored(_index: bytes) -> None:
    pass


@dataclass(frozen=True, slots=True)
class IndexSource:
    """The published texts of an edition. ``stored`` reads their index from the cache, ``store`` puts it there."""

    texts: tuple[PackedText, ...] = ()
    stored: Callable[[], bytes | None] = field(default=_nothing, compare=False)
    store: Callable[[bytes], None] = field(default=_not_stored, compare=False)
