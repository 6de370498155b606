"""Bodies that are kept compressed, and decompressed on request: 30 µs for a page that few clients request uncompressed."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import brotli
import zstandard

from blog.build.response import PreparedResponse, Resource

_GZIP_WINDOW = 31
# The quickest first.
_DECOMPRESS: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"zstd": lambda packed: zstandard.ZstdDecompressor().decompress(packed),
    b"gzip": lambda packed: zlib.decompress(packed, wbits=_GZIP_WINDOW),
    b"br": brotli.decompress,
}


class CompressedResponse(PreparedResponse):
    """An answer whose body is held as one of the encodings that are in memory anyway."""

    __slots__ = ("_coding", "_packed")
    _coding: bytes
    _packed: bytes

    def __init__(self, answer: PreparedResponse, coding: bytes, packed: bytes) -> None:
        values = {
            "status": answer.status,
            "own": answer.own,
            "shared": answer.shared,
            "_coding": coding,
            "_packed": packed,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def body(self) -> bytes:
        return decompressed(self._coding, self._packed)


def decompressed(coding: bytes, packed: bytes) -> bytes:
    """The body behind an encoding."""
    return _DECOMPRESS[coding](packed)


def quickest_coding(encoded: Mapping[bytes, object]) -> bytes:
    """The coding that is quickest to decompress, of one or more."""
    return next(coding for coding in _DECOMPRESS if coding in encoded)


def without_identity(page: Resource) -> Resource:
    """The page without its uncompressed body, which is one of its encodings, decompressed."""
    coding = quickest_coding(page.encoded)
    whole = CompressedResponse(page.identity.whole, coding, page.encoded[coding].body)
    return replace(page, identity=replace(page.identity, whole=whole))
