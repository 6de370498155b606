"""Admonitions of Docusaurus (``:::note``) and of MkDocs (``!!! note``, ``??? note``), which become alerts."""

import re

from blog.content.markdown.lines import TAB, Line
from blog.content.markdown.tree import Block
from blog.content.markdown.tree_builder import TreeBuilder

# The kind of alert that each name stands for. Those that are no kind themselves have a title of their own in the catalogue of words.
KINDS = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "tldr", "todo", "question", "help", "faq", "example", "quote", "cite", "seealso", "secondary", "details"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "done", "primary"), "tip"),
    **dict.fromkeys(("important", "key"), "important"),
    **dict.fromkeys(("warning", "attention"), "warning"),
    **dict.fromkeys(("caution", "danger", "error", "failure", "fail", "missing", "bug"), "caution"),
}  # fmt: skip
_COLONS = re.compile(
    r"(:{3,})[ \t]*(?:\{[ \t]*\.?([A-Za-z][\w-]*)([^{}\n]*)\}|([A-Za-z][\w-]*)(?:\[([^\n]*)\])?(?:[ \t]*\{([^{}\n]*)\})?)"
    r"(?:[ \t]+([^\n]*))?$"
)
_CLOSING = re.compile(r"(:{3,})[ \t]*$")
_TITLE_ATTRIBUTE = re.compile(r"""\btitle=(?:"([^"\n]*)"|'([^'\n]*)')""")
_MARKS = re.compile(
    r"(!!!|\?\?\?\+?)[ \t]*([A-Za-z][\w-]*)((?:[ \t]+[\w-]+)*)(?:[ \t]+(?:\"([^\n]*)\"|'([^\n]*)'))?[ \t]*$"
)
# Blank lines that may stand between an admonition of MkDocs and its content.
_MAX_BLANK = 3


def colons(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open or close an admonition of Docusaurus. Gives what starts.start gives."""
    if not builder.extensions.admonitions or not line.rest.startswith(":::"):
        return 0
    if found := _CLOSING.match(line.rest):
        return _close(builder, len(found[1]), depth)
    opened = _COLONS.match(line.rest)
    name = (opened[2] or opened[4]).lower() if opened else ""
    if opened and name not in KINDS:
        _note_other(builder, depth)
    if opened is None or name not in KINDS or builder.too_deep(line, depth):
        return 0
    title = opened[5] or _title_in(opened[3] or opened[6] or "") or (opened[7] or "").strip()
    block = _block(line, opened[2] or opened[4], title or None)
    block.attrs |= {"colons": len(opened[1]), "indent": line.indent, "written": line.rest}
    if name == "details":
        block.attrs["details"] = "closed"
    builder.add(block, depth)
    return 2


def _title_in(attributes: str) -> str:
    found = _TITLE_ATTRIBUTE.search(attributes)
    return (found[1] or found[2] or "") if found else ""


def _note_other(builder: TreeBuilder, depth: int) -> None:
    """Count a directive that is shown as text, so that its last line does not end the admonition around it."""
    around = (block for block in reversed(builder.open[:depth]) if "colons" in block.attrs)
    if block := next(around, None):
        block.attrs["others"] = block.attrs.get("others", 0) + 1


def _close(builder: TreeBuilder, colons: int, depth: int) -> int:
    """Close the innermost admonition that so many colons end, with all that is open in it."""
    for place in range(depth - 1, 0, -1):
        block = builder.open[place]
        if block.kind == "admonition" and block.attrs.get("colons", colons + 1) <= colons:
            if block.attrs.get("others"):
                block.attrs["others"] -= 1
                return 0
            block.attrs["closed"] = True
            builder.close(place)
            return 2
    return 0


def closes(builder: TreeBuilder, line: Line, depth: int) -> bool:
    """Whether this line ends an admonition that raw HTML stands in, which goes on until a blank line otherwise."""
    return line.indent < TAB and _CLOSING.match(line.rest) is not None and is_in_colons(builder, line, depth)


def is_in_colons(builder: TreeBuilder, line: Line, depth: int) -> bool:
    """Whether a line of colons stands in an admonition of Docusaurus, where it may be indented like what is in it."""
    return line.rest.startswith(":::") and any(
        block.kind == "admonition" and "colons" in block.attrs for block in builder.open[1:depth]
    )


def marks(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open an admonition of MkDocs, or one that unfolds. Gives what starts.start gives."""
    if not builder.extensions.admonitions or line.first not in "!?":
        return 0
    found = _MARKS.match(line.rest)
    if found is None or builder.too_deep(line, depth):
        return 0
    title = found[4] if found[4] is not None else found[5]
    is_known = found[2].lower() in KINDS
    if not (is_known and title is not None) and not _has_content(builder, line):
        return 0
    block = _block(line, found[2], title)
    block.attrs["indent"] = line.indent
    if found[1].startswith("?"):
        block.attrs["details"] = "open" if found[1].endswith("+") else "closed"
    builder.add(block, depth)
    return 2


def _has_content(builder: TreeBuilder, line: Line) -> bool:
    """Whether the next line with words in it is indented as the content of an admonition is."""
    for _, text in builder.following(line.number + 1, _MAX_BLANK):
        if bare := text.lstrip(" \t>"):
            following = Line(text[: len(text) - len(bare)].replace(">", " ") + bare, 0)
            return following.indent >= line.start_column + TAB
    return False


def _block(line: Line, name: str, title: str | None) -> Block:
    """The block; a title of None is that of its kind, and "" none."""
    kind = KINDS.get(name.lower(), "note")
    named = name.lower() if title is None and kind != name.lower() else ""
    if named and named not in KINDS:
        title, named = name[:1].upper() + name[1:].replace("-", " "), ""
    return Block("admonition", line.number, alert=kind, named=named, title=title)


def continues(block: Block, line: Line) -> bool:
    indent: int = block.attrs["indent"]
    if "colons" in block.attrs:
        line.skip_columns(min(line.indent, indent))
        return True
    if line.blank:
        line.skip_indent()
        return True
    if line.indent < indent + TAB:
        return False
    line.skip_columns(indent + TAB)
    return True
