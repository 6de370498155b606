"""HTML of other programs as Markdown. What Markdown has no form for stays HTML, or is reported."""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from itertools import groupby
from operator import itemgetter

from bs4 import Tag
from markdownify import MarkdownConverter

from blog.content.markdown.small_inlines import is_short_code
from blog.content.targets import is_harmful
from blog.importers.links import Rewrite
from blog.importers.markdown_code import pieces

# Told of what is changed or lost, with its line within the HTML.
Say = Callable[[int, str], None]
Parents = set[str]

_BLOCKS = ("ul", "ol", "pre", "table", "blockquote", "dl", "div", "figure", "h1", "h2", "h3", "h4", "h5", "h6")
_KEPT_ATTRIBUTES = frozenset({"href", "src", "alt", "title", "colspan", "rowspan", "align", "controls", "poster", "kind", "srclang", "label", "id", "start", "open", "datetime", "width", "height"})  # fmt: skip
_ADDRESSES = frozenset({"href", "src", "poster"})
_LOST = {"script": "a script", "style": "a style sheet", "form": "a form", "object": "an embedded object", "canvas": "a canvas", "svg": "an inline drawing", "applet": "an applet", "button": "a button", "select": "a field of a form", "textarea": "a field of a form"}  # fmt: skip
_INLINE = re.compile(r"""
    (?P<backslash>\\) | (?P<mark>[*`]) | (?P<underscore>(?<![^\W_])_|_(?![^\W_])) | (?P<bracket>\](?=[(\[:])|\[(?=[\^\[]|!\w+\])) | (?P<tilde>(?<![/~])~+)
    | (?P<tag><(?=[A-Za-z/!?])) | (?P<entity>&(?=\#?\w+;)) | (?P<brace>\{(?=[{%]|:?[ \t]*[#.])) |
    (?P<caret>\^(?=\S|$)) | (?P<equals>={2,}(?=\S|$)|(?<!\s)={2,}) | (?P<dollar>\$) | (?P<emoji>:(?=[a-z0-9_+-]{1,50}:))
""", re.VERBOSE)  # fmt: skip
_BLOCK_START = re.compile(
    r"^([ \t]*)(?:([#]{1,6}|[+-])(?=\s|$)|(>|:::|!!!|\?\?\?|\[(?=_?toc_?\][ \t]*$|[ x]\][ \t]))|(\d{1,9})([.)])(?=\s|$)|(=+|-+)(?=[ \t]*$))",
    re.MULTILINE | re.IGNORECASE,
)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language-|lang-|brush:\s*)([\w+#.-]+)")
# A colon that would make a definition of the line. It is looked for at the end, because a piece of text may begin within a line.
_DEFINITION = re.compile(r"^((?:[ \t]*(?:>|[-*+]|\d{1,9}[.)]))*[ \t]*):(?=[ \t])", re.MULTILINE)
# Stands before each dollar until its paragraph is known.
_DOLLAR = "\x01"
_PARAGRAPHS = re.compile(r"(\n[ \t]*\n)")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
# The backslash of a line break at the very end, which is no escaped one.
_LAST_BREAK = re.compile(r"(?<!\\)((?:\\\\)*)\\$")
_SPACED = re.compile(r"[\s<>()]")


class _Converter(MarkdownConverter):
    def __init__(self, change: Say, lose: Say, rewrite: Rewrite) -> None:
        super().__init__(
            heading_style="atx",
            bullets="-",
            newline_style="backslash",
            sub_symbol="<sub>",
            sup_symbol="<sup>",
            autolinks=False,
        )
        self._change, self._lose, self._rewrite = change, lose, rewrite

    def _target(self, el: Tag, address: str) -> str:
        return _pointed(self._rewrite(address, el.sourceline or 1))

    def escape(self, text: str, parent_tags: Parents) -> str:
        """Text whose characters mean nothing in Markdown."""
        if not text:
            return ""
        return _BLOCK_START.sub(_escape_start, _INLINE.sub(_escape_inline, text))

    def process_tag(self, node: Tag, parent_tags: Parents | None = None) -> str:
        if what := _LOST.get(node.name):
            self._lose(node.sourceline or 1, f"{what} (<{node.name}>) is not carried over")
            return ""
        if self._stays_html(node) and not {"pre", "code"} & (parent_tags or set()):
            return f"\n\n{_cleaned(node, self._rewrite)}\n\n"
        return str(super().process_tag(node, parent_tags))

    def _stays_html(self, node: Tag) -> bool:
        if node.name in {"dl", "video", "audio", "math"}:
            return True
        if node.name != "table":
            return False
        cells = node.find_all(["td", "th"])
        return bool(node.find("table")) or any(
            cell.has_attr("colspan") or cell.has_attr("rowspan") or cell.find(_BLOCKS) or len(cell.find_all("p")) > 1
            for cell in cells
        )

    def convert_a(self, el: Tag, text: str, parent_tags: Parents) -> str:
        href = _attribute(el, "href")
        anchor = _attribute(el, "id") or _attribute(el, "name")
        if "_noformat" in parent_tags or not (href or anchor):
            return text
        if not href:
            return f'<a id="{escape(anchor)}"></a>{text}'
        if is_harmful(href):
            self._lose(
                el.sourceline or 1, f"the link {href[:60]!r} runs script or reads files, and only its text is kept"
            )
            return text
        if not text.strip():
            return ""
        inner = text.strip().replace("\n\n", " ")
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}[{inner}]({self._target(el, href)}{_title(el)}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: Parents) -> str:
        src = next(
            (
                value
                for name in ("src", "data-src", "data-lazy-src", "data-orig-file")
                if (value := _attribute(el, name)) and not value.startswith("data:image/gif;base64,R0lGOD")
            ),
            "",
        )
        alt = " ".join(_attribute(el, "alt").split())
        if not src or is_harmful(src):
            return alt
        return f"![{self.escape(alt, parent_tags)}]({self._target(el, src)}{_title(el)})"

    def convert_br(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "pre" in parent_tags:
            return "\n"
        # At the end of its element it would show as a backslash.
        if not any(str(sibling).strip() for sibling in el.next_siblings):
            return ""
        return " " if "_inline" in parent_tags else "\\\n"

    def convert_b(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return text if {"b", "strong"} & parent_tags else str(super().convert_b(el, text, parent_tags))

    convert_strong = convert_b

    def convert_em(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return text if {"i", "em"} & parent_tags else str(super().convert_em(el, text, parent_tags))

    convert_i = convert_em

    def convert_pre(self, el: Tag, text: str, parent_tags: Parents) -> str:
        text = text.strip("\n")
        if not text.strip():
            return ""
        longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        return f"\n\n{fence}{_language(el)}\n{text}\n{fence}\n\n"

    def convert_figure(self, el: Tag, text: str, parent_tags: Parents) -> str:
        link = el.find("a", href=True)
        if "kg-bookmark-card" in _attribute(el, "class") and isinstance(link, Tag):
            title = el.find(class_="kg-bookmark-title")
            return f"\n\n[{self.escape((title or link).get_text(' ', strip=True), parent_tags)}]({self._target(link, _attribute(link, 'href'))})\n\n"
        return f"\n\n{text.strip()}\n\n"

    def convert_figcaption(self, el: Tag, text: str, parent_tags: Parents) -> str:
        caption = self.escape(" ".join(el.get_text(" ").split()), parent_tags)
        return f"\n\n*{caption}*\n\n" if caption else ""

    def convert_iframe(self, el: Tag, text: str, parent_tags: Parents) -> str:
        src = _attribute(el, "src") or _attribute(el, "data-src")
        if not src or is_harmful(src) or src == "about:blank":
            self._lose(el.sourceline or 1, "a frame without an address is not carried over")
            return ""
        address = f"https:{src}" if src.startswith("//") else src
        self._change(el.sourceline or 1, f"the frame of {address} became a link")
        return f"\n\n[{_attribute(el, 'title') or address}]({_pointed(address)})\n\n"

    convert_embed = convert_iframe

    def convert_details(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"\n\n<details>\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"<summary>{escape(' '.join(el.get_text(' ').split()), quote=False)}</summary>\n\n"

    def convert_input(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if _attribute(el, "type") == "checkbox" and "li" in parent_tags:
            return "[x] " if el.has_attr("checked") else "[ ] "
        return ""

    def convert_td(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return " " + re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split())) + " |"

    convert_th = convert_td


def to_markdown(html: str, change: Say, lose: Say, rewrite: Rewrite = lambda target, _: target) -> str:
    r"""The HTML as Markdown; `change` and `lose` are told of what could not be carried over as it was.

    ``rewrite`` gives the new target of a link or picture, from the old one and its line.

    >>> to_markdown("<p>Two <em>words</em> &lt;b&gt;</p>", print, print)
    'Two *words* \\<b>\n'

    Raises:
        RecursionError: it is nested too deeply.
    """
    # The parser takes quadratic time for tags that are never closed.
    end = html.rfind(">") + 1
    html = html[:end] + html[end:].replace("<", "&lt;")
    text = str(_Converter(change, lose, rewrite).convert(html))
    text = "".join(_in_one_blank_line(text))
    text = _LAST_BREAK.sub(r"\1", text.strip("\n "))
    return f"{text}\n" if text else ""


def _in_one_blank_line(text: str) -> Iterator[str]:
    """The text without runs of blank lines, except in code."""
    for is_code, group in groupby(pieces(text), key=itemgetter(1)):
        joined = "".join(piece for piece, _ in group)
        yield joined.replace(_DOLLAR, "") if is_code else _BLANK_LINES.sub("\n\n", _without_formulas(joined))


def _without_formulas(text: str) -> str:
    """The text with a backslash before dollars and colons that would mean more than themselves; a dollar alone in its paragraph does not."""
    text = _DEFINITION.sub(r"\1\\:", text)
    if _DOLLAR not in text:
        return text
    return "".join(
        paragraph.replace(_DOLLAR, "\\" if paragraph.count(_DOLLAR) > 1 else "")
        for paragraph in _PARAGRAPHS.split(text)
    )


def plain_text(html: str) -> str:
    """The words of some HTML in one line."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split())


def _escape_inline(found: re.Match[str]) -> str:
    if found["entity"]:
        return "&amp;"
    if found["dollar"]:
        return f"{_DOLLAR}$"
    if found["emoji"] and not is_short_code(found.string[found.end() :].partition(":")[0]):
        return ":"
    if found["tilde"] or found["equals"]:
        return "".join(f"\\{character}" for character in found[0])
    return f"\\{found[0]}"


def _escape_start(found: re.Match[str]) -> str:
    if found[4]:
        return f"{found[1]}{found[4]}\\{found[5]}"
    return f"{found[1]}\\{found[2] or found[3] or found[6]}"


def _attribute(el: Tag, name: str) -> str:
    value = el.get(name)
    return " ".join(value) if isinstance(value, list) else (value or "").strip()


def _pointed(address: str) -> str:
    address = address.replace("\n", "").replace("\r", "")
    if not _SPACED.search(address):
        return address
    return "<" + address.replace("<", "%3C").replace(">", "%3E") + ">"


def _title(el: Tag) -> str:
    title = " ".join(_attribute(el, "title").split())
    return ' "' + title.replace("\\", "\\\\").replace('"', '\\"') + '"' if title else ""


def _language(el: Tag) -> str:
    """The language of a code block, from the class of the element or of the code in it."""
    inner = el.find("code")
    for element in (el, inner):
        if isinstance(element, Tag):
            names = f"{_attribute(element, 'class')} {_attribute(element, 'data-lang')}"
            if found := _LANGUAGE.search(names):
                return found[1].lower()
    return _attribute(el, "lang") or _attribute(el, "data-language")


def _cleaned(node: Tag, rewrite: Rewrite) -> str:
    """An element as HTML on lines without a blank one, which would end it in Markdown, and without attributes that run script."""
    for inner in node.find_all(list(_LOST)):
        inner.decompose()
    for element in (node, *node.find_all(name=True)):
        for name in list(element.attrs):
            if name not in _KEPT_ATTRIBUTES or (name in _ADDRESSES and is_harmful(_attribute(element, name))):
                del element[name]
            elif name in _ADDRESSES:
                element[name] = rewrite(_attribute(element, name), element.sourceline or 1)
    if node.name in {"video", "audio"}:
        node["controls"] = ""
    return re.sub(r"\n\s*\n", "\n", str(node)).strip()
