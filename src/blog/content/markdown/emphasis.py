"""Emphasis and strikethrough: the delimiter algorithm of CommonMark's appendix, in linear time."""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from blog.content.markdown.tree import Token

# Renderers recurse: markers that would nest deeper stay text.
MAX_DEPTH = 30
_NODES = {("*", 1): "emphasis", ("_", 1): "emphasis", ("*", 2): "strong", ("_", 2): "strong", ("=", 2): "mark"}


# The marks of which only runs of some lengths are markup.
_LENGTHS = {"~": (1, 2), "=": (2,)}


@dataclass(slots=True)
class _Pair:
    marks: str
    is_open: bool = False

    @property
    def node(self) -> str:
        return _NODES.get((self.marks[0], len(self.marks)), "strikethrough")


@dataclass(slots=True)
class _Delimiter:
    mark: str
    length: int
    can_open: bool
    can_close: bool
    order: int
    left: int
    closes: list[_Pair] = field(default_factory=list)
    opens: list[_Pair] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, int, bool]:
        """Openers that one delimiter of a kind did not find, none of that kind will."""
        return self.mark, self.length if self.mark in "~=" else self.length % 3, self.can_open

    def matches(self, closer: "_Delimiter") -> bool:
        if self.mark != closer.mark or not self.left:
            return False
        either_way = self.can_close or closer.can_open
        sums_to_three = (self.length + closer.length) % 3 == 0 and (self.length % 3 or closer.length % 3)
        return not (either_way and sums_to_three)


def delimiter(source: str, start: int, end: int) -> Token:
    """The token of a run of ``*``, ``_``, ``~`` or ``=``: text, until :func:`resolve` finds its other half."""
    before, after = _around(source, start, end)
    left = _flanks(after, before)
    right = _flanks(before, after)
    if source[start] == "_":
        left, right = left and (not right or is_punctuation(before)), right and (not left or is_punctuation(after))
    elif source[start] == "=":
        # a==b is code that stands without its marks; Chinese and Japanese have no space before a mark.
        left = left and not (before.isalnum() and before.isascii())
    token: Token = {"type": "text", "raw": source[start:end]}
    if (left or right) and end - start in _LENGTHS.get(source[start], (end - start,)):
        token["delimiter"] = (left, right)
    return token


def _around(source: str, start: int, end: int) -> tuple[str, str]:
    """The characters beside a run. Like cmark-gfm, tildes beside emphasis are passed over: they may be markup as well."""
    if source[start] != "~":
        while start and source[start - 1] == "~":
            start -= 1
        while end < len(source) and source[end] == "~":
            end += 1
    return source[start - 1] if start else "\n", source[end] if end < len(source) else "\n"


# A text of nothing but markers asks for few pairs of characters very often.
@lru_cache(maxsize=4096)
def _flanks(inner: str, outer: str) -> bool:
    """CommonMark 6.2: whether a run stands directly before (or after) a word."""
    return not inner.isspace() and (not is_punctuation(inner) or outer.isspace() or is_punctuation(outer))


def is_punctuation(character: str) -> bool:
    """A Unicode punctuation character as CommonMark 2.1 has it: general categories P and S."""
    return unicodedata.category(character)[0] in "PS"


def resolve(tokens: list[Token]) -> list[Token]:
    """Pair the delimiters among inline tokens, and put what stands between a pair into its node."""
    found = {index: _delimiter_of(token, index) for index, token in enumerate(tokens) if "delimiter" in token}
    if found:
        _pair(list(found.values()))
        return _build(tokens, found)
    return merged(tokens)


def _delimiter_of(token: Token, order: int) -> _Delimiter:
    mark, length = token["raw"][0], len(token["raw"])
    can_open, can_close = token["delimiter"]
    return _Delimiter(mark, length, can_open, can_close, order, left=length)


def _pair(delimiters: list[_Delimiter]) -> None:
    openers: list[_Delimiter] = []
    bottom: dict[tuple[str, int, bool], int] = {}
    for closer in delimiters:
        while closer.can_close and closer.left:
            place = _opener(openers, closer, bottom.get(closer.kind, -1))
            if place is None:
                bottom[closer.kind] = closer.order
                break
            opener = openers[place]
            del openers[place + 1 :]
            _match(opener, closer)
            if not opener.left:
                openers.pop()
        if closer.can_open and closer.left:
            openers.append(closer)


def _opener(openers: list[_Delimiter], closer: _Delimiter, bottom: int) -> int | None:
    for place in range(len(openers) - 1, -1, -1):
        if openers[place].order < bottom:
            return None
        if openers[place].matches(closer):
            return place
    return None


def _match(opener: _Delimiter, closer: _Delimiter) -> None:
    if opener.mark == "~":
        width = opener.length
        if opener.length != closer.length:
            # cmark-gfm: tildes that meet and do not match stay text, both of them.
            opener.left = closer.left = 0
            return
    else:
        width = 2 if min(opener.left, closer.left) >= 2 else 1  # noqa: PLR2004 -- strong
    pair = _Pair(opener.mark * width)
    opener.left -= width
    closer.left -= width
    opener.opens.append(pair)
    closer.closes.append(pair)


def _build(tokens: list[Token], delimiters: dict[int, _Delimiter]) -> list[Token]:
    levels: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        run = delimiters.get(index)
        if run is None:
            levels[-1].append(token)
            continue
        for pair in run.closes:
            _close(levels, pair)
        taken = sum(len(pair.marks) for pair in (*run.closes, *run.opens))
        if taken < run.length:
            levels[-1].append({"type": "text", "raw": run.mark * (run.length - taken)})
        for pair in reversed(run.opens):
            _open(levels, pair)
    return merged(levels[0])


def _open(levels: list[list[Token]], pair: _Pair) -> None:
    pair.is_open = len(levels) <= MAX_DEPTH
    if pair.is_open:
        levels.append([])
    else:
        levels[-1].append({"type": "text", "raw": pair.marks})


def _close(levels: list[list[Token]], pair: _Pair) -> None:
    if not pair.is_open:
        levels[-1].append({"type": "text", "raw": pair.marks})
        return
    children = merged(levels.pop())
    levels[-1].append({"type": pair.node, "children": children, "depth": depth(children) + 1})


def depth(tokens: list[Token]) -> int:
    """How deep the nodes among tokens are nested."""
    return max((token.get("depth", 0) for token in tokens), default=0)


def merged(tokens: list[Token]) -> list[Token]:
    """The tokens with neighbouring pieces of text joined."""
    joined: list[Token] = []
    pieces: list[str] = []
    for token in tokens:
        if token["type"] == "text":
            pieces.append(token["raw"])
            continue
        if pieces:
            joined.append({"type": "text", "raw": "".join(pieces)})
            pieces = []
        joined.append(token)
    if pieces:
        joined.append({"type": "text", "raw": "".join(pieces)})
    return joined
