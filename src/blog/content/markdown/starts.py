"""How each kind of block begins (CommonMark 4 and 5), tried in the specification's order."""

import re

from blog.content.markdown import (
    admonitions,
    definition_lists,
    footnotes,
    formulas,
    html_blocks,
    mdx_blocks,
    shortcode_blocks,
    tables,
)
from blog.content.markdown.escapes import unescape
from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block
from blog.content.markdown.tree_builder import TreeBuilder

# No block begins here; one begins and the line goes on; one begins and has used up the line.
NONE, OPENED, DONE = range(3)

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")
_BULLET = re.compile(r"[*+-]")
_NUMBER = re.compile(r"([0-9]{1,9})([.)])")
_ABBREVIATION = re.compile(r"\*\[([^\[\]\n]{1,60})\]:[ \t]*([^\n]*[^\s*])[ \t]*$")
_BREAK_MARKS = frozenset("*-_")


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open the block that begins at the line's first character, if one does."""
    if line.blank:
        return NONE
    if builder.dialect == "mdx":
        # MDX has no indented code, because tags and what is in them are indented.
        if opened := mdx_blocks.start(builder, line, depth):
            return opened
    elif line.indent >= TAB and not admonitions.is_in_colons(builder, line, depth):
        return _indented_code(builder, line, depth)
    for rule in _RULES.get(line.first, ()):
        if opened := rule(builder, line, depth):
            return opened
    return tables.start(builder, line, depth) if builder.open[depth - 1].kind == "paragraph" else NONE


def _indented_code(builder: TreeBuilder, line: Line, depth: int) -> int:
    if builder.tip.kind == "paragraph":
        return NONE
    line.skip_columns(TAB)
    builder.add(Block("block_code", line.number, style="indent", info=""), depth)
    return OPENED


def _quote(builder: TreeBuilder, line: Line, depth: int) -> int:
    if builder.too_deep(line, depth):
        return NONE
    line.skip_characters(1)
    line.skip_space()
    builder.add(Block("block_quote", line.number), depth)
    return OPENED


def _atx(builder: TreeBuilder, line: Line, depth: int) -> int:
    found = _ATX.match(line.rest)
    if found is None:
        return NONE
    heading = Block("heading", line.number, level=len(found[1]))
    heading.lines.append(_without_closing(line.rest[found.end() :]))
    builder.add(heading, depth)
    return DONE


def _without_closing(text: str) -> str:
    r"""
    >>> _without_closing("a ##  "), _without_closing("a#"), _without_closing("##"), _without_closing("a \\##")
    ('a', 'a#', '', 'a \\##')
    """
    bare = text.rstrip(" \t")
    without = bare.rstrip("#")
    return without.rstrip(" \t") if not without or without[-1] in " \t" else bare


def _fence(builder: TreeBuilder, line: Line, depth: int) -> int:
    found = _FENCE.match(line.rest)
    if found is None:
        return NONE
    marks, info = found[1] or found[3], found[2] if found[1] else found[4]
    code = Block(
        "block_code", line.number, style="fenced", info=unescape(info.strip(" \t")), marks=marks, indent=line.indent
    )
    builder.add(code, depth)
    return DONE


def closes_fence(code: Block, rest: str) -> bool:
    marks: str = code.attrs["marks"]
    return rest.startswith(marks) and not rest.lstrip(marks[0]).strip(" \t")


def _html(builder: TreeBuilder, line: Line, depth: int) -> int:
    kind = html_blocks.kind(line.rest, in_paragraph=builder.tip.kind == "paragraph")
    if kind is None or (builder.dialect == "mdx" and not html_blocks.is_raw(kind)):
        return NONE
    # The indentation belongs to the block.
    builder.add(Block("block_html", line.number, html_kind=kind), depth)
    return OPENED


def _abbreviation(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Take the definition of an abbreviation."""
    if not builder.extensions.abbreviations:
        return NONE
    found = _ABBREVIATION.match(line.rest)
    if found is None:
        return NONE
    builder.close(depth)
    builder.abbreviations.add(found[1].strip(), " ".join(found[2].split()))
    return DONE


def _setext(builder: TreeBuilder, line: Line, depth: int) -> int:
    paragraph = builder.open[depth - 1]
    if paragraph.kind != "paragraph" or not _SETEXT.match(line.rest):
        return NONE
    builder.note_definitions(paragraph)
    if not any(paragraph.lines):
        return NONE
    heading = Block("heading", paragraph.line, level=1 if line.first == "=" else 2)
    heading.lines = paragraph.lines
    builder.replace_paragraph(heading)
    return DONE


def _thematic_break(builder: TreeBuilder, line: Line, depth: int) -> int:
    rest = line.rest
    mark = rest[0]
    if rest.count(mark) < 3 or rest.strip(f"{mark} \t"):  # noqa: PLR2004 -- CommonMark 4.1
        return NONE
    builder.add(Block("thematic_break", line.number), depth)
    return DONE


def _list_item(builder: TreeBuilder, line: Line, depth: int) -> int:
    marker = _marker(line, in_paragraph=builder.open[depth - 1].kind == "paragraph")
    if marker is None or builder.too_deep(line, depth):
        return NONE
    length, attrs = marker
    indent = line.indent
    line.skip_characters(length)
    item = Block("list_item", line.number, width=indent + length + _padding(line))
    container = builder.open[depth - 1]
    if container.kind != "list" or (container.attrs["bullet"], container.attrs["ordered"]) != (
        attrs["bullet"],
        attrs["ordered"],
    ):
        builder.add(Block("list", line.number, **attrs), depth)
        depth = len(builder.open)
    builder.add(item, depth)
    return OPENED


def _marker(line: Line, *, in_paragraph: bool) -> tuple[int, dict[str, object]] | None:
    """The length of a list marker and what it says of its list; only some markers may interrupt a paragraph."""
    rest = line.rest
    if _BULLET.match(rest):
        length, attrs = 1, {"bullet": rest[0], "ordered": False, "start": None}
    elif found := _NUMBER.match(rest):
        number = int(found[1])
        if in_paragraph and number != 1:
            return None
        length, attrs = found.end(), {"bullet": found[2], "ordered": True, "start": None if number == 1 else number}
    else:
        return None
    after = rest[length : length + 1]
    if after and after not in " \t":
        return None
    return None if in_paragraph and not rest[length:].strip(" \t") else (length, attrs)


def _padding(line: Line) -> int:
    """Step over the columns between a marker and the item's text, and count them: one before code or nothing."""
    if line.blank:
        line.skip_space()
        return 1
    width = 1 if line.indent > TAB else line.indent
    line.skip_columns(width)
    return width


_RULES = {
    ">": (_quote,),
    "#": (_atx,),
    "`": (_fence,),
    "~": (_fence,),
    "<": (_html,),
    "=": (_setext,),
    "-": (_setext, _thematic_break, _list_item),
    "*": (_abbreviation, _thematic_break, _list_item),
    "_": (_thematic_break,),
    "+": (_list_item,),
    "[": (footnotes.start,),
    ":": (admonitions.colons, definition_lists.start),
    "!": (admonitions.marks,),
    "?": (admonitions.marks,),
    "{": (shortcode_blocks.start,),
    "$": (formulas.start,),
    "\\": (formulas.start,),
    **dict.fromkeys("0123456789", (_list_item,)),
}
