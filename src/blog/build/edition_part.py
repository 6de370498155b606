"""Parts of a cached edition: some pages with their encodings, and the API entries of the posts among them, as bytes."""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from blog.build.compressed import decompressed, quickest_coding
from blog.build.edition import Entry
from blog.build.encodings import CODINGS, Encoded
from blog.render.page import Rendered

_LENGTH = struct.Struct(">I")

Json = dict[str, Any]


class _BodyReader:
    """Reads the bodies of a part, one after the other."""

    def __init__(self, part: bytes, at: int) -> None:
        self._part, self._at = part, at

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._part):
            raise ValueError("a part is too short")
        self._at += size
        return self._part[self._at - size : self._at]

    def end(self) -> None:
        if self._at != len(self._part):
            raise ValueError("a part is too long")


def part_bytes(pages: Sequence[tuple[Rendered, Encoded]], entries: Sequence[Entry]) -> bytes:
    """A head with the sizes of the bodies, then the bodies: the posts' contents, and each page's encodings, or its identity if it has none."""
    header_sets: dict[str, int] = {}
    described: list[Json] = []
    bodies = [entry.content for entry in entries]
    for rendered, encoded in pages:
        header_set = header_sets.setdefault(json.dumps(dict(rendered.headers)), len(header_sets))
        encodings = {coding.decode(): body for coding, body in encoded.items()}
        described.append({
            "page": [rendered.path, rendered.route, rendered.media_type, rendered.cache, header_set],
            "encodings": {coding: len(body) for coding, body in encodings.items()},
            "identity": None if encodings else len(rendered.body),
        })  # fmt: skip
        bodies += encodings.values() if encodings else [rendered.body]
    head = {
        "posts": [[_fields(entry), len(entry.content)] for entry in entries],
        "headers": [json.loads(header_set) for header_set in header_sets],
        "pages": described,
    }
    head_bytes = json.dumps(head, ensure_ascii=False).encode()
    return b"".join([_LENGTH.pack(len(head_bytes)), head_bytes, *bodies])


def _page(page: Json, headers: Sequence[Mapping[str, str]], bodies: _BodyReader) -> tuple[Rendered, Encoded]:
    path, route, media_type, cache, header_set = page["page"]
    encoded = {coding.encode(): bodies.take(size) for coding, size in page["encodings"].items()}
    if not set(encoded) <= set(CODINGS):
        raise ValueError("a part has an unknown content coding")
    if encoded:
        coding = quickest_coding(encoded)
        body = decompressed(coding, encoded[coding])
    else:
        body = bodies.take(page["identity"])
    rendered = Rendered(
        path=path, route=route, media_type=media_type, body=body, cache=cache, headers=headers[header_set]
    )
    return rendered, encoded


def _fields(entry: Entry) -> Json:
    values = {field.name: getattr(entry, field.name) for field in fields(entry) if field.name != "content"}
    times = {name: time.isoformat() for name, time in values.items() if isinstance(time, datetime)}
    return values | times


def _entry(values: Json, content: bytes) -> Entry:
    return Entry(
        slug=values["slug"],
        url=values["url"],
        title=values["title"],
        description=values["description"],
        published=datetime.fromisoformat(values["published"]),
        updated=moment_of(values["updated"]),
        tags=values["tags"],
        series=values["series"],
        lang=values["lang"],
        words=values["words"],
        minutes=values["minutes"],
        content=content,
    )


def moment_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def read_part(part: bytes, entries: list[Entry]) -> Iterator[tuple[Rendered, Encoded]]:
    """Yield the pages of a part, and append its entries to ``entries``.

    Raises:
        ValueError: the part is malformed; other exceptions of json and of the decompressors are possible.
    """
    (length,) = _LENGTH.unpack_from(part)
    head, bodies = json.loads(part[4 : 4 + length]), _BodyReader(part, 4 + length)
    entries.extend(_entry(values, bodies.take(size)) for values, size in head["posts"])
    for page in head["pages"]:
        yield _page(page, head["headers"], bodies)
    bodies.end()
