"""Garbage of builds: keeps the collector, and the release of a large edition, from blocking the event loop."""

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from blog.build.edition import Edition

# Grace period before a replaced edition is freed; requests may still hold it.
_FREE_AFTER_SECONDS = 1.0


@contextmanager
def without_collections() -> Iterator[None]:
    """Disable the garbage collector while an edition is built, and freeze the built objects.

    Built objects are acyclic and long-lived: a full collection would block the event loop and find nothing.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def free_in_thread(replaced: list[Edition]) -> None:
    """Empty the list, and free its editions page by page in a thread: freed at once, one would block the event loop."""
    with suppress(RuntimeError):  # no thread can be started; the editions are freed with the list
        threading.Thread(target=_free_page_by_page, args=(replaced,), name="free edition", daemon=True).start()


def _free_page_by_page(replaced: list[Edition]) -> None:
    time.sleep(_FREE_AFTER_SECONDS)
    pages = [page for old in replaced for page in old.pages.values()]
    replaced.clear()
    while pages:
        pages.pop()
