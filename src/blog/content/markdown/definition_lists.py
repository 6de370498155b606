"""Definition lists of PHP Markdown Extra: a term on a line, and below it lines that begin with a colon and a space."""

import re

from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block
from blog.content.markdown.tree_builder import TreeBuilder

_MARKER = re.compile(r":(?=[ \t]+\S)")
MAX_TERM_LINES = 20


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open the definition that begins here, below its term or another definition. Gives what starts.start gives."""
    if not builder.extensions.definition_lists or not _MARKER.match(line.rest) or builder.too_deep(line, depth):
        return 0
    container = builder.open[depth - 1]
    is_loose = False
    if container.kind == "paragraph":
        if not _take_terms(builder, depth, container):
            return 0
        depth -= 1
    elif container.kind != "definition_list":
        last = container.children[-1] if container.children else None
        if last is None or last.kind != "paragraph" or not last.then_blank:
            return 0
        builder.close(depth)
        builder.open.append(last)
        is_loose = True
        if not _take_terms(builder, depth + 1, last):
            builder.open.pop()
            return 0
    else:
        is_loose = bool(container.children) and container.children[-1].then_blank
        builder.close(depth)
        depth -= 1
    indent = line.indent
    line.skip_characters(1)
    padding = 1 if line.indent > TAB else line.indent
    line.skip_columns(padding)
    builder.add(Block("definition", line.number, width=indent + 1 + padding, loose=is_loose), depth + 1)
    return 1


def _take_terms(builder: TreeBuilder, depth: int, paragraph: Block) -> bool:
    """Make terms of the lines of the paragraph that is the tip, in the list before it if there is one."""
    builder.note_definitions(paragraph)
    lines = [text for text in paragraph.lines if text.strip()]
    if not lines or len(lines) > MAX_TERM_LINES:
        return False
    builder.close(depth)
    builder.open.pop()
    siblings = builder.tip.children
    siblings.pop()
    if builder.tip.kind == "block_quote" and lines[0].startswith("[!") and len(lines) > 1:
        # It may be the label of an alert.
        label = Block("paragraph", paragraph.line)
        label.lines.append(paragraph.lines.pop(0))
        paragraph.line += 1
        siblings.append(label)
    if siblings and siblings[-1].kind == "definition_list":
        listed = siblings[-1]
    else:
        listed = Block("definition_list", paragraph.line)
        siblings.append(listed)
    builder.open.append(listed)
    for number, text in enumerate(paragraph.lines, paragraph.line):
        if text.strip():
            term = Block("term", number)
            term.lines.append(text.strip(" \t"))
            listed.children.append(term)
    return True


def continues(block: Block, line: Line) -> bool:
    """Whether the line belongs to a definition: it is indented as its first one, or by four columns."""
    if line.blank:
        line.skip_indent()
        return bool(block.children)
    width: int = block.attrs["width"]
    if line.indent < min(width, TAB):
        return False
    line.skip_columns(min(width, line.indent))
    return True
