"""Cached compression: the same bytes for any entry in the cache."""

import gzip
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.build.encodings import CODINGS, THOROUGH, Encoder, cached, compress
from blog.machine.cache import Cache

DECODE: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"br": brotli.decompress,
    b"zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    b"gzip": gzip.decompress,
}
TEXT = b"To be, or not to be, that is the question. " * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _entry(folder: Path, body: bytes) -> tuple[str, bytes]:
    """The key and the payload that compressing a body leaves in an empty cache."""
    cached(Cache(folder))(body, THOROUGH)
    (name,) = [file.parent.name + file.name for file in folder.rglob("*") if file.is_file()]
    payload = Cache(folder).get(name)
    assert payload is not None
    return name, payload


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.binary(max_size=600), st.text(alphabet="ab ", max_size=600).map(str.encode)))
def test_encodings_from_the_cache_equal_fresh_ones(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    cache = Cache(tmp_path_factory.getbasetemp() / "encodings")
    fresh = compress(body)
    cold, warm = (cached(cache)(body, THOROUGH) for _ in range(2))
    assert list(cold.items()) == list(fresh.items())
    assert list(warm.items()) == list(fresh.items())


def test_every_encoding_from_the_cache_decompresses_to_the_body(folder: Path) -> None:
    cached(Cache(folder))(TEXT, THOROUGH)
    warm = cached(Cache(folder))(TEXT, THOROUGH)
    assert tuple(warm) == CODINGS
    assert {coding: DECODE[coding](encoded) for coding, encoded in warm.items()} == dict.fromkeys(CODINGS, TEXT)


def test_a_large_body_is_the_same_from_the_cache(folder: Path) -> None:
    body = b"".join(b"<li>%d</li>\n" % number for number in range(30_000))
    cold, warm = (cached(Cache(folder))(body, THOROUGH) for _ in range(2))
    assert cold == warm
    assert DECODE[b"br"](warm[b"br"]) == body


def test_a_stored_encoding_is_used(folder: Path) -> None:
    name, _ = _entry(folder, TEXT)
    _, other = _entry(folder.with_name("elsewhere"), TEXT[::-1])
    Cache(folder).put(name, other)
    assert cached(Cache(folder))(TEXT, THOROUGH) == compress(TEXT[::-1])


def test_the_encoder_returns_the_same_with_a_cold_and_a_warm_cache(folder: Path) -> None:
    bodies = [("text/html", TEXT + b"%d" % (number % 20)) for number in range(40)]
    fresh = Encoder().encode(bodies)
    assert [Encoder(cached(Cache(folder))).encode(bodies) for _ in range(2)] == [fresh, fresh]
    assert len([file for file in folder.rglob("*") if file.is_file()]) == 20


def test_bodies_are_compressed_without_a_writable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in (None, tmp_path / "file", tmp_path / "file/below"):
        assert cached(Cache(place))(TEXT, THOROUGH) == compress(TEXT)


def _packed(coding: bytes, body: bytes, length: int | None = None) -> bytes:
    return struct.pack(">4sI", coding, len(body) if length is None else length) + body


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(b"b", id="one-byte"),
        pytest.param(b"br\0\0\0\0\0", id="truncated-length"),
        pytest.param(_packed(b"br", b"x", length=2), id="one-byte-short"),
        pytest.param(_packed(b"br", b"", length=2**32 - 1), id="four-gigabytes"),
        pytest.param(_packed(b"br", b"xy", length=1), id="one-byte-over"),
        pytest.param(_packed(b"br", b"x") + b"\0" * 7, id="zeros-at-the-end"),
        pytest.param(_packed(b"", b"x"), id="no-coding"),
        pytest.param(_packed(b"lzma", b"x"), id="unknown-coding"),
        pytest.param(_packed(b"\xff\xfe\xfd", b"x"), id="not-ascii"),
        pytest.param(b"\0" * 64, id="zeros"),
        pytest.param(b'{"markup": "<p>", "references": []}', id="a-document"),
    ],
)
def test_an_entry_with_a_valid_checksum_that_is_no_encoding_is_replaced(folder: Path, poison: bytes) -> None:
    name, payload = _entry(folder, TEXT)
    Cache(folder).put(name, poison)
    assert cached(Cache(folder))(TEXT, THOROUGH) == compress(TEXT)
    assert Cache(folder).get(name) == payload, "the entry was not replaced"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_no_entry_with_a_valid_checksum_raises(tmp_path_factory: pytest.TempPathFactory, poison: bytes) -> None:
    cache = Cache(tmp_path_factory.getbasetemp() / "poisoned")
    body = b"A body of its own. " * 20
    if not list(tmp_path_factory.getbasetemp().glob("poisoned/*/*")):
        cached(cache)(body, THOROUGH)
    (file,) = tmp_path_factory.getbasetemp().glob("poisoned/*/*")
    cache.put(file.parent.name + file.name, poison)
    assert set(cached(cache)(body, THOROUGH)) <= set(CODINGS)
