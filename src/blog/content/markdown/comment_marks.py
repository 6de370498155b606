"""Marks in the comments of code that say how a line is shown: Shiki's ``// [!code ++]``, Docusaurus' ``# highlight-next-line``."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

State = Literal["marked", "inserted", "deleted", "focused", "error", "warning"]
States = dict[int, set[State]]

_STATES: dict[str, State] = {
    "++": "inserted",
    "--": "deleted",
    "highlight": "marked",
    "hl": "marked",
    "mark": "marked",
    "focus": "focused",
    "error": "error",
    "warning": "warning",
}
UNKNOWN = f"the mark [!code {{name}}] has no meaning and is shown as it is; marks are {', '.join(_STATES)}"
# A quote after it is the end of a text in the code.
_SHIKI = re.compile(r"""\[!code ([^\]\s:]{1,20})(?::([^\]]{1,80}))?\](?!["'`])""")
_MOST_MARKS_OF_A_LINE = 10
# Longer ones first: {/* begins a comment of JSX.
_OPENERS = (
    *("{{!--", "<!--", "<%--", "--[[", "<%#", "{/*", "(;;", "/**", "{#", "(:", "#|"),
    *("//", "/*", "--", "(*", "{-", "#", "%", ";"),
)
# These are signs of other things too, so nothing may follow their mark.
_OPENERS_AT_THE_END = ("REM", "rem", "::", "..", "'", '"', "!")
_REPEATED = ("//", "--", "#", "%", ";")
_CLOSERS = ("--}}", "--%>", "-->", "*/}", "**/", ";;)", "*/", "*)", "-}", "]]", "%>", "#}", ":)", "|#")
_WORDS = re.compile(r"^\s*(?:\{?/\*|//|#|<!--|--|;+|%+)\s*highlight-(line|next-line|start|end)\s*(?:\*/\}?|-->)?\s*$")
_LAST_WORD = re.compile(r"(?:\{?/\*|//|#|<!--|--|;|%)\s?highlight-line\s?(?:\*/\}?|-->)?$")
# How an author shows a mark that is none.
_ESCAPED = "[\\!code "


@dataclass(frozen=True, slots=True)
class Marked:
    """Code without its marks, the states of its lines from 0, and the marks without a meaning by their line in the text."""

    code: str
    states: States
    unknown: tuple[tuple[int, str], ...] = ()


def read(code: str) -> Marked:
    r"""
    >>> marked = read("a()  // [!code ++]\nb()\n")
    >>> marked.code, marked.states
    ('a()\nb()\n', {0: {'inserted'}})
    """
    if "!code " not in code and "highlight-" not in code:
        return Marked(code, {})
    reader = _Reader()
    for number, line in enumerate(code.split("\n")):
        reader.read(number, line)
    return Marked("\n".join(reader.lines), reader.known(), tuple(reader.unknown))


class _Reader:
    """Reads the lines of one block in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.states: defaultdict[int, set[State]] = defaultdict(set)
        self.unknown: list[tuple[int, str]] = []
        # Until which line, not included, each state holds.
        self._until: dict[State, int] = {}
        self._is_open = False

    def known(self) -> States:
        return {line: states for line, states in sorted(self.states.items()) if line < len(self.lines)}

    def read(self, number: int, line: str) -> None:
        if (found := _WORDS.match(line)) and self._word(found[1]):
            return
        bare, marks = _without_marks(line)
        counts = {name: count for name, count in marks if count}
        self.unknown += [(number, name) for name, count in marks if not count]
        place = len(self.lines)
        for name, count in counts.items():
            self._until[_STATES[name]] = max(self._until.get(_STATES[name], 0), place + count)
        if counts and not bare.strip():
            return  # A comment on a line of its own is about the lines below it.
        if last := _LAST_WORD.search(bare[-40:]):
            bare = bare[: len(bare) - len(last[0])].rstrip()
            self.states[place].add("marked")
        self.lines.append(bare.replace(_ESCAPED, "[!code "))
        self.states[place].update(state for state, until in self._until.items() if place < until)
        if self._is_open:
            self.states[place].add("marked")
        if not self.states[place]:
            del self.states[place]

    def _word(self, word: str) -> bool:
        """Whether a comment of Docusaurus on a line of its own has a meaning here."""
        if word == "end" and not self._is_open:
            return False
        if word in {"start", "end"}:
            self._is_open = word == "start"
        else:
            self._until["marked"] = max(self._until.get("marked", 0), len(self.lines) + 1)
        return True


def _without_marks(line: str) -> tuple[str, list[tuple[str, int]]]:
    """A line without the marks in its comments, and each mark with the number of lines that it is about: none if it has no meaning."""
    marks: list[tuple[str, int]] = []
    place = 0
    while (found := _SHIKI.search(line, place)) and len(marks) < _MOST_MARKS_OF_A_LINE:
        place = found.end()
        left = _without(line, found)
        if left is None:
            continue
        count = _count(found)
        marks.append((found[1], count))
        if count:
            line, place = left
    return line, marks


def _count(mark: re.Match[str]) -> int:
    if mark[1] not in _STATES:
        return 0
    written = mark[2] or "1"
    return int(written) if re.fullmatch("[0-9]{1,6}", written) else 0


def _without(line: str, mark: re.Match[str]) -> tuple[str, int] | None:
    """A line without one mark, and where to go on in it; None if the mark does not begin a comment.

    A comment in which nothing else stands is left out.
    """
    before, after = line[: mark.start()].rstrip(), line[mark.end() :].strip()
    openers = _OPENERS if after else (*_OPENERS, *_OPENERS_AT_THE_END)
    opener = next((opener for opener in openers if before.endswith(opener)), None)
    if opener is None:
        return None
    closer = next((closer for closer in _CLOSERS if after.startswith(closer)), "")
    if after and not closer and not _is_another(after):
        return f"{before} {after}", len(before)
    code = before.rstrip(opener[-1]) if opener in _REPEATED else before[: -len(opener)]
    rest = after[len(closer) :].lstrip()
    kept = f"{code.rstrip()} " if code.strip() else code
    return (kept + rest).rstrip(), len(code.rstrip())


def _is_another(after: str) -> bool:
    """Whether a comment with a mark of its own follows."""
    opener = next((opener for opener in _OPENERS if after.startswith(opener)), None)
    return opener is not None and after[len(opener) :].lstrip().startswith("[!code ")
