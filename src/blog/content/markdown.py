"""GitHub-flavoured Markdown to a Document, by mistune.

The text is parsed to tokens, the tokens are completed (heading ids, alerts, table cells), and only then rendered, so that
everything known about a text is collected in one walk. Sources: CommonMark 0.31, GitHub Flavored Markdown Spec 0.29.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from html import escape, unescape
from itertools import pairwise
from typing import Any

import mistune
from mistune import HTMLRenderer, InlineParser, InlineState, Markdown
from mistune.core import BlockState
from mistune.plugins.footnotes import footnotes
from mistune.plugins.formatting import strikethrough
from mistune.plugins.table import table
from mistune.plugins.task_lists import task_lists
from mistune.plugins.url import url

from blog.content import highlight
from blog.content.document import Document, Heading, Reference, Remark, marker
from blog.content.slugs import Anchors

Token = dict[str, Any]

_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)")
_BANG_BEFORE_FOOTNOTE = r"!(?=\[\^(?:[^\\\[\]\s]|\\.){1,500}\])"
_WWW = r"(?<![\w/.@-])www\.[^\s<]*[^\s<?!.,:*_~'\")\]]"
# GFM 6.11, disallowed raw HTML: tags that change how the rest of the page is read.
_TAG_FILTER = re.compile(
    r"<(?=/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)\b)", re.IGNORECASE
)
_RAW_REFERENCE = re.compile(r"""\b(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_RAW_ID = re.compile(r"""\bid\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_]+(?:['\u2019.-][^\W_]+)*")
_CJK_CHARACTERS_PER_WORD = 2


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


def _bang(_inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    """`text![^1]` is an exclamation and a footnote, not an image."""
    state.append_token({"type": "text", "raw": "!"})
    return found.end()


def _www(inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    """GFM 6.9: a bare www. is a link to http://www."""
    if state.in_link:
        inline.process_text(found[0], state)
    else:
        child = {"type": "text", "raw": found[0]}
        state.append_token({"type": "link", "children": [child], "attrs": {"url": f"http://{found[0]}"}})
    return found.end()


def _alerts(_markdown: Markdown, state: BlockState) -> None:
    for token in _quotes(state.tokens):
        first = next((child for child in token["children"] if child["type"] != "blank_line"), None)
        if first is None or first["type"] != "paragraph":
            continue
        if found := _ALERT.match(first["text"]):
            first["text"] = first["text"][found.end() :]
            token.update(type="alert", attrs={"kind": found[1].lower()})


def _quotes(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token["type"] == "block_quote":
            yield token
        yield from _quotes(token.get("children", ()))


def _extras(md: Markdown) -> None:
    md.inline.register("footnote_bang", _BANG_BEFORE_FOOTNOTE, _bang, before="footnote")
    md.inline.register("www_link", _WWW, _www)
    md.before_render_hooks.append(_alerts)


# Footnotes come before the extras, which name the footnote rule to be put before it.
_MARKDOWN = mistune.Markdown(
    renderer=None, inline=InlineParser(), plugins=[table, strikethrough, task_lists, footnotes, url, _extras]
)


class _Lines:
    """Finds the line a token came from: mistune keeps no positions, but its tokens come in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [index for index, character in enumerate(text) if character == "\n"]

    def find(self, needle: str) -> int:
        ahead = self._text.find(needle, self._at)
        if ahead >= 0:
            self._at = ahead + len(needle)
        found = ahead if ahead >= 0 else max(self._text.find(needle), 0)
        return bisect_right(self._breaks, found - 1) + 1


class _Writer(HTMLRenderer):
    """Renders tokens to markup and notes what it meets on the way. One writer serves one document."""

    def __init__(self, text: str) -> None:
        super().__init__(escape=False)
        self._lines = _Lines(text)
        self._anchors = Anchors()
        self._anchors.taken.update(first or second for first, second in _RAW_ID.findall(text))
        self._references: list[Reference] = []
        self._headings: list[Heading] = []
        self._remarks: list[Remark] = []
        self._notes_seen: dict[str, int] = {}

    def document(self, tokens: list[Token], state: BlockState) -> Document:
        markup = self.render_tokens(tokens, state)
        paragraphs = (plain(token["children"]) for token in tokens if token["type"] == "paragraph")
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
        reference = self._refer(Reference("link", self.sanitize_url(target), self._lines.find(target)))
        title = self.render_attrs({"title": token["attrs"].get("title")})
        return f"<a {reference}{title}>{self.render_tokens(token['children'], state)}</a>"

    def _image(self, token: Token) -> str:
        target, alt = token["attrs"]["url"], " ".join(plain(token["children"]).split())
        line = self._lines.find(target)
        if not alt:
            self._remarks.append(Remark(line, f"image {target!r} has no alternative text"))
        reference = self._refer(Reference("image", self.sanitize_url(target), line))
        attributes = {"alt": alt, "title": token["attrs"].get("title"), "loading": "lazy", "decoding": "async"}
        return f"<img {reference}{self.render_attrs(attributes)}>"

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (unescape(info or "").split() or [""])[0]
        line = self._lines.find(info or code)
        self._lines.find(code)
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
        return _RAW_REFERENCE.sub(self._raw_reference, filtered)

    def _raw_reference(self, found: re.Match[str]) -> str:
        target = unescape(found[2] if found[2] is not None else found[3])
        kind = "link" if found[1].lower() == "href" else "image"
        return self._refer(Reference(kind, self.sanitize_url(target), self._lines.find(target)))  # type: ignore[arg-type]

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
        return f'<sup><a id="{place}" class="footnote-ref" href="#fn-{index}" aria-label="Footnote {index}">{index}</a></sup>'

    def footnotes(self, text: str) -> str:
        return f'<section class="footnotes" aria-label="Footnotes">\n<ol>\n{text}</ol>\n</section>\n'

    def footnote_item(self, text: str, key: str, index: int) -> str:
        self._anchors.taken.add(f"fn-{index}")
        places = (_note_reference(index, nth) for nth in range(1, self._notes_seen.get(key, 1) + 1))
        back = "".join(
            f' <a class="footnote-back" href="#{place}" aria-label="Back to the text">↩</a>' for place in places
        )
        body = text.rstrip()
        inner = f"{body[:-4]}{back}</p>" if body.endswith("</p>") else f"{body}\n<p>{back.strip()}</p>"
        return f'<li id="fn-{index}">{inner}</li>\n'

    def _skipped_levels(self) -> Iterator[Remark]:
        # The page's own heading is the title, level 1.
        for above, heading in pairwise([Heading(1, "", "", 0), *self._headings]):
            if heading.level > above.level + 1:
                yield Remark(
                    heading.line, f"heading {heading.text!r} skips from level {above.level} to {heading.level}"
                )


def _note_reference(index: int, nth: int) -> str:
    return f"fnref-{index}" if nth == 1 else f"fnref-{index}-{nth}"


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
