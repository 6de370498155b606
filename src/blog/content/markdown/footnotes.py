"""Footnotes as cmark-gfm has them: definitions in any container, notes that cite notes, numbers in reading order."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block, Token

if TYPE_CHECKING:
    from blog.content.markdown.blocks import Builder

_DEFINITION = re.compile(r"\[\^([^\]\s\x00]+)\]:([ \t]*)")
_CONTAINERS = frozenset({"block_quote", "list", "list_item", "footnote", "component"})
# What looks like a citation: a label without white space.
CITATION = re.compile(r"\^([^\]\[\s]+)")


def start(builder: "Builder", line: Line, depth: int) -> int:
    """Open the definition that begins here; it may interrupt a paragraph. Gives what starts.start gives."""
    found = _DEFINITION.match(line.rest)
    if found is None or builder.too_deep(line, depth):
        return 0
    note = Block("footnote", line.number, label=found[1])
    builder.footnotes.setdefault(key(found[1]), note)
    builder.add(note, depth)
    line.skip_characters(found.end() - len(found[2]))
    line.skip_columns(line.indent)
    return 1


def continues(_block: Block, line: Line) -> bool:
    if line.indent >= TAB:
        line.skip_columns(TAB)
        return True
    return line.blank


def key(label: str) -> str:
    """The label as definitions and citations are compared.

    >>> key("Größe") == key("GRÖSSE")
    True
    """
    return label.casefold()


def number(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Take the definitions out of the tokens, and number those that the text leads to.

    Gives the tokens without definitions, and the notes in the order of their numbers. Like cmark-gfm, the numbers follow
    the citations in the order of the file, those in definitions included.
    """
    notes: dict[str, Token] = {}
    rest = _without(tokens, notes)
    reached = _reached(rest, notes)
    order = list(dict.fromkeys(_citations(tokens, reached)))
    return rest, [notes[name] | {"number": index} for index, name in enumerate(order, 1)]


def _without(tokens: list[Token], notes: dict[str, Token]) -> list[Token]:
    kept = []
    for token in tokens:
        if token["type"] in _CONTAINERS:
            token = {**token, "children": _without(token["children"], notes)}  # noqa: PLW2901 -- a copy without notes
        if token["type"] == "footnote":
            notes.setdefault(key(token["attrs"]["label"]), token)
        else:
            kept.append(token)
    return kept


def _reached(tokens: list[Token], notes: dict[str, Token]) -> set[str]:
    """The notes cited in the text, and in those notes, and so on."""
    reached: set[str] = set()
    waiting = [tokens]
    while waiting:
        for name in _citations(waiting.pop(), None):
            if name not in reached:
                reached.add(name)
                waiting.append(notes[name]["children"])
    return reached


def _citations(tokens: list[Token], reached: set[str] | None) -> Iterator[str]:
    """The notes cited, in order; those cited in definitions that are ``reached`` included."""
    for token in tokens:
        if token["type"] == "footnote_ref":
            yield token["key"]
        elif token["type"] != "footnote":
            yield from _citations(token.get("children", []), reached)
        elif reached and key(token["attrs"]["label"]) in reached:
            yield from _citations(token["children"], reached)
