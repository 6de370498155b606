"""What a text contains that an engine draws: diagrams and formulas."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Literal

# A formula stands in a line of text, an equation in a line of its own.
DrawingKind = Literal["diagram", "formula", "equation"]

_MAX_NAME = 300
_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class DrawingSource:
    """What is drawn, in its own language: Mermaid for a diagram, TeX for a formula or an equation."""

    kind: DrawingKind
    text: str


@dataclass(frozen=True, slots=True)
class PlacedSource:
    """A source in a text; ``line`` is that of its fence or its first delimiter, and ``first`` its own first one, within the body from 1.

    A fence may name a ``file``, whose text, or ``lines`` of it, take the place of the fence's, and give its drawing a ``title``.
    """

    source: DrawingSource
    line: int
    first: int
    file: str = ""
    lines: tuple[tuple[int, int], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG of a diagram with its size in pixels and its author's title and description, or MathML, which has none of them."""

    markup: str
    width: int = 0
    height: int = 0
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """Why a source has no drawing; ``line`` counts within it from 1, and is 0 where it is not known."""

    problem: str
    line: int = 0


# From sources to a drawing of each, or why there is none.
Draw = Callable[[Iterable[DrawingSource]], Mapping[DrawingSource, Drawing | NotDrawn]]


def draw_nothing(_sources: Iterable[DrawingSource]) -> Mapping[DrawingSource, Drawing | NotDrawn]:
    """For callers who need no drawings: everything is shown as its source."""
    return {}


def as_source(placed: PlacedSource) -> str:
    """HTML that shows a source as it is written.

    >>> as_source(PlacedSource(DrawingSource("formula", "a < b"), 1, 1))
    '<code class="language-math">a &lt; b</code>'
    """
    text = escape(placed.source.text, quote=False)
    if placed.source.kind == "formula":
        return f'<code class="language-math">{text}</code>'
    language = "mermaid" if placed.source.kind == "diagram" else "math"
    code = f'<pre tabindex="0" data-language="{language}"><code class="language-{language}">{text}</code></pre>\n'
    return captioned(placed.title, code)


def captioned(title: str, drawing: str) -> str:
    r"""The HTML of a drawing with its title as the caption, if it has one.

    >>> captioned("A & B", "<math></math>")
    '<figure class="drawing">\n<math></math>\n<figcaption>A &amp; B</figcaption>\n</figure>\n'
    """
    if not title:
        return drawing
    caption = f"<figcaption>{escape(title, quote=False)}</figcaption>"
    return f'<figure class="drawing">\n{drawing.rstrip()}\n{caption}\n</figure>\n'


def name_of(diagram: Drawing) -> str:
    """What a screen reader says: the author's title and description, else the words of the diagram in their order.

    A word that is drawn twice is said once: the engine draws a title and a halo behind it.

    >>> name_of(Drawing("<svg><text>Start</text><text>Start</text><text><tspan>Is</tspan> it?</text></svg>"))
    'Start; Is it?'
    """
    given = ": ".join(filter(None, [diagram.title, diagram.description]))
    if given:
        return given
    words = [" ".join(unescape(_TAG.sub("", text)).split()) for text in _TEXT.findall(diagram.markup)]
    name = "; ".join(dict.fromkeys(filter(None, words)))
    return name if len(name) <= _MAX_NAME else name[:_MAX_NAME].rsplit("; ", 1)[0] + "…"
