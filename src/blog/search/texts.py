"""Texts as search knows them: plain words by section. They are packed as bytes, which an edition keeps until a query needs the index."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class TextSection:
    """What stands under one heading, or before the first one, which has no heading. ``code`` is that of its blocks and lines."""

    heading: str
    anchor: str
    body: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchText:
    """A published text. ``path`` is percent-encoded, ``tags`` are names with their slugs."""

    path: str
    title: str
    kind: str
    date: datetime | None
    language: str
    tags: tuple[tuple[str, str], ...]
    sections: tuple[TextSection, ...]


@dataclass(frozen=True, slots=True)
class PackedText:
    """A text as compressed JSON, and its digest, which tells whether it has changed."""

    digest: bytes
    data: bytes


def packed(text: SearchText) -> PackedText:
    described = json.dumps({**asdict(text), "date": text.date.isoformat() if text.date else None}, ensure_ascii=False)
    data = described.encode(errors="replace")
    return PackedText(sha256(data).digest()[:16], zlib.compress(data, 6))


def unpacked(text: PackedText) -> SearchText:
    """The text.

    Raises:
        ValueError, KeyError, TypeError, zlib.error: the data is malformed.
    """
    values = json.loads(zlib.decompress(text.data))
    return SearchText(
        path=values["path"],
        title=values["title"],
        kind=values["kind"],
        date=datetime.fromisoformat(values["date"]) if values["date"] else None,
        language=values["language"],
        tags=tuple((name, slug) for name, slug in values["tags"]),
        sections=tuple(TextSection(**section) for section in values["sections"]),
    )


def joined(texts: Iterable[PackedText]) -> bytes:
    """Packed texts as one piece, for the cache."""
    return b"".join(len(text.data).to_bytes(4, "big") + text.digest + text.data for text in texts)


def split(data: bytes) -> Iterator[PackedText]:
    """The texts of one piece."""
    at = 0
    while at < len(data):
        size, start = int.from_bytes(data[at : at + 4], "big"), at + 20
        yield PackedText(data[at + 4 : start], data[start : start + size])
        at = start + size
