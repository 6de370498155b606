"""TeX formulas to MathML by math-core, without style attributes, which the site's policy forbids."""

import re
from functools import cache
from typing import TYPE_CHECKING

from blog.content.drawing import Drawing, NotDrawn

if TYPE_CHECKING:
    from math_core import LatexToMathML

_MAX_LENGTH = 20_000
_MAX_EXPANSIONS = 1_000
# The engine's message for terminals: colours, then "Error: what is wrong", then the source with a mark at [ input:line:column ].
_ESCAPE = re.compile(r"\x1b\[[\d;]*m")
_WRONG = re.compile(r"Error: (.+)")
_PLACE = re.compile(r"input:(\d+):\d+")
_STYLE = re.compile(r' style="([^"]*)"')
# The engine's declarations, each with the class that site.css gives it.
_CLASSES = {
    "text-align:right": "ml-right", "text-align:left": "ml-left",
    "padding-left:0": "ml-pl0", "padding-right:0": "ml-pr0", "padding-top:0": "ml-pt0", "padding-bottom:0": "ml-pb0",
    "padding-left:0.1em": "ml-pl", "padding-right:0.1em": "ml-pr", "padding-left:1em": "ml-pl1",
    "border-left:0.05em solid currentcolor": "ml-bl", "border-right:0.05em solid currentcolor": "ml-br",
    "border-top:0.05em solid currentcolor": "ml-bt", "border-left:0.05em dashed currentcolor": "ml-dl",
    "border-right:0.05em dashed currentcolor": "ml-dr", "border-top:0.05em dashed currentcolor": "ml-dt",
    "math-shift:compact": "ml-compact",
}  # fmt: skip


def draw(_name: str, source: str, *, display: bool) -> Drawing | NotDrawn:
    """The MathML of a formula, in a line of its own or within a line of text."""
    from math_core import LatexError  # noqa: PLC0415 -- imported when it is needed

    if len(source) > _MAX_LENGTH:
        return NotDrawn(f"the formula has {len(source)} characters; at most {_MAX_LENGTH} are shown")
    try:
        return Drawing(_without_styles(_engine().convert_with_local_state(source, displaystyle=display)))
    except LatexError as problem:
        message = _ESCAPE.sub("", str(problem))
        wrong, place = _WRONG.search(message), _PLACE.search(message)
        return NotDrawn(wrong[1].strip().rstrip(".") if wrong else message.strip(), int(place[1]) if place else 0)


@cache
def _engine() -> "LatexToMathML":
    from math_core import LatexToMathML  # noqa: PLC0415 -- imported when it is needed

    return LatexToMathML(max_expansions=_MAX_EXPANSIONS)


def _without_styles(markup: str) -> str:
    """The markup with an attribute or a class in place of each declaration of a style.

    >>> _without_styles('<mrow style="color:#FF0000;"><mtd style="text-align: left;padding-left: 0;"></mtd></mrow>')
    '<mrow mathcolor="#FF0000"><mtd class="ml-left ml-pl0"></mtd></mrow>'
    """
    return _STYLE.sub(lambda style: _attributes(style[1]), markup)


def _attributes(style: str) -> str:
    names, attributes = [], ""
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in {"color", "background-color", "background"}:
            attributes += f' {"mathcolor" if name == "color" else "mathbackground"}="{value}"'
        elif written := _CLASSES.get(f"{name}:{value}"):
            names.append(written)
    return (f' class="{" ".join(names)}"' if names else "") + attributes
