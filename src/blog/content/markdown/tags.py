"""The tags in raw HTML, found as the HTML Standard's tokenizer finds them (13.2.5), in linear time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_SPACE = re.compile(r"[ \t\n\f\r/]*")
_NAME = re.compile(r"=?[^ \t\n\f\r/>=]*")
_EQUALS = re.compile(r"[ \t\n\f\r]*=[ \t\n\f\r]*")
_UNQUOTED = re.compile(r"[^ \t\n\f\r>]*")
_TAG = re.compile(r"<(/?)([A-Za-z][^ \t\n\f\r/>]*)")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; ``start`` and ``end`` are where it stands, its name and quotes included."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    closing: bool
    start: int
    end: int
    attributes: tuple[Attribute, ...]

    def get(self, name: str) -> str | None:
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


def tags(html: str) -> Iterator[Tag]:
    """Every whole tag outside of comments, in order.

    >>> [(tag.name, tag.get("src")) for tag in tags("<!-- <a> --><IMG src=a.png/><b>")]
    [('img', 'a.png/'), ('b', None)]
    """
    place = 0
    while (start := html.find("<", place)) >= 0:
        if html.startswith(("<!", "<?"), start):
            place = _comment_end(html, start)
            if place < 0:
                return
        elif found := _TAG.match(html, start):
            tag = _tag(html, found)
            if tag is None:
                return
            yield tag
            place = tag.end
        else:
            place = start + 1


def _comment_end(html: str, start: int) -> int:
    if html.startswith("<!--", start):
        if html.startswith((">", "->"), start + 4):
            return html.index(">", start) + 1
        end = html.find("-->", start + 4)
        return end if end < 0 else end + 3
    end = html.find(">", start)
    return end if end < 0 else end + 1


def _tag(html: str, found: re.Match[str]) -> Tag | None:
    """The tag that begins here; None where it never ends, and with it the text."""
    attributes: list[Attribute] = []
    place = found.end()
    while True:
        place = _after(_SPACE, html, place)
        if place >= len(html):
            return None
        if html[place] == ">":
            return Tag(found[2].lower(), bool(found[1]), found.start(), place + 1, tuple(attributes))
        attribute = _attribute(html, place)
        if attribute is None:
            return None
        attributes.append(attribute)
        place = attribute.end


def _attribute(html: str, start: int) -> Attribute | None:
    end = _after(_NAME, html, start)
    name = html[start:end].lower()
    equals = _EQUALS.match(html, end)
    if equals is None:
        return Attribute(name, "", start, end)
    place = equals.end()
    quote = html[place : place + 1]
    if quote not in {'"', "'"}:
        end = _after(_UNQUOTED, html, place)
        return Attribute(name, unescape(html[place:end]), start, end)
    end = html.find(quote, place + 1)
    return None if end < 0 else Attribute(name, unescape(html[place + 1 : end]), start, end + 1)


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place
