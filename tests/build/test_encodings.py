"""Compression before serving."""

import gzip
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.build.encodings import CODINGS, Encoded, Encoder, Levels, Provisional, compress, is_compressible, levels_for

DECODE: dict[bytes, Callable[[bytes], bytes]] = {
    b"br": brotli.decompress,
    b"zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    b"gzip": gzip.decompress,
}
TEXT = b"To be, or not to be, that is the question. " * 40


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: coding.decode())
def test_decompressing_gives_the_body(coding: bytes) -> None:
    assert DECODE[coding](compress(TEXT)[coding]) == TEXT


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=150, max_size=600))
def test_an_encoding_that_is_not_smaller_than_the_body_is_omitted(body: bytes) -> None:
    for coding, encoded in compress(body).items():
        assert len(encoded) < len(body)
        assert DECODE[coding](encoded) == body


def test_compression_is_deterministic() -> None:
    assert compress(TEXT) == compress(TEXT)


def test_gzip_contains_no_time() -> None:
    assert compress(TEXT)[b"gzip"][4:8] == b"\0\0\0\0"


@pytest.mark.parametrize(
    ("media_type", "compressed"),
    [("text/html; charset=utf-8", True), ("image/svg+xml", True), ("application/json", True), ("image/png", False),
     ("font/woff2", False), ("application/zip", False)],
)  # fmt: skip
def test_types_that_are_compressed_already_are_not_compressed(media_type: str, compressed: bool) -> None:  # noqa: FBT001
    assert is_compressible(media_type) is compressed


def test_encodings_are_returned_in_the_order_of_the_bodies() -> None:
    encoder = Encoder(lambda body, _levels: {b"br": body[:1]})
    assert encoder.encode([("text/a", b"ab"), ("image/png", b"cd"), ("text/a", b"ef")]) == [
        {b"br": b"a"},
        {},
        {b"br": b"e"},
    ]


def test_a_body_of_the_last_round_is_not_compressed_again() -> None:
    compressed: list[bytes] = []
    encoder = Encoder(lambda body, _levels: compressed.append(body) or {})  # type: ignore[func-returns-value]
    for bodies in (
        [("text/a", b"a"), ("text/a", b"b"), ("text/b", b"a")],
        [("text/a", b"b"), ("text/a", b"c")],
        [("text/a", b"a")],
    ):
        encoder.encode(bodies)
        encoder.end_round()
    assert sorted(compressed) == [b"a", b"a", b"b", b"c"]


def test_a_round_may_have_several_calls() -> None:
    compressed: list[bytes] = []
    encoder = Encoder(lambda body, _levels: compressed.append(body) or {})  # type: ignore[func-returns-value]
    for _ in range(2):
        for body in (b"a", b"b", b"a"):
            encoder.encode([("text/a", body)])
        encoder.end_round()
    assert compressed == [b"a", b"b"]


def test_an_exception_in_a_worker_thread_reaches_the_caller() -> None:
    def broken(_body: bytes, _levels: Levels) -> dict[bytes, bytes]:
        raise MemoryError("full")

    with pytest.raises(MemoryError, match="full"):
        Encoder(broken).encode([("text/a", b"a")])


PAGE, FEED = ("text/html", TEXT), ("application/atom+xml", TEXT)


def _encoder(found: Encoded | None = None) -> Encoder:
    return Encoder(compress, lambda _digest: found)


def test_new_bodies_get_provisional_encodings_that_thorough_ones_replace() -> None:
    encoder = _encoder()
    (quick,) = encoder.encode([PAGE])
    encoder.end_round()
    assert isinstance(quick, Provisional)
    assert {coding: DECODE[coding](body) for coding, body in quick.items()} == dict.fromkeys(CODINGS, TEXT)
    thorough = encoder.compress_thoroughly(TEXT, levels_for(PAGE[0], len(TEXT)))
    assert thorough == compress(TEXT)
    encoder.begin_round()
    (again,) = encoder.encode([PAGE])
    assert again == thorough
    assert not isinstance(again, Provisional)


def test_a_feed_is_first_compressed_by_zstd_alone() -> None:
    assert [set(encoded) for encoded in _encoder().encode([FEED])] == [{b"zstd"}]


def test_thorough_encodings_that_are_found_are_not_provisional() -> None:
    encoder = _encoder({b"br": b"found"})
    (encoded,) = encoder.encode([PAGE])
    assert encoded == {b"br": b"found"}
    assert not isinstance(encoded, Provisional)


def test_a_rebuild_keeps_what_is_still_provisional() -> None:
    encoder = _encoder()
    first = encoder.encode([PAGE])
    encoder.end_round()
    encoder.begin_round()
    (again,) = encoder.encode([PAGE])
    assert [again] == first
    assert isinstance(again, Provisional)


def test_an_encoding_that_is_made_thorough_during_a_rebuild_stays_so() -> None:
    encoder = _encoder()
    encoder.encode([PAGE])
    encoder.end_round()
    encoder.begin_round()
    encoder.encode([PAGE])
    thorough = encoder.compress_thoroughly(TEXT, levels_for(PAGE[0], len(TEXT)))
    encoder.end_round()
    encoder.begin_round()
    assert encoder.encode([PAGE]) == [thorough]
