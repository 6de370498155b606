"""Compression ahead of time: each distinct body is compressed once, at the highest level that pays."""

import gzip
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import brotli
import zstandard

from blog import urls
from blog.machine import cores
from blog.machine.cache import Cache, key

# In the order of preference where a client likes them equally: the smallest first.
CODINGS = (b"br", b"zstd", b"gzip")

_WORTH_IT_BYTES = 200
# Levels of brotli, zstd and gzip; 0 leaves a coding out. Pages are read by people over slow lines: on pages of 22 to 32 KB brotli 10 takes 8 ms and
# saves 5 to 10 % over brotli 5 to 9; 11 takes 22 ms for another 1 to 3 %, zstd 19 five ms for 1 to 2 %. Feeds are read by programs, mostly as a
# 304: there it is 2 % for ten times the work. Sources are as many as posts, and what asks for them takes gzip, which is as small to 4 %.
THOROUGH, QUICK, SOURCE = (10, 12, 9), (6, 9, 6), (0, 0, 9)
_THOROUGH_UP_TO_BYTES = 256 * 1024
_FOR_PEOPLE = ("text/html", "text/css", "text/javascript", "image/svg+xml")
_COMPRESSIBLE = ("text/", "application/xml", "application/json", *(feed.media_type for feed in urls.FEED_FORMATS),
                 "application/manifest+json", "image/svg+xml", "image/x-icon")  # fmt: skip

Encoded = Mapping[bytes, bytes]
Levels = tuple[int, int, int]
Compress = Callable[[bytes, Levels], Encoded]


def fitted(packed: bytes) -> bytes:
    """The same bytes in no more memory than they need: zstandard leaves its result in a buffer that would have held the worst case."""
    return bytes(memoryview(packed))


_COMPRESS: Mapping[bytes, Callable[[bytes, int], bytes]] = {
    b"br": lambda body, level: brotli.compress(body, quality=level),
    b"zstd": lambda body, level: fitted(zstandard.ZstdCompressor(level=level).compress(body)),
    b"gzip": lambda body, level: gzip.compress(body, level, mtime=0),
}


def levels_for(media_type: str, size: int) -> Levels:
    """How hard to compress a body."""
    if media_type.startswith("text/markdown"):
        return SOURCE
    return THOROUGH if media_type.startswith(_FOR_PEOPLE) and size <= _THOROUGH_UP_TO_BYTES else QUICK


def compress(body: bytes, levels: Levels = THOROUGH) -> Encoded:
    """The body in every coding that makes it smaller. The same bytes in, the same bytes out.

    >>> sorted(compress(b"to be or not to be, " * 40)), compress(b"short")
    ([b'br', b'gzip', b'zstd'], {})
    """
    if len(body) < _WORTH_IT_BYTES:
        return {}
    made = {coding: _COMPRESS[coding](body, level) for coding, level in zip(CODINGS, levels, strict=True) if level}
    return {coding: packed for coding, packed in made.items() if len(packed) < len(body)}


def cached(cache: Cache) -> Compress:
    """Compression that looks into the cache first, and keeps there what it had to do."""
    name_of = _entry_names()

    def compress_once(body: bytes, levels: Levels) -> Encoded:
        name = name_of(_name(body, levels))
        stored = cache.get(name)
        if stored is not None and (known := _unpack(stored)) is not None:
            return known
        encoded = compress(body, levels)
        cache.put(name, _pack(encoded))
        return encoded

    return compress_once


def _entry_names() -> Callable[[bytes], str]:
    """Gives the key of a cache entry for what `_name` says of a body."""
    here = sha256(Path(__file__).read_bytes()).hexdigest()  # limits and the form of an entry are written in this file
    versions = (
        f"{here} {brotli.__version__} {zstandard.__version__} {zstandard.ZSTD_VERSION} {zlib.ZLIB_RUNTIME_VERSION}"
    )
    return lambda name: key(f"encoded {versions}", name)


def _pack(encoded: Encoded) -> bytes:
    return b"".join(struct.pack(">4sI", coding, len(body)) + body for coding, body in encoded.items())


def _unpack(packed: bytes) -> Encoded | None:
    """The codings of an entry; None for one that is whole and yet not ours."""
    encoded, at = {}, 0
    while at < len(packed):
        if at + 8 > len(packed):
            return None
        coding, length = struct.unpack_from(">4sI", packed, at)
        encoded[coding.rstrip(b"\0")] = packed[at + 8 : at + 8 + length]
        at += 8 + length
    return encoded if at == len(packed) and set(encoded) <= set(CODINGS) else None


def is_compressible(media_type: str) -> bool:
    return media_type.startswith(_COMPRESSIBLE)


class Encoder:
    """Compresses on several cores, and remembers the last round: a rebuild pays for what changed.

    A round is what is encoded up to `end_round`, in one call or in several.
    """

    def __init__(self, compress: Compress = compress) -> None:
        self._compress = compress
        self._last: dict[bytes, Encoded] = {}
        self._known: dict[bytes, Encoded] = {}

    def encode(self, bodies: Iterable[tuple[str, bytes]]) -> list[Encoded]:
        """The codings of each (media type, body), in the order given."""
        jobs = [(body, levels_for(media_type, len(body)), is_compressible(media_type)) for media_type, body in bodies]
        keyed = [(_name(body, levels) if worth else b"", body, levels) for body, levels, worth in jobs]
        self._known |= {name: self._last[name] for name, _, _ in keyed if name in self._last}
        fresh = {name: (body, levels) for name, body, levels in keyed if name and name not in self._known}
        # brotli, zstd and zlib let go of the interpreter lock, so threads are enough.
        made = cores.spread(lambda job: self._compress(*job), list(fresh.values()), cores.to_compress())
        self._known |= zip(fresh, made, strict=True)
        return [self._known.get(name, {}) for name, _, _ in keyed]

    def begin_round(self) -> None:
        """Forget what a round that was given up has encoded."""
        self._known = {}

    def end_round(self) -> None:
        """Forget what was known before this round and not used in it."""
        self._last, self._known = self._known, {}

    def needs(self) -> frozenset[str]:
        """The keys of the cache entries that the last round would be quicker with."""
        return frozenset(map(_entry_names(), self._last))

    def forget(self) -> None:
        self._last = {}


def _name(body: bytes, levels: Levels) -> bytes:
    return sha256(bytes(levels) + body).digest()
