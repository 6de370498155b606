"""The markup of a block of code: its lines, each in an element if they are numbered or marked, and the name of its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from blog.content.document import FenceOptions, Ranges
from blog.content.markdown import comment_marks
from blog.content.markdown.comment_marks import State, States
from blog.content.markdown.escapes import escape
from blog.content.markdown.highlight import Highlighter

# A feed has no style sheet, so the elements say what a line is. The first state of a line that stands here decides.
_ELEMENTS: Mapping[State, str] = {
    "deleted": "del",
    "inserted": "ins",
    "error": "mark",
    "warning": "mark",
    "marked": "mark",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The HTML of a block of code, and its problems by their line: 0 is that of the fence."""

    markup: str
    problems: tuple[tuple[int, str], ...]


def render(code: str, language: str, options: FenceOptions, highlighter: Highlighter) -> Shown:
    """The HTML of code, coloured, without the marks in its comments."""
    marked = comment_marks.read(code)
    problems = [(1 + line, comment_marks.UNKNOWN.format(name=name)) for line, name in marked.unknown]
    try:
        written = highlighter.highlight(marked.code, language)
        problem = "code is too long to be coloured, and shown plain"
    except Exception as error:  # noqa: BLE001 -- a lexer may fail on code that is right
        written = None
        problem = f"code cannot be coloured as {language} ({type(error).__name__}: {error}), and is shown plain"
    if written is None:
        written = escape(marked.code)
        problems.insert(0, (0, problem))
    return Shown(block(written, language, options, marked.states), tuple(problems))


def block(written: str, language: str, options: FenceOptions, states: States) -> str:
    """The HTML of a block of code from that of its text. Without options it is the code in a ``pre``, as it is."""
    lines = written.split("\n")
    states = _with_options(states, options, len(lines))
    if options.numbered or states:
        written = "".join(_lines(lines, states, options))
    names = [name for name, has in (("numbered", options.numbered), ("focusing", _has_focus(states))) if has]
    classes = f' class="{" ".join(names)}"' if names else ""
    label = f' role="group" aria-label="{escape(options.title)}"' if options.title else ""
    shown_as = f' data-language="{escape(language)}"' if language else ""
    code = f' class="language-{escape(language)}"' if language else ""
    # A block that scrolls sideways has to be reachable by keyboard; a script takes this away where none scrolls.
    pre = f'<pre tabindex="0"{classes}{label}{shown_as}><code{code}>{written}</code></pre>\n'
    if not options.title:
        return pre
    return f'<figure class="code">\n<figcaption>{escape(options.title)}</figcaption>\n{pre}</figure>\n'


def _with_options(states: States, options: FenceOptions, count: int) -> States:
    """The states that comments give to lines, and those that the info string gives."""
    named: tuple[tuple[State, Ranges], ...] = (
        ("marked", options.highlight),
        ("inserted", options.inserted),
        ("deleted", options.deleted),
        ("focused", options.focus),
    )
    found = {line: set(given) for line, given in states.items()}
    for state, ranges in named:
        for line in chain.from_iterable(range(first - 1, min(last, count)) for first, last in ranges):
            found.setdefault(line, set()).add(state)
    return found


def _has_focus(states: States) -> bool:
    return any("focused" in given for given in states.values())


def _lines(lines: list[str], states: States, options: FenceOptions) -> Iterator[str]:
    # The text ends with a line break, after which nothing stands.
    *whole, last = lines
    whole = [f"{line}\n" for line in whole] + ([last] if last else [])
    width = len(str(options.first_line + len(whole) - 1))
    for place, line in enumerate(whole):
        given = states.get(place, set())
        element = next((element for state, element in _ELEMENTS.items() if state in given), "span")
        # Spaces line the numbers up; the style sheet shows them, so that nobody copies them.
        number = f' data-line="{options.first_line + place:>{width}}"' if options.numbered else ""
        yield f'<{element} class="{" ".join(["line", *sorted(given)])}"{number}>{line}</{element}>'
