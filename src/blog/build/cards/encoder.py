"""Cards as files of at most `card.MOST_BYTES`, and sections of pictures. Runs in the worker process."""

import io
from collections.abc import Mapping

from PIL import Image, ImageFilter, ImageOps

from blog.build.cards.card import MOST_BYTES, SIZE

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_COLOURS = (256, 128, 64, 32, 16)
_QUALITIES = (86, 78, 70, 62, 54, 46, 38)


def as_png(card: Image.Image) -> bytes:
    """The card with as many colours as its size allows."""
    body = b""
    for colours in _COLOURS:
        body = _saved(card.quantize(colours, dither=Image.Dither.NONE), "PNG", {"optimize": True})
        if len(body) <= MOST_BYTES:
            break
    return body


def as_jpeg(card: Image.Image) -> bytes:
    """The card in the best quality that its size allows. What no quality makes small enough, such as noise, is blurred."""
    radius = 0.0
    while True:
        shown = card.filter(ImageFilter.GaussianBlur(radius)) if radius else card
        for quality in _QUALITIES:
            options = {"quality": quality, "progressive": True, "optimize": True}
            body = _saved(shown, "JPEG", options)
            if len(body) <= MOST_BYTES:
                return body
        radius = radius * 2 or 0.5


def section(picture: bytes, size: tuple[int, int], ground: str) -> Image.Image:
    """The middle of a picture in another shape, upright and in RGB; what is transparent shows the ground.

    Raises many kinds of exceptions for bytes that are no picture.
    """
    with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
        # The decoder of JPEG itself halves a picture that is more than twice as large; its sides may be turned.
        opened.draft("RGB", (max(size), max(size)))
        ImageOps.exif_transpose(opened, in_place=True)
        # A copy of a large picture takes more memory than the process that serves, so it is made smaller first where its mode allows that.
        upright = opened if opened.mode in {"RGB", "L"} else opened.convert("RGBA")
        fitted = ImageOps.fit(upright, size, Image.Resampling.LANCZOS).convert("RGBA")
    flat = Image.new("RGB", size, ground)
    flat.paste(fitted, mask=fitted)
    return flat


def shape_of_card(picture: bytes, ground: str) -> Image.Image:
    return section(picture, SIZE, ground)


def _saved(picture: Image.Image, name: str, options: Mapping[str, object]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()
