"""A cursor over one line that counts columns, because a tab stands for one to four of them (CommonMark 2.2)."""

import re

TAB = 4
_INDENT = re.compile(r"[ \t]*")


class Line:
    """One line of a text without its line ending, and how much of it the open containers have taken."""

    __slots__ = ("blank", "column", "indent", "number", "offset", "start", "start_column", "tab_is_open", "text")

    def __init__(self, text: str, number: int) -> None:
        self.text = text
        self.number = number
        self.offset = self.column = 0
        # Whether a container took only some of the columns of the tab at ``offset``.
        self.tab_is_open = False
        self.look()

    def look(self) -> None:
        """Find the first character after the indentation: its place, its column, and how far it is indented."""
        text = self.text
        found = _INDENT.match(text, self.offset)
        self.start = start = found.end() if found else self.offset
        self.blank = start == len(text)
        if "\t" not in text[self.offset : start]:
            self.start_column = self.column + start - self.offset
        else:
            column = self.column
            for character in text[self.offset : start]:
                column += TAB - column % TAB if character == "\t" else 1
            self.start_column = column
        self.indent = self.start_column - self.column

    @property
    def first(self) -> str:
        """The first character after the indentation; "" on a blank line."""
        return self.text[self.start : self.start + 1]

    @property
    def rest(self) -> str:
        return self.text[self.start :]

    def skip_indent(self) -> None:
        self.offset, self.column, self.indent, self.tab_is_open = self.start, self.start_column, 0, False

    def skip_characters(self, count: int) -> None:
        """Step over characters after the indentation; none of them may be a tab."""
        self.offset = self.start + count
        self.column = self.start_column + count
        self.tab_is_open = False
        self.look()

    def skip_columns(self, count: int) -> None:
        """Step over columns of indentation; a tab may be taken in part."""
        while count > 0 and self.offset < len(self.text):
            if self.text[self.offset] != "\t":
                self.offset, self.column, count = self.offset + 1, self.column + 1, count - 1
                continue
            width = TAB - self.column % TAB
            self.tab_is_open = width > count
            taken = min(width, count)
            self.column += taken
            self.offset += 0 if self.tab_is_open else 1
            count -= taken
        self.look()

    def skip_space(self) -> None:
        """Step over one space, or one column of a tab."""
        if self.text[self.offset : self.offset + 1] in {" ", "\t"}:
            self.skip_columns(1)

    def remainder(self) -> str:
        """What is left of the line: what an open tab has left becomes spaces, other tabs stay tabs."""
        if not self.tab_is_open:
            return self.text[self.offset :]
        return " " * (TAB - self.column % TAB) + self.text[self.offset + 1 :]
