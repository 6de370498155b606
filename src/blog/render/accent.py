"""The accent colour of a site, changed in lightness until it can be read (WCAG 2.2, 1.4.3 and 1.4.6)."""

from collections.abc import Iterable
from math import atan2, cos, hypot, sin

from blog.content.colours import RGB, rgb

AA, AAA = 4.5, 7.0
_STEPS = 200


def readable(colour: str, grounds: Iterable[str], contrast: float = AA) -> str:
    """The colour nearest in lightness that has the contrast with every ground; hue and, where possible, chroma stay.

    >>> readable("#ffff00", ["#ffffff"])
    '#797a13'
    >>> readable("#0000ff", ["#ffffff"])
    '#0000ff'
    """
    wanted = [_luminance(rgb(ground)) for ground in grounds]
    lightness, chroma, hue = _oklch(rgb(colour))
    if _contrast(rgb(colour), wanted) >= contrast:
        return colour
    steps = sorted((step / _STEPS for step in range(_STEPS + 1)), key=lambda step: abs(step - lightness))
    candidates = (_hex(_in_gamut(step, chroma, hue)) for step in steps)
    found = (candidate for candidate in candidates if _contrast(rgb(candidate), wanted) >= contrast)
    return next(found, "#000000" if max(wanted) > 0.18 else "#ffffff")  # noqa: PLR2004 -- the luminance of middle grey


def _contrast(colour: RGB, grounds: Iterable[float]) -> float:
    """The lowest contrast with one of the grounds, which are given as luminances."""
    own = _luminance(colour)
    return min((max(own, ground) + 0.05) / (min(own, ground) + 0.05) for ground in grounds)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- sRGB


def _luminance(colour: RGB) -> float:
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklch(colour: RGB) -> RGB:
    """Lightness, chroma and hue in radians (Björn Ottosson's OKLab, as CSS Color 4 has it)."""
    red, green, blue = map(_linear, colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _linear_rgb(lightness: float, chroma: float, hue: float) -> RGB:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _in_gamut(lightness: float, chroma: float, hue: float) -> RGB:
    """The colour in linear sRGB, with as much of the chroma as can be shown at this lightness."""
    for share in range(20, -1, -1):
        colour = _linear_rgb(lightness, chroma * share / 20, hue)
        if all(-0.0001 <= part <= 1.0001 for part in colour):  # noqa: PLR2004 -- rounding
            break
    return colour


def _hex(linear: RGB) -> str:
    bounded = (min(max(part, 0), 1) for part in linear)
    parts = (12.92 * it if it <= 0.0031308 else 1.055 * it ** (1 / 2.4) - 0.055 for it in bounded)  # noqa: PLR2004 -- sRGB
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
