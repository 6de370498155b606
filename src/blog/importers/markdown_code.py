"""Finds the code in a Markdown text, where nothing is replaced."""

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})(.*)")
_TICKS = re.compile(r"`+")
# What a match becomes, given the line on which it begins, from 1.
Replace = Callable[[re.Match[str], int], str]
Rule = tuple[re.Pattern[str], Replace]


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is code: fences and code spans."""
    prose: list[str] = []
    fence: list[str] = []
    closing: re.Pattern[str] | None = None
    for line in text.splitlines(keepends=True):
        if closing is not None:
            fence.append(line)
            if closing.fullmatch(line.rstrip("\r\n")):
                yield "".join(fence), True
                fence, closing = [], None
        elif (found := _FENCE.match(line)) and not (found[1][0] == "`" and "`" in found[2]):
            yield from _spans("".join(prose))
            prose, fence = [], [line]
            closing = re.compile(rf"[ \t>]*{re.escape(found[1][0])}{{{len(found[1])},}}[ \t]*")
        else:
            prose.append(line)
    if fence:
        yield "".join(fence), True
    yield from _spans("".join(prose))


def _spans(text: str) -> Iterator[tuple[str, bool]]:
    """Code spans end in the paragraph in which they begin."""
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        yield from _spans_of_paragraph(paragraph)


def _spans_of_paragraph(text: str) -> Iterator[tuple[str, bool]]:
    runs = list(_TICKS.finditer(text))
    last = {run[0]: number for number, run in enumerate(runs)}
    place = number = 0
    while number < len(runs):
        run = runs[number]
        # Without this check a paragraph of runs of different lengths would be searched once for each of them.
        if last[run[0]] > number:
            end = next(other for other in range(number + 1, len(runs)) if runs[other][0] == run[0])
            yield text[place : run.start()], False
            yield text[run.start() : runs[end].end()], True
            place, number = runs[end].end(), end
        number += 1
    yield text[place:], False


def replace_outside(text: str, *rules: Rule) -> str:
    """The text with each match of the rules outside of code replaced."""
    # Most texts have few of the constructs, and finding the code takes most of the time.
    rules = tuple(rule for rule in rules if rule[0].search(text))
    if not rules:
        return text
    result: list[str] = []
    line = 1
    for piece, is_code in pieces(text):
        count = piece.count("\n")
        if not is_code:
            for pattern, replace in rules:
                piece = pattern.sub(_with_line(replace, piece, line), piece)  # noqa: PLW2901 -- each rule goes on with what the one before it left
        result.append(piece)
        line += count
    return "".join(result)


def replace_everywhere(text: str, rule: Rule) -> str:
    """The text with each match of a rule replaced, in code too."""
    pattern, replace = rule
    return pattern.sub(_with_line(replace, text, 1), text)


def _with_line(replace: Replace, text: str, first: int) -> Callable[[re.Match[str]], str]:
    place, line = 0, first

    def replaced(found: re.Match[str]) -> str:
        nonlocal place, line
        line += text.count("\n", place, found.start())
        place = found.start()
        return replace(found, line)

    return replaced
