"""Removal of metadata from pictures."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from blog.content.files import read_file
from blog.content.library import Library
from blog.content.metadata import without_metadata

SECRET = b"52.5200N 13.4050E"


def _tiff(orientation: int, order: str = "<") -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return struct.pack(f"{order}4sIHHHIHHI", mark, 8, 1, 0x112, 3, 1, orientation, 0, 0) + SECRET


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


FRAME = _segment(0xC0, b"\x08\0\x05\0\x07\x03\x01\x11\0\x02\x11\x01\x03\x11\x01")
# With a stuffed byte, a restart marker and fill bytes in the data.
SCAN = _segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"data\xff\0data\xff\xd0data\xff\xff\xd9"
JFIF = _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
PROFILE = _segment(0xE2, b"ICC_PROFILE\0\1\1colours")
ADOBE = _segment(0xEE, b"Adobe\0d\0\0\0\0\1")


def _jpeg(*segments: bytes, after: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(segments) + FRAME + SCAN + after


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


HEADER = _chunk(b"IHDR", struct.pack(">II", 7, 5) + b"\x08\x02\0\0\0")
END = _chunk(b"IEND", b"")


def _png(*chunks: bytes, after: bytes = b"") -> bytes:
    return b"\x89PNG\r\n\x1a\n" + HEADER + b"".join(chunks) + END + after


def _webp(*chunks: tuple[bytes, bytes], flags: int = 0x0C) -> bytes:
    size = bytes([flags, 0, 0, 0]) + (6).to_bytes(3, "little") + (4).to_bytes(3, "little")
    parts = [
        kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for kind, content in ((b"VP8X", size), *chunks)
    ]
    content = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(content)) + content


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(_segment(0xE1, b"Exif\0\0" + _tiff(1)), id="exif"),
        pytest.param(_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET), id="xmp"),
        pytest.param(_segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET), id="extended-xmp"),
        pytest.param(_segment(0xED, b"Photoshop 3.0\0" + SECRET), id="iptc"),
        pytest.param(_segment(0xE0, b"JFXX\0\x10" + SECRET), id="thumbnail"),
        pytest.param(_segment(0xE2, b"MPF\0" + SECRET), id="other-pictures"),
        pytest.param(_segment(0xEB, SECRET), id="provenance"),
        pytest.param(_segment(0xFE, SECRET), id="comment"),
        pytest.param(b"\xff\xff" + _segment(0xFE, SECRET), id="fill-bytes"),
    ],
)
def test_a_jpeg_keeps_what_its_pixels_need_alone(segment: bytes) -> None:
    needed = (JFIF, PROFILE, ADOBE)
    assert without_metadata("jpg", _jpeg(JFIF, segment, PROFILE, ADOBE)) == _jpeg(*needed)


def test_what_follows_the_end_of_a_picture_is_removed() -> None:
    assert without_metadata("jpeg", _jpeg(JFIF, after=_jpeg(_segment(0xE1, SECRET)))) == _jpeg(JFIF)
    assert without_metadata("png", _png(after=SECRET)) == _png()


def test_metadata_between_two_scans_does_not_end_a_jpeg() -> None:
    body = b"\xff\xd8" + FRAME + SCAN[:-3] + _segment(0xC4, b"\xff\xd9 in a table") + SCAN
    assert without_metadata("jpg", body) == body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("extension", ["jpg", "png", "webp"])
def test_the_orientation_of_a_picture_stays(extension: str, order: str) -> None:
    exif = _tiff(6, order)
    body = {
        "jpg": _jpeg(JFIF, _segment(0xE1, b"Exif\0\0" + exif)),
        "png": _png(_chunk(b"eXIf", exif)),
        "webp": _webp((b"VP8 ", b"data"), (b"EXIF", exif)),
    }[extension]
    stripped = without_metadata(extension, body)
    assert _tiff(6, ">")[: -len(SECRET)] in stripped
    assert SECRET not in stripped
    assert without_metadata(extension, stripped) == stripped


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"])
def test_a_png_has_no_text_afterwards(kind: bytes) -> None:
    profile = _chunk(b"iCCP", b"p\0\0colours")
    assert without_metadata("png", _png(profile, _chunk(kind, SECRET))) == _png(profile)


def test_a_webp_has_no_metadata_afterwards() -> None:
    body = _webp((b"ICCP", b"odd"), (b"VP8 ", b"data"), (b"EXIF", _tiff(1)), (b"XMP ", SECRET), flags=0x2C)
    assert without_metadata("webp", body) == _webp((b"ICCP", b"odd"), (b"VP8 ", b"data"), flags=0x20)


def test_a_picture_is_read_by_its_bytes_and_not_by_its_name() -> None:
    assert SECRET not in without_metadata("png", _jpeg(_segment(0xFE, SECRET)))
    assert SECRET not in without_metadata("jpg", _png(_chunk(b"tEXt", SECRET)))


@pytest.mark.parametrize(
    "body",
    [_jpeg(JFIF, PROFILE), _png(), _webp((b"VP8 ", b"data"), flags=0), b"", b"hello", b"\xff\xd8\xff\xd9"],
    ids=["jpeg", "png", "webp", "empty", "text", "jpeg-without-a-picture"],
)
def test_a_picture_without_metadata_stays_the_same_bytes(body: bytes) -> None:
    assert without_metadata("jpg", body) is body


EXIF = _segment(0xE1, b"Exif\0\0" + _tiff(1))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("a.jpg", b"\xff\xd8" + EXIF[:-4], id="segment-cut-short"),
        pytest.param("a.jpg", b"\xff\xd8\0" + EXIF, id="jpeg-with-bytes-between-segments"),
        pytest.param("a.png", _png(_chunk(b"iTXt", b"<x:xmpmeta"))[:60], id="chunk-cut-short"),
    ],
)
def test_a_picture_that_cannot_be_taken_apart_is_refused_if_it_has_metadata(
    write: Callable[[str, str | bytes], Path], faults: Callable[[], list[str]], name: str, body: bytes
) -> None:
    write(name, body)
    write("a.md", f"---\ntitle: A\ndate: 2026-03-01\n---\n\n![x]({name})\n")
    (fault,) = faults()
    assert fault.startswith(f"a.md:6: image '{name}' is beside the post, but it is not served: it may tell where it")


def test_every_cut_of_a_picture_is_stripped_or_refused_or_has_no_secret_left() -> None:
    for whole in (
        _jpeg(JFIF, EXIF, PROFILE),
        _png(_chunk(b"eXIf", _tiff(1))),
        _webp((b"VP8 ", b"x"), (b"EXIF", _tiff(1))),
    ):
        for length in range(len(whole)):
            try:
                stripped = without_metadata("jpg", whole[:length])
            except ValueError:
                continue
            assert SECRET not in stripped


def test_the_file_on_disk_is_known_by_its_own_digest(
    write: Callable[[str, str | bytes], Path], library: Callable[[], Library]
) -> None:
    original = _jpeg(JFIF, EXIF)
    write("a.jpg", original)
    write("static/b.jpg", original)
    write("a.md", "---\ntitle: A\ndate: 2026-03-01\n---\n![x](a.jpg)\n")
    loaded = library()
    file, _ = read_file(PurePosixPath("a.jpg"), original)
    assert loaded.files[PurePosixPath("a.jpg")] == file
    assert file.body == _jpeg(JFIF)
    assert (file.width, file.height) == (7, 5)
    assert file.source_digest != read_file(PurePosixPath("a.jpg"), file.body)[0].source_digest
    assert loaded.static["/b.jpg"].file.body == _jpeg(JFIF)
