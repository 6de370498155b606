"""The text of a WordPress post before it is HTML: paragraphs of plain lines, and shortcodes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

Say = Callable[[int, str], None]
_PROTECTED = re.compile(r"(<(pre|code|script|style|textarea)\b(?:(?!<\2\b).)*?</\2\s*>)", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(
    r"\s*</?(?:address|article|aside|blockquote|details|div|dl|fieldset|figure|footer|form|h[1-6]|header|hr|iframe|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul|video|audio)\b",
    re.IGNORECASE,
)
_BLOCKS_WITH_LINES = re.compile(r"</?(?:ul|ol|table|tr|tbody|thead|dl|pre)\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))|"([^"]*)"|([^\s"'=\]]+)""")
_ENCLOSING = re.compile(
    r"\[(caption|wp_caption|embed|code|sourcecode|php|html|css|js|python|bash|sql|xml|java|ruby)\b([^\[\]]*)\]((?:(?!\[\1\b).)*?)\[/\1\]",
    re.DOTALL | re.IGNORECASE,
)
_SINGLE = re.compile(
    r"(?<!\[)\[(gallery|youtube|vimeo|audio|video|playlist|embed)\b([^\[\]]*?)/?\](?:\[/\1\])?", re.IGNORECASE
)
_OTHER = re.compile(r"(?<!\[)\[([a-z][\w-]{1,40})((?:\s[^\[\]\n]{0,500})?)/?\]", re.IGNORECASE)
_EMPTY_BLOCK = re.compile(r"<!-- wp:([\w/-]+)[^\n]{0,2000}? /-->")
_BLANK_LINES = re.compile(r"(\n[ \t]*\n\s*)")
_FILE_KEYS = ("src", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv", "flv", "0")


@dataclass(frozen=True, slots=True)
class Picture:
    """An attachment that a gallery can show."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """The attachments of an export by their number, and those of this post."""

    known: Mapping[str, Picture]
    own: Sequence[str]


def to_html(content: str, gallery: Gallery, change: Say, lose: Say) -> str:
    """The content as HTML with as many lines as before, so that lines in later notes are those of the export."""
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    if "<!--nextpage-->" in content:
        change(content.count("\n", 0, content.index("<!--nextpage-->")) + 1, "a text in several pages became one page")
    for block in _EMPTY_BLOCK.finditer(content):
        line = content.count("\n", 0, block.start()) + 1
        lose(
            line,
            f"the block {block[1]!r} has no content in the export, because WordPress fills it when it shows the page",
        )
    html = _shortcodes(content, gallery, change, lose)
    return html if "<!-- wp:" in content else _paragraphs(html)


def _paragraphs(text: str) -> str:
    """Blank lines divide paragraphs, and single line breaks are line breaks, as in posts of the classic editor."""
    return _outside_code(text, lambda piece: "".join(map(_paragraph, _BLANK_LINES.split(piece))))


def _paragraph(text: str) -> str:
    if not text.strip():
        return text
    if _BLOCK.match(text):
        return text if _BLOCKS_WITH_LINES.search(text) else text.replace("\n", "<br>\n")
    return "<p>" + text.strip("\n").replace("\n", "<br>\n") + "</p>"


def _shortcodes(text: str, gallery: Gallery, change: Say, lose: Say) -> str:
    def enclosing(found: re.Match[str]) -> str:
        name, arguments, inner = found[1].lower(), _arguments(found[2]), found[3]
        line = text.count("\n", 0, found.start()) + 1
        if name in {"caption", "wp_caption"}:
            change(line, "[caption] became a picture with a caption")
            return _figure(inner, arguments)
        if name == "embed":
            return f'<p><a href="{escape(inner.strip())}">{escape(inner.strip())}</a></p>'
        change(line, f"[{name}] became a code block")
        language = (
            arguments.get("language") or arguments.get("lang") or (name if name not in {"code", "sourcecode"} else "")
        )
        return f'<pre><code class="language-{escape(language)}">{inner.replace("<", "&lt;")}</code></pre>'

    def single(found: re.Match[str]) -> str:
        line = text.count("\n", 0, found.start()) + 1
        html = _single(found[1].lower(), _arguments(found[2]), gallery)
        if html is None:
            lose(line, f"[{found[1]}] names no file or address of the export, and stays as text")
            return found[0]
        change(line, f"[{found[1]}] became {'pictures' if found[1].lower() == 'gallery' else 'a link'}")
        return html

    text = _ENCLOSING.sub(enclosing, text)
    text = _outside_code(text, lambda piece: _SINGLE.sub(single, piece))
    _report_others(text, lose)
    return re.sub(r"\[(\[[^\[\]]+\])\]", r"\1", text)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    place, result = 0, []
    for found in _PROTECTED.finditer(text):
        result += [change(text[place : found.start()]), found[0]]
        place = found.end()
    return "".join([*result, change(text[place:])])


def _report_others(text: str, lose: Say) -> None:
    """Name the shortcodes of plugins: words in brackets with arguments, or with a closing form."""
    shown = _PROTECTED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    closed = {name.lower() for name in re.findall(r"\[/([a-z][\w-]*)\]", shown, re.IGNORECASE)}
    for found in _OTHER.finditer(shown):
        if "=" in found[2] or found[1].lower() in closed:
            lose(
                shown.count("\n", 0, found.start()) + 1,
                f"{found[0][:60]!r} is a shortcode of a plugin and stays as text",
            )


def _figure(inner: str, arguments: Mapping[str, str]) -> str:
    picture = re.match(r"\s*(<a\b[^>]*>\s*)?<img\b[^>]*>(\s*</a>)?", inner, re.IGNORECASE)
    caption = arguments.get("caption") or (inner[picture.end() :].strip() if picture else "")
    shown = picture[0].strip() if picture else inner
    lines = "\n" * (inner.count("\n") - shown.count("\n") - caption.count("\n"))
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>{lines}"


def _single(name: str, arguments: Mapping[str, str], gallery: Gallery) -> str | None:
    if name == "gallery":
        numbers = re.findall(r"\d+", arguments.get("ids") or arguments.get("include", "")) or gallery.own
        pictures = [gallery.known[number] for number in numbers if number in gallery.known]
        if not pictures or len(pictures) < len(numbers):
            return None
        return "".join(f'<p><img src="{escape(picture.url)}" alt="{escape(picture.alt)}"></p>' for picture in pictures)
    target = next((arguments[key] for key in _FILE_KEYS if key in arguments), "")
    if name == "vimeo" and target.isdecimal():
        target = f"https://vimeo.com/{target}"
    if name == "youtube" and re.fullmatch(r"[\w-]{6,20}", target):
        target = f"https://www.youtube.com/watch?v={target}"
    if not re.match(r"(?:https?:)?/", target):
        return None
    return f'<p><a href="{escape(target)}">{escape(target)}</a></p>'


def _arguments(text: str) -> dict[str, str]:
    """The arguments of a shortcode; the first one without a name is called 0, as WordPress does."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text.lstrip("= ")):
        if match[1]:
            found.setdefault(match[1].lower(), next((value for value in match.groups()[1:4] if value is not None), ""))
        else:
            found.setdefault("0", match[5] or match[6] or "")
    return found
