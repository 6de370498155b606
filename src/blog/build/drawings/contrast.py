"""Contrast of colours, as WCAG 2.2 defines it."""

import re

# Names that diagrams are coloured with most; hexadecimal is what authors write else.
_NAMES = {
    "aqua": "00ffff", "beige": "f5f5dc", "black": "000000", "blue": "0000ff", "brown": "a52a2a", "coral": "ff7f50", "crimson": "dc143c",
    "cyan": "00ffff", "darkblue": "00008b", "darkgray": "a9a9a9", "darkgreen": "006400", "darkgrey": "a9a9a9", "darkred": "8b0000",
    "fuchsia": "ff00ff", "gold": "ffd700", "gray": "808080", "green": "008000", "grey": "808080", "indigo": "4b0082", "ivory": "fffff0",
    "khaki": "f0e68c", "lavender": "e6e6fa", "lightblue": "add8e6", "lightcoral": "f08080", "lightcyan": "e0ffff", "lightgray": "d3d3d3",
    "lightgreen": "90ee90", "lightgrey": "d3d3d3", "lightpink": "ffb6c1", "lightyellow": "ffffe0", "lime": "00ff00", "magenta": "ff00ff",
    "maroon": "800000", "navy": "000080", "olive": "808000", "orange": "ffa500", "orchid": "da70d6", "pink": "ffc0cb", "plum": "dda0dd",
    "purple": "800080", "red": "ff0000", "salmon": "fa8072", "silver": "c0c0c0", "skyblue": "87ceeb", "steelblue": "4682b4", "tan": "d2b48c",
    "teal": "008080", "tomato": "ff6347", "turquoise": "40e0d0", "violet": "ee82ee", "wheat": "f5deb3", "white": "ffffff", "yellow": "ffff00",
}  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})")


def black_or_white(background: str) -> str | None:
    """The one that can be read better on a colour; None if the colour is not understood.

    >>> black_or_white("#ff9"), black_or_white("navy"), black_or_white("rgb(0, 0, 0)"), black_or_white("currentcolor")
    ('#000', '#fff', '#fff', None)
    """
    channels = _channels(background.lower())
    if channels is None:
        return None
    # Contrast is (lighter + 0.05) / (darker + 0.05), so both are equally readable on a luminance of 0.179.
    return "#000" if luminance(channels) > 0.179 else "#fff"  # noqa: PLR2004


def luminance(channels: tuple[int, int, int]) -> float:
    """The relative luminance of a colour of sRGB, from 0 for black to 1 for white; channels are from 0 to 255.

    >>> round(luminance((255, 255, 255)), 3), luminance((0, 0, 0))
    (1.0, 0.0)
    """
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- the bounds of sRGB


def _channels(colour: str) -> tuple[int, int, int] | None:
    if found := _RGB.match(colour):
        return int(found[1]), int(found[2]), int(found[3])
    digits = _NAMES.get(colour) or (colour[1:] if _HEX.fullmatch(colour) else "")
    if len(digits) == 3:  # noqa: PLR2004
        digits = "".join(digit * 2 for digit in digits)
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)) if digits else None
