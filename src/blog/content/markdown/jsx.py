"""Tags and expressions of JSX, read without JavaScript: only literal values are understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from blog.content.document import Value
from blog.content.markdown.escapes import escape

_OPENING = re.compile(r"<(?:([A-Za-z_$][\w$-]*(?:[.:][A-Za-z_$][\w$-]*)*)|(?=[ \t\n]*>))")
_CLOSING = re.compile(r"</[ \t\n]*([A-Za-z_$][\w$-]*(?:[.:][A-Za-z_$][\w$-]*)*)?[ \t\n]*>")
_SPACE = re.compile(r"[ \t\n]*")
_END = re.compile(r"(/?)[ \t\n]*>")
_NAME = re.compile(r"[A-Za-z_$:@][\w$.:@-]*")
_EQUALS = re.compile(r"[ \t\n]*=[ \t\n]*")
_VALUE = re.compile(r"""("[^"]*"|'[^']*')|([^\s"'=<>`{}]+)""")
# What can hide a brace in an expression; the end of a comment is looked for apart, in one step.
_TOKEN = re.compile(r"""[{}]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|/\*|//[^\n]*""", re.DOTALL)
_STRING = re.compile(r"""(["'])((?:[^\\\n]|\\.)*)\1|`((?:[^`\\$]|\\.)*)`""", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
# The names of attributes that React spells in another way than HTML and SVG. HTML ignores case, so most need no line here.
_HTML_NAMES = {
    "className": "class", "htmlFor": "for", "httpEquiv": "http-equiv", "acceptCharset": "accept-charset", "xlinkHref": "xlink:href",
    "strokeWidth": "stroke-width", "strokeLinecap": "stroke-linecap", "strokeLinejoin": "stroke-linejoin", "strokeOpacity": "stroke-opacity",
    "strokeDasharray": "stroke-dasharray", "fillRule": "fill-rule", "fillOpacity": "fill-opacity", "clipRule": "clip-rule",
    "clipPath": "clip-path", "stopColor": "stop-color", "stopOpacity": "stop-opacity", "textAnchor": "text-anchor",
    "fontSize": "font-size", "fontFamily": "font-family", "fontWeight": "font-weight",
}  # fmt: skip
# Attributes whose values are the words true and false.
_ENUMERATED = re.compile(r"(?:aria-|data-)|(?:contenteditable|draggable|spellcheck)$", re.IGNORECASE)
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Expression:
    """JavaScript in braces that is no literal; ``source`` is what stands between the braces."""

    source: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """``source`` is the value as written in quotes, character references included; "" for a name without a value."""

    name: str
    value: Value | Expression
    start: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of JSX; a fragment (``<>``) has no name."""

    name: str
    start: int
    end: int
    attributes: tuple[Attribute, ...] = ()
    closing: bool = False
    closed: bool = False

    @property
    def is_component(self) -> bool:
        return self.name[:1].isupper() or "." in self.name

    @property
    def opens(self) -> bool:
        """Whether a closing tag has to follow."""
        return not self.closing and not self.closed and self.name.lower() not in VOID

    def props(self) -> tuple[tuple[str, Value], ...]:
        """The attributes whose values are known, by name; of two with one name the last."""
        known = {it.name: it.value for it in self.attributes if not isinstance(it.value, Expression)}
        return tuple(known.items())

    def html(self) -> str:
        """The tag of an element as HTML writes it; a closed one with its closing tag."""
        if self.closing:
            return f"</{self.name}>"
        written = "".join([f" {attribute}" for attribute in self._html_attributes()])
        ends = f"</{self.name}>" if self.closed and self.name.lower() not in VOID else ""
        return f"<{self.name}{written}>{ends}"

    def _html_attributes(self) -> Iterator[str]:
        for attribute in self.attributes:
            name = _HTML_NAMES.get(attribute.name, attribute.name)
            if isinstance(attribute.value, bool) and _ENUMERATED.match(name):
                yield f'{name}="{str(attribute.value).lower()}"'
            elif attribute.value is True:
                yield name
            elif attribute.source is not None:
                yield f'{name}="{attribute.source}"'
            elif attribute.value is not False and not isinstance(attribute.value, Expression):
                yield f'{name}="{escape(str(attribute.value))}"'

    def problems(self) -> Iterator[tuple[int, str]]:
        """The place of each attribute whose value is not known, and what to say of it."""
        for attribute in self.attributes:
            if isinstance(attribute.value, Expression):
                written = shown(
                    f"{attribute.name}={{{attribute.value.source}}}" if attribute.name else attribute.value.source
                )
                yield (
                    attribute.start,
                    f"<{self.name} {written}> is left out: only text, numbers, true and false are understood in braces",
                )


def shown(source: str) -> str:
    """The beginning of a piece of source, on one line."""
    line = " ".join(source[: 2 * _SHOWN].split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


@dataclass(slots=True)
class Scanner:
    """Reads tags and expressions in one text. ``budget`` is how many characters it may read in all: unclosed braces would
    each be read to the end of the text otherwise.
    """

    text: str
    budget: int
    at_end: bool = field(default=False, init=False)

    def tag(self, start: int) -> Tag | None:
        """The tag that begins here; None if there is none, with ``at_end`` set if the text ends within it."""
        self.at_end = False
        if found := _CLOSING.match(self.text, start):
            return Tag(found[1] or "", start, found.end(), closing=True)
        found = _OPENING.match(self.text, start)
        if found is None or self.budget <= 0:
            return None
        attributes: list[Attribute] = []
        place = _skip(self.text, found.end())
        while (end := _END.match(self.text, place)) is None:
            attribute = self._attribute(place)
            if attribute is None:
                self.budget -= place - start
                return None
            attributes.append(attribute[0])
            place = _skip(self.text, attribute[1])
        self.budget -= place - start
        return Tag(found[1] or "", start, end.end(), tuple(attributes), closed=bool(end[1]))

    def expression_end(self, start: int) -> int | None:
        """Where the expression ends that the brace at ``start`` begins."""
        depth, place = 0, start
        while self.budget > 0 and (found := _TOKEN.search(self.text, place)):
            end = self._comment_end(found.end()) if found[0] == "/*" else found.end()
            self.budget -= end - place
            place = end
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if depth == 0:
                return place
        self.budget -= len(self.text) - place
        self.at_end = True
        return None

    def _comment_end(self, place: int) -> int:
        end = self.text.find("*/", place)
        return len(self.text) if end < 0 else end + 2

    def _attribute(self, start: int) -> tuple[Attribute, int] | None:
        text = self.text
        if start >= len(text):
            self.at_end = True
            return None
        if text[start] == "{":
            end = self.expression_end(start)
            return None if end is None else (Attribute("", Expression(text[start:end]), start), end)
        named = _NAME.match(text, start)
        if named is None:
            return None
        equals = _EQUALS.match(text, named.end())
        if equals is None:
            return Attribute(named[0], True, start), named.end()  # noqa: FBT003 -- the value of an attribute
        return self._valued(named[0], start, equals.end())

    def _valued(self, name: str, start: int, place: int) -> tuple[Attribute, int] | None:
        text = self.text
        if text.startswith("{", place):
            end = self.expression_end(place)
            return None if end is None else (Attribute(name, literal(text[place + 1 : end - 1]), start), end)
        found = _VALUE.match(text, place)
        if found is None:
            self.at_end = place >= len(text) or text[place] in "\"'"
            return None
        source = (found[1][1:-1] if found[1] else found[2]).replace('"', "&quot;")
        return Attribute(name, unescape(source), start, source), found.end()


def literal(source: str) -> Value | Expression:
    """
    >>> literal(' "x" '), literal("-1.5"), literal("true"), literal("a + 1")
    ('x', -1.5, True, Expression(source='a + 1'))
    """
    bare = source.strip()
    if (found := _STRING.fullmatch(bare)) and (found[1] is None or found[1] not in _ESCAPED.sub("", found[2])):
        return _ESCAPED.sub(lambda it: _ESCAPES.get(it[1], it[1]), found[2] if found[1] else found[3])
    if _NUMBER.fullmatch(bare):
        return float(bare) if "." in bare else int(bare)
    return {"true": True, "false": False}.get(bare, Expression(source))


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
