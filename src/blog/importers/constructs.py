"""Constructs of other programs in Markdown: those with a Markdown form get it, the others stay and are reported with their line.

A link to another text of the source is written as `@ref/NAME` until all texts are known.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from blog.importers.markdown_code import replace_everywhere, replace_outside

REF = "@ref/"
# A line break that a replacement adds. It is none until the end, so that the lines of later notes are those of the source.
LINE_BREAK = "\0"
# Told what became of a construct: the line within the body, and what to say; and the same for what is lost.
Say = Callable[[int, str], None]
_SHOWN = 60
_ARGUMENT = re.compile(
    r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"'`]+))|"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"'`=,]+)"""
)


# As in _until(), what is between the two tags is without another first one.
_LIQUID_HIGHLIGHT = (
    r"\{%-?\s*highlight\s+[\"']?([\w+#.-]+)[^%]*-?%\}((?:(?!\{%-?\s*highlight\s).)*?)\{%-?\s*endhighlight\s*-?%\}"
)
_HUGO_HIGHLIGHT = r"\{\{[<%]\s*highlight\s+([\w+#.-]+)[^{}]*[>%]\}\}((?:(?!\{\{[<%]\s*highlight\s).)*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}"
# An export of MDX: one line, or all up to the closing bracket at the start of a line.
_EXPORT = (
    r"^export[ \t]+(?:default|const|let|var|function|async)\b"
    r"(?:[^\n]*[\[{(][ \t]*(?:\n(?:[ \t][^\n]*)?)*\n[\]})][^\n]*|[^\n]*$)"
)
_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}", "tweet": "https://x.com/i/status/{}", "x": "https://x.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/", "gist": "https://gist.github.com/{}", "bilibili": "https://www.bilibili.com/video/{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """Where the notes about the constructs of one text go."""

    change: Say
    lose: Say


def jekyll(body: str, voice: Voice) -> str:
    body = _drop(body, _until(r"\{%-?\s*comment\s*-?%\}", r"\{%-?\s*endcomment\s*-?%\}"), voice)
    body = _highlighted(body, _LIQUID_HIGHLIGHT, voice)
    body = _raw(body, voice)
    body = _sub(
        body,
        r"(?:\{\{\s*site\.(?:baseurl|url)\s*\}\}){1,2}/?\{%-?\s*(?:post_url|link)\s+([^\s%]+)\s*-?%\}",
        lambda found: REF + found[1],
    )
    body = _sub(body, r"(?<!\\)\{%-?\s*(?:post_url|link)\s+([^\s%]+)\s*-?%\}", lambda found: REF + found[1])
    body = _sub(
        body,
        r"\{\{\s*[\"']([^\"'{}]+)[\"']\s*\|\s*(?:relative_url|absolute_url|prepend:\s*site\.baseurl)[^{}]*\}\}",
        lambda found: found[1],
    )
    body = _sub(body, r"\{\{\s*site\.(?:baseurl|url)\s*(?:\|[^{}]*)?\}\}", lambda _: "")
    body = _drop(body, r"[ \t]*\{:\s*[^\n{}]*\}", voice)
    return _liquid(body, voice)


def _raw(body: str, voice: Voice) -> str:
    """Text that Liquid leaves alone: outside of code its braces get a backslash, so that it is taken for no construct here either."""
    pattern = _until(r"\{%-?\s*raw\s*-?%\}", r"\{%-?\s*endraw\s*-?%\}")
    body = _sub(body, pattern, lambda found: re.sub(r"\{(?=[{%])", r"\\{", found[1]))
    return _drop(body, r"\{%-?\s*(?:end)?raw\s*-?%\}", voice, everywhere=True)


def _liquid(body: str, voice: Voice) -> str:
    """What is left of Liquid or Nunjucks is reported, and stays."""
    body = _report(body, r"(?<!\\)\{%-?\s*[^\n{}]*?-?%\}", "a template tag", voice)
    return _report(body, r"(?<!\\)\{\{[^\n{}%<]*\}\}", "a template expression", voice)


def eleventy(body: str, voice: Voice) -> str:
    body = _highlighted(body, _LIQUID_HIGHLIGHT, voice)
    body = _raw(body, voice)
    body = _sub(body, r"\{\{\s*[\"']([^\"'{}]+)[\"']\s*\|\s*url\s*\}\}", lambda found: found[1])
    return _liquid(body, voice)


def hugo(body: str, voice: Voice) -> str:
    body = _sub(
        body, r"\{\{[<%]\s*(?:rel)?ref\s+[\"'`]?([^\"'`\s>%]+)[\"'`]?[^{}]*[>%]\}\}", lambda found: REF + found[1]
    )
    body = _sub(body, r"\{\{[<%]\s*figure\s+([^{}]*?)/?\s*[>%]\}\}", lambda found: _figure(_arguments(found[1])), voice)
    body = _highlighted(body, _HUGO_HIGHLIGHT, voice)
    body = _sub(body, r"\{\{[<%]\s*(\w+)\s+([^{}]*?)/?\s*[>%]\}\}", _embedded, voice)
    body = _report(body, r"\{\{[<%](?!/\*)[^\n{}]*[>%]\}\}", "a shortcode", voice)
    # The form in which documentation shows a shortcode without running it.
    return _sub(
        body, r"(\{\{[<%])/\*([^{}]*?)\*/([>%]\}\})", lambda found: found[1] + found[2] + found[3], everywhere=True
    )


def zola(body: str, voice: Voice) -> str:
    body = _sub(body, r"\{\{\s*(\w+)\(([^{}]*)\)\s*\}\}", _embedded, voice)
    body = _report(body, r"\{%\s*[^\n{}]*%\}", "a shortcode", voice)
    body = _report(body, r"\{\{[^\n{}%<]*\}\}", "a shortcode", voice)
    return _sub(
        body,
        r"(?<=\()@/([^)\s]+)|^([ ]{0,3}\[[^\]\n]+\]:\s*)@/(\S+)",
        lambda found: f"{found[2] or ''}{REF}{found[1] or found[3]}",
    )


def pelican(body: str, _voice: Voice) -> str:
    body = _sub(
        body,
        r"(?:\{(?:filename|static|attach)\}|\|filename\|)(/?)([^)\s>\"']+)",
        lambda found: f"{REF}{found[1]}{found[2]}",
    )
    return _sub(body, r"\{(?:index|tag|category|author)\}([^)\s>\"']*)", lambda _: "/tags")


def mdx(body: str, voice: Voice) -> str:
    body = _drop(
        body, r"^[ \t]*import[ \t]+(?:[\w{*][^;\"']*?[ \t\n]from[ \t]+)?['\"][^\n'\"]+['\"][ \t]*;?[ \t]*$", voice
    )
    body = _drop(body, _EXPORT, voice)
    body = _drop(body, _until(r"\{/\*", r"\*/\}"), voice)
    return _report(body, r"</?[A-Z][\w.]*(?:\s[^<>]*)?/?>", "a component", voice)


def plain(body: str, _voice: Voice) -> str:
    return body


Convert = Callable[[str, Voice], str]
BY_ENGINE: Mapping[str, Convert] = {
    "jekyll": jekyll,
    "hugo": hugo,
    "zola": zola,
    "pelican": pelican,
    "eleventy": eleventy,
    "astro": mdx,
    "next": mdx,
}


def _highlighted(body: str, pattern: str, voice: Voice) -> str:
    """A block of code between two tags as a fence, wherever it stands: what it contains may look like Markdown."""

    def fence(found: re.Match[str]) -> str:
        code = found[2].strip("\n")
        mark = "`" * (max((len(run) for run in re.findall("`{3,}", code)), default=2) + 1)
        return f"{mark}{found[1]}\n{code}\n{mark}"

    return _sub(body, pattern, fence, voice, everywhere=True)


def _figure(arguments: Mapping[str, str]) -> str:
    """A picture; a caption becomes a line of emphasis below it."""
    picture = f"![{arguments.get('alt') or arguments.get('title') or arguments.get('caption', '')}](<{arguments.get('src', arguments.get('0', ''))}>)"
    if link := arguments.get("link"):
        picture = f"[{picture}](<{link}>)"
    caption = arguments.get("caption") or arguments.get("title")
    return f"{picture}{LINE_BREAK}{LINE_BREAK}*{caption}*{LINE_BREAK}" if caption else picture


def _embedded(found: re.Match[str]) -> str:
    """A link in place of a player or a post of another site; any other shortcode stays."""
    name, arguments = found[1].lower(), _arguments(found[2])
    address = _VIDEOS.get(name)
    number = arguments.get("id") or "/".join(arguments[key] for key in ("0", "1") if key in arguments)
    return f"<{address.format(number)}>" if address and re.fullmatch(r"[\w/-]+", number) else found[0]


def _arguments(text: str) -> dict[str, str]:
    """The arguments of a shortcode; those without a name by their place."""
    named: dict[str, str] = {}
    for found in _ARGUMENT.finditer(text):
        if found[1]:
            named[found[1]] = next((group for group in found.groups()[1:5] if group is not None), "")
        else:
            named[str(len([key for key in named if key.isdigit()]))] = next(
                (group for group in found.groups()[5:] if group is not None), ""
            )
    return named


def _until(start: str, end: str) -> str:
    """The pattern of a pair and what is between them, which is without another start: otherwise many starts would take quadratic time."""
    return rf"{start}((?:(?!{start}).)*?){end}"


def _sub(
    body: str,
    pattern: str,
    form: Callable[[re.Match[str]], str],
    voice: Voice | None = None,
    *,
    everywhere: bool = False,
) -> str:
    def replace(found: re.Match[str], line: int) -> str:
        new = form(found)
        if voice and new != found[0]:
            voice.change(line, f"{_short(found[0])!r} became {_short(new)!r}")
        return new

    replacing = replace_everywhere if everywhere else replace_outside
    return replacing(body, (re.compile(pattern, re.MULTILINE | re.DOTALL), replace))


def _drop(body: str, pattern: str, voice: Voice, *, everywhere: bool = False) -> str:
    def replace(found: re.Match[str], line: int) -> str:
        voice.change(line, f"{_short(found[0])!r} has no meaning here and was removed")
        return "\n" * found[0].count("\n")

    replacing = replace_everywhere if everywhere else replace_outside
    return replacing(body, (re.compile(pattern, re.MULTILINE | re.DOTALL), replace))


def _report(body: str, pattern: str, name: str, voice: Voice) -> str:
    def keep(found: re.Match[str], line: int) -> str:
        voice.lose(line, f"{_short(found[0])!r} is {name} and stays as it is; blog check tells how it is shown")
        return found[0]

    return replace_outside(body, (re.compile(pattern, re.MULTILINE), keep))


def _short(text: str) -> str:
    text = " ".join(text.replace(LINE_BREAK, " ").split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
