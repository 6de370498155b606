"""Which characters a font file has glyphs for: the table cmap of TrueType, OpenType, WOFF and WOFF2.

The process that builds editions asks this of every font, and reads nothing else of one: fontTools would take 10 MB of it.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

import brotli

# The tags that WOFF2 writes as a number, up to those that are looked for here (W3C, WOFF File Format 2.0, section 4.1).
_WOFF2_TAGS = (
    "cmap head hhea hmtx maxp name OS/2 post cvt  fpgm glyf loca prep CFF  VORG EBDT EBLC gasp hdmx kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS "
    "GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG  sbix acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop "
    "trak Zapf Silf Glat Gloc Feat Sill"
)
_TAGS = tuple(_WOFF2_TAGS[at : at + 4] for at in range(0, len(_WOFF2_TAGS), 5))
_NO_TAG = 63
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class Coverage:
    """A set of characters, as ranges of code points."""

    def __init__(self, points: Iterable[tuple[int, int]]) -> None:
        ranges = sorted(points)
        self._first = [first for first, _ in ranges]
        self._last = [last for _, last in ranges]

    def __contains__(self, character: str) -> bool:
        at = bisect_right(self._first, ord(character)) - 1
        return at >= 0 and ord(character) <= self._last[at]


def coverage(body: bytes) -> Coverage:
    """The characters that a font has glyphs for; of a collection, its first font.

    Raises:
        ValueError: the file is no such font, or one that is drawn with nothing in it.
    """
    try:
        tables = _tables(body)
        problem = _undrawable(tables)
        ranges = [] if problem else list(_ranges(tables["cmap"]))
    except (struct.error, IndexError, KeyError, zlib.error, brotli.error) as error:
        raise ValueError("is not a TrueType, OpenType, WOFF or WOFF2 font") from error
    if problem:
        raise ValueError(problem)
    return Coverage(ranges)


def _undrawable(tables: Mapping[str, bytes]) -> str:
    """Why the glyphs of a font would be drawn as nothing; "" if they are drawn."""
    colours = tables.get("COLR", b"\0\0")
    if struct.unpack_from(">H", colours)[0] and "CBDT" not in tables:
        return "has glyphs of the kind COLRv1, which are not drawn; take NotoColorEmoji.ttf with bitmaps (CBDT), or Noto Emoji"
    has_outlines = not {"glyf", "CFF ", "CFF2", "CBDT", "sbix"}.isdisjoint(tables)
    return "" if has_outlines else "has no outlines and no bitmaps that are drawn"


def _tables(body: bytes) -> dict[str, bytes]:
    """The tables of a font by tag; those that WOFF2 has transformed are as they are in the file."""
    signature = body[:4]
    if signature == b"wOF2":
        return _woff2(body)
    if signature == b"wOFF":
        return dict(_woff(body))
    start = struct.unpack_from(">I", body, 12)[0] if signature == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", body, start + 4)
    records = (struct.unpack_from(">4s4xII", body, start + 12 + 16 * number) for number in range(count))
    return {tag.decode("latin-1"): body[offset : offset + length] for tag, offset, length in records}


def _woff(body: bytes) -> Iterator[tuple[str, bytes]]:
    (count,) = struct.unpack_from(">H", body, 12)
    for number in range(count):
        tag, offset, packed, length = struct.unpack_from(">4sIII", body, 44 + 20 * number)
        table = body[offset : offset + packed]
        yield tag.decode("latin-1"), table if packed == length else zlib.decompress(table)


def _woff2(body: bytes) -> dict[str, bytes]:
    count, packed = struct.unpack_from(">H6xI", body, 12)
    sizes: list[tuple[str, int]] = []
    at = 48
    for _ in range(count):
        flags, at = body[at], at + 1
        known, version = flags & _NO_TAG, flags >> 6
        if known == _NO_TAG:
            tag, at = body[at : at + 4].decode("latin-1"), at + 4
        else:
            tag = _TAGS[known]
        size, at = _base_128(body, at)
        # The version of a transformation that changes nothing is 3 for these two tables, and 0 for all others.
        if version != (3 if tag in {"glyf", "loca"} else 0):
            size, at = _base_128(body, at)
        sizes.append((tag, size))
    data = brotli.decompress(body[at : at + packed])
    tables: dict[str, bytes] = {}
    start = 0
    for tag, size in sizes:
        # Of a collection, the first font's tables come first.
        tables.setdefault(tag, data[start : start + size])
        start += size
    return tables


def _base_128(body: bytes, at: int) -> tuple[int, int]:
    """A number of WOFF2, and where it ends."""
    value = 0
    for step in range(5):
        value = value << 7 | body[at + step] & 0x7F
        if not body[at + step] & 0x80:
            return value, at + step + 1
    raise ValueError("is not a WOFF2 font")


def _ranges(cmap: bytes) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", cmap, 2)
    records = (struct.unpack_from(">HHI", cmap, 4 + 8 * number) for number in range(count))
    places = {(platform, encoding): offset for platform, encoding, offset in records}
    for kind in _UNICODE:
        if kind in places:
            table = cmap[places[kind] :]
            (form,) = struct.unpack_from(">H", table)
            if form in _FORMATS:
                yield from _FORMATS[form](table)
                return
    raise ValueError("has no characters of Unicode")


def _format_4(table: bytes) -> Iterator[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", table, 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * doubled)
    offsets_at = 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", table, offsets_at)
    for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        if offset:
            glyphs = struct.unpack_from(f">{last - first + 1}H", table, offsets_at + 2 * number + offset)
            yield from ((first + place, first + place) for place, glyph in enumerate(glyphs) if glyph)
        elif first + delta & 0xFFFF:
            # The last segment, U+FFFF, is for no character.
            yield first, last


def _format_12(table: bytes) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", table, 12)
    for number in range(count):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * number)
        yield first if glyph else first + 1, last


_FORMATS = {4: _format_4, 12: _format_12}
