"""Where an HTML block begins and ends (CommonMark 4.6)."""

import re

_ATTRIBUTE = r"""[ \t\n]+[A-Za-z_:][\w.:-]*(?:[ \t\n]*=[ \t\n]*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
OPEN_TAG = rf"<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*[ \t\n]*/?>"
# A tag with tags of a template in its values, which may contain quotes.
# Possessive, because a value without an end would be tried in every way otherwise.
_TEMPLATE = r"\{(?![{%])|\{\{[^{}]*+\}\}|\{%[^{}]*+\}"
_QUOTED = rf"""'(?:[^'{{]++|{_TEMPLATE})*+'|"(?:[^"{{]++|{_TEMPLATE})*+\""""
_TEMPLATED = rf"""[ \t\n]+[A-Za-z_:][\w.:-]*(?:[ \t\n]*=[ \t\n]*(?:[^\s"'=<>`]+|{_QUOTED}))?"""
TEMPLATED_TAG = rf"<[A-Za-z][A-Za-z0-9-]*(?:{_TEMPLATED})*[ \t\n]*/?>"
CLOSING_TAG = r"</[A-Za-z][A-Za-z0-9-]*[ \t\n]*>"
_BLOCK_NAMES = (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link"
    " main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead"
    " title tr track ul"
)
_BEGINS = (
    re.compile(r"<(?:script|pre|style|textarea)(?:[\s>]|$)", re.IGNORECASE),
    re.compile(r"<!--"),
    re.compile(r"<\?"),
    re.compile(r"<![A-Za-z]"),
    re.compile(r"<!\[CDATA\["),
    re.compile(rf"</?(?:{_BLOCK_NAMES.replace(' ', '|')})(?:\s|/?>|$)", re.IGNORECASE),
    re.compile(rf"(?:{OPEN_TAG}|{CLOSING_TAG})[ \t]*$"),
)
_ENDS = (
    re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
    re.compile(r"-->"),
    re.compile(r"\?>"),
    re.compile(r">"),
    re.compile(r"\]\]>"),
)
_ANY_TAG = 7
_NAMES = frozenset(_BLOCK_NAMES.split())


def kind(text: str, *, in_paragraph: bool) -> int | None:
    """Which of the specification's seven kinds begins here, from 1.

    >>> kind("<div>", in_paragraph=True), kind("<img/>", in_paragraph=False), kind("<img/>", in_paragraph=True)
    (6, 7, None)
    """
    for number, begins in enumerate(_BEGINS, 1):
        if begins.match(text):
            return None if number == _ANY_TAG and in_paragraph else number
    return None


def is_block_name(name: str) -> bool:
    return name.lower() in _NAMES


def is_raw(number: int) -> bool:
    """Whether blocks of this kind have an end of their own, so that what is in them is no Markdown: scripts, comments."""
    return number <= len(_ENDS)


def ends(number: int, text: str) -> bool:
    """Whether a line is the last of a block of this kind."""
    return is_raw(number) and _ENDS[number - 1].search(text) is not None


def continues(number: int, *, blank: bool) -> bool:
    return not (blank and not is_raw(number))
