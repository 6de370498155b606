"""A Markdown text after parsing: HTML with its references left open, and what is known about it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal, Protocol

from blog.content.drawing import PlacedSource, as_source
from blog.content.extensions import Extensions

WORDS_PER_MINUTE = 220
_MARKER = re.compile("\0(?:([][<>=+]?)([0-9]+)|~([a-z_]+):([0-9]+))\0")


# A sized image is one whose width or height its author has given, in HTML; an image address stands among others in an
# attribute (srcset), or in one that is not src (poster); media is a recording in a player.
Kind = Literal["link", "image", "sized image", "image address", "media"]


# How a body is written. MDX is Markdown with components, which is read here without JavaScript.
Dialect = Literal["markdown", "mdx"]


def dialect_of(file: PurePosixPath) -> Dialect:
    """
    >>> dialect_of(PurePosixPath("hello.MDX")), dialect_of(PurePosixPath("hello.md"))
    ('mdx', 'markdown')
    """
    return "mdx" if file.suffix.lower() == ".mdx" else "markdown"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something a text points at. ``target`` is as written; ``line`` counts within the body, from 1."""

    kind: Kind
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    anchor: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning about a text that does not know its file yet: documents are cached by their words, and files share them."""

    line: int
    problem: str


# What a component is given, as a text, a number or a truth value.
Value = str | int | float | bool
# The props of a component that name a file or an address.
TARGETS: Mapping[str, Kind] = MappingProxyType(
    {"src": "image address", "poster": "image address", "href": "link", "url": "link", "to": "link"}
)


@dataclass(frozen=True, slots=True)
class Component:
    """A component that a text uses: the theme renders it. ``bare`` is one whose content is words outside of any paragraph."""

    name: str
    line: int
    props: tuple[tuple[str, Value], ...]
    bare: bool = False


# From a component and the HTML of what is in it to its HTML.
RenderComponent = Callable[[Component, str], str]


def without_component(component: Component, children: str) -> str:
    """What is in a component, for a theme that does not have it."""
    return f"<p>{children}</p>" if component.bare and children.strip() else children


# Lines from 1, in order; both ends of a range are included.
Ranges = tuple[tuple[int, int], ...]

# From the reference of a picture to what stands before and after its <img>.
Around = Callable[[Reference], tuple[str, str]]


# From the key of a text in the catalogue, and a number that it may show, to HTML.
Label = Callable[[str, int], str]


def _nothing_around(_reference: Reference) -> tuple[str, str]:
    return "", ""


@dataclass(frozen=True, slots=True)
class FenceOptions:
    """What stands beside a fence's language. Lines are counted from 1, whatever number is shown at the first."""

    title: str = ""
    numbered: bool = False
    first_line: int = 1
    highlight: Ranges = ()
    inserted: Ranges = ()
    deleted: Ranges = ()
    focus: Ranges = ()
    file: str = ""
    lines: Ranges = ()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    language: str
    line: int
    options: FenceOptions


@dataclass(frozen=True, slots=True)
class Include:
    """A fence that shows a file: ``markup`` is what it shows, at first the text in the fence itself."""

    language: str
    line: int
    options: FenceOptions
    markup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The parsed text. ``anchors`` are all ids in it; ``summary`` is its first paragraph as plain text."""

    markup: str
    references: tuple[Reference, ...]
    headings: tuple[Heading, ...]
    anchors: frozenset[str]
    remarks: tuple[Remark, ...]
    words: int
    summary: str
    code: tuple[CodeBlock, ...] = ()
    components: tuple[Component, ...] = ()
    sources: tuple[PlacedSource, ...] = ()
    includes: tuple[Include, ...] = ()

    @property
    def minutes(self) -> int:
        """Reading time from the words of the text, not of its code."""
        return max(1, round(self.words / WORDS_PER_MINUTE))

    def has_anchor(self, fragment: str) -> bool:
        """Whether a decoded fragment is found in this text, by the rules of HTML 7.4.6.4.

        A text fragment (``:~:text=…``) is for the browser to find, and ``top`` is the top of every page.
        """
        anchor = fragment.partition(":~:")[0]
        return not anchor or anchor.lower() == "top" or anchor in self.anchors

    def html(
        self,
        attributes: Callable[[Reference], str],
        label: Label,
        render: RenderComponent = without_component,
        drawn: Callable[[PlacedSource], str] = as_source,
        around: Around = _nothing_around,
    ) -> str:
        """The HTML, each reference filled in with the attributes (``href="…"``) that it resolves to, each component rendered, each source drawn.

        ``label`` gives the words that are not the author's, such as the title of an alert; ``around`` gives what encloses a picture of Markdown.
        """
        levels: list[list[str]] = [[]]
        place = 0
        for found in _MARKER.finditer(self.markup):
            levels[-1].append(self.markup[place : found.start()])
            place, index = found.end(), int(found[2] or 0)
            if found[3]:
                levels[-1].append(label(found[3], int(found[4])))
            elif not found[1]:
                levels[-1].append(attributes(self.references[index]))
            elif found[1] == "=":
                levels[-1].append(drawn(self.sources[index]))
            elif found[1] == "+":
                levels[-1].append(self.includes[index].markup)
            elif found[1] in {"[", "]"}:
                levels[-1].append(around(self.references[index])[found[1] == "]"])
            elif found[1] == "<":
                levels.append([])
            else:
                children = "".join(levels.pop())
                levels[-1].append(render(self.components[index], children))
        return "".join([*levels[0], self.markup[place:]])


class Parse(Protocol):
    """From a body, its title, its dialect and the extensions of Markdown in it to a Document."""

    def __call__(self, body: str, title: str, dialect: Dialect, extensions: Extensions = ..., /) -> Document: ...


def marker(index: int) -> str:
    """Stands for reference number ``index`` in the markup; no Markdown text can contain a NUL."""
    return f"\0{index}\0"


def opening(index: int) -> str:
    """Stands for the beginning of component number ``index`` in the markup."""
    return f"\0<{index}\0"


def closing(index: int) -> str:
    """Stands for the end of component number ``index`` in the markup."""
    return f"\0>{index}\0"


def enclosed(index: int, image: str) -> str:
    """An ``<img>`` between what stands for its beginning and its end, so that other versions of it can be offered."""
    return f"\0[{index}\0{image}\0]{index}\0"


def drawing(index: int) -> str:
    """Stands for the drawing of source number ``index`` in the markup."""
    return f"\0={index}\0"


def inclusion(index: int) -> str:
    """Stands for what fence number ``index`` of those that show a file shows."""
    return f"\0+{index}\0"


def word(key: str, number: int = 0) -> str:
    """Stands for a text of the catalogue, which may show a number, in the markup."""
    return f"\0~{key}:{number}\0"


def dump(document: Document) -> bytes:
    """The document as JSON, the same for the same text in every process."""
    return json.dumps(
        {
            "markup": document.markup,
            "references": [{"kind": it.kind, "target": it.target, "line": it.line} for it in document.references],
            "headings": [
                {"level": it.level, "anchor": it.anchor, "text": it.text, "line": it.line} for it in document.headings
            ],
            "anchors": sorted(document.anchors),
            "remarks": [{"line": it.line, "problem": it.problem} for it in document.remarks],
            "words": document.words,
            "summary": document.summary,
            "code": [asdict(block) for block in document.code],
            "components": [asdict(component) for component in document.components],
            "sources": [asdict(placed) for placed in document.sources],
            "includes": [asdict(include) for include in document.includes],
        },
        ensure_ascii=False,
    ).encode()
