"""Recompression of a served edition: a start is ready with quick encodings, and its pages become small afterwards, one by one."""

import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from blog.build.edition import Edition
from blog.build.encodings import Compress, levels_for
from blog.build.response import Resource, with_encodings
from blog.machine.allocator import release_free_memory

_LOWEST_PRIORITY = 19

logger = logging.getLogger(__name__)


def recompress(edition: Edition, compress: Compress, is_served: Callable[[], bool]) -> bool:
    """Replace the provisional encodings of an edition's pages; False if the edition was replaced meanwhile.

    What has no brotli comes first, such as feeds, because a client without zstd gets it uncompressed until then. Pauses after each page for as long as
    the page took, so that it uses half of a core at most.
    """
    _lower_priority()
    started, saved = time.perf_counter(), 0
    for path in sorted(edition.provisional, key=lambda path: (b"br" in edition.pages[path].encoded, path)):
        began = time.perf_counter()
        if not is_served():
            return False
        page = edition.pages[path]
        edition.pages[path] = thorough = _recompressed(page, compress)
        saved += _size(page) - _size(thorough)
        time.sleep(time.perf_counter() - began)
    release_free_memory()
    took = time.perf_counter() - started
    logger.info("%d pages were compressed again: %+d KiB, %.1f s", len(edition.provisional), -saved // 1024, took)
    return True


def _recompressed(page: Resource, compress: Compress) -> Resource:
    body = page.identity.body
    return with_encodings(page, compress(body, levels_for(page.media_type, len(body))))


def _size(page: Resource) -> int:
    """The bytes of the smallest encoding, which most clients get."""
    return min((len(it.whole.stored) for it in page.encoded.values()), default=0)


def _lower_priority() -> None:
    """Let this thread use the processor only while no other needs it. Elsewhere than on Linux the call would be about the whole process."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, _LOWEST_PRIORITY)
