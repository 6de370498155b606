"""GitHub's alerts: a quote whose first line is ``[!NOTE]``, ``[!TIP]`` or one of the others, in any case; and Obsidian's callouts, which have more kinds and titles."""

import re

from blog.content.markdown.admonitions import KINDS
from blog.content.markdown.tree import Token

_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)
# [!faq]- A title: the sign says that it unfolds.
_CALLOUT = re.compile(r"\[!([A-Za-z][\w-]{0,30})\]([+-]?)(?:[ \t]+([^\n]+?))?[ \t]*(?:\n|$)")
_FOLDED = {"-": "closed", "+": "open", "": ""}


def as_alert(quote: Token, *, callouts: bool = False) -> Token:
    """The quote as an alert, where it is one."""
    children = quote["children"]
    first = children[0] if children else None
    if first is None or first["type"] != "paragraph":
        return quote
    if found := _ALERT.match(first["text"]):
        attrs = {"kind": found[1].lower()}
    elif (found := _CALLOUT.match(first["text"])) and callouts and found[1].lower() in KINDS:
        name, kind = found[1].lower(), KINDS[found[1].lower()]
        attrs = {"kind": kind, "named": "" if found[3] or kind == name else name, "details": _FOLDED[found[2]]}
    else:
        return quote
    titled = [{"type": "alert_title", "line": first["line"], "text": found[3]}] if len(attrs) > 1 and found[3] else []
    rest = {**first, "text": first["text"][found.end() :], "line": first["line"] + found[0].count("\n")}
    kept = [rest, *children[1:]] if rest["text"].strip() else children[1:]
    return {**quote, "type": "alert", "attrs": attrs, "children": [*titled, *kept]}


def unknown_callout(quote: Token) -> str:
    """What to say of a callout whose kind is not known here; "" of any other quote."""
    first = quote["children"][0] if quote["children"] else None
    found = _CALLOUT.match(first["text"]) if first and first["type"] == "paragraph" else None
    return f"'[!{found[1]}]' is a callout of a kind that is not known here, and is shown as a quote" if found else ""
