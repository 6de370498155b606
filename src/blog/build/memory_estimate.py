"""Estimate of the memory that a cold start needs, and a warning if the limit is below it."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from blog.build.encodings import is_compressible
from blog.content.file_names import is_text
from blog.machine import cgroups

_MIB = 1024 * 1024
# Fitted to measurements by `make memory` (docs/operations.md). The first 4 MiB of texts cost more per MiB than the rest: a feed holds 20 posts,
# so feeds stop growing.
_BASE_MIB, _FIRST_MIB, _PER_FIRST_MIB, _PER_LATER_MIB = 75.0, 4.0, 18.0, 6.0
# A file that is not compressed costs little more than its size (64 MiB of audio: 71 MiB). Of the others the costliest are those that hardly
# become smaller, because they are held in each encoding (31 MiB of Base64: 134 MiB).
_PER_FILE_MIB, _PER_COMPRESSIBLE_MIB = 1.1, 4.3

logger = logging.getLogger(__name__)


def needed_mib(text_bytes: int, files: Iterable[tuple[str, int]] = ()) -> int:
    """Peak memory of a cold start in MiB, estimated.

    ``text_bytes`` is the size of all Markdown texts; ``files`` are the media type and the size in bytes of each served file beside them.

    >>> needed_mib(0), needed_mib(4 * 1024 * 1024), needed_mib(20 * 1024 * 1024)
    (75, 147, 243)
    >>> needed_mib(0, [("audio/mpeg", 100 * 1024 * 1024)]), needed_mib(0, [("text/csv", 100 * 1024 * 1024)])
    (185, 505)
    """
    size = text_bytes / _MIB
    texts = _PER_FIRST_MIB * min(size, _FIRST_MIB) + _PER_LATER_MIB * max(0.0, size - _FIRST_MIB)
    beside = sum(
        file_size / _MIB * (_PER_COMPRESSIBLE_MIB if is_compressible(media_type) else _PER_FILE_MIB)
        for media_type, file_size in files
    )
    return round(_BASE_MIB + texts + beside)


def warn_if_short(posts: Path, mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN) -> None:
    """Log a warning if the memory limit is below the estimate for the texts: the kernel might kill the process."""
    limit = cgroups.memory_limit(mount, own)
    if limit is not None:
        needed = needed_mib(_text_bytes(posts))
        if needed * _MIB > limit:
            _warn(needed, limit)


def warn_if_short_for_files(
    posts: Path, files: Iterable[tuple[str, int]], mount: Path = cgroups.MOUNT, own: Path = cgroups.OWN
) -> None:
    """Log a warning if the limit is enough for the texts, of which `warn_if_short` tells, and not for the files beside them too."""
    limit = cgroups.memory_limit(mount, own)
    if limit is not None:
        texts = _text_bytes(posts)
        needed = needed_mib(texts, files)
        if needed_mib(texts) * _MIB <= limit < needed * _MIB:
            _warn(needed, limit)


def _warn(needed: int, limit: int) -> None:
    logger.warning(
        "this content needs about %d MiB; the limit is %d MiB: raise resources.limits.memory", needed, limit // _MIB
    )


def _text_bytes(posts: Path) -> int:
    return sum(_size(path) for path in posts.rglob("*") if is_text(path))


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
