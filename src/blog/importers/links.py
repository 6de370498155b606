"""Rewrites the targets of links and pictures in Markdown, outside of code."""

import re
from collections.abc import Callable
from html import escape, unescape

from blog.importers.markdown_code import replace_outside

# From a target and its line to the new target; the same one if it stays.
Rewrite = Callable[[str, int], str]
_INLINE = re.compile(
    r"(?P<before>(?<!\\)\]\([ \t]*)(?:<(?P<pointed>[^<>\n]*)>|(?P<bare>(?:[^\s()<>\\]|\\.|\([^\s()]*\))+))"
)
_DEFINITION = re.compile(
    r"^(?P<before>[ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*)(?:<(?P<pointed>[^<>\n]*)>|(?P<bare>[^\s<]\S*))", re.MULTILINE
)
_ATTRIBUTE = re.compile(
    r"(?P<before>\b(?:href|src|poster)[ \t]*=[ \t]*)(?:(?P<mark>[\"'])(?P<value>[^\"'\n]*)(?P=mark)|(?P<plain>[^\s\"'<>=`]+))",
    re.IGNORECASE,
)
_NEEDS_BRACKETS = re.compile(r"[\s()<>]")


def rewritten(text: str, rewrite: Rewrite) -> str:
    """The text with each target replaced.

    >>> rewritten("[a](x.md) `[b](x.md)` <img src='x.md'>", lambda target, line: target.upper())
    '[a](X.MD) `[b](x.md)` <img src="X.MD">'
    """

    def markdown(found: re.Match[str], line: int) -> str:
        pointed = found["pointed"] is not None
        target = found["pointed"] if pointed else found["bare"]
        new = rewrite(target, line)
        if new == target:
            return found[0]
        brackets = pointed or _NEEDS_BRACKETS.search(new)
        return found["before"] + (f"<{new.replace('<', '%3C').replace('>', '%3E')}>" if brackets else new)

    def attribute(found: re.Match[str], line: int) -> str:
        target = unescape(found["plain"] or found["value"])
        new = rewrite(target, line)
        return found[0] if new == target else f'{found["before"]}"{escape(new)}"'

    return replace_outside(text, (_INLINE, markdown), (_DEFINITION, markdown), (_ATTRIBUTE, attribute))
