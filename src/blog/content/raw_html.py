"""What the tags in a text's own HTML do that a reader might not expect: scripts, forms to other sites, pages that leave by themselves.

A tokenizer in one pass over start tags and their attributes (HTML, sections 13.2.5.6 to 13.2.5.40). The standard library's html.parser takes quadratic time
for comments and quotes that are never closed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

_OPENING = re.compile(r"<(?:(!--)|([A-Za-z][^\s/>]*))")
_ATTRIBUTE = re.compile(r"""[\s/]*(?:(>)|([^\s/>][^\s/>=]*)(?:\s*=\s*(?:(["'])|([^\s>]*)))?)""")
# Browsers leave these out of an address, wherever they stand in it.
_IGNORED = str.maketrans("", "", "\t\n\r")
_CONTROLS = "".join(map(chr, range(0x21)))
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "xlink:href"})


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag: its name and attributes in lower case, with their values decoded. ``source`` is its first line as written."""

    name: str
    attributes: Mapping[str, str]
    source: str


def tags(html: str) -> Iterator[Tag]:
    """
    >>> [tag.attributes for tag in tags('<!-- <i id=no> --><a HREF = x&amp;y title="a > b">')]
    [{'href': 'x&y', 'title': 'a > b'}]
    """
    place = 0
    while found := _OPENING.search(html, place):
        if found[1]:
            end = html.find("-->", found.end())
            place = len(html) if end < 0 else end + 3
            continue
        attributes: dict[str, str] = {}
        place = _attributes(html, found.end(), attributes)
        yield Tag(found[2].lower(), attributes, html[found.start() : place].partition("\n")[0])


def _attributes(html: str, place: int, attributes: dict[str, str]) -> int:
    """Read attributes up to the end of their tag, and return where that is. Of two with one name the first counts."""
    while (found := _ATTRIBUTE.match(html, place)) and not found[1]:
        place, value = found.end(), found[4] or ""
        if found[3]:
            end = html.find(found[3], place)
            end = len(html) if end < 0 else end
            value, place = html[place:end], end + 1
        attributes.setdefault(found[2].lower(), unescape(value))
    return found.end() if found else len(html)


def remarks(tag: Tag) -> Iterator[str]:
    """What to tell the author. The page is served: its security policy stops scripts and forms, but not a refresh, and feeds have no policy."""
    if tag.name == "meta" and tag.attributes.get("http-equiv", "").strip().lower() == "refresh":
        yield "<meta http-equiv=refresh> takes the reader away from the page"
    for name, value in tag.attributes.items():
        if name.startswith("on"):
            yield f"<{tag.name} {name}=…> is a script, which pages do not run"
        elif name == ("action" if tag.name == "form" else "formaction") and _is_elsewhere(value):
            yield f"<{tag.name} {name}={value!r}> sends a form to another site, which pages do not allow"


def addresses(tag: Tag) -> Iterator[str]:
    """The addresses in a tag as a browser reads them."""
    return (as_read(value) for name, value in tag.attributes.items() if name in _ADDRESSES)


def as_read(value: str) -> str:
    """An address without what browsers leave out (URL, section 4.4)."""
    return value.translate(_IGNORED).strip(_CONTROLS)


def _is_elsewhere(value: str) -> bool:
    try:
        parts = urlsplit(as_read(value).replace("\\", "/"))
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)
