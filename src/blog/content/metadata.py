"""Removal of metadata from pictures: where and when a photo was taken, with which camera, and by whom.

Only the containers are taken apart, so the pixels stay as they are. What is needed to show a picture stays: colour profiles, and the
orientation of a photo.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

# Markers of JPEG (ITU-T T.81, table B.1).
_SCAN, _END = 0xDA, 0xD9
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# A byte that is 0xFF in the data of a scan has a 0 after it, and restart markers belong to the scan.
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
# Chunks of PNG that contain text, the time of the last change, or Exif.
_PNG_METADATA = frozenset({b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Flags of the VP8X chunk that tell of Exif and XMP.
_WEBP_EXIF_FLAG = 0x08
_WEBP_METADATA_FLAGS = _WEBP_EXIF_FLAG | 0x04


def without_metadata(extension: str, body: bytes) -> bytes:
    """A picture without its metadata; the same bytes if there is none, or if the picture is not what its name says.

    Raises:
        ValueError: the parts of the picture cannot be told apart.
    """
    for starts, strip in _FORMATS.get(extension, {}).items():
        if body.startswith(starts):
            try:
                stripped = strip(body)
            except (IndexError, struct.error) as problem:
                raise ValueError("its parts cannot be told apart") from problem
            return stripped if len(stripped) < len(body) else body
    return body


def has_metadata(body: bytes) -> bool:
    """Whether Exif or XMP is somewhere in a picture that cannot be taken apart."""
    return _EXIF in body or b"http://ns.adobe.com/xap/" in body or b"<x:xmpmeta" in body


def _jpeg(body: bytes) -> bytes:
    """The picture without its application segments and comments, and without what follows its end.

    JFIF, the colour profile and Adobe's colour transform stay, and of Exif the orientation. Phones append a second picture, with metadata
    of its own, or a video.
    """
    kept = [body[:2]]
    orientation = 1
    at = 2
    while True:
        marker, start, end = _segment(body, at)
        if marker == _APP1 and body.startswith(_EXIF, start + 4) and orientation == 1:
            orientation = _orientation(body[start + 10 : end])
        elif marker in {_SCAN, _END}:
            break
        elif _is_kept(marker, body[start + 4 : end]):
            kept.append(body[start:end])
        at = end
    if orientation != 1:
        place = 2 if len(kept) > 1 and kept[1][1] == _APP0 else 1
        kept.insert(place, _orientation_segment(orientation))
    return b"".join([*kept, body[start : _jpeg_end(body, start)]])


def _segment(body: bytes, at: int) -> tuple[int, int, int]:
    """The marker of the segment at this place, where it begins, and where it ends."""
    if body[at] != 0xFF:  # noqa: PLR2004 -- begins every marker
        raise IndexError(at)
    # A marker may have fill bytes before it.
    while body[at + 1] == 0xFF:  # noqa: PLR2004
        at += 1
    marker = body[at + 1]
    if marker in _STANDALONE or marker == _END:
        return marker, at, at + 2
    (length,) = struct.unpack_from(">H", body, at + 2)
    if length < 2 or at + 2 + length > len(body):  # noqa: PLR2004 -- the length counts its own two bytes
        raise IndexError(at)
    return marker, at, at + 2 + length


def _is_kept(marker: int, content: bytes) -> bool:
    if marker == _APP0:
        return content.startswith(b"JFIF\0")
    if marker == _APP2:
        return content.startswith(b"ICC_PROFILE\0")
    return marker == _APP14 or not (_APP0 <= marker <= _APP15 or marker == _COMMENT)


def _jpeg_end(body: bytes, at: int) -> int:
    """Where the picture ends: after its end marker, or with the file if that is missing. Markers are not in the data of scans."""
    while found := _MARKER.search(body, at):
        at = found.start()
        if body[at + 1] == _END:
            return at + 2
        at = _segment(body, at)[2]
    return len(body)


def _orientation(tiff: bytes) -> int:
    """The orientation in an Exif block, from 1 to 8; 1, which is upright, if it is missing or invalid."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * number)
            if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:  # noqa: PLR2004 -- 3 is a short
                return int(value)
    except struct.error:
        pass
    return 1


def _tiff(orientation: int) -> bytes:
    """Exif that has nothing but an orientation."""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _orientation_segment(orientation: int) -> bytes:
    content = _EXIF + _tiff(orientation)
    return struct.pack(">BBH", 0xFF, _APP1, 2 + len(content)) + content


def _png(body: bytes) -> bytes:
    """The picture without its text, times and Exif, and without what follows its end."""
    kept = [_PNG_SIGNATURE]
    at = len(_PNG_SIGNATURE)
    while True:
        length, kind = struct.unpack_from(">I4s", body, at)
        chunk = body[at : at + 12 + length]
        if len(chunk) != 12 + length:
            raise IndexError(at)
        if kind not in _PNG_METADATA:
            kept.append(chunk)
        elif kind == b"eXIf" and (orientation := _orientation(chunk[8:-4])) != 1:
            kept.append(_png_chunk(kind, _tiff(orientation)))
        if kind == b"IEND":
            return b"".join(kept)
        at += len(chunk)


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _webp(body: bytes) -> bytes:
    """The picture without XMP and without Exif other than its orientation."""
    if body[8:12] != b"WEBP":
        raise IndexError(8)
    chunks = list(_riff_chunks(body))
    orientation = next((_orientation(chunk[8:].removeprefix(_EXIF)) for kind, chunk in chunks if kind == b"EXIF"), 1)
    kept = [chunk for kind, chunk in chunks if kind not in {b"EXIF", b"XMP "}]
    if kept and kept[0].startswith(b"VP8X"):
        flags = kept[0][8] & ~_WEBP_METADATA_FLAGS | (_WEBP_EXIF_FLAG if orientation != 1 else 0)
        kept[0] = kept[0][:8] + bytes([flags]) + kept[0][9:]
    if orientation != 1:
        tiff = _tiff(orientation)
        kept.append(b"EXIF" + struct.pack("<I", len(tiff)) + tiff)
    content = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _riff_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    end = struct.unpack_from("<I", body, 4)[0] + 8
    while at < end:
        kind, length = struct.unpack_from("<4sI", body, at)
        # Chunks are padded to an even length.
        chunk = body[at : at + 8 + length + length % 2]
        if len(chunk) < 8 + length:
            raise IndexError(at)
        yield kind, chunk
        at += len(chunk)


# A picture is read by its bytes: a PNG that is called .jpg is shown by browsers, with the metadata in it.
_ANY: Mapping[bytes, Callable[[bytes], bytes]] = {b"\xff\xd8": _jpeg, _PNG_SIGNATURE: _png, b"RIFF": _webp}
_FORMATS: Mapping[str, Mapping[bytes, Callable[[bytes], bytes]]] = dict.fromkeys(
    ("jpg", "jpeg", "png", "apng", "webp"), _ANY
)
