"""Mermaid diagrams by Pele, Obsidian's renderer, which mermaid-render runs in QuickJS."""

import re

from blog.build.drawings.svg import cleaned
from blog.content.drawing import Drawing, NotDrawn

_PREFIX_LENGTH = 8
# What the engine says: a code, the line and the column from 1 or 0 if it does not know them, and a message of several lines.
_PROBLEM = re.compile(r"[\w-]+ at (\d+):\d+: (.*)", re.DOTALL)


def start() -> None:
    """Import and start the engine."""
    draw("", "flowchart LR\n A --> B")


def draw(name: str, source: str) -> Drawing | NotDrawn:
    """The drawing of a diagram; the first letters of ``name`` begin its ids.

    Raises:
        ValueError: the source is blank, or the engine did not write SVG.
    """
    from mermaid_render.renderer import RenderError, render  # noqa: PLC0415 -- imported when it is needed

    try:
        svg = render(source)["result"]["svg"]
    except RenderError as problem:
        return _problem(str(problem))
    return cleaned(svg, f"d{name[:_PREFIX_LENGTH]}-")


def _problem(message: str) -> NotDrawn:
    found = _PROBLEM.fullmatch(message)
    line, text = (int(found[1]), found[2]) if found else (0, message)
    # A parser's message quotes the source and points at a column before it says what is wrong.
    lines = [part for part in text.splitlines() if part.strip()] or [message]
    return NotDrawn(lines[-1].strip(), line)
