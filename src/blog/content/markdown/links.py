"""Links, images and footnote citations: what happens at an opening and at a closing bracket (CommonMark 6.3)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blog.content.markdown import emphasis, footnotes
from blog.content.markdown.definitions import destination, key, label, skip_space, title
from blog.content.markdown.inline_state import Bracket, Inline

if TYPE_CHECKING:
    from blog.content.markdown.tree import Token

_MAX_LABEL = 999
_SHOWN = 60
# Renderers recurse: a bracket around more nodes than this is text.
_MAX_DEPTH = 30
# A few definitions cited often may not become a page many times the text's length: like in cmark, the targets and titles
# that references stand for may have as many characters as the text, or this many.
MIN_EXPANDED = 100_000
_TOO_LONG = (
    "references stand for more characters than the whole text has; this one and those after it are shown as text"
)


@dataclass(frozen=True, slots=True)
class _Target:
    url: str
    title: str
    line: int
    end: int


def opening(state: Inline, start: int, end: int) -> None:
    if state.open_brackets:
        state.open_brackets[-1].nested = True
    state.open_brackets.append(Bracket(end, len(state.tokens), state.src[start] == "!"))
    state.append_token({"type": "text", "raw": state.src[start:end]})


def closing(state: Inline, close: int) -> int:
    """Make a link, an image or a citation of what the bracket at ``close`` ends, or text of the bracket; gives the end."""
    if not state.open_brackets:
        return _text(state, close)
    active = len(state.open_brackets) > state.inactive
    bracket = state.open_brackets.pop()
    if state.open_brackets:
        state.open_brackets[-1].depth = max(state.open_brackets[-1].depth, bracket.depth)
    state.inactive = min(state.inactive, len(state.open_brackets))
    if not bracket.image and (not active or state.in_link):
        return _citation(state, bracket, close) or _text(state, close)
    if bracket.depth >= _MAX_DEPTH:
        return _text(state, close)
    target = _inline_target(state, close + 1) or _reference(state, bracket, close)
    if target is None:
        return _citation(state, bracket, close) or _undefined(state, bracket, close)
    _link(state, bracket, target)
    return target.end


def _text(state: Inline, close: int) -> int:
    state.append_token({"type": "text", "raw": "]"})
    return close + 1


def _undefined(state: Inline, bracket: Bracket, close: int) -> int:
    """Text of the bracket; a problem where a second pair of brackets says that a definition was meant."""
    text, start = state.src, bracket.start - (2 if bracket.image else 1)
    named = label(text, close + 1) if close - bracket.start <= _MAX_LABEL else None
    written = text[bracket.start : close] if named else ""
    if named is None or not written.strip() or text.startswith("(", named[1]):
        return _text(state, close)
    name = named[0].strip() or written
    # matrix[i][j] is an index, and [^a][^b] are two citations.
    is_index = text[max(0, start - 1) : start].isalnum() or name.isdecimal() or name.startswith("^")
    if not is_index and not written.startswith(("^", "[")) and key(name) not in state.env["ref_links"]:
        shown = " ".join(text[start : named[1]][:_SHOWN].split())
        problem = f"{shown!r} refers to [{name[:_SHOWN]}], which is not defined; it is shown as it is written"
        state.env["problems"].append((state.line_at(close), problem))
    return _text(state, close)


def _link(state: Inline, bracket: Bracket, target: _Target) -> None:
    children = emphasis.resolve(state.tokens[bracket.token + 1 :])
    del state.tokens[bracket.token :]
    attrs = {"url": target.url, "title": target.title}
    state.append_token(
        {
            "type": "image" if bracket.image else "link",
            "children": children,
            "attrs": attrs,
            "line": target.line,
            "depth": emphasis.depth(children) + 1,
        }
    )
    if not bracket.image:
        # A link contains no other link: the brackets before it open none. They may still open an image.
        state.inactive = len(state.open_brackets)


def _inline_target(state: Inline, place: int) -> _Target | None:
    text = state.src
    if not text.startswith("(", place):
        return None
    start = skip_space(text, place + 1)
    where = destination(text, start)
    if where is None:
        return None
    url, end = where
    if text.startswith("{", start) and not url.startswith("{"):
        state.understood.append((start, end))
    name, after = "", skip_space(text, end)
    if after > end and (titled := title(text, after)):
        name, after = titled[0], skip_space(text, titled[1])
    if not text.startswith(")", after):
        return None
    return _Target(url, name, state.line_at(start), after + 1)


def _reference(state: Inline, bracket: Bracket, close: int) -> _Target | None:
    definitions = state.env["ref_links"]
    if not definitions:
        return None
    written, end = None, close + 1
    if found := label(state.src, close + 1):
        written, end = found
    if not written:
        if bracket.nested or close - bracket.start > _MAX_LABEL:
            return None
        written = state.src[bracket.start : close]
    known = definitions.get(key(written)) if written.strip() else None
    if known is None or not _may_expand(state, len(known.target) + len(known.title), close):
        return None
    return _Target(known.target, known.title, known.line, end)


def _may_expand(state: Inline, length: int, place: int) -> bool:
    """Take ``length`` characters from what references may stand for; the first time too few are left is a problem."""
    if state.env["expandable"] < 0:
        return False
    state.env["expandable"] -= length
    if state.env["expandable"] < 0:
        state.env["problems"].append((state.line_at(place), _TOO_LONG))
        return False
    return True


def _citation(state: Inline, bracket: Bracket, close: int) -> int | None:
    found = footnotes.CITATION.fullmatch(state.src, bracket.start, close)
    if found is None or bracket.image:
        return None
    name, line = footnotes.key(found[1]), state.line_at(close)
    if name not in state.env["footnotes"]:
        state.env["problems"].append((line, f"footnote [^{found[1]}] is not defined, and is shown as it is written"))
        return None
    del state.tokens[bracket.token :]
    token: Token = {"type": "footnote_ref", "key": name, "line": line}
    state.append_token(token)
    return close + 1
