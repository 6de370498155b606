"""SVG of the drawing engine to SVG that the site can show.

The result has no style attribute, script, link or picture, so it is drawn in full under `style-src 'self'`. Colours of the engine's theme and
series are written as the attribute values in `THEME` and `SERIES`: a style sheet replaces them by attribute (``[fill="#E5EFFA"]``), and without
one, in a feed, they are those of the light theme. Colours that the author gave are in lower case, so that no such rule matches them.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from blog.build.drawings.contrast import black_or_white
from blog.content.drawing import Drawing

# What the engine's own theme is made of.
THEME = ("#FFFFFF", "#172D4A", "#596579", "#000000", "#E5EFFA", "#F0F4FA", "#4472C4")
# The engine's series, each darkened until white text on it has a contrast of 4.5 (WCAG 2.2, 1.4.3).
SERIES = {
    "#4c78a8": "#41699B", "#f58518": "#A85400", "#54a24b": "#3A7A32", "#e45756": "#C43A39",
    "#72b7b2": "#2B7872", "#eeca3b": "#836800", "#b279a2": "#95588A", "#9d755d": "#8A6048",
}  # fmt: skip

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {
    "svg", "g", "defs", "marker", "clipPath", "linearGradient", "stop", "path", "rect", "polygon", "polyline", "circle", "ellipse", "line",
    "text", "tspan",
}  # fmt: skip
_SHAPES = {"path", "rect", "polygon", "circle", "ellipse"}
_PAINTED = {
    "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity",
    "stop-color", "font-size", "font-weight", "font-style", "text-anchor", "text-decoration", "dominant-baseline", "rx", "ry", "clip-path",
    "marker-start", "marker-end",
}  # fmt: skip
_COLOURS = {"fill", "stroke", "stop-color"}
_GEOMETRY = {
    "d", "points", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "width", "height", "transform", "viewBox", "offset", "id",
    "refX", "refY", "markerWidth", "markerHeight", "orient", "textLength", "lengthAdjust", "gradientUnits", "fill-rule", "clip-rule",
}  # fmt: skip
_VALUE = re.compile(r"[\w#%.,()\s+\-]{1,100}|url\(#[\w-]+\)", re.ASCII)
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_FONT = {"font-family": "Noto Sans, sans-serif", "font-size": "16"}


def cleaned(svg: str, prefix: str) -> Drawing:
    """The engine's SVG as the site shows it; ``prefix`` begins every id.

    Raises:
        ValueError: the engine wrote no SVG.
    """
    if "<!DOCTYPE" in svg:
        raise ValueError("the engine wrote a document type")
    try:
        root = ET.fromstring(svg)  # noqa: S314 -- without a document type there are no entities
    except ET.ParseError as problem:
        raise ValueError(f"the engine wrote no XML: {problem}") from None
    if root.tag != f"{_NAMESPACE}svg":
        raise ValueError("the engine wrote no SVG")
    title, description = (_text(root, name) for name in ("title", "desc"))
    _clean(root, prefix)
    for group in root.iter("g"):
        _make_readable(group)
    width, height = (round(float(root.get(name, "0"))) for name in ("width", "height"))
    root.attrib = {
        "xmlns": _NAMESPACE[1:-1],
        "viewBox": root.get("viewBox", ""),
        "width": str(width),
        "height": str(height),
        "fill": "#172D4A",
        **_FONT,
    }
    return Drawing(ET.tostring(root, encoding="unicode").replace(" />", "/>"), width, height, title, description)


def _text(root: ET.Element, name: str) -> str:
    return " ".join((root.findtext(f"{_NAMESPACE}{name}") or "").split())


def _clean(element: ET.Element, prefix: str) -> None:
    """Remove what is not on the lists from an element and what it contains, and the namespace from its name."""
    element.tag = element.tag.removeprefix(_NAMESPACE)
    element.attrib = dict(_attributes(element, prefix))
    for child in list(element):
        if child.tag.removeprefix(_NAMESPACE) in _ELEMENTS:
            _clean(child, prefix)
        else:
            element.remove(child)


def _attributes(element: ET.Element, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name in _GEOMETRY:
            yield name, prefix + value if name == "id" else _LONG_NUMBER.sub(_rounded, value)
        elif name in _PAINTED:
            yield from _paint(name, SERIES.get(value, value), prefix)
    for declaration in element.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        yield from _declared(name.strip().lower(), value.replace("!important", "").strip(), element.tag, prefix)


def _declared(name: str, value: str, tag: str, prefix: str) -> Iterator[tuple[str, str]]:
    if name == "color" and tag in {"text", "tspan"}:
        name = "fill"
    if name in _PAINTED:
        yield from _paint(name, value.lower() if name in _COLOURS else value.removesuffix("px"), prefix)


def _paint(name: str, value: str, prefix: str) -> Iterator[tuple[str, str]]:
    if value.startswith("color-mix("):
        # Behind the title of a cluster. Some readers of feeds draw SVG with libraries that do not know the function.
        value = "#F0F4FA"
    if _VALUE.fullmatch(value):
        yield name, value.replace("url(#", f"url(#{prefix}")


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _make_readable(group: ET.Element) -> None:
    """Give text on a colour that the author chose the colour, black or white, that can be read on it."""
    shapes = [child for child in group if child.tag in _SHAPES]
    fill = next((colour for shape in shapes if (colour := shape.get("fill", "")) and _is_given(colour)), None)
    readable = black_or_white(fill) if fill else None
    if readable:
        for text in (child for child in group if child.tag == "text"):
            if not _is_given(text.get("fill", "#")):
                text.set("fill", readable)


def _is_given(colour: str) -> bool:
    """Whether a colour is the author's: those of the engine are in upper case."""
    return colour == colour.lower() and colour not in {"none", "#", "currentcolor"}
