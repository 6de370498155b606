"""Footnotes as cmark-gfm has them: definitions in any container, notes that cite notes, numbers in reading order."""

import re
from collections.abc import Iterator

from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block, Token
from blog.content.markdown.tree_builder import TreeBuilder

_DEFINITION = re.compile(r"\[\^([^\]\s\x00]+)\]:([ \t]*)")
# Blocks whose children are inlines. A definition may stand in any other, in an alert or a task too.
_LEAVES = frozenset({"paragraph", "block_text", "heading", "table", "alert_title", "term"})
# What looks like a citation: a label without white space.
CITATION = re.compile(r"\^([^\]\[\s]+)")


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
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


def number(tokens: list[Token]) -> tuple[list[Token], list[Token], list[tuple[int, str]]]:
    """Take the definitions out of the tokens, and number those that the text leads to.

    Gives the tokens without definitions, the notes in the order of their numbers, and the lines and problems of
    definitions that no reader will see. Like cmark-gfm, the numbers follow the citations in the order of the file,
    those in definitions included.
    """
    notes: dict[str, Token] = {}
    problems: list[tuple[int, str]] = []
    rest = _without(tokens, notes, problems)
    reached = _reached(rest, notes)
    order = list(dict.fromkeys(_citations(tokens, reached)))
    uncited = [notes[name] for name in notes if name not in reached]
    problems += [(note["line"], f"footnote {_written(note)} is never cited, and is not shown") for note in uncited]
    return rest, [notes[name] | {"number": index} for index, name in enumerate(order, 1)], problems


def _without(tokens: list[Token], notes: dict[str, Token], problems: list[tuple[int, str]]) -> list[Token]:
    kept = []
    for token in tokens:
        if "children" in token and token["type"] not in _LEAVES:
            inner = _without(token["children"], notes, problems)
            token = {**token, "children": inner}  # noqa: PLW2901 -- a copy without notes
        if token["type"] != "footnote":
            kept.append(token)
        elif notes.setdefault(key(token["attrs"]["label"]), token) is not token:
            problems.append((token["line"], f"footnote {_written(token)} is defined before, and is not shown again"))
    return kept


def _written(note: Token) -> str:
    return f"[^{note['attrs']['label']}]"


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
        elif token["type"] == "image":
            continue  # its alternative text is plain
        elif token["type"] != "footnote":
            yield from _citations(token.get("children", []), reached)
        elif reached and key(token["attrs"]["label"]) in reached:
            yield from _citations(token["children"], reached)
