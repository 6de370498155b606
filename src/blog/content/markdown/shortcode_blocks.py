"""Shortcodes that stand on lines of their own: code, and what is not to be understood or not to be shown."""

import re

from blog.content.markdown.lines import Line
from blog.content.markdown.shortcodes import Call, Shortcode, read
from blog.content.markdown.tree import Block
from blog.content.markdown.tree_builder import TreeBuilder

NONE, DONE = 0, 2  # as starts has them
_CODE_ENDS = {
    True: re.compile(r"\{%-?[ \t]*endhighlight[ \t]*-?%\}[ \t]*$"),
    False: re.compile(r"\{\{[<%][ \t]*/[ \t]*highlight[ \t]*[>%]\}\}[ \t]*$"),
}
_END_RAW = re.compile(r"\{%-?[ \t]*endraw[ \t]*-?%\}[ \t]*$")
_END_COMMENT = re.compile(r"\{%-?[ \t]*endcomment[ \t]*-?%\}")
# A tag may go on over so many lines.
_MAX_LINES = 50


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Take the tag that begins at the line's first character. Gives what starts.start gives."""
    if builder.raw_since:
        return end_raw(builder, line)
    tag = read(line.rest, 0)
    if tag is None:
        return _over_lines(builder, line, depth) if line.rest.startswith(("{{<", "{{%")) else NONE
    call = None if tag.opener == "{{" else tag.call()
    if call and not call.closing:
        return _known(builder, line, depth, tag, call)
    return NONE


def _known(builder: TreeBuilder, line: Line, depth: int, tag: Shortcode, call: Call) -> int:
    if call.name == "highlight":
        return _code(builder, line, depth, tag, call)
    if tag.is_liquid and call.name == "raw" and not line.rest[tag.end :].strip():
        builder.raw_since = line.number
        return DONE
    return _comment(builder, line) if tag.is_liquid and call.name == "comment" else NONE


def _code(builder: TreeBuilder, line: Line, depth: int, tag: Shortcode, call: Call) -> int:
    after = line.rest[tag.end :]
    ends = _CODE_ENDS[tag.is_liquid]
    code = Block("block_code", line.number, style="fenced", info=_info(call), marks="", indent=0, ends=ends)
    found = ends.search(after)
    builder.add(code, depth)
    if before := after[: found.start()] if found else after.strip():
        code.lines.append(before)
    if found:
        builder.close_ended(len(builder.open) - 1)
    return DONE


def _info(call: Call) -> str:
    """What a fence would say: the language, and the options."""
    language, *options = call.positional or ("",)
    pairs = [pair.strip() for option in options for pair in option.split(",")]
    named = [f"{name}={value}" for name, value in call.named.items()]
    return " ".join([language, *map(_quoted, pairs + named)])


def _quoted(option: str) -> str:
    name, equals, value = option.partition("=")
    return f'{name}="{value}"' if equals else name


def end_raw(builder: TreeBuilder, line: Line) -> int:
    """Take a line that ends what is not to be understood. Gives what starts.start gives."""
    if not _END_RAW.match(line.rest):
        return NONE
    if builder.tip.kind == "block_html":
        builder.close(len(builder.open) - 1)
    builder.raw += (builder.raw_since, line.number + 1)
    builder.raw_since = 0
    return DONE


def _comment(builder: TreeBuilder, line: Line) -> int:
    for number, text in builder.following(line.number):
        if found := _END_COMMENT.search(text):
            if text[found.end() :].strip():
                return NONE
            builder.skip_to(number)
            return DONE
    return NONE


def _over_lines(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Make a paragraph of a tag that ends on a later line, whose lines would begin other blocks: ``>}}`` is no quote."""
    if any(block.kind == "block_quote" for block in builder.open):
        return NONE
    closer = ">}}" if line.rest.startswith("{{<") else "%}}"
    lines: list[str] = []
    for number, text in builder.following(line.number, _MAX_LINES):
        lines.append(text if lines else line.rest)
        if number > line.number and (not text.strip() or "{{" in text):
            return NONE
        if closer in lines[-1]:
            if builder.open[depth - 1].kind != "paragraph":
                builder.add(Block("paragraph", line.number), depth)
            builder.tip.lines += lines
            builder.skip_to(number)
            return DONE
    return NONE
