"""Mermaid diagrams by Pele, Obsidian's renderer, which mermaid-render runs in QuickJS."""

import re

from blog.build.drawings.svg import cleaned
from blog.content.drawing import Drawing, NotDrawn

_PREFIX_LENGTH = 8
# What the engine says: a code, the line and the column from 1 or 0 if it does not know them, and a message of several lines.
_PROBLEM = re.compile(r"[\w-]+ at (\d+):\d+: (.*)", re.DOTALL)
# A parser's message quotes the source, and points at a column of it.
_POINTER = re.compile(r"-*\^")
_LINE_NUMBER = re.compile(r" on line \d+")
_EXPECTED = re.compile(r"Expecting (?:'[^']*', ){5,}got (.+)")
# Mermaid allows comments without a word; the engine does not know them for comments.
_EMPTY_COMMENT = re.compile(r"^([ \t]*%%)[ \t]*$", re.MULTILINE)
# What the engine removes before it counts lines: front matter, directives and comments.
_REMOVED = re.compile(
    r"\A\s*---[ \t]*\n.*?\n---[ \t]*(?:\n|\Z)|%%\{.*?\}%%|^\s*%%(?!\{)[^\n]+\n?", re.DOTALL | re.MULTILINE
)


def start() -> None:
    """Import and start the engine."""
    draw("", "flowchart LR\n A --> B")


def draw(name: str, source: str) -> Drawing | NotDrawn:
    """The drawing of a diagram; the first letters of ``name`` begin its ids.

    Raises:
        ValueError: the source is blank, or the engine did not write SVG.
    """
    from mermaid_render.renderer import RenderError, render  # noqa: PLC0415 -- imported when it is needed

    source = _EMPTY_COMMENT.sub(r"\1 -", source)
    try:
        svg = render(source)["result"]["svg"]
    except RenderError as problem:
        return _problem(str(problem), source)
    return cleaned(svg, f"d{name[:_PREFIX_LENGTH]}-")


def _problem(message: str, source: str) -> NotDrawn:
    found = _PROBLEM.fullmatch(message)
    line, text = (int(found[1]), found[2]) if found else (0, message)
    first, *rest = [part.strip() for part in text.splitlines() if part.strip()] or [message]
    # A lexer says in its first line what is wrong, a parser in its last one.
    said = rest[-1] if rest and not _POINTER.fullmatch(rest[-1]) else _LINE_NUMBER.sub("", first).rstrip(".")
    return NotDrawn(_EXPECTED.sub(r"\1 is not expected here", said), _line_of(source, line) if line else 0)


def _line_of(source: str, line: int) -> int:
    r"""The line of a source that the engine, which has removed others, counts as ``line``.

    >>> _line_of("%% a comment\n\nflowchart LR\n %% another\n A --> [", 2)
    5
    """
    marked = _REMOVED.sub(lambda removed: "\0" * removed[0].count("\n"), source)
    bare = marked.lstrip("\0 \t\r\n")
    before = marked[: len(marked) - len(bare)]
    *above, here = bare.split("\n")[:line]
    removed = sum(part.count("\0") for part in above) + len(here) - len(here.lstrip("\0"))
    return 1 + before.count("\n") + before.count("\0") + len(above) + removed
