"""GitHub-flavoured Markdown to a Document, by mistune.

The text is parsed to tokens, and only then rendered, so that
everything known about a text is collected in one walk. Sources: CommonMark 0.31, GitHub Flavored Markdown Spec 0.29.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from html import escape, unescape
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import mistune
from mistune import HTMLRenderer, InlineParser
from mistune.core import BlockState
from mistune.plugins.footnotes import footnotes
from mistune.plugins.formatting import strikethrough
from mistune.plugins.task_lists import task_lists

from blog.content import highlight, raw_html
from blog.content.document import Document, Heading, Reference, Remark, marker
from blog.content.gfm import gfm
from blog.content.slugs import Anchors

Token = dict[str, Any]

# GFM 6.11, disallowed raw HTML: tags that change how the rest of the page is read.
_TAG_FILTER = re.compile(
    r"<(?=/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)\b)", re.IGNORECASE
)
_RAW_TAG = re.compile(r"""<!--.*?-->|<[A-Za-z](?:[^>"']|"[^"]*"|'[^']*')*>""", re.DOTALL)
_RAW_REFERENCE = re.compile(r"""(?<![\w-])(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_RAW_ID = re.compile(r"""(?<![\w-])id\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_RAW_SIZE = re.compile(r"(?<![\w-])(?:width|height)\s*=", re.IGNORECASE)
# What mistune makes of an address that runs a script.
_HARMFUL = "#harmful-link"
_BREAK = re.compile("\n")
_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_]+(?:['\u2019.-][^\W_]+)*")
_CJK_CHARACTERS_PER_WORD = 2
# How far ahead a piece of text that has just been rendered may stand: markup lies between, not paragraphs.
_NEARBY = 200


def parse(text: str, title: str = "") -> Document:
    r"""Parse one body. A first heading of level 1 that repeats the title is left out.

    >>> parse("Hello *you*").markup
    '<p>Hello <em>you</em></p>\n'
    """
    text = text.replace("\0", "\ufffd")
    tokens, state = _MARKDOWN.parse(text)
    assert not isinstance(tokens, str)  # noqa: S101 -- a Markdown without a renderer returns tokens
    return _Writer(text).document(_without_title(tokens, title), state)


def plain(tokens: Iterable[Token]) -> str:
    """The words of inline tokens without their markup."""
    return "".join(_plain_parts(tokens))


def _plain_parts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        match token["type"]:
            case "text":
                yield unescape(token["raw"])
            case "codespan":
                yield token["raw"]
            case "softbreak" | "linebreak":
                yield " "
            case "footnote_ref" | "inline_html":
                pass
            case _:
                yield from _plain_parts(token.get("children", ()))


def _without_title(tokens: list[Token], title: str) -> list[Token]:
    for index, token in enumerate(tokens):
        if token["type"] == "blank_line":
            continue
        repeats = token["type"] == "heading" and token["attrs"]["level"] == 1
        if repeats and plain(token["children"]).split() == title.split():
            return tokens[index + 1 :]
        break
    return tokens


_MARKDOWN = mistune.Markdown(renderer=None, inline=InlineParser(), plugins=[strikethrough, task_lists, footnotes, gfm])


class _Lines:
    """Finds the line a token came from: mistune keeps no positions, but its tokens come in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in _BREAK.finditer(text)]

    def find(self, *needles: str) -> int:
        """The line of the first of several spellings that is found ahead; else of one behind; else where we are."""
        for needle in needles:
            if needle and (found := self._text.find(needle, self._at)) >= 0:
                self._at = found + len(needle)
                return self._line(found)
        # A note's text may stand before what refers to it.
        behind = (self._text.find(needle) for needle in needles if needle)
        return self._line(next((found for found in behind if found >= 0), self._at))

    def ahead(self, text: str) -> int:
        """The line of a text ahead, without stepping over it; where it stands nowhere, the line where we are."""
        return self._line(max(self._text.find(text, self._at), self._at))

    def skip(self, text: str) -> None:
        """Step over text that was seen, so that what it names is not taken for a reference."""
        found = self._text.find(text, self._at, self._at + len(text) + _NEARBY)
        if found >= 0:
            self._at = found + len(text)

    def _line(self, place: int) -> int:
        return bisect_right(self._breaks, place - 1) + 1


class _Writer(HTMLRenderer):
    """Renders tokens to markup and notes what it meets on the way. One writer serves one document."""

    def __init__(self, text: str) -> None:
        super().__init__(escape=False)
        self._lines = _Lines(text)
        self._anchors = Anchors()
        self._references: list[Reference] = []
        self._headings: list[Heading] = []
        self._remarks: list[Remark] = []
        self._notes_seen: dict[str, int] = {}

    def document(self, tokens: list[Token], state: BlockState) -> Document:
        self._anchors.taken.update(_raw_ids(tokens))
        markup = self.render_tokens(tokens, state)
        paragraphs = (
            plain(token["children"]) for token in tokens if token["type"] == "paragraph" and _says_something(token)
        )
        return Document(
            markup=markup,
            references=tuple(self._references),
            headings=tuple(self._headings),
            anchors=frozenset(self._anchors.taken),
            remarks=tuple(sorted([*self._remarks, *self._skipped_levels()], key=lambda remark: remark.line)),
            words=_count_words(tokens),
            summary=" ".join(next((text for text in paragraphs if text.strip()), "").split()),
        )

    def render_token(self, token: Token, state: BlockState) -> str:
        if token["type"] == "heading":
            return self._heading(token, state)
        if token["type"] == "image":
            return self._image(token)
        if token["type"] == "link":
            return self._link(token, state)
        if token["type"] == "table_cell":
            _unescape_pipes(token["children"])
        if token["type"] in {"text", "codespan"}:
            self._lines.skip(token["raw"])
        return super().render_token(token, state)

    def _refer(self, reference: Reference) -> str:
        self._references.append(reference)
        return marker(len(self._references) - 1)

    def _heading(self, token: Token, state: BlockState) -> str:
        level, text = token["attrs"]["level"], " ".join(plain(token["children"]).split())
        line = self._lines.find(_first_text(token["children"]))
        heading = Heading(level, self._anchors.take(text), text, line)
        self._headings.append(heading)
        inner = self.render_tokens(token["children"], state)
        return f'<h{level} id="{escape(heading.anchor)}">{inner}</h{level}>\n'

    def _link(self, token: Token, state: BlockState) -> str:
        target = token["attrs"]["url"]
        inner = self.render_tokens(token["children"], state)
        reference = self._refer(Reference("link", self.sanitize_url(target), self._lines.find(*_spellings(target))))
        title = self.render_attrs({"title": token["attrs"].get("title")})
        return f"<a {reference}{title}>{inner}</a>"

    def _image(self, token: Token) -> str:
        target, alt = token["attrs"]["url"], " ".join(plain(token["children"]).split())
        line = self._lines.find(*_spellings(target))
        if not alt:
            self._remarks.append(Remark(line, f"image {target!r} has no alternative text"))
        reference = self._refer(Reference("image", self.sanitize_url(target), line))
        attributes = {"alt": alt, "title": token["attrs"].get("title"), "loading": "lazy", "decoding": "async"}
        return f"<img {reference}{self.render_attrs(attributes)}>"

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (unescape(info or "").split() or [""])[0]
        line = self._lines.find(info or "", code)
        if info:
            self._lines.skip(code)
        if not highlight.is_known(language):
            self._remarks.append(Remark(line, f"code language {language!r} is not known to Pygments"))
        classes = f' class="language-{escape(language)}"' if language else ""
        label = f' data-language="{escape(language)}"' if language else ""
        # A block that scrolls sideways has to be reachable by keyboard.
        return f'<pre tabindex="0"{label}><code{classes}>{highlight.highlight(code, language)}</code></pre>\n'

    def inline_html(self, html: str) -> str:
        return self._raw(html)

    def block_html(self, html: str) -> str:
        return self._raw(html) + "\n"

    def _raw(self, html: str) -> str:
        filtered = _TAG_FILTER.sub("&lt;", html)
        for tag in raw_html.tags(filtered):
            self._judge(tag)
        return _RAW_TAG.sub(self._raw_tag, filtered)

    def _judge(self, tag: raw_html.Tag) -> None:
        line = self._lines.ahead(tag.source)
        self._remarks += (Remark(line, problem) for problem in raw_html.remarks(tag))
        # A quoted href or src is a reference anyway, and judged as one.
        quoted = (unescape(double or single) for _, double, single in _RAW_REFERENCE.findall(tag.source))
        judged = {raw_html.as_read(value) for value in quoted if self.sanitize_url(value) == _HARMFUL}
        for address in raw_html.addresses(tag):
            if address not in judged and self.sanitize_url(address) == _HARMFUL:
                self._references.append(Reference("link", _HARMFUL, line))

    def _raw_tag(self, tag: re.Match[str]) -> str:
        if tag[0].startswith("<!--"):
            return tag[0]
        sized = _RAW_SIZE.search(tag[0]) is not None

        def reference(found: re.Match[str]) -> str:
            source = found[2] if found[2] is not None else found[3]
            target, line = self.sanitize_url(unescape(source)), self._lines.find(*_spellings(unescape(source)), source)
            if found[1].lower() == "href":
                return self._refer(Reference("link", target, line))
            return self._refer(Reference("sized image" if sized else "image", target, line))

        return _RAW_REFERENCE.sub(reference, tag[0])

    def alert(self, text: str, kind: str) -> str:
        heading = f'<p class="alert-title">{kind.capitalize()}</p>'
        return f'<div class="alert alert-{kind}" role="note">\n{heading}\n{text}</div>\n'

    def thematic_break(self) -> str:
        return "<hr>\n"

    def linebreak(self) -> str:
        return "<br>\n"

    def strikethrough(self, text: str) -> str:
        return f"<del>{text}</del>"

    def table(self, text: str) -> str:
        return f'<div class="table" tabindex="0" role="group" aria-label="Table">\n<table>\n{text}</table>\n</div>\n'

    def table_head(self, text: str) -> str:
        return f"<thead>\n<tr>\n{text}</tr>\n</thead>\n"

    def table_body(self, text: str) -> str:
        return f"<tbody>\n{text}</tbody>\n"

    def table_row(self, text: str) -> str:
        return f"<tr>\n{text}</tr>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:  # noqa: FBT001, FBT002 -- mistune's call
        tag, scope = ("th", ' scope="col"') if head else ("td", "")
        aligned = f' class="align-{align}"' if align else ""
        return f"<{tag}{scope}{aligned}>{text}</{tag}>\n"

    def task_list_item(self, text: str, checked: bool = False) -> str:  # noqa: FBT001, FBT002 -- mistune's call
        state, label = (" checked", "done") if checked else ("", "to do")
        box = f'<input type="checkbox" disabled{state} aria-label="{label}"> '
        inner = text.replace("<p>", f"<p>{box}", 1) if text.startswith("<p>") else box + text
        return f'<li class="task">{inner}</li>\n'

    def footnote_ref(self, key: str, index: int) -> str:
        nth = self._notes_seen[key] = self._notes_seen.get(key, 0) + 1
        place = _note_reference(index, nth)
        self._anchors.taken.add(place)
        reference = self._refer(Reference("link", f"#{_note(index)}", self._lines.find(f"[^{key}]")))
        return f'<sup><a id="{place}" class="footnote-ref" {reference} aria-label="Footnote {index}">{index}</a></sup>'

    def footnotes(self, text: str) -> str:
        return f'<section class="footnotes" aria-label="Footnotes">\n<ol>\n{text}</ol>\n</section>\n'

    def footnote_item(self, text: str, key: str, index: int) -> str:
        self._anchors.taken.add(_note(index))
        back = "".join(self._way_back(index, nth) for nth in range(1, self._notes_seen.get(key, 1) + 1))
        body = text.rstrip()
        inner = f"{body[:-4]}{back}</p>" if body.endswith("</p>") else f"{body}\n<p>{back.strip()}</p>"
        return f'<li id="{_note(index)}">{inner}</li>\n'

    def _way_back(self, index: int, nth: int) -> str:
        reference = self._refer(Reference("link", f"#{_note_reference(index, nth)}", 1))
        return f' <a class="footnote-back" {reference} aria-label="Back to the text">↩</a>'

    def _skipped_levels(self) -> Iterator[Remark]:
        # The page's own heading is the title, level 1.
        for above, heading in pairwise([Heading(1, "", "", 0), *self._headings]):
            if heading.level > above.level + 1:
                yield Remark(
                    heading.line, f"heading {heading.text!r} skips from level {above.level} to {heading.level}"
                )


# No heading's id begins with an underscore and a word of ours, so a section called "Fn 1" is no trouble.
def _note(index: int) -> str:
    return f"_fn-{index}"


def _note_reference(index: int, nth: int) -> str:
    return f"_fnref-{index}" if nth == 1 else f"_fnref-{index}-{nth}"


def _spellings(target: str) -> tuple[str, ...]:
    """How a target may stand in the text, the most telling first: mistune encodes it, and completes an autolink."""
    written = unquote(target)
    bare = target.removeprefix("http://").removeprefix("mailto:")
    return (f"]({target}", f"](<{written}", f"]({written}", target, written, bare)


def _raw_ids(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token["type"] in {"block_html", "inline_html"}:
            for tag in _RAW_TAG.findall(token["raw"]):
                yield from (first or second for first, second in _RAW_ID.findall(tag) if not tag.startswith("<!--"))
        yield from _raw_ids(token.get("children", ()))


def _says_something(paragraph: Token) -> bool:
    return bool(plain(token for token in paragraph["children"] if token["type"] != "image").strip())


def _first_text(tokens: Iterable[Token]) -> str:
    for token in tokens:
        if token.get("raw"):
            return str(token["raw"])
        if inner := _first_text(token.get("children", ())):
            return inner
    return ""


def _unescape_pipes(tokens: Iterable[Token]) -> None:
    r"""GFM 4.10: `\|` in a cell is a pipe, inside code as well."""
    for token in tokens:
        if token["type"] == "codespan":
            token["raw"] = token["raw"].replace("\\|", "|")
        _unescape_pipes(token.get("children", ()))


def _count_words(tokens: Iterable[Token]) -> int:
    count = 0
    for token in tokens:
        if token["type"] in {"text", "codespan"}:
            found = _WORD.findall(token["raw"])
            ideographs = sum(len(word) == 1 and word > "\u3000" for word in found)
            count += len(found) - ideographs + ideographs // _CJK_CHARACTERS_PER_WORD
        elif token["type"] not in {"block_code", "block_html", "inline_html"}:
            count += _count_words(token.get("children", ()))
    return count
