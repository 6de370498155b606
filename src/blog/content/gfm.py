"""What GitHub Flavored Markdown has and mistune's plugins lack or do otherwise: ragged tables, autolinks, alerts."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mistune import BlockParser, InlineParser, InlineState, Markdown
from mistune.core import BlockState

Token = dict[str, Any]

_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)")
_BANG_BEFORE_FOOTNOTE = r"!(?=\[\^(?:[^\\\[\]\s]|\\.){1,500}\])"
_ADDRESS = r"(?<![\w/.@:-])(?:https?://|www\.)[^\s<]+"
_EMAIL = r"(?<![\w.+/:@-])[A-Za-z0-9._+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z0-9]+(?![\w@/-])"
_ENTITY_AT_END = re.compile(r"&[A-Za-z0-9]+;$")

_TABLE = r"^ {0,3}(?![>#])[^\n]*\|[^\n]*\n {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?:\n|$)"
_PIPE = re.compile(r"(?<!\\)\|")
_NO_ROW = re.compile(r"[ \t]*(?:\n|$)| {0,3}(?:>|#{1,6}[ \t]|```|~~~|[-*+][ \t]|\d{1,9}[.)][ \t]|<[A-Za-z/!])")


def gfm(md: Markdown) -> None:
    """The plugin; it has to come after mistune's footnotes, whose rule it puts one of its own in front of."""
    md.block.register("table", _TABLE, _table, before="paragraph")
    md.inline.register("footnote_bang", _BANG_BEFORE_FOOTNOTE, _bang, before="footnote")
    md.inline.register("address", _ADDRESS, _address)
    md.inline.register("email", _EMAIL, _email)
    md.before_render_hooks.append(_alerts)


def _bang(_inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    """`text![^1]` is an exclamation and a footnote, not an image."""
    state.append_token({"type": "text", "raw": "!"})
    return found.end()


def _address(inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    """GFM 6.9, extended autolinks: what ends a sentence does not belong to the address in it."""
    text = _trimmed(found[0])
    url = text if text.startswith("http") else f"http://{text}"
    return _autolink(inline, found.start(), text, url, state)


def _email(inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    return _autolink(inline, found.start(), found[0], f"mailto:{found[0]}", state)


def _autolink(inline: InlineParser, start: int, text: str, url: str, state: InlineState) -> int:
    if state.brackets and "]" in text:
        text = text[: text.index("]")]
        url = url[: url.index("]")]
    if state.in_link or state.in_image or not text.strip("htpsw:/."):
        inline.process_text(text, state)
    else:
        child = {"type": "text", "raw": text}
        # The last entry lets mistune take the link back where a bracket around it turns out to be a link's own.
        state.append_token({"type": "link", "children": [child], "attrs": {"url": url}, "_autolink": text})
    return start + len(text)


def _trimmed(address: str) -> str:
    """
    >>> _trimmed("www.example.org/a_(b))."), _trimmed("https://example.org/?a=1&copy;")
    ('www.example.org/a_(b)', 'https://example.org/?a=1')
    """
    while address:
        if address[-1] in "?!.,:*_~'\"]" or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        elif entity := _ENTITY_AT_END.search(address):
            address = address[: entity.start()]
        else:
            break
    return address


def _table(_block: BlockParser, found: re.Match[str], state: BlockState) -> int | None:
    """GFM 4.10: the delimiter row counts the columns; a row with fewer cells is filled up, one with more is cut."""
    header, delimiters = found[0].split("\n")[:2]
    aligns = [_align(cell) for cell in _cells(delimiters)]
    titles = _cells(header)
    if len(titles) != len(aligns):
        return None
    head = [_cell(text, align, head=True) for text, align in zip(titles, aligns, strict=True)]
    rows, end = [], found.end()
    while end < state.cursor_max and not _NO_ROW.match(state.src, end):
        line = state.get_line(end)
        cells = [*_cells(line), *[""] * len(aligns)]
        row = [_cell(text, align, head=False) for text, align in zip(cells, aligns, strict=False)]
        rows.append({"type": "table_row", "children": row})
        end += len(line)
    body = [{"type": "table_body", "children": rows}] if rows else []
    state.append_token({"type": "table", "children": [{"type": "table_head", "children": head}, *body]})
    return end


def _cells(line: str) -> list[str]:
    r"""
    >>> _cells("| a | b \\| c |"), _cells("a | b")
    (['a', 'b \\| c'], ['a', 'b'])
    """
    stripped = line.strip()
    inner = stripped.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip() for cell in _PIPE.split(inner)]


def _align(delimiter: str) -> str | None:
    sides = (delimiter.startswith(":"), delimiter.endswith(":"))
    return {(True, True): "center", (True, False): "left", (False, True): "right"}.get(sides)


def _cell(text: str, align: str | None, *, head: bool) -> Token:
    return {"type": "table_cell", "text": text, "attrs": {"align": align, "head": head}}


def _alerts(_md: Markdown, state: BlockState) -> None:
    for token in _quotes(state.tokens):
        first = next((child for child in token["children"] if child["type"] != "blank_line"), None)
        if first is None or first["type"] != "paragraph":
            continue
        if found := _ALERT.match(first["text"]):
            first["text"] = first["text"][found.end() :]
            if not first["text"].strip():
                token["children"].remove(first)
            token.update(type="alert", attrs={"kind": found[1].lower()})


def _quotes(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token["type"] == "block_quote":
            yield token
        yield from _quotes(token.get("children", ()))
