"""Width and height of pictures, read from their first bytes, and whether a picture is cut short."""

import codecs
import io
import re
import struct
from collections.abc import Callable, Mapping

# No screen has more pixels, and a number in an SVG may have any number of digits.
_LONGEST_SIDE = 1_000_000
_NUMBER = r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?"
_LENGTH = re.compile(rf"\s*({_NUMBER})\s*(|px|pt|pc|in|cm|mm|q)\s*", re.IGNORECASE)
# CSS pixels per unit (CSS Values 4, section 6.2).
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6}
_VIEW_BOX = re.compile(rf"\s*{_NUMBER}[\s,]+{_NUMBER}[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*")
_SPACE = re.compile(r"\s*")
_SVG_TAG = re.compile(r"<(?:[\w.-]+:)?svg(?=[\s/>])")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s=/>"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_DOCTYPE_PART = re.compile(r"""<!--|["'\[\]>]""")
_CLOSERS = {"<!--": "-->", '"': '"', "'": "'"}
_ENTITY = re.compile(r"[&%][\w.:-]+;")
_TAG_END = re.compile(r"\s*/?>")

Size = tuple[int, int]


_SCRIPT = re.compile(r"<(?:[\w.-]{1,40}:)?script(?=[\s/>])|\son[a-z]{2,40}\s{0,9}=|javascript:", re.IGNORECASE)


class RefusedPictureError(Exception):
    """A picture that is not served, because of what it does to the programs that read it."""


def size_of(extension: str, body: bytes) -> Size:
    """The width and height of a picture in pixels; (0, 0) for an SVG without a size.

    Raises:
        ValueError: the file is not such a picture, or is cut short.
        RefusedPictureError: an SVG declares entities that contain entities.
    """
    if extension == "svg":
        return _svg_size(body)
    if extension == "ico":
        return _icon_size(body)
    if not _is_whole(extension, body):
        raise ValueError("is cut short: the end of the picture is missing")
    import imagesize  # noqa: PLC0415 -- a warm start does not need it

    try:
        width, height = imagesize.get(io.BytesIO(body))
    except Exception as problem:
        raise ValueError(f"is not a picture that can be read: {problem}") from problem
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise ValueError(f"is not a picture with a width and height from 1 to {_LONGEST_SIDE:,}")
    return round(width), round(height)


def script_line(body: bytes) -> int:
    """The line on which an SVG first has a script or an attribute that runs one; 0 if it has none."""
    text = _decoded(body)
    found = _SCRIPT.search(text)
    return text.count("\n", 0, found.start() + 1) + 1 if found else 0


def _icon_size(body: bytes) -> Size:
    if not body.startswith(b"\0\0\1\0") or len(body) < 8:  # noqa: PLR2004 -- the header and two bytes of the first entry
        raise ValueError("is not an icon that can be read")
    return body[6] or 256, body[7] or 256


def _png_is_whole(body: bytes) -> bool:
    return not body.startswith(b"\x89PNG") or b"IEND" in body[-4096:]


def _jpeg_is_whole(body: bytes) -> bool:
    """Whether the end marker follows the first scan. A thumbnail in the metadata has an end marker of its own."""
    at = 2
    while body[at : at + 1] == b"\xff" and at + 4 <= len(body):
        (length,) = struct.unpack_from(">H", body, at + 2)
        if body[at + 1] in {0xDA, 0xD9}:
            break
        at += 2 + length
    return not body.startswith(b"\xff\xd8") or body.find(b"\xff\xd9", at) >= 0


def _gif_is_whole(body: bytes) -> bool:
    return not body.startswith(b"GIF8") or b";" in body[-64:]


def _webp_is_whole(body: bytes) -> bool:
    return not body.startswith(b"RIFF") or (
        len(body) >= 12 and struct.unpack_from("<I", body, 4)[0] + 8 <= len(body)  # noqa: PLR2004 -- the length of the RIFF header
    )


def _boxes_are_whole(body: bytes) -> bool:
    """Whether every top-level box of an ISO file (AVIF) ends within it."""
    at = 0
    while at + 8 <= len(body):
        size = struct.unpack_from(">I", body, at)[0]
        if size == 1 and at + 16 <= len(body):
            size = struct.unpack_from(">Q", body, at + 8)[0]
        if size < 8:  # noqa: PLR2004 -- 0 means up to the end of the file; 1 to 7 are invalid
            return bool(size == 0)
        at += size
    return at <= len(body)


_WHOLE: Mapping[str, Callable[[bytes], bool]] = {
    "png": _png_is_whole,
    "apng": _png_is_whole,
    "jpg": _jpeg_is_whole,
    "jpeg": _jpeg_is_whole,
    "gif": _gif_is_whole,
    "webp": _webp_is_whole,
    "avif": _boxes_are_whole,
}


def _is_whole(extension: str, body: bytes) -> bool:
    return _WHOLE[extension](body)


def _svg_size(body: bytes) -> Size:
    """The size from width and height, or from the viewBox. Entities are never expanded, so they cost nothing."""
    attributes = _svg_attributes(_decoded(body))
    box = _VIEW_BOX.fullmatch(attributes.get("viewBox", ""))
    sides = [_pixels(attributes.get("width", "")), _pixels(attributes.get("height", ""))]
    measured = [float(box[1]), float(box[2])] if box else [0.0, 0.0]
    if not all(map(_is_side, sides)):
        sides = _completed(sides, measured)
    if not all(map(_is_side, sides)):
        return 0, 0
    return max(1, round(sides[0])), max(1, round(sides[1]))


def _completed(sides: list[float], box: list[float]) -> list[float]:
    """Both sides, of which one or both are missing, in the proportions of the viewBox."""
    if not all(map(_is_side, box)):
        return [0, 0]
    width, height = sides
    if _is_side(width):
        return [width, width * box[1] / box[0]]
    if _is_side(height):
        return [height * box[0] / box[1], height]
    return box


def _is_side(length: float) -> bool:
    return 0 < length <= _LONGEST_SIDE


def _pixels(length: str) -> float:
    """A length in CSS pixels; 0 if it is a percentage, invalid, or relative to a font."""
    found = _LENGTH.fullmatch(length)
    return float(found[1]) * _UNITS[found[2].lower()] if found else 0.0


def _decoded(body: bytes) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    if body[:2] in {b"<\0", b"\0<"}:
        return body.decode("utf-16-le" if body[:1] == b"<" else "utf-16-be", "replace")
    return body.decode("utf-8", "replace")


def _svg_attributes(text: str) -> dict[str, str]:
    at = _after_prolog(text)
    tag = _SVG_TAG.match(text, at)
    if tag is None:
        raise ValueError("is not an SVG: its first element is not <svg>")
    attributes: dict[str, str] = {}
    at = tag.end()
    while found := _ATTRIBUTE.match(text, at):
        attributes[found[1]] = found[2] if found[2] is not None else found[3]
        at = found.end()
    if not _TAG_END.match(text, at):
        raise ValueError("is not an SVG: its <svg> tag cannot be read")
    return attributes


def _after_prolog(text: str) -> int:
    """Where the first element begins: after the declaration, comments, processing instructions and the document type."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if text.startswith("<!--", at):
            end, length = text.find("-->", at + 4), 3
        elif text.startswith("<?", at):
            end, length = text.find("?>", at), 2
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end, length = _doctype_end(text, at), 1
        else:
            return at
        if end < 0:
            raise ValueError("is not an SVG: what stands before <svg> does not end")
        at = end + length


def _doctype_end(text: str, start: int) -> int:
    """Where the document type ends; -1 if it does not. Its internal subset stands in brackets.

    Raises:
        RefusedPictureError: an entity contains another one. A few lines of them expand to gigabytes.
    """
    subset, at = False, start
    while found := _DOCTYPE_PART.search(text, at):
        at = found.end()
        if found[0] in _CLOSERS:
            closed = text.find(_CLOSERS[found[0]], at)
            if closed < 0:
                return -1
            if found[0] != "<!--" and _ENTITY.search(text, at, closed):
                raise RefusedPictureError("it is not served: it declares entities that contain entities")
            at = closed + len(_CLOSERS[found[0]])
        elif found[0] == ">" and not subset:
            return found.start()
        else:
            subset = found[0] == "[" or (subset and found[0] != "]")
    return -1
