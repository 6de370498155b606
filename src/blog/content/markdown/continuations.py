"""How each kind of open block goes on with a line (CommonMark 5.1): True, False, or None where the line ends it and is used up."""

import re

from blog.content.markdown import (
    admonitions,
    definition_lists,
    footnotes,
    formulas,
    html_blocks,
    mdx_blocks,
    starts,
    tables,
)
from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block


def _quote_continues(_block: Block, line: Line) -> bool:
    if line.indent >= TAB or line.first != ">":
        return False
    line.skip_characters(1)
    line.skip_space()
    return True


def _item_continues(block: Block, line: Line) -> bool:
    if line.indent >= block.attrs["width"] and not (line.blank and not block.children):
        line.skip_columns(block.attrs["width"])
        return True
    if line.blank and block.children:
        line.skip_indent()
        return True
    return False


def _code_continues(block: Block, line: Line) -> bool | None:
    if ends := block.attrs.get("ends"):
        return _highlight_continues(block, line, ends)
    if block.attrs["style"] == "math":
        return formulas.continues(block, line)
    if block.attrs["style"] == "indent":
        if line.indent >= TAB:
            line.skip_columns(TAB)
            return True
        if line.blank:
            line.skip_indent()
        return line.blank
    indent = block.attrs["indent"]
    # Only in MDX a fence is indented by more than three columns.
    if line.indent < (TAB if indent < TAB else indent + TAB) and starts.closes_fence(block, line.rest):
        return None
    line.skip_columns(min(line.indent, indent))
    return True


def _highlight_continues(block: Block, line: Line, ends: re.Pattern[str]) -> bool | None:
    found = ends.search(line.rest)
    if found is None:
        return True
    if before := line.rest[: found.start()].rstrip(" \t"):
        block.lines.append(before)
    block.attrs["closed"] = True
    return None


CONTINUES = {
    "block_quote": _quote_continues,
    "list": lambda _block, _line: True,
    "list_item": _item_continues,
    "footnote": footnotes.continues,
    "heading": lambda _block, _line: False,
    "thematic_break": lambda _block, _line: False,
    "block_code": _code_continues,
    "block_html": lambda block, line: html_blocks.continues(block.attrs["html_kind"], blank=line.blank),
    "paragraph": lambda _block, line: not line.blank,
    "table": tables.continues,
    "admonition": admonitions.continues,
    "definition_list": lambda _block, _line: True,
    "definition": definition_lists.continues,
    "component": mdx_blocks.continues,
    "element": mdx_blocks.continues,
}
