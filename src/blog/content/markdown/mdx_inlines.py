"""What MDX has within a block: tags, comments and expressions."""

import re
from collections import Counter
from typing import TYPE_CHECKING

from mistune import InlineParser
from mistune.core import InlineState

from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown.emphasis import merged
from blog.content.markdown.html_blocks import is_block_name
from blog.content.markdown.inline_state import Inline
from blog.content.markdown.inlines import Inlines
from blog.content.markdown.jsx import Expression, Scanner, Tag, literal, shown
from blog.content.markdown.tree import Token

if TYPE_CHECKING:
    from typing import Any

# Renderers recurse: a component within more of them is left out, and what is in it is shown.
MAX_DEPTH = 30
TOO_DEEP = f"components are nested more than {MAX_DEPTH} deep; those that are deeper are left out"
# An expression that reads a name: x, a.b, f(x), x => y. Braces around other words are likely prose.
_EVALUATED = re.compile(r"\s*[A-Za-z_$][\w$]*\s*(?:[.?\[(][^{}]*|=>.*)?\s*|[^{}]*=>.*", re.DOTALL)
_TAG_NAME = re.compile(r"</?([A-Za-z][\w-]*)")
_NESTED = frozenset({"emphasis", "strong", "strikethrough", "mark", "superscript", "subscript", "link", "image"})
# So many characters for each of the text may be read ahead.
_READ = 20


class MdxInlines(Inlines):
    """The inline parser of MDX."""

    def __init__(self, extensions: Extensions = DEFAULT) -> None:
        super().__init__(extensions)
        self.specification["inline_html"] = r"<(?:/?[A-Za-z_$>]|!|\?)"
        self.register("expression", r"\{", _expression, start_chars="{")

    def read(self, text: str, env: "Any", line: int) -> Inline:
        state = super().read(text, env, line)
        if state.has_tags:
            state.tokens = _paired(state.tokens, state.env["problems"], 0)
        return state

    def parse_inline_html(self, m: re.Match[str], state: InlineState) -> int | None:
        assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
        tag = _scanner(state).tag(m.start())
        if tag is None:
            return super().parse_inline_html(m, state)
        line = state.line_at(tag.start)
        state.understood.append((tag.start, tag.end))
        state.env["problems"] += [(state.line_at(place), problem) for place, problem in tag.problems()]
        if tag.is_component:
            state.has_tags = True
            state.append_token({"type": "jsx", "tag": tag, "line": line})
        elif tag.name:
            state.append_token({"type": "inline_html", "raw": tag.html(), "line": line})
            if tag.name == "a":
                state.in_link = not tag.closing
        return tag.end


def _scanner(state: Inline) -> Scanner:
    if state.scanner is None:
        state.scanner = Scanner(state.src, _READ * len(state.src))
    return state.scanner


def _expression(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    """Leave out a comment, and show a text in quotes; any other expression stays as it is written."""
    assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
    end = _scanner(state).expression_end(m.start())
    if end is None:
        return None
    source = state.src[m.end() : end - 1]
    bare = source.strip()
    if bare.startswith("/*") and bare.find("*/") == len(bare) - 2:
        state.understood.append((m.start(), end))
        return end
    value = literal(source)
    if isinstance(value, str):
        state.append_token({"type": "text", "raw": value})
        return end
    if isinstance(value, Expression) and _EVALUATED.fullmatch(source) and not _is_tex(state.src, m.start()):
        problem = f"{shown(state.src[m.start() : end])} is an expression of MDX, which is not evaluated here and shown as text"
        state.env["problems"].append((state.line_at(m.start()), problem))
    return None


def _is_tex(text: str, place: int) -> bool:
    r"""Whether a brace likely belongs to a formula: it follows a command, a script or a brace, and there is a dollar sign.

    >>> _is_tex(r"$\frac{a}{b}$", 6), _is_tex("$5 for {name}", 7)
    (True, False)
    """
    before = text[place - 1 : place]
    return "$" in text and (before.isalnum() or before in {"}", "^", "_"})


def _paired(tokens: list[Token], problems: list[tuple[int, str]], depth: int) -> list[Token]:
    """The tokens, which are within ``depth`` components, with each opening and closing tag made one component."""
    pairing = _Pairing(problems, depth)
    for token in tokens:
        if token["type"] == "jsx":
            pairing.take(token["tag"], token["line"])
        elif token["type"] in _NESTED:
            pairing.add({**token, "children": _paired(token["children"], problems, pairing.depth)})
        else:
            pairing.add(token)
    return merged(pairing.finish())


class _Pairing:
    """The open components, from the outermost, and the tokens in each."""

    def __init__(self, problems: list[tuple[int, str]], around: int) -> None:
        self._problems = problems
        self._around = around
        self._levels: list[list[Token]] = [[]]
        self._open: list[Token] = []
        self._names: Counter[str] = Counter()

    @property
    def depth(self) -> int:
        return self._around + len(self._open)

    def add(self, token: Token) -> None:
        self._levels[-1].append(token)

    def take(self, tag: Tag, line: int) -> None:
        if not tag.closing:
            self._begin(tag, line)
            if tag.closed:
                self._end()
        elif self._names[tag.name]:
            while self._open[-1]["attrs"]["name"] != tag.name:
                self._give_up()
            self._end()
        else:
            self._problems.append((line, f"</{tag.name}> closes no tag, and is left out"))

    def finish(self) -> list[Token]:
        while self._open:
            self._give_up()
        return self._levels[0]

    def _begin(self, tag: Tag, line: int) -> None:
        attrs = {"name": tag.name, "props": tag.props()}
        self._open.append({"type": "component", "line": line, "attrs": attrs, "inline": True})
        self._names[tag.name] += 1
        if self.depth <= MAX_DEPTH:
            self._levels.append([])
        elif (line, TOO_DEEP) not in self._problems[-1:]:
            self._problems.append((line, TOO_DEEP))

    def _end(self) -> None:
        component = self._pop()
        if self.depth < MAX_DEPTH:
            component["children"] = merged(self._levels.pop())
            self.add(component)

    def _give_up(self) -> None:
        component = self._pop()
        self._problems.append((component["line"], f"<{component['attrs']['name']}> is never closed"))
        if self.depth < MAX_DEPTH:
            children = self._levels.pop()
            self._levels[-1] += [{**component, "children": []}, *children]

    def _pop(self) -> Token:
        component = self._open.pop()
        self._names[component["attrs"]["name"]] -= 1
        return component


def is_only_tags(tokens: list[Token]) -> bool:
    """Whether a paragraph consists of tags and what is in them, and one of them may be a block: MDX makes no paragraph of it."""
    depth, is_block = 0, False
    for token in tokens:
        if token["type"] == "inline_html":
            found = _TAG_NAME.match(token["raw"])
            is_block = is_block or bool(found and is_block_name(found[1]))
            depth += _step(token["raw"])
        elif token["type"] == "component":
            is_block = True
        elif depth <= 0 and not (token["type"] == "softbreak" or not token.get("raw", "x").strip()):
            return False
    return is_block and depth == 0


def _step(raw: str) -> int:
    if raw.startswith("</"):
        return -1
    tag = Scanner(raw, len(raw)).tag(0)
    return 1 if tag and tag.opens and not raw.endswith(f"</{tag.name}>") else 0
