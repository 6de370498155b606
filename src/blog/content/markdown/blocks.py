"""The block phase: lines to a tree of blocks, after the algorithm in the appendix of CommonMark 0.31.2.

mistune cuts the text of a container out and parses it again, which loses tabs, line numbers and lazy lines.
"""

from mistune import BlockParser
from mistune.core import BlockState

from blog.content.document import Dialect
from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown import admonitions, html_blocks, mdx_blocks, shortcode_blocks, starts, tables, wiki_links
from blog.content.markdown.continuations import CONTINUES
from blog.content.markdown.lines import Line
from blog.content.markdown.links import MIN_EXPANDED
from blog.content.markdown.tree import Block, tokens
from blog.content.markdown.tree_builder import TreeBuilder

_CUT = "this row of the table has more cells than its head; those beyond are not shown"


class Blocks(BlockParser):
    """mistune's block parser with this module's rules."""

    def __init__(self, dialect: Dialect, extensions: Extensions = DEFAULT) -> None:
        super().__init__()
        self._dialect, self._extensions = dialect, extensions

    def parse(self, state: BlockState, rules: list[str] | None = None) -> None:  # noqa: ARG002 -- mistune's call
        builder = _LineReader(state.src, self._dialect, self._extensions)
        state.env["ref_links"] = builder.definitions
        state.env["footnotes"] = builder.footnotes
        state.env["problems"] = builder.problems
        state.env["raw"] = builder.raw
        state.env["bracketed"] = wiki_links.defined(state.src)
        state.env["abbreviations"] = builder.abbreviations
        state.env["explainable"] = max(len(state.src), MIN_EXPANDED)
        state.env["expandable"] = max(len(state.src), MIN_EXPANDED)
        state.tokens = tokens(builder.build().children)
        state.cursor = state.cursor_max


class _LineReader(TreeBuilder):
    """Builds the tree line by line."""

    def build(self) -> Block:
        while self.read_to < self.last:
            self.read_to += 1
            self._read(self.lines[self.read_to - 1], self.read_to)
        self.close(1)
        if self.raw_since:
            self.problems.append((self.raw_since, "{% raw %} is never closed"))
            self.raw.append(self.raw_since)
        return self.root

    def _read(self, text: str, number: int) -> None:
        tip = self.open[-1]
        # Most lines continue a paragraph at the top level, or a fence there, and begin no other block.
        if len(self.open) == 2 and tip.kind == "paragraph" and text[:1].isalpha():  # noqa: PLR2004 -- document, paragraph
            tip.lines.append(text)
            return
        if self.dialect == "mdx" and len(self.open) > 1 and (closing := mdx_blocks.closing_at_end(self, text)):
            element = self.open[closing[1]]
            self._read_line(text[: closing[0]], number)
            # The line may have ended the quote or the list that the element is in, and the element with it.
            if closing[1] < len(self.open) and self.open[closing[1]] is element:
                self.close_ended(closing[1])
            else:
                self.problems.append((number, mdx_blocks.closes_nothing(element.attrs["tag"])))
            return
        self._read_line(text, number)

    def _read_line(self, text: str, number: int) -> None:
        tip = self.open[-1]
        line = Line(text, number)
        # Blocks of HTML go on to a blank line.
        if self.raw_since and tip.kind == "block_html" and shortcode_blocks.end_raw(self, line):
            return
        depth = self._continued(line)
        if not depth:
            return
        container = self.open[depth - 1].kind
        if container not in {"block_code", "block_html"} or (
            container == "block_html" and admonitions.closes(self, line, depth)
        ):
            depth = self._start_blocks(line, depth)
            if not depth:
                return
        self._add_text(line, depth, tip)

    def _continued(self, line: Line) -> int:
        """How many of the open blocks go on with this line; 0 where the line ended a fence and is used up."""
        for depth in range(1, len(self.open)):
            block = self.open[depth]
            goes_on = CONTINUES[block.kind](block, line)
            if goes_on is None:
                self.close(depth)
                return 0
            if not goes_on:
                return depth
        return len(self.open)

    def _start_blocks(self, line: Line, depth: int) -> int:
        """Open the blocks that begin on this line. Gives the depth to add the text at; 0 where none is left."""
        while opened := starts.start(self, line, depth):
            depth = len(self.open)
            if opened == starts.DONE:
                self._note_blank(line, depth)
                return 0
            if not self.tip.is_container:
                break
        return depth

    def _add_text(self, line: Line, depth: int, tip: Block) -> None:
        container = self.open[depth - 1]
        self._note_blank(line, depth)
        is_lazy = depth < len(self.open) and self.open[depth].kind != "admonition"
        if is_lazy and not line.blank and self.tip is tip and tip.kind == "paragraph":
            tip.lines.append(line.rest)  # a lazy continuation line
            return
        self.close(depth)
        self._add_to(container, line)

    def _note_blank(self, line: Line, depth: int) -> None:
        """Keep for each block whether its last line was blank, which decides whether a list is loose."""
        container = self.open[depth - 1]
        if line.blank and container.children:
            container.children[-1].then_blank = True
        container.then_blank = line.blank and self._minds_blank(container, line)
        for parent in self.open[: depth - 1]:
            parent.then_blank = False

    @staticmethod
    def _minds_blank(container: Block, line: Line) -> bool:
        if container.kind in {"block_quote", "heading", "thematic_break"}:
            return False
        if container.kind == "block_code":
            return bool(container.attrs["style"] == "indent")
        return not (container.kind == "list_item" and not container.children and container.line == line.number)

    def _add_to(self, container: Block, line: Line) -> None:
        match container.kind:
            case "block_code":
                container.lines.append(line.remainder())
            case "block_html":
                container.lines.append(line.remainder())
                if html_blocks.ends(container.attrs["html_kind"], line.text[line.offset :]):
                    self.close(len(self.open) - 1)
            case "table":
                if tables.add_row(container, line):
                    self.problems.append((line.number, _CUT))
            case "heading" | "thematic_break":
                pass
            case "paragraph":
                container.lines.append(line.rest)
            case _ if not line.blank:
                line.skip_indent()
                self.add(Block("paragraph", line.number), len(self.open))
                self.tip.lines.append(line.rest)
