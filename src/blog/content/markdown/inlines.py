"""The inline phase: mistune's parser with rules of our own for what it does otherwise than CommonMark and GitHub."""

import re
from typing import TYPE_CHECKING, Any

from mistune import InlineParser
from mistune.core import InlineState

from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown import (
    autolinks,
    emphasis,
    formulas,
    line_breaks,
    links,
    shortcode_inlines,
    small_inlines,
    smart,
    wiki_links,
)
from blog.content.markdown.escapes import PUNCTUATION, REFERENCE, character
from blog.content.markdown.html_blocks import CLOSING_TAG, OPEN_TAG, TEMPLATED_TAG
from blog.content.markdown.inline_state import Inline
from blog.content.markdown.shortcodes import with_addresses
from blog.content.markdown.tree import Token

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG = re.compile(f"{OPEN_TAG}|{CLOSING_TAG}")
_TEMPLATED = re.compile(TEMPLATED_TAG)
_ESCAPED = re.compile(rf"\\([{PUNCTUATION}])")
# What begins, what it ends with, and how far after its beginning the end may stand.
_MARKED = (("<!--", "-->", 2), ("<?", "?>", 2), ("<![CDATA[", "]]>", 9), ("<!", ">", 2))
_OPENS_LINK = re.compile(r"<a[\s>]", re.IGNORECASE)
_CLOSES_LINK = re.compile(r"</a[\s>]", re.IGNORECASE)


class Inlines(InlineParser):
    """mistune's inline parser with this module's rules."""

    def __init__(self, extensions: Extensions = DEFAULT) -> None:
        super().__init__()
        self._extensions = extensions
        self.specification.update(
            emphasis=r"\*+|_+",
            link=r"!\[(?!\^)|\[",
            link_close=r"\]",
            linebreak=r"(?:\\| {2,})\n[ \t]*",
            softbreak=r"[ \t]*\n[ \t]*",
        )
        rules: dict[str, tuple[str, Callable[..., Any], str]] = {
            "tilde": (r"~+", _run, "~"),
            "reference": (REFERENCE, _reference, "&"),
            "url": (autolinks.URL_MARK, _url, ":"),
            "www": (autolinks.WWW_MARK, _www, "."),
            "shortcode": (r"\{[{%]", _shortcode, "{"),
        }
        for name, (pattern, rule, start) in rules.items():
            self.register(name, pattern, rule, start_chars=start)
        if extensions.math:
            # A run of dollars is read once, and not again from each of them.
            self.register("dollars", r"(?<!(?<!\\)\$)\$+", formulas.dollars, start_chars="$")
        if extensions.mark:
            self.register("equals", r"=+", _run, start_chars="=")
        if extensions.emoji:
            self.register("emoji", small_inlines.SHORT_CODE, small_inlines.emoji, start_chars=":")
        if extensions.superscript:
            self.register("caret", r"\^", small_inlines.raised, start_chars="^")
        if extensions.smart:
            for name, (pattern, rule, starts) in smart.rules(extensions.lang).items():
                self.register(name, pattern, rule, start_chars=starts)
        if extensions.subscript:
            self.register("tilde", r"~+", _tilde, start_chars="~")

    def read(self, text: str, env: Any, line: int) -> Inline:
        """Parse the text of one block that begins on this line; the tokens are in the state."""
        state = Inline(env, text, line, self.read)
        self.parse(state)
        if "@" in text:
            state.tokens = _with_emails(state, state.tokens)
        return state

    def parse_softbreak(self, m: re.Match[str], state: InlineState) -> int:
        if not line_breaks.is_dropped(state.src, m.start(), m.end()):
            state.append_token({"type": "softbreak"})
        return m.end()

    def finalize_tokens(self, tokens: list[Token], depth: int) -> list[Token]:  # noqa: ARG002 -- mistune's call
        return emphasis.resolve(tokens)

    def parse_escape(self, m: re.Match[str], state: InlineState) -> int:
        assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
        for escaped in _ESCAPED.finditer(m[0]) if self._extensions.math else ():
            if escaped[1] in "([" and (end := formulas.bracketed(state, m.start() + escaped.start())):
                formula = state.tokens.pop()
                self.process_text(_ESCAPED.sub(r"\1", m[0][: escaped.start()]), state)
                state.append_token(formula)
                return end
        self.process_text(_ESCAPED.sub(r"\1", m[0]), state)
        return m.end()

    def parse_emphasis(self, m: re.Match[str], state: InlineState) -> int:
        return _run(self, m, state)

    def parse_link(self, m: re.Match[str], state: InlineState) -> int:
        assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
        if (
            self._extensions.wiki_links
            and state.src.startswith("[", m.end())
            and (end := wiki_links.take(state, m.start()))
        ):
            return end
        links.opening(state, m.start(), m.end())
        return m.end()

    def parse_link_close(self, m: re.Match[str], state: InlineState) -> int:
        assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
        return links.closing(state, m.start())

    def parse_codespan(self, m: re.Match[str], state: InlineState) -> int:
        end = super().parse_codespan(m, state)
        assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
        if end > m.end():
            state.understood.append((m.start(), end))
        return end

    def parse_auto_link(self, m: re.Match[str], state: InlineState) -> int:
        return _autolink(state, m[0][1:-1], m[0][1:-1], m)

    def parse_auto_email(self, m: re.Match[str], state: InlineState) -> int:
        return _autolink(state, m[0][1:-1], f"mailto:{m[0][1:-1]}", m)

    def parse_inline_html(self, m: re.Match[str], state: InlineState) -> int | None:
        assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
        end = _templated_end(state, m.start()) or _html_end(state, m.start())
        if end is None:
            return None
        raw, places = with_addresses(state.src[m.start() : end])
        state.understood += [(m.start() + first, m.start() + last) for first, last in places]
        state.append_token({"type": "inline_html", "raw": raw, "line": state.line_at(m.start())})
        if _OPENS_LINK.match(raw):
            state.in_link = True
        elif _CLOSES_LINK.match(raw):
            state.in_link = False
        return end


def _run(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int:
    state.append_token(emphasis.delimiter(state.src, m.start(), m.end()))
    return m.end()


def _tilde(parser: InlineParser, m: re.Match[str], state: InlineState) -> int:
    """Where there is subscript, one tilde is no strikethrough."""
    assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
    if len(m[0]) > 1:
        return _run(parser, m, state)
    end = small_inlines.lowered_or_raised(state, m.start())
    if end is None:
        state.append_token({"type": "text", "raw": "~"})
    return end or m.end()


def _shortcode(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
    return shortcode_inlines.parse(m, state)


def _reference(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int:
    state.append_token({"type": "text", "raw": character(m[0])})
    return m.end()


def _autolink(state: InlineState, text: str, url: str, m: re.Match[str]) -> int:
    if state.in_link:
        state.append_token({"type": "text", "raw": m[0]})
        return m.end()
    assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
    child = {"type": "text", "raw": text}
    attrs = {"url": url, "title": ""}
    line = state.line_at(m.start())
    state.append_token({"type": "link", "children": [child], "attrs": attrs, "line": line, "depth": 1})
    # A link contains no other link: the inner one wins.
    state.inactive = len(state.open_brackets)
    return m.end()


def _templated_end(state: Inline, start: int) -> int | None:
    """Where a tag ends whose values contain tags of a template that stand for addresses."""
    if not state.has_templates:
        return None
    tag = _TEMPLATED.match(state.src, start)
    return tag.end() if tag and with_addresses(tag[0])[1] else None


def _html_end(state: InlineState, start: int) -> int | None:
    text = state.src
    for begins, ends, offset in _MARKED:
        if not text.startswith(begins, start):
            continue
        if begins == "<!" and not text[start + 2 : start + 3].isalpha():
            return None
        found = state.delimiters.find(ends, start + offset)
        return None if found is None else found + len(ends)
    tag = _TAG.match(text, start)
    return tag.end() if tag else None


def _url(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    return _bare(state, autolinks.url(state.src, m.start()), m.start())


def _www(_parser: InlineParser, m: re.Match[str], state: InlineState) -> int | None:
    return _bare(state, autolinks.www(state.src, m.start()), m.start())


def _bare(state: InlineState, found: tuple[int, int] | None, place: int) -> int | None:
    """Make a link of an address whose beginning is in the last token already."""
    assert isinstance(state, Inline)  # noqa: S101 -- read() makes no other
    if found is None or state.in_link or state.open_brackets:
        return None
    start, end = found
    written = state.src[start:place]
    last = state.tokens[-1] if state.tokens else {}
    if last.get("type") != "text" or not last["raw"].endswith(written) or end <= place:
        return None
    state.tokens[-1] = {"type": "text", "raw": last["raw"][: -len(written)]}
    state.append_token(autolinks.link(state.src[start:end], state.line_at(start)))
    return end


def _with_emails(state: Inline, tokens: list[Token], place: int = 0) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        if token["type"] == "text" and "@" in token["raw"]:
            place = max(place, state.src.find(token["raw"], place))
            found += autolinks.emails(token["raw"], state.line_at(place))
        elif token["type"] in {"emphasis", "strong", "strikethrough", "mark"}:
            found.append({**token, "children": _with_emails(state, token["children"], place)})
        else:
            found.append(token)
    return found
