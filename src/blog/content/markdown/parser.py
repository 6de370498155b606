"""From a text to tokens: mistune's two phases with rules of our own, and what is special about some blocks between them."""

import re
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from typing import Any

import mistune
from mistune.core import BlockState

from blog.content.document import Dialect, Remark
from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown import alerts, contents, dialects, footnotes, tables, tasks
from blog.content.markdown.blocks import Blocks
from blog.content.markdown.escapes import is_escaped
from blog.content.markdown.html_blocks import is_raw
from blog.content.markdown.inlines import Inlines
from blog.content.markdown.mdx_inlines import MdxInlines, is_only_tags
from blog.content.markdown.shortcodes import with_addresses
from blog.content.markdown.tree import Token

# One attribute of an attribute list: an id, a class, or a name with a value.
_ATTRIBUTE = re.compile(r"#[^\s#{}]+|\.[\w-]+|[\w-]+=[^\s{}]+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Tokens of a text without its footnotes, the footnotes in the order of their numbers, and what is wrong."""

    tokens: list[Token]
    notes: list[Token]
    remarks: list[Remark]


class _Markdown(mistune.Markdown):
    """mistune with both phases ours; inline tokens know their lines."""

    def __init__(self, block: Blocks, inline: Inlines, extensions: Extensions) -> None:
        super().__init__(renderer=None, block=block, inline=inline)
        self._has_contents, self._has_callouts = extensions.toc, extensions.admonitions

    def render_state(self, state: BlockState) -> list[Token]:
        return [self._block(token, state.env) for token in state.tokens]

    def _block(self, token: Token, env: Any) -> Token:
        if token["type"] == "table":
            token = tables.spread(token)
        elif token["type"] == "block_quote":
            token = self._quote(token, env)
        elif token["type"] == "list_item":
            token = tasks.as_task(token)
        elif token["type"] == "paragraph" and self._has_contents and contents.is_marker(token["text"], env):
            return {"type": "contents", "line": token["line"]}
        elif token["type"] == "heading":
            token = _with_id(token)
        elif token["type"] == "block_html" and not is_raw(token.get("attrs", {}).get("html_kind", 1)):
            return self._html(token, env)
        if "children" in token:
            return {**token, "children": [self._block(child, env) for child in token["children"]]}
        return self._leaf(token, env) if "text" in token else token

    def _quote(self, token: Token, env: Any) -> Token:
        quote = alerts.as_alert(token, callouts=self._has_callouts)
        if quote is token and self._has_callouts and (problem := alerts.unknown_callout(quote)):
            env["problems"].append((token["line"], problem))
        return quote

    def _html(self, token: Token, env: Any) -> Token:
        html, places = with_addresses(token["raw"])
        for place, problem in dialects.shortcodes(token["raw"], places):
            if bisect(env["raw"], line := token["line"] + token["raw"].count("\n", 0, place)) % 2 == 0:
                env["problems"].append((line, problem))
        return {**token, "raw": html}

    def _leaf(self, token: Token, env: Any) -> Token:
        if not token["text"]:
            return {**token, "children": []}
        assert isinstance(self.inline, Inlines)  # noqa: S101 -- _markdown makes no other
        state = self.inline.read(token["text"], env, token["line"])
        is_understood = "understood" in token.get("attrs", ())
        for place, problem in () if is_understood else dialects.find(state.src, state.understood):
            if bisect(env["raw"], line := state.line_at(place)) % 2 == 0:
                env["problems"].append((line, problem))
        if token["type"] == "paragraph" and isinstance(self.inline, MdxInlines) and is_only_tags(state.tokens):
            token = {**token, "type": "bare_paragraph"}
        if abbreviations := env["abbreviations"]:
            state.tokens = abbreviations.marked(state.tokens, env, token["line"])
        return {**token, "children": state.tokens}


def parse(text: str, dialect: Dialect, extensions: Extensions = DEFAULT) -> Parsed:
    tokens, state = _markdown(dialect, extensions).parse(text)
    assert not isinstance(tokens, str)  # noqa: S101 -- a Markdown without a renderer returns tokens
    kept, notes, lost = footnotes.number(tokens)
    return Parsed(kept, notes, [Remark(line, problem) for line, problem in (*state.env["problems"], *lost)])


def _with_id(heading: Token) -> Token:
    """The heading with the id that stands in braces after it, as Hugo, Zola, kramdown and pandoc write it."""
    text = heading["text"]
    opening = text.rfind("{")
    if not text.endswith("}") or opening < 0 or is_escaped(text, opening) or is_escaped(text, len(text) - 1):
        return heading
    attributes = text[opening + 1 : -1].removeprefix(":").split()
    names = [attribute[1:] for attribute in attributes if attribute.startswith("#")]
    if not names or not all(_ATTRIBUTE.fullmatch(attribute) for attribute in attributes):
        return heading
    return {**heading, "text": text[:opening].rstrip(" \t"), "attrs": {**heading["attrs"], "id": names[0]}}


@cache
def _markdown(dialect: Dialect, extensions: Extensions) -> _Markdown:
    inline = MdxInlines(extensions) if dialect == "mdx" else Inlines(extensions)
    return _Markdown(Blocks(dialect, extensions), inline, extensions)
