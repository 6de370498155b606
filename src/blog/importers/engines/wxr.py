"""Parser of WordPress export files (WXR): RSS with items for posts, pages and attachments."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler

from blog.importers.export_file import MIB, read_in_pieces
from blog.importers.items import ImportRefusedError

MAX_EXPORT_BYTES = 512 * MIB
# XML allows none of them, and exports contain them all the same.
_CONTROL = bytes(range(9)) + b"\x0b\x0c" + bytes(range(0x0E, 0x20))
_HAS_CONTROL = re.compile(b"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CHANNEL = frozenset(
    {
        "title",
        "description",
        "language",
        "wp:base_site_url",
        "wp:base_blog_url",
        "link",
        "wp:author_login",
        "wp:author_display_name",
    }
)
_ITEM = frozenset({
    "title", "link", "guid", "dc:creator", "content:encoded", "excerpt:encoded", "wp:post_id", "wp:post_date", "wp:post_date_gmt", "wp:post_modified",
    "wp:post_modified_gmt", "wp:post_name", "wp:status", "wp:post_parent", "wp:post_type", "wp:post_password", "wp:attachment_url",
})  # fmt: skip
_META = frozenset({"wp:meta_key", "wp:meta_value"})


@dataclass(slots=True)
class Entry:
    """An item of an export. ``line`` is that of its beginning, ``content_line`` that of its content."""

    line: int
    content_line: int = 1
    values: dict[str, str] = field(default_factory=dict)
    # The (domain, nicename, name) of categories and tags.
    terms: list[tuple[str, str, str]] = field(default_factory=list)
    meta: list[tuple[str, str]] = field(default_factory=list)
    comments: int = 0

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def meta_value(self, key: str) -> str:
        return next((value for name, value in self.meta if name == key), "")


@dataclass(slots=True)
class Export:
    """What an export contains. ``others`` counts items of kinds that are no texts, with the line of the first."""

    channel: dict[str, str] = field(default_factory=dict)
    texts: list[Entry] = field(default_factory=list)
    attachments: list[Entry] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    first_lines: dict[str, int] = field(default_factory=dict)
    # Display names of authors by their logins.
    authors: dict[str, str] = field(default_factory=dict)
    version: str = ""
    without_controls: int = 0


def parse(path: Path, limit: int = MAX_EXPORT_BYTES) -> Export:
    """Read an export as a stream; only texts and attachments are kept.

    Raises:
        ImportRefusedError: it is too large, no export, not well-formed (cut off), or declares a document type, as entity bombs do.
    """
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 -- an extra
    from defusedxml.expatreader import DefusedExpatParser  # noqa: PLC0415 -- an extra

    export = Export()
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(_Handler(export, parser.getLineNumber))
    try:
        for piece in _without_controls(path, limit, export):
            parser.feed(piece)
        parser.close()
    except DefusedXmlException:
        raise ImportRefusedError(
            f"{path}:{parser.getLineNumber()}: declares a document type, as no export of WordPress does; nothing is written"
        ) from None
    except SAXParseException as problem:
        reason = f"not well-formed XML: {problem.getMessage()}; is the export cut off?"
        raise ImportRefusedError(f"{path}:{problem.getLineNumber()}: {reason} Nothing is written") from None
    except (SAXException, ValueError, LookupError) as problem:
        raise ImportRefusedError(f"{path}: cannot be read as XML: {problem}; nothing is written") from None
    if not export.version:
        raise ImportRefusedError(f"{path}: is no export of WordPress: it has no <wp:wxr_version>")
    return export


def _without_controls(path: Path, limit: int, export: Export) -> Iterator[bytes]:
    for piece in read_in_pieces(path, limit):
        if _HAS_CONTROL.search(piece):
            clean = piece.translate(None, _CONTROL)
            export.without_controls += len(piece) - len(clean)
            yield clean
        else:
            yield piece


class _Handler(ContentHandler):
    """Collects the items; what is in elements of no interest, such as comments, is passed over."""

    def __init__(self, export: Export, line: Callable[[], int]) -> None:
        super().__init__()
        self._export = export
        self._entry: Entry | None = None
        self._text: list[str] | None = None
        self._term = ("", "")
        self._meta_key = self._login = ""
        self._in_comment = 0
        self._line = line

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 -- the name of SAX
        line = self._line()
        if self._in_comment or name == "wp:comment":
            self._in_comment += 1
            if self._in_comment == 1 and self._entry:
                self._entry.comments += 1
            return
        if name == "item":
            self._entry = Entry(line)
        elif name == "category" and self._entry is not None:
            self._term, self._text = (attrs.get("domain", ""), attrs.get("nicename", "")), []
        elif name in (_CHANNEL if self._entry is None else _ITEM | _META) or name == "wp:wxr_version":
            self._text = []
        if name == "content:encoded" and self._entry is not None:
            self._entry.content_line = line

    def characters(self, content: str) -> None:
        if self._text is not None and not self._in_comment:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 -- the name of SAX
        if self._in_comment:
            self._in_comment -= 1
            return
        if name == "item" and self._entry is not None:
            self._add(self._entry)
            self._entry = None
        if self._text is None:
            return
        text, self._text = "".join(self._text), None
        if self._entry is None or name == "wp:wxr_version":
            self._end_of_channel(name, text.strip())
        else:
            self._end_of_item(self._entry, name, text)

    def _end_of_channel(self, name: str, text: str) -> None:
        if name == "wp:wxr_version":
            self._export.version = text or "?"
        elif name == "wp:author_login":
            self._login = text
        elif name == "wp:author_display_name":
            self._export.authors[self._login] = text
        else:
            self._export.channel.setdefault(name, text)

    def _end_of_item(self, entry: Entry, name: str, text: str) -> None:
        if name == "category":
            entry.terms.append((*self._term, text.strip()))
        elif name == "wp:meta_key":
            self._meta_key = text.strip()
        elif name == "wp:meta_value":
            entry.meta.append((self._meta_key, text))
        else:
            entry.values.setdefault(name, text if name == "content:encoded" else text.strip())

    def _add(self, entry: Entry) -> None:
        kind = entry["wp:post_type"] or "post"
        if kind == "attachment":
            entry.values.pop("content:encoded", None)
            self._export.attachments.append(entry)
        elif kind in {"post", "page"}:
            self._export.texts.append(entry)
        else:
            self._export.others[kind] += 1
            self._export.first_lines.setdefault(kind, entry.line)
