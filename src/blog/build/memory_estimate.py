"""Estimate of the memory that a cold start needs, and a warning if the limit is below it."""

import logging
from contextlib import suppress
from pathlib import Path

from blog.machine import cgroups

_MIB = 1024 * 1024
# Fitted to measurements by `make memory` (docs/operations.md). The first 4 MiB of texts cost more per MiB than the rest: a feed holds 20 posts,
# so feeds stop growing.
_BASE_MIB, _FIRST_MIB, _PER_FIRST_MIB, _PER_LATER_MIB = 75.0, 4.0, 18.0, 6.0

logger = logging.getLogger(__name__)


def needed_mib(text_bytes: int) -> int:
    """Peak memory of a cold start in MiB, estimated from the size of all Markdown texts in bytes.

    >>> needed_mib(0), needed_mib(4 * 1024 * 1024), needed_mib(20 * 1024 * 1024)
    (75, 147, 243)
    """
    size = text_bytes / _MIB
    return round(_BASE_MIB + _PER_FIRST_MIB * min(size, _FIRST_MIB) + _PER_LATER_MIB * max(0.0, size - _FIRST_MIB))


def warn_if_short(posts: Path, mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> None:
    """Log a warning if the memory limit is below the estimate: the kernel might kill the process."""
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
