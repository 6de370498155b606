"""The state of the inline phase, which the rules of inlines read and change."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mistune.core import InlineState

from blog.content.markdown.tree import Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from blog.content.markdown.jsx import Scanner

_NEWLINE = re.compile("\n")


@dataclass(slots=True)
class Bracket:
    """An opening bracket: where its text begins, the place of its token, and how deep the nodes after it are nested."""

    start: int
    token: int
    image: bool
    nested: bool = False
    depth: int = 0


class Inline(InlineState):
    """The state of one block's inline phase, which knows the line of every place."""

    def __init__(self, env: Any, text: str, line: int, read: "Callable[[str, Any, int], Inline]") -> None:
        super().__init__(env)
        self.src = text
        self._line = line
        # Parses what stands within an inline, with its line.
        self.read = read
        self._breaks = [found.start() for found in _NEWLINE.finditer(text)]
        self.open_brackets: list[Bracket] = []
        # So many of the open brackets, from the outermost, open no link any more.
        self.inactive = 0
        # Where code and tags stand: nothing else is looked for there.
        self.understood: list[tuple[int, int]] = []
        # Of MDX: whether a component's tag was met, and what reads tags and expressions.
        self.has_tags = False
        self.scanner: Scanner | None = None
        # Nothing is understood as a shortcode before this place.
        self.raw_until = 0
        # The quotation marks that are open, where they depend on the language.
        self.quotes: list[str] = []
        # Where the next single quotation could end; -1 where none does.
        self.quote_end = 0
        self.has_templates = "{{" in text or "{%" in text
        self._missing: set[re.Pattern[str]] = set()

    def line_at(self, place: int) -> int:
        return self._line + bisect_right(self._breaks, place - 1)

    def find(self, pattern: re.Pattern[str], place: int) -> re.Match[str] | None:
        """What matches first from this place on; a text without any is searched once."""
        found = None if pattern in self._missing else pattern.search(self.src, place)
        if found is None:
            self._missing.add(pattern)
        return found

    def append_token(self, token: Token) -> None:
        self.tokens.append(token)
        if self.open_brackets and (depth := token.get("depth")):
            bracket = self.open_brackets[-1]
            bracket.depth = max(bracket.depth, depth)
