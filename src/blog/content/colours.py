"""Colours as site.yaml has them."""

import re
from colorsys import hls_to_rgb
from functools import lru_cache

from blog.content.colour_names import NAMES

RGB = tuple[float, float, float]
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_NUMBER = r"(\d{1,3}(?:\.\d+)?)"
_RGB = re.compile(rf"rgb\(\s*{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}\s*\)", re.IGNORECASE)
_HSL = re.compile(rf"hsl\(\s*{_NUMBER}(?:deg)?[\s,]+{_NUMBER}%[\s,]+{_NUMBER}%\s*\)", re.IGNORECASE)


def parse_colour(text: str) -> str:
    """A colour as six hexadecimal digits.

    >>> parse_colour("#F80"), parse_colour("rgb(168, 67, 31)"), parse_colour("hsl(120 100% 25%)"), parse_colour("Teal")
    ('#ff8800', '#a8431f', '#008000', '#008080')

    Raises:
        ValueError: the text is no colour, or one that is written in another way.
    """
    if _HEX.fullmatch(text):
        digits = text[1:] if len(text) == len("#rrggbb") else "".join(2 * digit for digit in text[1:])
        return f"#{digits.lower()}"
    if text.lower() in _named():
        return f"#{_named()[text.lower()]}"
    if found := _RGB.fullmatch(text):
        return _within(text, [float(part) / 255 for part in found.groups()])
    if found := _HSL.fullmatch(text):
        hue, saturation, lightness = map(float, found.groups())
        if max(saturation, lightness) <= 100:  # noqa: PLR2004 -- per cent
            return _within(text, list(hls_to_rgb(hue % 360 / 360, lightness / 100, saturation / 100)))
    raise ValueError(
        f"{text!r} is no colour; write it as '#a8431f' in quotes, rgb(168 67 31), hsl(16 69% 39%) or a name of CSS such as teal"
    )


@lru_cache(maxsize=1)
def _named() -> dict[str, str]:
    words = NAMES.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _within(text: str, parts: list[float]) -> str:
    if max(parts) > 1:
        raise ValueError(f"{text!r} is no colour: the parts of rgb() end at 255")
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def rgb(colour: str) -> RGB:
    """Red, green and blue from 0 to 1.

    >>> rgb("#ff0000")
    (1.0, 0.0, 0.0)
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue
