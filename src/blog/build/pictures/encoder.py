"""Smaller versions of one picture, by Pillow. Only the worker imports this module."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps, JpegImagePlugin

WIDTHS = (480, 960, 1920)
_FORMATS = ("JPEG", "PNG", "WEBP")
_MAX_PROFILE_BYTES = 64 * 1024
# Seconds of processor time for decoding, and for each version. An AVIF of 1920 by 1440 pixels takes one and a half.
DECODING_SECONDS, ENCODING_SECONDS = 2.0, 5.0

# The tallest picture that a format can hold: a screenshot of a whole page may be taller.
_MOST_ROWS = {"avif": 65_535, "webp": 16_383}
# Pillow's own limit raises for twice as many; the caller has counted the pixels.
Image.MAX_IMAGE_PIXELS = 50_000_000


@dataclass(frozen=True, slots=True)
class Version:
    extension: str
    width: int
    height: int
    body: bytes


def versions(body: bytes, limit: Callable[[float], None]) -> Iterator[Version]:
    """The versions of a picture, each as soon as it is made; none of an animation. ``limit`` starts the clock of each step.

    Raises:
        ValueError, OSError, SyntaxError: the picture cannot be decoded. Pillow raises SyntaxError for a broken PNG.
    """
    limit(DECODING_SECONDS)
    with Image.open(io.BytesIO(body), formats=_FORMATS) as picture:
        if getattr(picture, "is_animated", False):
            return
        is_lossless = picture.format == "PNG" or b"VP8L" in body[:64]
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            # The decoder itself halves a picture that is more than twice as large.
            picture.draft("RGB", (WIDTHS[-1], WIDTHS[-1] * picture.height // picture.width or 1))
        profile = picture.info.get("icc_profile") or b""
        upright = _decoded(picture)
    if upright is None or len(profile) > _MAX_PROFILE_BYTES:
        return
    sizes = [(width, _rows(upright, width)) for width in sorted({min(width, upright.width) for width in WIDTHS})]
    encoders = [it for it in (("avif", _avif), ("webp", _webp)) if sizes[-1][1] <= _MOST_ROWS[it[0]]]
    for size in sizes:
        limit(DECODING_SECONDS)
        smaller = upright.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        for extension, encode in encoders:
            limit(ENCODING_SECONDS)
            yield Version(extension, *size, encode(smaller, profile, is_lossless=is_lossless))


def _rows(picture: Image.Image, width: int) -> int:
    return max(1, round(picture.height * width / picture.width))


def _decoded(picture: Image.Image) -> Image.Image | None:
    """The pixels, upright, as RGB or RGBA; None for CMYK and for 16 bits, which the conversion would change."""
    if picture.mode in {"CMYK", "YCbCr", "LAB"} or picture.mode.startswith(("I", "F")):
        return None
    has_alpha = "A" in picture.mode or "transparency" in picture.info
    # Each copy of the largest picture takes 200 MB.
    ImageOps.exif_transpose(picture, in_place=True)
    mode = "RGBA" if has_alpha else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _avif(picture: Image.Image, profile: bytes, *, is_lossless: bool) -> bytes:
    # Colours at half the resolution blur the text of screenshots.
    sampling = "4:4:4" if is_lossless else "4:2:0"
    return _saved(picture, "AVIF", profile, {"quality": 60, "speed": 6, "max_threads": 1, "subsampling": sampling})


def _webp(picture: Image.Image, profile: bytes, *, is_lossless: bool) -> bytes:
    return _saved(picture, "WEBP", profile, {"lossless": True} if is_lossless else {"quality": 80})


def _saved(picture: Image.Image, name: str, profile: bytes, options: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    # Exif and XMP are empty, or Pillow would copy those of the original.
    picture.save(buffer, name, icc_profile=profile, exif=b"", xmp=b"", **options)
    return buffer.getvalue()
