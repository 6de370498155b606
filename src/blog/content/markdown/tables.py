"""Tables (GFM 4.10): the delimiter row counts the columns; a row with fewer cells is filled up, one with more is cut."""

import re

from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block, Token
from blog.content.markdown.tree_builder import TreeBuilder

_PIPE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")
# A short text may not become a page of millions of empty cells: after so many in a table, rows stay as short as they are.
MAX_FILLED = 10_000


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open the table whose delimiter row this is: the last line of the open paragraph is its header."""
    paragraph = builder.open[depth - 1]
    aligns = _aligns(line.rest)
    # All lines of a paragraph may have been definitions.
    if aligns is None or not paragraph.lines:
        return 0
    header = cells(paragraph.lines[-1])
    if len(header) != len(aligns):
        return 0
    place = paragraph.line + len(paragraph.lines) - 1
    del paragraph.lines[-1]
    builder.note_definitions(paragraph)
    table = Block("table", place, aligns=aligns, rows=[(place, header)], filled=0)
    builder.replace_paragraph(*([paragraph] if paragraph.lines else []), table)
    return 2


def continues(_table: Block, line: Line) -> bool:
    return not line.blank and line.indent < TAB and line.rest.strip(" \t") != "|"


def add_row(table: Block, line: Line) -> bool:
    """Add a row; whether it is the first of the table that has words in more cells than the table has columns."""
    width = len(table.attrs["aligns"])
    written = cells(line.rest)
    row = written[:width]
    missing = width - len(row)
    if table.attrs["filled"] + missing <= MAX_FILLED:
        table.attrs["filled"] += missing
        row += [""] * missing
    table.attrs["rows"].append((line.number, row))
    first_cut = any(written[width:]) and not table.attrs.get("cut")
    table.attrs["cut"] = table.attrs.get("cut") or first_cut
    return bool(first_cut)


def cells(row: str) -> list[str]:
    r"""
    >>> cells("| a | b \\| c |"), cells("a | b"), cells("||")
    (['a', 'b | c'], ['a', 'b'], [''])
    """
    stripped = row.strip(" \t")
    inner = stripped.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip(" \t").replace("\\|", "|") for cell in _PIPE.split(inner)]


def _aligns(row: str) -> list[str | None] | None:
    """The alignment of each column; None where the line is no delimiter row.

    >>> _aligns("|:-|-:|:-:|-|"), _aligns("- x"), _aligns("---")
    (['left', 'right', 'center', None], None, [None])
    """
    if row.strip("|:- \t"):
        return None
    delimiters = cells(row)
    if not all(_DELIMITER.fullmatch(delimiter) for delimiter in delimiters):
        return None
    return [_align(delimiter) for delimiter in delimiters]


def _align(delimiter: str) -> str | None:
    sides = (delimiter.startswith(":"), delimiter.endswith(":"))
    return {(True, True): "center", (True, False): "left", (False, True): "right"}.get(sides)


def spread(table: Token) -> Token:
    """The token of a table with its rows and cells as children, the text of each cell not parsed yet."""
    aligns = table["attrs"]["aligns"]
    (first, titles), *rows = table.pop("rows")
    head = {"type": "table_head", "children": _cells(titles, aligns, first, head=True)}
    body = [{"type": "table_row", "children": _cells(row, aligns, line, head=False)} for line, row in rows]
    children = [head, {"type": "table_body", "children": body}] if body else [head]
    return {"type": "table", "line": table["line"], "children": children}


def _cells(row: list[str], aligns: list[str | None], line: int, *, head: bool) -> list[Token]:
    return [
        {"type": "table_cell", "text": text, "line": line, "attrs": {"align": align, "head": head}}
        for text, align in zip(row, aligns, strict=False)
    ]
