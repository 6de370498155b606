"""How much memory a cold start is likely to need, and a warning where the limit is below it."""

import logging
from contextlib import suppress
from pathlib import Path

from blog.machine import cgroups

_MIB = 1024 * 1024
# Fitted to `make memory` (docs/operations.md): feeds, of 20 posts each, grow with the first texts; beyond them there are pages alone.
_BASE_MIB, _FIRST_MIB, _FOR_THE_FIRST, _FOR_THE_REST = 75.0, 4.0, 18.0, 6.0

logger = logging.getLogger(__name__)


def needed_mib(text_bytes: int) -> int:
    """MiB at the peak of a cold start, from the size of all Markdown texts.

    >>> needed_mib(0), needed_mib(4 * 1024 * 1024), needed_mib(20 * 1024 * 1024)
    (75, 147, 243)
    """
    size = text_bytes / _MIB
    return round(_BASE_MIB + _FOR_THE_FIRST * min(size, _FIRST_MIB) + _FOR_THE_REST * max(0.0, size - _FIRST_MIB))


def warn_if_short(posts: Path, mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> None:
    """Say at the start what the kernel would say by ending the process."""
    limit = cgroups.memory_limit(mount, own)
    needed = needed_mib(sum(_size(path) for path in posts.rglob("*.md"))) if limit is not None else 0
    if limit is not None and needed * _MIB > limit:
        logger.warning(
            "this content needs about %d MiB; the limit is %d MiB: raise resources.limits.memory", needed, limit // _MIB
        )


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
