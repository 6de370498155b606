"""Code to HTML with Pygments' short classes; the theme colours them, once for light and once for dark."""

from functools import cache
from html import escape

from pygments import highlight as pygmentize
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Names for "no language", which nobody should be told off for.
PLAIN = frozenset({"", "text", "txt", "plain", "plaintext", "none"})

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None


def is_known(language: str) -> bool:
    """
    >>> is_known("python"), is_known("text"), is_known("klingon")
    (True, True, False)
    """
    return language.lower() in PLAIN or _lexer(language.lower()) is not None


def highlight(code: str, language: str) -> str:
    """HTML of the code, escaped; coloured where the language is known.

    >>> highlight("x < 1", "text")
    'x &lt; 1'
    """
    lexer = None if language.lower() in PLAIN else _lexer(language.lower())
    return escape(code) if lexer is None else pygmentize(code, lexer, _FORMATTER)
