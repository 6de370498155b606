"""Documents from Markdown, by way of the cache: the expensive part of a start, done once for each text."""

from hashlib import sha256
from pathlib import Path

import mistune
import pygments
from pydantic import TypeAdapter

from blog.content import document, markdown, slugs, targets
from blog.content.document import Document, Parse, dump
from blog.machine.cache import Cache, key

# Whatever decides what becomes of a text is part of an entry's name: the libraries, and the modules that use them. A number that somebody
# has to raise would be forgotten once, and serve yesterday's markup.
_RENDERER = " ".join([
    f"document mistune {mistune.__version__} pygments {pygments.__version__}",
    *(sha256(file.read_bytes()).hexdigest() for file in (
        *(Path(str(module.__file__)) for module in (document, slugs, targets)),
        *sorted(Path(str(markdown.__file__)).parent.glob("*.py")),
    )),
])  # fmt: skip

_DOCUMENT = TypeAdapter(Document)


def cached(cache: Cache) -> Parse:
    """A parser that looks into the cache first, and keeps there what it had to make."""

    def parse(body: str, title: str) -> Document:
        name = entry_name(body, title)
        stored = cache.get(name)
        if stored is not None and (known := _load(stored)) is not None:
            return known
        made = markdown.parse(body, title)
        cache.put(name, dump(made))
        return made

    return parse


def entry_name(body: str, title: str) -> str:
    """The key of the cache entry of a text."""
    return key(_RENDERER, title, body)


def _load(stored: bytes) -> Document | None:
    """The document of an entry; None for one that is whole and yet not ours."""
    try:
        known = _DOCUMENT.validate_json(stored, strict=True, extra="forbid")
        known.html(lambda _reference: "")  # every marker has its reference
    except (ValueError, IndexError):
        return None
    return known
