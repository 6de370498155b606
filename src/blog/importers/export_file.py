"""Reads an export file in pieces, and refuses one that is too large."""

from collections.abc import Iterator
from pathlib import Path

from blog.importers.items import ImportRefusedError

MIB = 1024 * 1024
_PIECE = MIB


def read_in_pieces(path: Path, limit: int) -> Iterator[bytes]:
    """The bytes of a file in pieces.

    Raises:
        ImportRefusedError: it is larger than ``limit``, or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise ImportRefusedError(
                f"{path} has {size / MIB:,.0f} MiB, and {limit // MIB} MiB is the most; divide the export, by date for example"
            )
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as problem:
        raise ImportRefusedError(f"{path} cannot be read: {problem.strerror}") from problem
