"""The tree of blocks while it is built: what is open, and what the rules of blocks do to it."""

from collections.abc import Iterator

from blog.content.document import Dialect
from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown.abbreviations import Abbreviations
from blog.content.markdown.definitions import Definitions, take_definitions
from blog.content.markdown.jsx import shown
from blog.content.markdown.lines import Line
from blog.content.markdown.tree import Block

# Renderers recurse: a container beyond this depth is text, with a remark.
MAX_DEPTH = 50
# A text may be read ahead four times its length, or this far.
MIN_READ = 100_000
TOO_DEEP = f"blocks are nested more than {MAX_DEPTH} deep; what is deeper is shown as text"


class TreeBuilder:
    """What the rules of blocks change. ``open`` are the blocks from the document to the innermost open one."""

    def __init__(self, text: str, dialect: Dialect = "markdown", extensions: Extensions = DEFAULT) -> None:
        self.dialect = dialect
        self.extensions = extensions
        self.lines = text.removesuffix("\n").split("\n")
        self.root = Block("document", 1)
        self.open = [self.root]
        self.definitions: Definitions = {}
        self.footnotes: dict[str, Block] = {}
        self.abbreviations = Abbreviations()
        self.problems: list[tuple[int, str]] = []
        # Where lines between {% raw %} and {% endraw %} begin and end, and the line of one that is still open.
        self.raw: list[int] = []
        self.raw_since = 0
        # The number of the last line that was read.
        self.read_to = 0
        # How many characters may be read ahead of the line that is parsed: each line of a hostile text could read to its end.
        self.may_read = max(4 * len(text), MIN_READ)

    @property
    def tip(self) -> Block:
        return self.open[-1]

    @property
    def last(self) -> int:
        """The number of the last line."""
        return len(self.lines)

    def following(self, number: int, count: int | None = None) -> Iterator[tuple[int, str]]:
        """The numbers and texts of this line and at most ``count`` after it, as far as may be read ahead."""
        until = self.last if count is None else min(self.last, number + count)
        for each in range(number, until + 1):
            text = self.lines[each - 1]
            if self.may_read <= 0:
                return
            self.may_read -= len(text) + 1
            yield each, text

    def skip_to(self, number: int) -> None:
        """Go on after this line."""
        self.read_to = number

    def add(self, block: Block, depth: int) -> None:
        """Put a block into the innermost of the first ``depth`` open blocks that may hold it, and close all after that."""
        while not self.open[depth - 1].holds(block.kind):
            depth -= 1
        self.close(depth)
        self.tip.children.append(block)
        self.open.append(block)

    def close(self, depth: int) -> None:
        """Close the open blocks after the first ``depth``."""
        while len(self.open) > depth:
            self._finish(self.open.pop())

    def close_ended(self, depth: int) -> None:
        """Close the open blocks after the first ``depth``, of which the first has its closing tag."""
        self.open[depth].attrs["closed"] = True
        self.close(depth)

    def replace_paragraph(self, *blocks: Block) -> None:
        """Put other blocks in the place of the paragraph that is the tip; the last of them is the new tip."""
        self.open.pop()
        siblings = self.tip.children
        siblings[-1:] = blocks
        self.open.append(blocks[-1])

    def note_definitions(self, paragraph: Block) -> None:
        """Take the link reference definitions from the beginning of a paragraph."""
        if paragraph.lines and paragraph.lines[0].startswith("["):
            taken = take_definitions(paragraph.lines, paragraph.line, self.definitions)
            del paragraph.lines[:taken]
            paragraph.line += taken

    def too_deep(self, line: Line, depth: int) -> bool:
        """Whether no container may be put into the first ``depth`` open blocks; the first time it is noted as a problem."""
        if depth <= MAX_DEPTH:
            return False
        if not any(problem == TOO_DEEP for _, problem in self.problems):
            self.problems.append((line.number, TOO_DEEP))
        return True

    def _finish(self, block: Block) -> None:
        if block.kind == "paragraph":
            self.note_definitions(block)
            if not any(block.lines):
                self.tip.children.remove(block)
        elif (block.kind == "block_code" and block.attrs["style"] == "indent") or block.kind == "block_html":
            while block.lines and not block.lines[-1].strip(" \t"):
                block.lines.pop()
        if block.kind == "admonition" and "colons" in block.attrs and "closed" not in block.attrs:
            self._finish_unclosed_colons(block)
        elif block.attrs.get("ends") and "closed" not in block.attrs:
            self.problems.append((block.line, "the highlight shortcode is never closed"))
        elif "tag" in block.attrs and "closed" not in block.attrs:
            self._finish_unclosed_tag(block)

    def _finish_unclosed_colons(self, block: Block) -> None:
        """Show the first line of an admonition that is never closed, and what follows, which could be the rest of the text."""
        self.problems.append((block.line, f"{block.attrs['written']!r} is never closed, and is shown as text"))
        paragraph = Block("paragraph", block.line, understood=True)
        paragraph.lines.append(block.attrs["written"])
        self.tip.children[-1:] = [paragraph, *block.children]

    def _finish_unclosed_tag(self, block: Block) -> None:
        """What follows a tag that is never closed is not in it: it could be the rest of the text."""
        tag = shown(f"<{block.attrs['tag'].name}>")
        self.problems.append((block.line, f"{tag} is never closed"))
        self.tip.children += block.children
        block.children = []
