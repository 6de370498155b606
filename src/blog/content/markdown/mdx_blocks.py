"""What MDX has between blocks: imports, exports, comments, and tags that stand on lines of their own."""

import re

from blog.content.markdown.html_blocks import is_block_name
from blog.content.markdown.jsx import Scanner, Tag
from blog.content.markdown.lines import Line
from blog.content.markdown.tree import Block
from blog.content.markdown.tree_builder import TreeBuilder

NONE, OPENED, DONE = range(3)  # as starts has them
_MODULE = re.compile(
    r"""import[ \t]*(?:["'{]|\*[ \t]*as\b|type[ \t]+[\w${]|[\w$]+[ \t]*(?:,|$|from\b[ \t]*["']))|"""
    r"""export[ \t]*(?:[{*]|(?:default|const|let|var|function|async|class|type|interface)\b)"""
)
_STRINGS = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|//.*$""")
_BRACKETS = re.compile(r"[(\[{]|([)\]}])")
_CLOSING_AT_END = re.compile(r"</([A-Za-z_$][\w$.:-]*)>[ \t]*$")
_COMMENT_END = re.compile(r"\*/[ \t]*\}")
# Their content is no Markdown.
_RAW = frozenset({"script", "style", "pre", "textarea"})
# So many lines after its first may belong to a tag.
_MAX_LINES = 200


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Take what begins at the line's first character. Gives what starts.start gives."""
    match line.first:
        case "<":
            return _tags(builder, line, depth)
        case "{" if line.rest.startswith("{/*"):
            return _comment(builder, line)
        case "i" | "e" if builder.open[depth - 1].kind == "document" and builder.tip.kind != "paragraph":
            return _module(builder, line)
    return NONE


def _module(builder: TreeBuilder, line: Line) -> int:
    """Leave out an import or export, to the blank line after it; a blank line within brackets ends none."""
    if line.indent or not _MODULE.match(line.rest):
        return NONE
    depth, first_blank = 0, None
    for number, text in builder.following(line.number):
        if not text.strip():
            if depth <= 0:
                builder.skip_to(number)
                return DONE
            first_blank = first_blank or number
        depth += sum([-1 if found[1] else 1 for found in _BRACKETS.finditer(_STRINGS.sub("", text))])
    builder.skip_to(first_blank if first_blank and depth > 0 else builder.last)
    return DONE


def _comment(builder: TreeBuilder, line: Line) -> int:
    """Leave out a comment that has its lines for itself."""
    for number, text in builder.following(line.number):
        place = line.start + len("{/*") if number == line.number else 0
        if found := _COMMENT_END.search(text, place):
            if text[found.end() :].strip():
                return NONE
            builder.skip_to(number)
            return DONE
    return NONE


def _tags(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Take a line of tags and nothing else; a tag may go on over the lines after it."""
    found = _read(builder, line)
    if found is None:
        return _opening(builder, line, depth)
    text, tags = found
    if builder.open[depth - 1].kind == "paragraph" and not _interrupts(builder, tags, depth):
        return NONE
    if builder.too_deep(line, depth + sum([tag.opens for tag in tags])):
        return NONE
    for tag in tags:
        builder.problems += [(_line_at(text, place, line), problem) for place, problem in tag.problems()]
        _take(builder, tag, _line_at(text, tag.start, line), depth)
        depth = len(builder.open)
    builder.skip_to(_line_at(text, tags[-1].end, line))
    return DONE


def _opening(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open a tag with words behind it whose closing tag comes after the paragraph: ``<details><summary>``."""
    tag = Scanner(line.rest, len(line.rest)).tag(0)
    if tag is None or not tag.opens or tag.name.lower() in _RAW or builder.too_deep(line, depth):
        return NONE
    if not is_block_name(tag.name) and (not tag.is_component or builder.open[depth - 1].kind == "paragraph"):
        return NONE
    for number, text in builder.following(line.number):
        if not text.strip():
            break
        if f"</{tag.name}" in text[line.start + tag.end if number == line.number else 0 :]:
            return NONE
    if builder.may_read <= 0:
        return NONE
    builder.problems += [(line.number, problem) for _, problem in tag.problems()]
    _take(builder, tag, line.number, depth)
    line.skip_characters(tag.end)
    return OPENED


def closing_at_end(builder: TreeBuilder, text: str) -> tuple[int, int] | None:
    """Where the closing tag begins with which a line of words ends, and the place of the open block that it closes."""
    found = _CLOSING_AT_END.search(text)
    place = _innermost_tag(builder)
    if (
        found is None
        or place is None
        or not text[: found.start()].strip()
        or builder.tip.kind in {"block_code", "block_html"}
    ):
        return None
    opens = f"<{found[1]}"
    lines = builder.tip.lines[-_MAX_LINES:] if builder.tip.kind == "paragraph" else []
    if builder.open[place].attrs["tag"].name != found[1] or any(
        opens in line for line in (text[: found.start()], *lines)
    ):
        return None
    return found.start(), place


def _innermost_tag(builder: TreeBuilder) -> int | None:
    return next((place for place in range(len(builder.open) - 1, 0, -1) if "tag" in builder.open[place].attrs), None)


def _line_at(text: str, place: int, line: Line) -> int:
    return line.number + text.count("\n", 0, place)


def _read(builder: TreeBuilder, line: Line) -> tuple[str, list[Tag]] | None:
    """The text from this line on, and the tags that it begins with; None if there is anything else on their lines."""
    scanner = Scanner(line.rest, builder.may_read)
    found = _only_tags(scanner)
    builder.may_read = scanner.budget
    # The lines of a quote begin with a mark that belongs to no tag.
    if found is None and scanner.at_end and not any(block.kind == "block_quote" for block in builder.open):
        after = [text for number, text in builder.following(line.number, _MAX_LINES) if number > line.number]
        scanner = Scanner("\n".join([line.rest, *after]), builder.may_read)
        found = _only_tags(scanner)
        builder.may_read = scanner.budget
    if not found or any(tag.name.lower() in _RAW for tag in found):
        return None
    return scanner.text, found


def _only_tags(scanner: Scanner) -> list[Tag] | None:
    tags: list[Tag] = []
    place = 0
    while tag := scanner.tag(place):
        tags.append(tag)
        place = tag.end
        while scanner.text.startswith((" ", "\t"), place):
            place += 1
        if place == len(scanner.text) or scanner.text[place] == "\n":
            return tags
    return None


def _interrupts(builder: TreeBuilder, tags: list[Tag], depth: int) -> bool:
    """Whether a line of tags ends the paragraph before it: one that opens or closes a block, not a picture or a break."""
    opened: list[str] = []
    for tag in tags:
        if tag.opens:
            opened.append(tag.name)
        elif tag.closing and opened and opened[-1] == tag.name:
            opened.pop()
        elif tag.closing:
            return _innermost(builder, tag.name, depth) is not None
    return any(is_block_name(name) or not name[:1].islower() or "." in name for name in opened)


def _take(builder: TreeBuilder, tag: Tag, number: int, depth: int) -> None:
    if not tag.closing:
        builder.add(Block("component" if tag.is_component else "element", number, tag=tag, inner=None), depth)
        if not tag.opens:
            builder.close_ended(len(builder.open) - 1)
        return
    place = _innermost(builder, tag.name, depth)
    if place is None:
        builder.problems.append((number, closes_nothing(tag)))
    else:
        builder.close_ended(place)


def closes_nothing(tag: Tag) -> str:
    return f"</{tag.name}> closes no tag, and is left out"


def _innermost(builder: TreeBuilder, name: str, depth: int) -> int | None:
    for place in range(depth - 1, 0, -1):
        tag = builder.open[place].attrs.get("tag")
        if tag is not None and tag.name == name:
            return place
    return None


def continues(block: Block, line: Line) -> bool:
    """What is in a tag may be indented: the first line says how far."""
    if not line.blank:
        if block.attrs["inner"] is None:
            block.attrs["inner"] = line.indent
        if indent := min(line.indent, block.attrs["inner"]):
            line.skip_columns(indent)
    return True
