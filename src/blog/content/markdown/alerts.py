"""GitHub's alerts: a quote whose first line is ``[!NOTE]``, ``[!TIP]`` or one of the others, in any case."""

import re

from blog.content.markdown.tree import Token

_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)


def as_alert(quote: Token) -> Token:
    """The quote as an alert, where it is one."""
    children = quote["children"]
    first = children[0] if children else None
    found = _ALERT.match(first["text"]) if first and first["type"] == "paragraph" else None
    if first is None or found is None:
        return quote
    rest = {**first, "text": first["text"][found.end() :], "line": first["line"] + found[0].count("\n")}
    kept = [rest, *children[1:]] if rest["text"].strip() else children[1:]
    return {**quote, "type": "alert", "attrs": {"kind": found[1].lower()}, "children": kept}
