r"""TeX in a text: between dollars by GitHub's rule, between ``\(`` and ``\)`` or ``\[`` and ``\]``, and in blocks."""

import re
from typing import cast

from mistune import InlineParser
from mistune.core import InlineState

from blog.content.markdown.inline_state import Inline
from blog.content.markdown.lines import Line
from blog.content.markdown.tree import Block
from blog.content.markdown.tree_builder import TreeBuilder

_DOLLAR = re.compile(r"(?<!\\)\$")
_DOLLARS = re.compile(r"(?<!\\)\$\$")
_CODE_END = re.compile(r"`\$")
# What ends a formula in brackets, or begins another one, which no formula contains.
_BRACKETS = {"(": re.compile(r"(?<!\\)\\([()])"), "[": re.compile(r"(?<!\\)\\([\[\]])")}
# Authors, and programs that write Markdown, put backslashes before brackets that are no formula: \[1\], \(see below\).
_TEX = re.compile(r"[\\^_={}<>+*/|]|\d|^\s*\w{1,2}\s*$|^\s*\w\(")
_TEX_BLOCK = re.compile(r"[\\^_={}\n]")
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]|[^\s\\]\^")
_MAX_LINES = 200
_BLOCKS = {"$$": "$$", "\\[": "\\]"}


def dollars(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    r"""A formula between dollars, so that ``$5 to $10`` stays money.

    No letter or digit stands before the first or after the last, no space beside the formula, and the first dollar that could end it does.
    """
    inline = cast("Inline", state)  # Inlines.read makes no other
    text, start = state.src, m.end()
    if len(m[0]) == 2:  # noqa: PLR2004 -- an equation within a paragraph
        return _take(inline, "equation", m.start(), start, inline.find(_DOLLARS, start))
    before, after = text[m.start() - 1 : m.start()] if m.start() else "", text[start : start + 1]
    if len(m[0]) > 2 or _is_word(before) or not after or after.isspace():  # noqa: PLR2004
        return None
    if after == "`":
        return _take(inline, "formula", m.start(), start + 1, inline.find(_CODE_END, start + 1))
    end = inline.find(_DOLLAR, start)
    if end is None or text[end.start() - 1].isspace() or _is_word(text[end.end() : end.end() + 1]):
        return None
    return None if "`" in text[start : end.start()] else _take(inline, "formula", m.start(), start, end)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in {"_", "$"} if character else False


def bracketed(state: Inline, place: int) -> int | None:
    r"""Take the formula that ``\(`` or ``\[`` begins at this place, and give its end; None if there is none."""
    opening = state.src[place + 1]
    end = state.find(_BRACKETS[opening], place + 2)
    if end is None or end[1] in _BRACKETS:
        return None
    source = state.src[place + 2 : end.start()]
    if opening == "(":
        return _take(state, "formula", place, place + 2, end) if _TEX.search(source) else None
    return _take(state, "equation", place, place + 2, end) if _is_equation(source) else None


def _is_equation(source: str) -> bool:
    r"""Whether what stands between ``\[`` and ``\]`` in a sentence is TeX: usages of commands have brackets too, as in ``\[--name=value\]``."""
    return _TEX_COMMAND.search(source) is not None or (
        source != source.strip() and _TEX_BLOCK.search(source) is not None
    )


def _take(state: Inline, kind: str, begin: int, start: int, end: re.Match[str] | None) -> int | None:
    if end is None or not (source := state.src[start : end.start()]).strip():
        return None
    state.understood.append((begin, end.end()))
    state.append_token({"type": "formula", "kind": kind, "raw": source.strip(), "line": state.line_at(begin)})
    return end.end()


def start(builder: TreeBuilder, line: Line, depth: int) -> int:
    """Open the equation that begins at the line's first character, if one does. The values are those of starts.py."""
    rest = line.rest.rstrip(" \t")
    closing = _BLOCKS.get(rest[:2])
    if closing is None or not builder.extensions.math:
        return 0
    block = Block("block_code", line.number, style="math", info="math", marks=closing, indent=line.indent)
    inside = rest[2:]
    if inside.endswith(closing) and not inside.endswith(f"\\{closing}"):
        return _add_line(builder, block, inside[:-2], depth)
    if closing in inside or not _is_closed(builder, line.number, inside, closing):
        return 0
    builder.add(block, depth)
    if inside.strip():
        block.attrs["first"] = line.number
        block.lines.append(inside)
    return 2


def _add_line(builder: TreeBuilder, block: Block, source: str, depth: int) -> int:
    if (
        not source.strip()
        or block.attrs["marks"] in source
        or not (block.attrs["marks"] == "$$" or _TEX_BLOCK.search(source))
    ):
        return 0
    block.attrs["first"] = block.line
    block.lines.append(source)
    builder.add(block, depth)
    builder.close(len(builder.open) - 1)
    return 2


def _is_closed(builder: TreeBuilder, number: int, first: str, closing: str) -> bool:
    r"""Whether the equation ends before the next blank line. After ``\[`` it has to look like TeX."""
    source = first
    for _, text in builder.following(number + 1, _MAX_LINES):
        bare = text.strip(" \t>")
        if not bare:
            return False
        source += f"\n{bare}"
        if bare.endswith(closing):
            return closing == "$$" or _TEX_BLOCK.search(source[:-2].strip()) is not None
    return False


def continues(block: Block, line: Line) -> bool | None:
    """Whether the line belongs to an equation; None for its last line, whose source is taken."""
    rest = line.rest.rstrip(" \t")
    if not rest.endswith(block.attrs["marks"]):
        line.skip_columns(min(line.indent, block.attrs["indent"]))
        return True
    if source := rest[:-2].strip(" \t"):
        block.lines.append(source)
    return None
