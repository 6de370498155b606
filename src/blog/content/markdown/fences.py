"""The info string of a fence: which language, and the options that other generators write beside it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from blog.content.characters import UNUSABLE
from blog.content.document import FenceOptions, Ranges

# A number sign belongs to the name of C# and begins the id in js#id.
_NAME = re.compile(r"\.?((?:[^\s,;|?{}\[\]():=\"'#]|#(?!\w))+)")
_PANDOC_NAME = re.compile(r"[ \t]*(?:#\S+[ \t]+)?[.]?([^\s,=.\d#][^\s,=.]*)(?=[\s,]|$)")
# MyST names a directive in braces, and the language after it.
_DIRECTIVE = re.compile(r"\{(?:code|code-block|code-cell|sourcecode)\}[ \t]*")
_PREFIX = re.compile(r"lang(?:uage)?-(?=.)")
_RANGE = re.compile(r"\{[ \t]*(\d[\d,\- \t]*)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")
# The forms of a value: in quotes, in brackets, in braces, numbers with commas or spaces between them, one word.
_OPTION = re.compile(
    r"""([A-Za-z][\w-]*)(?:[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|\[([^\[\]]*)\]|\{([^{}]*)\}"""
    r"""|(\d+(?:-\d+)?(?:[ \t,]{1,4}\d+(?:-\d+)?(?![\w=-]))*(?=[\s,{}]|$))|([^\s,{}]*)))?"""
)
# What rehype-pretty-code writes for a first line.
_NUMBERED_FROM = re.compile(r"(?<=showLineNumbers)\{(\d+)\}")
# VitePress and mkdocs write a file's name in brackets of its own.
_BRACKETS = re.compile(r"(?<![^\s}])(?<![=:][ \t])\[([^\[\]\"]+)\]")
_LINES = re.compile(r"(\d+)(?:-(\d+))?")
_OPEN_RANGE = re.compile(r"(\d+)-(?!\d)")
_MARKED = ("hl_lines", "highlight", "hl", "mark", "mark_lines", "emphasize-lines")
_TITLES = ("title", "filename", "name", "file", "caption")
_NUMBERS = ("linenos", "numbers", "linenumbers", "showlinenumbers", "line-numbers", "numberlines")
_STARTS = (
    "linenostart",
    "startfrom",
    "start",
    "startline",
    "startlinenumber",
    "firstline",
    "first_line",
    "lineno-start",
)
# Docusaurus and VitePress write the first number as the value of the option that turns numbers on.
_NUMBERS_WITH_START = ("showlinenumbers", "line-numbers")
_MAX_LINE = 100_000
_NO_VALUE = "true"


@dataclass(frozen=True, slots=True)
class Fence:
    language: str
    options: FenceOptions


def parse(info: str) -> Fence:
    """
    >>> parse("js{1,3}").language, parse("{.python}").language, parse("toml,hl_lines=5-6").options.highlight
    ('js', 'python', ((5, 6),))
    """
    info = info.strip()
    if directive := _DIRECTIVE.match(info):
        info = info[directive.end() :]
    pandoc = _BRACES.match(info)
    if pandoc and (named := _PANDOC_NAME.match(pandoc[1])):
        language, rest = named[1], pandoc[1][named.end() :] + " " + info[pandoc.end() :]
    else:
        named = _NAME.match(info)
        language, rest = (named[1], info[named.end() :]) if named else ("", info)
        if named and rest.startswith("="):
            language, rest = "", info
    if prefix := _PREFIX.match(language):
        language = language[prefix.end() :]
    return Fence(language, _options(rest))


def _options(rest: str) -> FenceOptions:
    if not rest.strip():
        return FenceOptions()
    named: dict[str, str] = {}
    bracketed = _BRACKETS.search(rest)
    rest = _BRACKETS.sub(" ", rest)

    def take(found: re.Match[str]) -> str:
        value = next((value for value in found.groups()[1:] if value is not None), _NO_VALUE)
        named.setdefault(found[1].lower(), value)
        return " "

    left = _OPTION.sub(take, _NUMBERED_FROM.sub(r"=\1", rest))
    marked = [*(found[1] for found in _RANGE.finditer(left)), *(named[name] for name in _MARKED if name in named)]
    return FenceOptions(
        title=_words(_title(named) or (bracketed[1] if bracketed else "")),
        numbered=_is_numbered(named),
        first_line=_first_line(named),
        highlight=_ranges(marked),
        inserted=_ranges([named.get("ins", ""), named.get("add", "")]),
        deleted=_ranges([named.get("del", ""), named.get("rem", "")]),
        focus=_ranges([named.get("focus", "")]),
        file=_file(named),
        lines=_ranges([_OPEN_RANGE.sub(rf"\1-{_MAX_LINE}", named.get("lines", ""))]),
    )


def _title(named: Mapping[str, str]) -> str:
    titles = (named[name] for name in _TITLES if named.get(name, _NO_VALUE) != _NO_VALUE)
    return next((title.strip("\"'`") for title in titles), "")


def _file(named: Mapping[str, str]) -> str:
    file = named.get("file", "")
    return "" if file == _NO_VALUE else file.strip("\"'`")


def _words(text: str) -> str:
    return UNUSABLE.sub("\ufffd", " ".join(text.split()))


def _ranges(texts: Iterable[str]) -> Ranges:
    """The lines that texts such as "1,3-5" name, in order, as ranges that do not overlap."""
    pairs = [(int(found[1][:7]), int((found[2] or found[1])[:7])) for text in texts for found in _LINES.finditer(text)]
    ranges: list[tuple[int, int]] = []
    for first, last in sorted({(first, min(last, _MAX_LINE)) for first, last in pairs if 0 < first <= last}):
        if first > _MAX_LINE:
            break
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
        else:
            ranges.append((first, last))
    return tuple(ranges)


def _is_numbered(named: Mapping[str, str]) -> bool:
    return any(named.get(name, "false").lower() not in {"false", "none", "0"} for name in _NUMBERS)


def _first_line(named: Mapping[str, str]) -> int:
    for name in (*_STARTS, *_NUMBERS_WITH_START):
        if (value := named.get(name, "")).isdecimal() and value.isascii():
            return max(1, int(value[:6]))
    return 1
