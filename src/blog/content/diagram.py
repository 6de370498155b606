"""Diagrams in a text: what is drawn in place of a fence, and the names that a reader who does not see it hears."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape

LANGUAGE = "mermaid"
_MAX_NAME = 300


@dataclass(frozen=True, slots=True)
class Diagram:
    """A diagram as its author wrote it; ``line`` is that of its fence within the body, from 1."""

    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG of a diagram, its size in pixels, and its author's title and description of it."""

    svg: str
    width: int
    height: int
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """Why a diagram has no drawing; ``line`` counts within its source from 1, and is 0 where it is not known."""

    problem: str
    line: int


# From sources of diagrams to a drawing of each, or why there is none.
Draw = Callable[[Iterable[str]], Mapping[str, Drawing | NotDrawn]]


def draw_nothing(_sources: Iterable[str]) -> Mapping[str, Drawing | NotDrawn]:
    """For those who need no drawings: diagrams are shown as their source."""
    return {}


def name_of(drawing: Drawing) -> str:
    """What a screen reader says: the author's title and description, else the words of the drawing in their order.

    A word that is drawn twice is said once: the engine draws a title and a halo behind it.

    >>> name_of(Drawing("<svg><text>Start</text><text>Start</text><text><tspan>Is</tspan> it?</text></svg>", 1, 1, "", ""))
    'Start; Is it?'
    """
    given = ": ".join(filter(None, [drawing.title, drawing.description]))
    if given:
        return given
    words = [" ".join(unescape(_TAG.sub("", text)).split()) for text in _TEXT.findall(drawing.svg)]
    name = "; ".join(dict.fromkeys(filter(None, words)))
    return name if len(name) <= _MAX_NAME else name[:_MAX_NAME].rsplit("; ", 1)[0] + "…"


_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
