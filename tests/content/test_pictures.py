"""Width and height of pictures."""

import time
from itertools import pairwise

import pytest

from blog.content.pictures import RefusedPictureError, size_of

BOMB = "<!DOCTYPE svg [<!ENTITY a 'ha'>" + "".join(
    f'<!ENTITY {new} "&{old};&{old};">' for old, new in pairwise("abcdefghijklmnop")
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param('<svg width="7" height="5"/>', (7, 5), id="plain"),
        pytest.param("<svg width='7' height='5'></svg>", (7, 5), id="single-quotes"),
        pytest.param('<s:svg xmlns:s="http://www.w3.org/2000/svg" width="7" height="5"/>', (7, 5), id="prefix"),
        pytest.param('<svg viewBox="0 0 7 5"/>', (7, 5), id="view-box"),
        pytest.param('<svg viewBox="-1e1,-1E+1 7e2 .5e3"/>', (700, 500), id="exponents"),
        pytest.param('<svg\n\tviewBox = "0,0,7,5"\n>', (7, 5), id="commas-and-lines"),
        pytest.param('<svg width="100%" height="100%" viewBox="0 0 7 5"/>', (7, 5), id="per-cent-with-view-box"),
        pytest.param('<svg width="14" viewBox="0 0 7 5"/>', (14, 10), id="width-and-view-box"),
        pytest.param('<svg width="10cm" height="1in"/>', (378, 96), id="units"),
        pytest.param('<svg width="1e2px" height="12pt"/>', (100, 16), id="exponent-with-unit"),
        pytest.param("<!--" + "x" * 9000 + '--><svg width="7" height="5"/>', (7, 5), id="long-comment"),
        pytest.param(
            '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "a>b.dtd" [<!ENTITY n "http://x/">\n'
            "<!-- it's > ] -->]>\n<?style x?><svg width='7' height='5'/>",
            (7, 5),
            id="document-type-with-entities",
        ),
        pytest.param("<svg/>", (0, 0), id="no-size"),
        pytest.param('<svg width="100%" height="100%"/>', (0, 0), id="per-cent"),
        pytest.param('<svg width="-7" height="5"/>', (0, 0), id="negative"),
        pytest.param('<svg width="wide" height="high"/>', (0, 0), id="words"),
        pytest.param('<svg width="1e999" height="5"/>', (0, 0), id="infinite"),
        pytest.param('<svg viewBox="0 0 0 0"/>', (0, 0), id="empty-view-box"),
        pytest.param('<svg data-width="9" width="7" height="5"/>', (7, 5), id="other-attribute"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_size_of_an_svg_is_that_which_browsers_show(text: str, size: tuple[int, int], encoding: str) -> None:
    assert size_of("svg", text.encode(encoding)) == size


@pytest.mark.parametrize("text", ["<html/>", "hello", "<svg", '<svg width="7', "<!-- <svg/>", "<!DOCTYPE svg [", ""])
def test_a_text_that_is_no_svg_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is not an SVG"):
        size_of("svg", text.encode())


def test_an_svg_whose_entities_contain_entities_is_refused() -> None:
    with pytest.raises(RefusedPictureError, match="entities"):
        size_of("svg", f"{BOMB}]><svg>&p;</svg>".encode())


@pytest.mark.parametrize(
    "part", ["<!--", "<!DOCTYPE svg [<!--", "<!DOCTYPE svg [\"'", "<svg a='", "<svg a ", "<?", " "]
)
def test_a_hostile_svg_is_read_in_linear_time(part: str) -> None:
    def seconds(count: int) -> float:
        body = (part * count).encode()
        started = time.perf_counter()
        with pytest.raises((ValueError, RefusedPictureError)):
            size_of("svg", body)
        return time.perf_counter() - started

    seconds(100)
    assert seconds(400_000) < 30 * seconds(40_000) + 0.05


@pytest.mark.parametrize(
    ("extension", "body"),
    [
        pytest.param("jpeg", b"\xff\xd8\xff\xe1\0\x06\xff\xd8\xff\xd9\xff\xc0\0\x08\x08\0\x05\0\x07\x03\xff\xda\0\x02xx", id="jpeg-whose-thumbnail-ends"),
        pytest.param("gif", b"GIF89a\x07\0\x05\0\0\0\0,", id="gif"),
        pytest.param("avif", b"\0\0\0\x14ftypavif\0\0\0\0avif\0\0\x10\0meta", id="avif"),
        pytest.param("webp", b"RIFF\xff\0\0\0WEBPVP8X", id="webp"),
    ],
)  # fmt: skip
def test_a_picture_that_is_cut_short_is_said(extension: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        size_of(extension, body)
