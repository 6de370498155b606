"""From tokens to the markup of a Document, and to what is known about the text."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, pairwise

from blog.content.document import (
    TARGETS,
    CodeBlock,
    Component,
    Document,
    Heading,
    Include,
    Kind,
    Reference,
    Remark,
    closing,
    drawing,
    enclosed,
    inclusion,
    marker,
    opening,
    word,
)
from blog.content.drawing import DrawingKind, DrawingSource, PlacedSource
from blog.content.markdown import contents, fences, figures, footnotes
from blog.content.markdown.code import render
from blog.content.markdown.escapes import escape
from blog.content.markdown.highlight import Highlighter, is_known
from blog.content.markdown.parser import Parsed
from blog.content.markdown.raw_html import RawHtml, ids
from blog.content.markdown.text import count_words, plain, summary
from blog.content.markdown.tree import Token
from blog.content.media_types import player_of
from blog.content.slugs import Anchors
from blog.content.targets import encoded, is_harmful

# What a fence in these languages is drawn as.
_DRAWN: Mapping[str, DrawingKind] = {"mermaid": "diagram", "math": "equation"}


# Each is rendered by a template, for the page, the feeds and the API.
_MAX_COMPONENTS = 1000
_TOO_MANY = f"uses more than {_MAX_COMPONENTS} components; this one and those after it are left out"


class Writer:
    """Writes each kind of token by the method of its name, and notes what it meets. One writer serves one document."""

    def __init__(self) -> None:
        self._anchors = Anchors()
        self._references: list[Reference] = []
        self._headings: list[Heading] = []
        self._remarks: list[Remark] = []
        self._code: list[CodeBlock] = []
        self._components: list[Component] = []
        self._includes: list[Include] = []
        self._sources: list[PlacedSource] = []
        self._numbers: dict[str, int] = {}
        self._given: set[str] = set()
        # How many links are open: a link may contain neither a player nor another link.
        self._links = 0
        self._cited: dict[str, int] = {}
        # The line of the table of contents; 0 where there is none.
        self._contents_line = 0
        self._raw_html = RawHtml(self._refer, self._remarks)
        self._highlighter = Highlighter()

    def document(self, parsed: Parsed) -> Document:
        everything = [*parsed.tokens, *parsed.notes]
        self._remarks += parsed.remarks
        self._anchors.taken.update(_given_ids(everything))
        self._numbers = {footnotes.key(note["attrs"]["label"]): note["number"] for note in parsed.notes}
        markup = self.write(parsed.tokens) + self._footnotes(parsed.notes)
        if self._contents_line:
            markup = markup.replace(contents.PLACE, self._contents())
        return Document(
            markup=markup,
            references=tuple(self._references),
            headings=tuple(self._headings),
            anchors=frozenset(self._anchors.taken),
            remarks=tuple(sorted([*self._remarks, *self._skipped_levels()], key=lambda remark: remark.line)),
            words=count_words(everything),
            summary=summary(parsed.tokens),
            code=tuple(self._code),
            components=tuple(self._components),
            sources=tuple(self._sources),
            includes=tuple(self._includes),
        )

    def write(self, tokens: Iterable[Token]) -> str:
        return "".join([getattr(self, token["type"])(token) for token in tokens])

    def _refer(self, reference: Reference) -> str:
        self._references.append(reference)
        return marker(len(self._references) - 1)

    def _target(self, kind: Kind, target: str, line: int) -> str:
        """The attribute of a target with a space before it; none for a target that no page may contain."""
        if is_harmful(target):
            self._refer(Reference(kind, target, line))
            return ""
        return f" {self._refer(Reference(kind, encoded(target), line))}"

    # Blocks

    def paragraph(self, token: Token) -> str:
        if arranged := figures.arranged(token["children"]):
            return self.write([arranged])
        if any(child["type"] == "figure" for child in token["children"]):
            return "".join([self._part(list(children)) for _, children in groupby(token["children"], key=_is_figure)])
        kind = ' class="picture"' if figures.is_picture(token["children"]) else ""
        return f"<p{kind}>{self.write(token['children'])}</p>\n"

    def bare_paragraph(self, token: Token) -> str:
        children = token["children"]
        if not any(child["type"] == "inline_html" for child in children):
            children = [{**child, "bare": True} if child["type"] == "component" else child for child in children]
        return self.write(children) + "\n"

    def component(self, token: Token) -> str:
        name, props, line = token["attrs"]["name"], token["attrs"]["props"], token["line"]
        index = len(self._components)
        if index == _MAX_COMPONENTS:
            if _TOO_MANY not in (remark.problem for remark in self._remarks[-1:]):
                self._remarks.append(Remark(line, _TOO_MANY))
            return self.write(token["children"])
        self._components.append(Component(name, line, props, bare="bare" in token))
        for prop, value in props:
            if prop in TARGETS and isinstance(value, str):
                self._refer(Reference(TARGETS[prop], encoded(value), line))
        ends = "" if "inline" in token else "\n"
        return f"{opening(index)}{self.write(token['children'])}{closing(index)}{ends}"

    def _part(self, children: list[Token]) -> str:
        """Figures, or what stands between figures: no paragraph contains one."""
        if children[0]["type"] == "figure":
            return self.write(children)
        written = self.write(children).strip()
        return f"<p>{written}</p>\n" if written else ""

    def figure(self, token: Token) -> str:
        caption = self.write(token["children"])
        described = f"<figcaption>{caption}</figcaption>\n" if caption else ""
        return f"<figure>\n{self.write([token['picture']])}\n{described}</figure>\n"

    def gallery(self, token: Token) -> str:
        shown = [self.write([child]).rstrip() for child in token["children"]]
        return "\n".join(['<div class="gallery">', *shown, "</div>\n"])

    def player(self, token: Token) -> str:
        return f"<p>{self._player(token, self.write(token['children']))}</p>\n"

    def _player(self, token: Token, words: str) -> str:
        """A player, and in it a link for browsers and feed readers that have none."""
        url, line, label = token["attrs"]["url"], token["line"], " ".join(plain(token["children"]).split())
        source = self._target("media", url, line)
        index = len(self._references) - 1
        link = f"<a{self._target('link', url, line)}>{words or escape(url)}</a>"
        named = f' aria-label="{escape(label)}"' if label else ""
        kind = player_of(url)
        return f'<{kind} controls{source}{named} preload="metadata">{enclosed(index, link)}</{kind}>'

    def card(self, token: Token) -> str:
        target = self._target("link", token["attrs"]["url"], token["line"])
        service = f'<span class="service">{escape(token["service"])}</span>'
        return f'<p class="link-card"><a{target}>{self.write(token["children"])} {service}</a></p>\n'

    def block_text(self, token: Token) -> str:
        return self.write(token["children"])

    def heading(self, token: Token) -> str:
        level, text = token["attrs"]["level"], " ".join(plain(token["children"]).split())
        heading = Heading(level, self._anchor(token, text), text, token["line"])
        self._headings.append(heading)
        return f'<h{level} id="{escape(heading.anchor)}">{self.write(token["children"])}</h{level}>\n'

    def _anchor(self, token: Token, text: str) -> str:
        """The id in braces after a heading, the first time it is given; else one made of its text."""
        given: str | None = token["attrs"].get("id")
        if given is None:
            return self._anchors.take(text)
        if given in self._given:
            self._remarks.append(Remark(token["line"], f"id {given!r} is given twice; this heading gets another one"))
            return self._anchors.take(text)
        self._given.add(given)
        return given

    def thematic_break(self, _token: Token) -> str:
        return "<hr>\n"

    def block_quote(self, token: Token) -> str:
        return f"<blockquote>\n{self.write(token['children'])}</blockquote>\n"

    def alert(self, token: Token) -> str:
        attrs, children = token["attrs"], token["children"]
        kind, named = attrs["kind"], attrs.get("named")
        label = word(f"alert_{named}" if named else kind)
        title = label
        if children and children[0]["type"] == "alert_title":
            title, children = self.write(children[0]["children"]), children[1:]
        inner = self.write(children)
        if folded := attrs.get("details"):
            is_open = " open" if folded == "open" else ""
            summary = f'<summary class="alert-title">{title}</summary>'
            return f'<details class="alert alert-{kind}"{is_open}>\n{summary}\n{inner}</details>\n'
        if attrs.get("untitled"):
            return f'<div class="alert alert-{kind}" role="note" aria-label="{label}">\n{inner}</div>\n'
        heading = f'<p class="alert-title">{title}</p>'
        return f'<div class="alert alert-{kind}" role="note">\n{heading}\n{inner}</div>\n'

    def definition_list(self, token: Token) -> str:
        return f"<dl>\n{self.write(token['children'])}</dl>\n"

    def term(self, token: Token) -> str:
        return f"<dt>{self.write(token['children'])}</dt>\n"

    def definition(self, token: Token) -> str:
        return f"<dd>{self._item(token['children'])}</dd>\n"

    def contents(self, token: Token) -> str:
        if self._contents_line:
            self._remarks.append(Remark(token["line"], "a second table of contents is left out"))
            return ""
        self._contents_line = token["line"]
        return contents.PLACE

    def _contents(self) -> str:
        if not self._headings:
            self._remarks.append(
                Remark(self._contents_line, "the table of contents is empty: the text has no headings")
            )
            return ""
        targets = [
            self._refer(Reference("link", f"#{encoded(it.anchor)}", self._contents_line)) for it in self._headings
        ]
        links = [f"<a {target}>{escape(it.text)}</a>" for target, it in zip(targets, self._headings, strict=True)]
        listed = contents.nested(self._headings, links)
        return f'<nav class="contents" aria-label="{word("contents")}">\n{listed}</nav>\n'

    def list(self, token: Token) -> str:
        items = self.write(token["children"])
        if not token["attrs"]["ordered"]:
            return f"<ul>\n{items}</ul>\n"
        start = token["attrs"]["start"]
        numbered = "" if start is None else f' start="{start}"'
        return f"<ol{numbered}>\n{items}</ol>\n"

    def list_item(self, token: Token) -> str:
        return f"<li>{self._item(token['children'])}</li>\n"

    def task_list_item(self, token: Token) -> str:
        checked = token["attrs"]["checked"]
        state, label = (" checked", "done") if checked else ("", "to_do")
        box = f'<input type="checkbox" disabled{state} aria-label="{word(label)}"> '
        text = self._item(token["children"])
        inner = text.replace("<p>", f"<p>{box}", 1) if text.startswith("<p>") else box + text
        return f'<li class="task">{inner}</li>\n'

    def _item(self, children: Iterable[Token]) -> str:
        """The blocks of an item; the text of a tight one stands on a line of its own before what follows it."""
        written = [(child["type"] == "block_text", self.write([child])) for child in children]
        ends = ["\n" if is_text and place < len(written) - 1 else "" for place, (is_text, _) in enumerate(written)]
        return "".join([text + end for (_, text), end in zip(written, ends, strict=True)])

    def block_code(self, token: Token) -> str:
        code, line = token["raw"], token["line"]
        fence = fences.parse(token["attrs"]["info"])
        language = fence.language
        if kind := _DRAWN.get(language.lower()):
            first = token["attrs"].get("first", line + 1)
            options = fence.options
            # The name of a file that is drawn is no title, as that of one that is shown is.
            title = "" if options.title == options.file else options.title
            source = DrawingSource(kind, code)
            return self._drawing(PlacedSource(source, line, first, options.file, options.lines, title))
        self._code.append(CodeBlock(language, line, fence.options))
        if not is_known(language):
            self._remarks.append(Remark(line, f"code language {language!r} is not known to Pygments"))
        shown = render(code, language, fence.options, self._highlighter)
        self._remarks += [Remark(line + number, problem) for number, problem in shown.problems]
        if not fence.options.file:
            return shown.markup
        self._includes.append(Include(language, line, fence.options, shown.markup))
        return inclusion(len(self._includes) - 1)

    def _drawing(self, placed: PlacedSource) -> str:
        self._sources.append(placed)
        return drawing(len(self._sources) - 1)

    def block_html(self, token: Token) -> str:
        return self._raw_html.write(token["raw"], token["line"]) + "\n"

    def table(self, token: Token) -> str:
        label = word("table")
        rows = self.write(token["children"])
        return f'<div class="table" tabindex="0" role="group" aria-label="{label}">\n<table>\n{rows}</table>\n</div>\n'

    def table_head(self, token: Token) -> str:
        return f"<thead>\n<tr>\n{self.write(token['children'])}</tr>\n</thead>\n"

    def table_body(self, token: Token) -> str:
        return f"<tbody>\n{self.write(token['children'])}</tbody>\n"

    def table_row(self, token: Token) -> str:
        return f"<tr>\n{self.write(token['children'])}</tr>\n"

    def table_cell(self, token: Token) -> str:
        attrs = token["attrs"]
        tag, scope = ("th", ' scope="col"') if attrs["head"] else ("td", "")
        aligned = f' class="align-{attrs["align"]}"' if attrs["align"] else ""
        return f"<{tag}{scope}{aligned}>{self.write(token['children'])}</{tag}>\n"

    # Inlines

    def formula(self, token: Token) -> str:
        return self._drawing(PlacedSource(DrawingSource(token["kind"], token["raw"]), token["line"], token["line"]))

    def text(self, token: Token) -> str:
        return escape(token["raw"])

    def codespan(self, token: Token) -> str:
        return f"<code>{escape(token['raw'])}</code>"

    def emphasis(self, token: Token) -> str:
        return f"<em>{self.write(token['children'])}</em>"

    def strong(self, token: Token) -> str:
        return f"<strong>{self.write(token['children'])}</strong>"

    def strikethrough(self, token: Token) -> str:
        return f"<del>{self.write(token['children'])}</del>"

    def mark(self, token: Token) -> str:
        return f"<mark>{self.write(token['children'])}</mark>"

    def superscript(self, token: Token) -> str:
        return f"<sup>{self.write(token['children'])}</sup>"

    def subscript(self, token: Token) -> str:
        return f"<sub>{self.write(token['children'])}</sub>"

    def abbreviation(self, token: Token) -> str:
        return f'<abbr title="{escape(token["title"])}">{self.write(token["children"])}</abbr>'

    def linebreak(self, _token: Token) -> str:
        return "<br>\n"

    def softbreak(self, _token: Token) -> str:
        return "\n"

    def link(self, token: Token) -> str:
        self._links += 1
        inner = self.write(token["children"])
        self._links -= 1
        target = self._target("link", token["attrs"]["url"], token["line"])
        return f"<a{target}{_title(token)}>{inner}</a>"

    def image(self, token: Token) -> str:
        url, alt = token["attrs"]["url"], " ".join(plain(token["children"]).split())
        if not alt:
            self._remarks.append(Remark(token["line"], f"image {url!r} has no alternative text"))
        if player_of(url) and not self._links:
            return self._player(token, escape(alt))
        size = "".join(f' {name}="{given}"' for name in ("width", "height") if (given := token["attrs"].get(name)))
        target = self._target("sized image" if size else "image", url, token["line"])
        index = len(self._references) - 1
        shown = figures.theme_class(url)
        classes = f' class="{shown}"' if shown else ""
        image = f'<img{target}{size} alt="{escape(alt)}"{_title(token)}{classes} loading="lazy" decoding="async">'
        return enclosed(index, image) if target else image

    def inline_html(self, token: Token) -> str:
        return self._raw_html.write(token["raw"], token["line"])

    # Footnotes

    def footnote_ref(self, token: Token) -> str:
        number = self._numbers[token["key"]]
        nth = self._cited[token["key"]] = self._cited.get(token["key"], 0) + 1
        place = _citation_id(number, nth)
        self._anchors.taken.add(place)
        target = self._refer(Reference("link", f"#{_note_id(number)}", token["line"]))
        label = word("footnote", number)
        return f'<sup><a id="{place}" class="footnote-ref" {target} aria-label="{label}">{number}</a></sup>'

    def _footnotes(self, notes: Iterable[Token]) -> str:
        # What the notes cite is written first, for each ends with the ways back to where it is cited.
        bodies = [(note, self.write(note["children"])) for note in notes]
        items = "".join([self._note(note, body) for note, body in bodies])
        label = word("footnotes")
        return f'<section class="footnotes" aria-label="{label}">\n<ol>\n{items}</ol>\n</section>\n' if items else ""

    def _note(self, note: Token, markup: str) -> str:
        number = note["number"]
        self._anchors.taken.add(_note_id(number))
        times = self._cited.get(footnotes.key(note["attrs"]["label"]), 1)
        back = "".join(self._way_back(number, nth, note["line"]) for nth in range(1, times + 1))
        body = markup.rstrip()
        inner = f"{body[:-4]}{back}</p>" if body.endswith("</p>") else f"{body}\n<p>{back.strip()}</p>"
        return f'<li id="{_note_id(number)}">{inner}</li>\n'

    def _way_back(self, number: int, nth: int, line: int) -> str:
        target = self._refer(Reference("link", f"#{_citation_id(number, nth)}", line))
        return f' <a class="footnote-back" {target} aria-label="{word("back")}">↩</a>'

    def _skipped_levels(self) -> Iterator[Remark]:
        # The page's own heading is the title, level 1.
        if first := next((heading for heading in self._headings if heading.level == 1), None):
            problem = f"heading {first.text!r} is of level 1, as the title of the page is; begin headings with ##"
            yield Remark(first.line, problem)
        for above, heading in pairwise([Heading(1, "", "", 0), *self._headings]):
            if heading.level > above.level + 1:
                yield Remark(
                    heading.line, f"heading {heading.text!r} skips from level {above.level} to {heading.level}"
                )


def _is_figure(token: Token) -> bool:
    return bool(token["type"] == "figure")


def _title(token: Token) -> str:
    title = token["attrs"]["title"]
    return f' title="{escape(title)}"' if title else ""


# No heading's id begins with an underscore and a word of ours, so a section called "Fn 1" is no trouble.
def _note_id(number: int) -> str:
    return f"_fn-{number}"


def _citation_id(number: int, nth: int) -> str:
    return f"_fnref-{number}" if nth == 1 else f"_fnref-{number}-{nth}"


def _given_ids(tokens: Iterable[Token]) -> Iterator[str]:
    """The ids that an author gives: in raw HTML, and in braces after a heading."""
    for token in tokens:
        if token["type"] in {"block_html", "inline_html"}:
            yield from ids(token["raw"])
        elif token["type"] == "heading" and "id" in token["attrs"]:
            yield token["attrs"]["id"]
        yield from _given_ids(token.get("children", ()))
