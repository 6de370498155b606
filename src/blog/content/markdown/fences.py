"""The info string of a fence: which language, and the options that other generators write beside it."""

import re
from dataclasses import dataclass

from blog.content.document import FenceOptions

# A number sign belongs to the name of C# and begins the id in js#id.
_NAME = re.compile(r"\.?((?:[^\s,;|?{}\[\]():=\"'#]|#(?!\w))+)")
_PANDOC_NAME = re.compile(r"[ \t]*(?:#\S+[ \t]+)?[.]?([^\s,=.\d#][^\s,=.]*)(?=[\s,]|$)")
# MyST names a directive in braces, and the language after it.
_DIRECTIVE = re.compile(r"\{(?:code|code-block|code-cell|sourcecode)\}[ \t]*")
_PREFIX = re.compile(r"lang(?:uage)?-(?=.)")
_RANGE = re.compile(r"\{[ \t]*(\d[\d,\- \t]*)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")
_OPTION = re.compile(r"""([A-Za-z][\w-]*)(?:[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|\[([^\]]*)\]|([^\s,{}]*)))?""")
_LINES = re.compile(r"(\d+)(?:-(\d+))?")
_HIGHLIGHT = ("hl_lines", "highlight", "hl", "mark", "mark_lines")
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
    highlight = [lines for found in _RANGE.finditer(rest) for lines in _ranges(found[1])]
    named: dict[str, str] = {}
    for found in _OPTION.finditer(_RANGE.sub(" ", rest)):
        named.setdefault(
            found[1].lower(), next((value for value in found.groups()[1:] if value is not None), _NO_VALUE)
        )
    for name in _HIGHLIGHT:
        highlight += _ranges(named.get(name, ""))
    title = next(
        (
            named[name]
            for name in ("title", "filename", "name", "file", "caption")
            if named.get(name, _NO_VALUE) != _NO_VALUE
        ),
        "",
    )
    return FenceOptions(title, _is_numbered(named), _first_line(named), tuple(sorted(set(highlight))))


def _ranges(text: str) -> list[tuple[int, int]]:
    pairs = [(int(found[1][:6]), int((found[2] or found[1])[:6])) for found in _LINES.finditer(text)]
    return [(first, last) for first, last in pairs if 0 < first <= last <= _MAX_LINE]


def _is_numbered(named: dict[str, str]) -> bool:
    names = ("linenos", "numbers", "linenumbers", "showlinenumbers", "line-numbers", "numberlines")
    return any(named.get(name, "false").lower() not in {"false", "none", "0"} for name in names)


def _first_line(named: dict[str, str]) -> int:
    for name in ("linenostart", "startfrom", "start", "firstline", "first_line"):
        if (value := named.get(name, "")).isdecimal():
            return max(1, int(value[:6]))
    return 1
