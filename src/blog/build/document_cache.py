"""Cache of parsed Markdown documents: parsing is the expensive part of a cold start, so each text is parsed once."""

from hashlib import sha256
from pathlib import Path

import mistune
import pygments
from pydantic import TypeAdapter

from blog.content import document, markdown, slugs, targets
from blog.content.document import Dialect, Document, Parse, dump
from blog.content.extensions import DEFAULT, Extensions
from blog.machine.cache import Cache, key

# The key of an entry contains everything that the document depends on: the versions of the libraries, and the source of the modules that use them.
# A version number raised by hand would be forgotten one day, and outdated HTML would be served.
_RENDERER = " ".join([
    f"document mistune {mistune.__version__} pygments {pygments.__version__}",
    *(sha256(file.read_bytes()).hexdigest() for file in (
        *(Path(str(module.__file__)) for module in (document, slugs, targets)),
        *sorted(Path(str(markdown.__file__)).parent.glob("*.py")),
    )),
])  # fmt: skip

_DOCUMENT = TypeAdapter(Document)


def cached(cache: Cache) -> Parse:
    """A parser that reads documents from the cache, and stores there those that it parses."""

    def parse(body: str, title: str, dialect: Dialect, extensions: Extensions = DEFAULT) -> Document:
        entry = entry_key(body, title, dialect, extensions)
        stored = cache.get(entry)
        if stored is not None and (known := _load(stored)) is not None:
            return known
        parsed = markdown.parse(body, title, dialect, extensions)
        cache.put(entry, dump(parsed))
        return parsed

    return parse


def entry_key(body: str, title: str, dialect: Dialect, extensions: Extensions) -> str:
    """The key of the cache entry of a text."""
    return key(_RENDERER, dialect, str(extensions), title, body)


def _load(stored: bytes) -> Document | None:
    """The document of an entry; None if the entry does not have the expected form."""
    try:
        document = _DOCUMENT.validate_json(stored, strict=True, extra="forbid")
        document.html(lambda _reference: "", lambda *_: "")  # raises IndexError for a marker without a reference
    except (ValueError, IndexError):
        return None
    return document
