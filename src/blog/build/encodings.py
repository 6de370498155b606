"""Compression before serving: each distinct body is compressed once, at the highest level that is worth its time.

A process that serves compresses new bodies quickly first, so that it is ready sooner, and thoroughly later (`blog.build.recompression`).
"""

import gzip
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import brotli
import zstandard

from blog import urls
from blog.machine import cores
from blog.machine.cache import Cache, key

# In order of preference for a client that gives them equal weights: the smallest first.
CODINGS = (b"br", b"zstd", b"gzip")

_MIN_BYTES = 200
# Levels of brotli, zstd and gzip; 0 skips a coding. People load pages over slow connections: on pages of 22 to 32 KB, brotli 10 takes 8 ms and saves
# 5 to 10 % over brotli 5 to 9; brotli 11 takes 22 ms for another 1 to 3 %, and zstd 19 takes 5 ms for 1 to 2 %. Programs fetch feeds, and mostly
# get a 304: high levels would save 2 % for ten times the work. There are as many Markdown sources as posts; their clients accept gzip, which is at
# most 4 % larger.
THOROUGH, FEED, SOURCE = (10, 12, 9), (5, 3, 6), (0, 0, 9)
# Every reader loads the few small styles and scripts, which are encoded once for all pages.
SHARED = (11, 19, 9)
_SHARED_TYPES = ("text/css", "text/javascript")
_SHARED_UP_TO_BYTES = 64 * 1024
# The levels of a body until it is compressed thoroughly. On 300 posts they take 0.8 s instead of 10 s of processor time, for pages that are 2 to 13 %
# larger. Feeds are six times as large as the pages, and first to be compressed thoroughly: until then, a client without zstd gets them uncompressed.
_PROVISIONAL = {SHARED: (5, 3, 6), THOROUGH: (3, 3, 6), FEED: (0, 1, 0)}
_THOROUGH_UP_TO_BYTES = 256 * 1024
_BROWSER_TYPES = ("text/html", "text/css", "text/javascript", "image/svg+xml")
_COMPRESSIBLE = ("text/", "application/xml", "application/json", *(feed.media_type for feed in urls.FEED_FORMATS),
                 "application/manifest+json", "image/svg+xml", "image/x-icon")  # fmt: skip

Encoded = Mapping[bytes, bytes]
Levels = tuple[int, int, int]
Compress = Callable[[bytes, Levels], Encoded]
# The thorough encodings that are at hand without compressing, by the `_digest` of a body; None if there are none.
Find = Callable[[bytes], Encoded | None]


class Provisional(dict[bytes, bytes]):
    """Encodings that were made quickly, and that thorough ones replace later."""


def shrunk_to_fit(compressed: bytes) -> bytes:
    """A copy that takes no more memory than it needs: zstandard returns its result in a buffer sized for the worst case."""
    return bytes(memoryview(compressed))


_COMPRESS: Mapping[bytes, Callable[[bytes, int], bytes]] = {
    b"br": lambda body, level: brotli.compress(body, quality=level),
    b"zstd": lambda body, level: shrunk_to_fit(zstandard.ZstdCompressor(level=level).compress(body)),
    b"gzip": lambda body, level: gzip.compress(body, level, mtime=0),
}


def levels_for(media_type: str, size: int) -> Levels:
    """The compression levels for a body of this type and size."""
    if media_type.startswith("text/markdown"):
        return SOURCE
    if media_type.startswith(_SHARED_TYPES) and size <= _SHARED_UP_TO_BYTES:
        return SHARED
    return THOROUGH if media_type.startswith(_BROWSER_TYPES) and size <= _THOROUGH_UP_TO_BYTES else FEED


def compress(body: bytes, levels: Levels = THOROUGH) -> Encoded:
    """The body in every coding that makes it smaller. Deterministic.

    >>> sorted(compress(b"to be or not to be, " * 40)), compress(b"short")
    ([b'br', b'gzip', b'zstd'], {})
    """
    if len(body) < _MIN_BYTES:
        return {}
    encoded = {coding: _COMPRESS[coding](body, level) for coding, level in zip(CODINGS, levels, strict=True) if level}
    return {coding: compressed for coding, compressed in encoded.items() if len(compressed) < len(body)}


def cached(cache: Cache) -> Compress:
    """A `compress` that reads encodings from the cache, and stores there those that it makes."""
    entry_key, find = _entry_keys(), finder(cache)

    def compress_once(body: bytes, levels: Levels) -> Encoded:
        digest = _digest(body, levels)
        known = find(digest)
        if known is not None:
            return known
        encoded = compress(body, levels)
        cache.put(entry_key(digest), _pack(encoded))
        return encoded

    return compress_once


def finder(cache: Cache) -> Find:
    """A function that finds encodings in the cache."""
    entry_key = _entry_keys()

    def find(digest: bytes) -> Encoded | None:
        stored = cache.get(entry_key(digest))
        return None if stored is None else _unpack(stored)

    return find


def _entry_keys() -> Callable[[bytes], str]:
    """A function from a body's `_digest` to the key of its cache entry."""
    source = sha256(Path(__file__).read_bytes()).hexdigest()  # this file defines the limits and the format of an entry
    versions = (
        f"{source} {brotli.__version__} {zstandard.__version__} {zstandard.ZSTD_VERSION} {zlib.ZLIB_RUNTIME_VERSION}"
    )
    return lambda digest: key(f"encoded {versions}", digest)


def _pack(encoded: Encoded) -> bytes:
    return b"".join(struct.pack(">4sI", coding, len(body)) + body for coding, body in encoded.items())


def _unpack(packed: bytes) -> Encoded | None:
    """The encodings of an entry; None if the entry does not have the expected form."""
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
    """Compresses on several cores, and remembers the last round: a rebuild compresses only what has changed.

    A round is one build: all calls of `encode` between `begin_round` and `end_round`. With ``find``, bodies whose thorough encodings it does not find
    get `Provisional` ones, until `compress_thoroughly` is called for them.
    """

    def __init__(self, compress: Compress = compress, find: Find | None = None) -> None:
        self._compress = compress
        self._find = find
        self._last: dict[bytes, Encoded] = {}
        self._known: dict[bytes, Encoded] = {}
        # A rebuild may begin while another thread compresses thoroughly.
        self._lock = threading.Lock()

    def encode(self, bodies: Iterable[tuple[str, bytes]]) -> list[Encoded]:
        """The encodings of each (media type, body), in the same order."""
        jobs = [(body, levels_for(media_type, len(body)), is_compressible(media_type)) for media_type, body in bodies]
        keyed = [(_digest(body, levels) if worth else b"", body, levels) for body, levels, worth in jobs]
        with self._lock:
            self._known |= {name: self._last[name] for name, _, _ in keyed if name in self._last}
        fresh = {name: (name, body, levels) for name, body, levels in keyed if name and name not in self._known}
        # brotli, zstd and zlib let go of the interpreter lock, so threads are enough.
        made = cores.parallel_map(lambda job: self._encoded(*job), list(fresh.values()), cores.compression_threads())
        with self._lock:
            self._known |= zip(fresh, made, strict=True)
            return [self._known.get(digest, {}) for digest, _, _ in keyed]

    def _encoded(self, digest: bytes, body: bytes, levels: Levels) -> Encoded:
        if self._find is None or levels not in _PROVISIONAL:
            return self._compress(body, levels)
        found = self._find(digest)
        if found is not None:
            return found
        return Provisional(compress(body, _PROVISIONAL[levels]))

    def compress_thoroughly(self, body: bytes, levels: Levels) -> Encoded:
        """The thorough encodings of a body, which later rounds use too."""
        digest, encoded = _digest(body, levels), self._compress(body, levels)
        with self._lock:
            for known in (self._last, self._known):
                if digest in known:
                    known[digest] = encoded
        return encoded

    def begin_round(self) -> None:
        """Discard the encodings of a round that did not end."""
        self._known = {}

    def end_round(self) -> None:
        """Discard the encodings that this round did not use."""
        with self._lock:
            self._last, self._known = self._known, {}

    def cache_keys(self) -> frozenset[str]:
        """The keys of the cache entries that the last round used."""
        return frozenset(map(_entry_keys(), self._last))

    def forget(self) -> None:
        with self._lock:
            self._last = {}


def _digest(body: bytes, levels: Levels) -> bytes:
    digest = sha256(bytes(levels))
    digest.update(body)
    return digest.digest()
