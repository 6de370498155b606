"""Link reference definitions, and the parts of a link: label, destination and title (CommonMark 4.7 and 6.3)."""

import re
from dataclasses import dataclass

from mistune.util import unikey

from blog.content.markdown import shortcodes
from blog.content.markdown.escapes import PUNCTUATION, unescape

_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){0,999})\]", re.DOTALL)
_POINTED = re.compile(r"<((?:[^<>\n\\]|\\[^\n])*)>")
_TITLE = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\(((?:[^()\\]|\\.)*)\)""", re.DOTALL)
_SPACE = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")
_STEP = re.compile(rf"[^\x00-\x20\x7f()\\]+|\\[{PUNCTUATION}]|\\")
_MAX_PARENTHESES = 32


@dataclass(frozen=True, slots=True)
class Label:
    """What a link reference definition defines; ``line`` is that of the definition."""

    target: str
    title: str
    line: int


Definitions = dict[str, Label]


def key(label: str) -> str:
    r"""The label as definitions and references are compared.

    >>> key(" A\n b "), key("ẞ") == key("SS")
    ('A B', True)
    """
    return unikey(label).casefold().upper()


def label(text: str, place: int) -> tuple[str, int] | None:
    """The text of a label in brackets, and where it ends."""
    found = _LABEL.match(text, place)
    return (found[1], found.end()) if found else None


def destination(text: str, place: int) -> tuple[str, int] | None:
    """
    >>> destination("<a b>", 0), destination("a_(b)) c", 0), destination("a(b", 0)
    (('a b', 5), ('a_(b)', 5), None)
    """
    if tags := shortcodes.address(text, place):
        end = _bare_end(text, tags[1])
        return None if end is None else (shortcodes.joined(tags[0], unescape(text[tags[1] : end])), end)
    if text.startswith("<", place):
        found = _POINTED.match(text, place)
        return (unescape(found[1]), found.end()) if found else None
    end = _bare_end(text, place)
    return None if end is None else (unescape(text[place:end]), end)


def _bare_end(text: str, place: int) -> int | None:
    depth = 0
    while True:
        if found := _STEP.match(text, place):
            place = found.end()
        elif text.startswith("(", place) and depth < _MAX_PARENTHESES:
            depth, place = depth + 1, place + 1
        elif text.startswith(")", place) and depth:
            depth, place = depth - 1, place + 1
        else:
            return None if depth else place


def title(text: str, place: int) -> tuple[str, int] | None:
    found = _TITLE.match(text, place)
    if found is None:
        return None
    return unescape(next(group for group in found.groups() if group is not None)), found.end()


def skip_space(text: str, place: int) -> int:
    """The place after spaces, tabs and at most one line ending."""
    found = _SPACE.match(text, place)
    return found.end() if found else place


def take_definitions(lines: list[str], line: int, known: Definitions) -> int:
    """Note the definitions at the beginning of a paragraph; gives the number of lines they take."""
    text = "\n".join(lines)
    place = taken = 0
    while text.startswith("[", place) and (end := _definition(text, place, line + taken, known)):
        taken += text.count("\n", place, end) + (end == len(text))
        place = end
    return min(taken, len(lines))


def _definition(text: str, place: int, line: int, known: Definitions) -> int | None:
    named = label(text, place)
    if named is None or not named[0].strip() or not text.startswith(":", named[1]):
        return None
    start = skip_space(text, named[1] + 1)
    target = destination(text, start)
    if target is None or (target[1] == start):
        return None
    name, end = "", _LINE_END.match(text, target[1])
    after = skip_space(text, target[1])
    if after > target[1] and (titled := title(text, after)) and (whole := _LINE_END.match(text, titled[1])):
        name, end = titled[0], whole
    if end is None:
        return None
    place_of_target = line + text.count("\n", place, start)
    known.setdefault(key(named[0]), Label(target[0], name, place_of_target))
    return end.end()
