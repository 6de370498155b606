"""Pictures and other files that posts refer to."""

import struct
import zlib
from pathlib import PurePosixPath

import pytest

from blog.content.files import File, digest, read_file

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    + struct.pack(">II", 7, 5)
    + b"\x08\x02\0\0\0"
    + struct.pack(">I", zlib.crc32(b""))
    + b"\0\0\0\0IEND\xaeB`\x82"
)
GIF = b"GIF89a" + struct.pack("<HH", 7, 5) + b"\0\0\0;"
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 5, 7) + b"\x03\x01\x11\0\x02\x11\x01\x03\x11\x01\xff\xd9"
WEBP = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (6).to_bytes(3, "little") + (4).to_bytes(3, "little")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("a.png", PNG, id="png"),
        pytest.param("a.gif", GIF, id="gif"),
        pytest.param("a.jpg", JPEG, id="jpeg"),
        pytest.param("a.webp", WEBP, id="webp"),
        pytest.param("a.svg", SVG, id="svg"),
        pytest.param("a.PNG", PNG, id="upper-case"),
    ],
)
def test_the_size_of_a_picture_is_read(name: str, body: bytes) -> None:
    file, problem = read_file(PurePosixPath(name), body)
    assert (file.width, file.height, problem) == (7, 5, "")


def test_the_size_of_an_svg_may_come_from_its_view_box() -> None:
    file, problem = read_file(PurePosixPath("a.svg"), b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 5"/>')
    assert (file.width, file.height, problem) == (7, 5, "")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("a.png", b"", id="empty"),
        pytest.param("a.png", b"hello", id="text"),
        pytest.param("a.png", PNG[:12], id="cut-short"),
        pytest.param("a.jpg", b"\xff\xd8\xff", id="jpeg-cut-short"),
        pytest.param("a.svg", b"<svg", id="svg-cut-short"),
        pytest.param("a.svg", b"<html></html>", id="not-svg"),
        pytest.param("a.webp", b"RIFF", id="webp-cut-short"),
    ],
)
def test_a_file_that_is_not_the_picture_it_is_named_is_served_without_a_size_and_said(name: str, body: bytes) -> None:
    file, problem = read_file(PurePosixPath(name), body)
    assert (file.body, file.width, file.height) == (body, 0, 0)
    assert problem.startswith("is ")


def test_a_file_that_is_no_picture_has_no_size() -> None:
    assert read_file(PurePosixPath("a.txt"), b"hello") == (File(PurePosixPath("a.txt"), b"hello", 0, 0), "")


def test_the_url_of_a_file_contains_its_digest() -> None:
    file = File(PurePosixPath("images/A Dot.PNG"), PNG, 7, 5)
    assert file.url == f"/assets/a%20dot.{digest(PNG)}.png"
    assert file.media_type == "image/png"
