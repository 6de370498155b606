"""Responses whose uncompressed body is stored compressed and decompressed for each request. Few clients need it, and it takes 30 µs for a page."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import brotli
import zstandard

from blog.build.response import PreparedResponse, Resource

_GZIP_WINDOW = 31
# In order of speed, the fastest first.
_DECOMPRESS: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"zstd": lambda compressed: zstandard.ZstdDecompressor().decompress(compressed),
    b"gzip": lambda compressed: zlib.decompress(compressed, wbits=_GZIP_WINDOW),
    b"br": brotli.decompress,
}


class CompressedResponse(PreparedResponse):
    """A response whose uncompressed body is decompressed from an encoding that is in memory anyway."""

    __slots__ = ("_coding", "_compressed")
    _coding: bytes
    _compressed: bytes

    def __init__(self, response: PreparedResponse, coding: bytes, compressed: bytes) -> None:
        values = {
            "status": response.status,
            "own": response.own,
            "shared": response.shared,
            "_coding": coding,
            "_compressed": compressed,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def body(self) -> bytes:
        return decompressed(self._coding, self._compressed)


def decompressed(coding: bytes, compressed: bytes) -> bytes:
    """The uncompressed body."""
    return _DECOMPRESS[coding](compressed)


def quickest_coding(encoded: Mapping[bytes, object]) -> bytes:
    """The coding, of those in ``encoded``, that is fastest to decompress. There must be at least one."""
    return next(coding for coding in _DECOMPRESS if coding in encoded)


def without_identity(page: Resource) -> Resource:
    """The resource without its uncompressed body, which is decompressed from one of its encodings on request."""
    coding = quickest_coding(page.encoded)
    whole = CompressedResponse(page.identity.whole, coding, page.encoded[coding].body)
    return replace(page, identity=replace(page.identity, whole=whole))
