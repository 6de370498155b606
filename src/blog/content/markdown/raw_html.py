"""Raw HTML in a text: what it refers to, the ids in it, and what readers will not see of it."""

import re
from collections.abc import Callable, Iterator

from blog.content.document import Kind, Reference, Remark
from blog.content.markdown.elements import FILTERED
from blog.content.markdown.escapes import escape
from blog.content.markdown.tag_remarks import remarks
from blog.content.markdown.tags import Attribute, Tag, tags
from blog.content.targets import encoded, is_harmful

_FILTER = re.compile(rf"<(?=/?(?:{'|'.join(sorted(FILTERED))})\b)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\s,]*([^\s,]\S*)")
_TARGETS = frozenset({"href", "src", "poster", "srcset", "imagesrcset", "xlink:href", "action", "formaction", "data"})
# What React calls attributes of HTML; names of tags are in lower case.
_OF_REACT = {"classname": "class", "htmlfor": "for"}
# Attributes other than src and href that name a file.
_FILES = frozenset(
    {("video", "poster"), ("object", "data"), ("image", "xlink:href"), ("feimage", "xlink:href"), ("use", "xlink:href")}
)


class RawHtml:
    """Writes one piece of raw HTML; ``refer`` notes a reference and gives its marker."""

    def __init__(self, refer: Callable[[Reference], str], found: list[Remark]) -> None:
        self._refer = refer
        self._remarks = found

    def write(self, html: str, line: int) -> str:
        """The HTML with its references replaced, and tags that would swallow the page as text; the rest is as written."""
        pieces: list[str] = []
        place = 0
        for tag in tags(html):
            line += html.count("\n", place, tag.start)
            self._remarks += [Remark(line, problem) for problem in remarks(tag, html[tag.start : tag.end])]
            pieces.append(html[place : tag.start])
            pieces.append(self._tag(tag, html, line))
            line += html.count("\n", tag.start, tag.end)
            place = tag.end
        return _FILTER.sub("&lt;", "".join([*pieces, html[place:]]))

    def _tag(self, tag: Tag, html: str, line: int) -> str:
        if tag.closing or tag.name in FILTERED:
            return html[tag.start : tag.end]
        pieces: list[str] = []
        place = tag.start
        for attribute in tag.attributes:
            if name := _OF_REACT.get(attribute.name):
                end = attribute.start + len(attribute.name)
                pieces += [html[place : attribute.start], name]
                place = end
            if attribute.name not in _TARGETS:
                continue
            at = line + html.count("\n", tag.start, attribute.start)
            written = self._attribute(tag, attribute, at)
            if written is not None:
                pieces += [html[place : attribute.start], written]
                place = attribute.end
        return "".join([*pieces, html[place : tag.end]])

    def _attribute(self, tag: Tag, attribute: Attribute, line: int) -> str | None:
        """What to write for an attribute that names a target; None to leave it as it is."""
        name, target = attribute.name, attribute.value.strip()
        if name in {"srcset", "imagesrcset"}:
            return f'{name}="{self._candidates(attribute.value, line)}"'
        kind: Kind = "link" if name in {"href", "xlink:href", "action", "formaction"} else "image"
        if is_harmful(target):
            self._refer(Reference(kind, target, line))
            return ""
        if (tag.name, name) in _FILES and target and not target.startswith("#"):
            return f'{name}="{self._refer(Reference("image address", encoded(target), line))}"'
        if name == "src" and (tag.get("width") is not None or tag.get("height") is not None):
            kind = "sized image"
        return self._refer(Reference(kind, encoded(target), line)) if name in {"href", "src"} else None

    def _candidates(self, value: str, line: int) -> str:
        written = []
        for address, descriptor in _split_srcset(value):
            if is_harmful(address):
                self._refer(Reference("image address", address, line))
            else:
                written.append(self._refer(Reference("image address", encoded(address), line)) + escape(descriptor))
        return ", ".join(written)


def _split_srcset(value: str) -> Iterator[tuple[str, str]]:
    """Addresses with the width or density after each (HTML 4.8.4.2.2).

    >>> list(_split_srcset("a.png, b.png 2x,data:image/png;base64,AA== 3x"))
    [('a.png', ''), ('b.png', ' 2x'), ('data:image/png;base64,AA==', ' 3x')]
    """
    place = 0
    while found := _ADDRESS.match(value, place):
        address, place = found[1], found.end()
        # An address that ends with a comma ends its candidate.
        descriptor = "" if address.endswith(",") else value[place : _comma(value, place)]
        place += len(descriptor)
        yield address.rstrip(","), descriptor.rstrip()


def _comma(value: str, place: int) -> int:
    comma = value.find(",", place)
    return len(value) if comma < 0 else comma


def ids(html: str) -> Iterator[str]:
    """What a fragment can find in raw HTML: every id, and the name of an ``a`` (HTML 7.4.6.4)."""
    for tag in tags(html):
        if tag.closing or tag.name in FILTERED:
            continue
        for attribute in tag.attributes:
            if attribute.value and (attribute.name == "id" or (attribute.name == "name" and tag.name == "a")):
                yield attribute.value
