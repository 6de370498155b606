"""Code to HTML with Pygments' short classes; the theme colours them, once for light and once for dark."""

import re
from functools import cache
from html import escape

from pygments import highlight as pygmentize
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from blog.content.markdown.languages import ALIASES, PLAIN, UNCOLOURED

# Some of Pygments' lexers take time in the square of a text's length, so code is coloured in pieces of this many
# characters, and a document has a budget of characters times the length of the piece that they stand in.
PIECE = 3_000
BUDGET = 60_000_000

# Also those of PowerShell, cmd.exe and programs (mysql>), and the arrow of Oh My Zsh.
_PROMPT = re.compile(
    r'^<span class="go">((?:[\w.:\\/~-]{1,80}(?: [\w.:\\/~-]{1,80}){0,3}(?<![-=]))?&gt; '
    r"|➜ {1,2}\S{1,80}(?: git:\(\S{1,80}\))?(?: ✗)? )(.*)</span>$",
    re.MULTILINE,
)

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(ALIASES.get(language, language), stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None


def is_known(language: str) -> bool:
    """
    >>> is_known("python"), is_known("text"), is_known("jsonc"), is_known("mermaid"), is_known("klingon")
    (True, True, True, True, False)
    """
    name = language.lower()
    return name in PLAIN or name in UNCOLOURED or _lexer(name) is not None


class Highlighter:
    """Colours the code of one document, as far as its budget goes."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def highlight(self, code: str, language: str) -> str | None:
        """HTML of the code, escaped; coloured where the language is known. None where the budget does not reach.

        >>> Highlighter().highlight("x < 1", "text"), Highlighter(budget=10).highlight("x < 1", "python")
        ('x &lt; 1', None)
        """
        name = language.lower()
        lexer = None if name in PLAIN or name in UNCOLOURED else _lexer(name)
        if lexer is None or not code:
            return escape(code)
        pieces = cut(code)
        cost = sum(len(piece) ** 2 for piece in pieces)
        if cost > self._left or max(map(len, pieces), default=0) > PIECE:
            return None
        self._left -= cost
        written = "".join(pygmentize(piece, lexer, _FORMATTER) for piece in pieces)
        return _with_prompts(written) if "console" in lexer.aliases else written


def _with_prompts(session: str) -> str:
    """A session whose only prompts are > has them as prompts: Pygments takes it for a line of output.

    Beside another prompt it is output, as npm prints it.
    """
    return session if 'class="gp"' in session else _PROMPT.sub(r'<span class="gp">\1</span>\2', session)


def cut(code: str, size: int = PIECE) -> list[str]:
    r"""Code in pieces of whole lines, each at most ``size`` long unless one line is longer.

    A piece ends before a line that is not indented and follows a blank one where it can: there, most languages are at
    their top level, and a lexer that begins anew is right.

    >>> cut("a\n b\n\nc\n d\n", size=8)
    ['a\n b\n\n', 'c\n d\n']
    """
    if len(code) <= size:
        return [code]
    pieces: list[str] = []
    start = 0
    while len(code) - start > size:
        end = _piece_end(code, start, size)
        pieces.append(code[start:end])
        start = end
    return [*pieces, code[start:]] if start < len(code) else pieces


def _piece_end(code: str, start: int, size: int) -> int:
    limit = start + size
    place = limit
    while (place := code.rfind("\n\n", start + size // 2, place)) >= 0:
        if code[place + 2 : place + 3].strip() and place + 2 <= limit:
            return place + 2
    place = code.rfind("\n", start, limit)
    if place < 0:
        place = code.find("\n", limit)
    return len(code) if place < 0 else place + 1
