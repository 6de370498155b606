"""Shortcodes of Hugo and Zola and tags of Liquid, as Jekyll has them: how they are written, and the addresses that some stand for."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from blog.content.markdown.escapes import escape

# A tag that is longer is text.
MAX_LENGTH = 4000
# What begins, what ends, and what encloses a tag that is shown instead of understood.
_DELIMITERS = (("{{<", ">}}"), ("{{%", "%}}"), ("{{", "}}"), ("{%", "%}"))
_NAME = re.compile(r"\s*-?\s*(/?)\s*([A-Za-z_][\w.-]*)")
_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\((.*)\)\s*", re.DOTALL)
_ARGUMENT = re.compile(
    r"""[\s,]*(?:([A-Za-z_][\w-]*)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|([^\s"'`,]+))(?=[\s,]|$)""",
    re.DOTALL,
)
_BLANK = re.compile(r"[\s,]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FILTERED = re.compile(
    r"""\s*(?:"([^"]*)"|'([^']*)')\s*\|\s*(?:relative_url|absolute_url|prepend:\s*site\.(?:base)?url)\s*"""
)
_SITE = frozenset({"site.baseurl", "site.url", "site.github.url", "config.base_url", "site.BaseURL", ".Site.BaseURL"})
# A file that is no text, by its extension: report.pdf, but not notes-1.2.
_OTHER_FILE = re.compile(r"\.(?!(?:md|markdown|mdx|html)$)[A-Za-z]+[0-9]?", re.IGNORECASE)
# The beginning of an attribute's value that is a tag.
_VALUE = re.compile(r"""=[ \t]*["']?[ \t]*(?=\{[{%])""")
# Begins a target that names a text by its file, as Zola writes it.
INTERNAL = "@/"


@dataclass(frozen=True, slots=True)
class Shortcode:
    """One tag. ``shown`` is the text of one that is escaped; ``content`` is what stands between the delimiters otherwise."""

    opener: str
    content: str
    end: int
    shown: str | None = None

    @property
    def is_liquid(self) -> bool:
        return self.opener == "{%"

    @property
    def is_hugo(self) -> bool:
        return self.opener in {"{{<", "{{%"}

    def call(self) -> "Call | None":
        """The name and the arguments; None if they are written in a way that no program has."""
        if self.opener == "{{":
            found = _CALL.fullmatch(self.content)
            arguments = _arguments(found[2]) if found else None
            return Call(found[1], False, *arguments) if found and arguments else None  # noqa: FBT003 -- a call has no closing tag
        found = _NAME.match(self.content)
        arguments = _arguments(self._after(found.end())) if found else None
        return Call(found[2], bool(found[1]), *arguments) if found and arguments else None

    def _after(self, place: int) -> str:
        rest = self.content[place:].strip()
        return rest.removesuffix("-" if self.is_liquid else "/").rstrip()


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    closing: bool
    positional: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)

    def get(self, *names: str) -> str:
        """The value of the first of these names that is given; else the first value without a name; else nothing."""
        found = next((self.named[name] for name in names if name in self.named), "")
        return found or (self.positional[0] if self.positional else "")


def read(text: str, start: int) -> Shortcode | None:
    r"""The tag that begins here.

    >>> read('{{< figure src="a.png" >}}', 0).call().named, read("{{</* x */>}}", 0).shown
    ({'src': 'a.png'}, '{{< x >}}')
    """
    opener, closer = next((pair for pair in _DELIMITERS if text.startswith(pair[0], start)), ("", ""))
    begin = start + len(opener)
    end = text.find(closer, begin, begin + MAX_LENGTH) if opener else -1
    if end < 0:
        return None
    content = text[begin:end]
    if "{{" in content or "{%" in content or "\n\n" in content:
        return None
    bare = content.strip()
    if bare.startswith("/*") and bare.endswith("*/") and len(bare) >= len("/**/"):
        return Shortcode(opener, "", end + len(closer), f"{opener} {bare[2:-2].strip()} {closer}")
    return Shortcode(opener, content, end + len(closer))


def _arguments(text: str) -> tuple[tuple[str, ...], dict[str, str]] | None:
    positional: list[str] = []
    named: dict[str, str] = {}
    place = 0
    while not _BLANK.fullmatch(text, place):
        found = _ARGUMENT.match(text, place)
        if found is None:
            return None
        value = next(group for group in found.groups()[1:] if group is not None)
        value = value if found[4] is not None else _ESCAPED.sub(r"\1", value)
        if found[1]:
            named.setdefault(found[1], value)
        else:
            positional.append(value)
        place = found.end()
    return tuple(positional), named


def address(text: str, place: int) -> tuple[str, int] | None:
    """The address that the tags from here on stand for, and where they end: ``{{ site.baseurl }}``, ``{{< ref "x.md" >}}``."""
    start, pieces = place, []
    while text.startswith(("{{", "{%"), place):
        tag = read(text, place)
        piece = _address_of(tag) if tag and tag.shown is None else None
        if tag is None or piece is None:
            return None
        pieces.append(piece)
        place = tag.end
    return ("".join(pieces), place) if place > start else None


def with_addresses(html: str) -> tuple[str, list[tuple[int, int]]]:
    """Raw HTML in which the tags at the beginning of attribute values are the addresses that they stand for, and where they were.

    >>> with_addresses('<a href="{{ site.baseurl }}/a">')[0], with_addresses('<a href="{{ x }}/a">')[0]
    ('<a href="/a">', '<a href="{{ x }}/a">')
    """
    pieces, places, place = [], [], 0
    for found in _VALUE.finditer(html):
        tags = address(html, found.end()) if found.start() >= place else None
        if tags and "\n" not in html[found.end() : tags[1]]:
            base, end = tags
            pieces += [html[place : found.end()], escape(base if base or html.startswith("/", end) else "/")]
            places.append((found.end(), end))
            place = end
    return "".join([*pieces, html[place:]]), places


def joined(base: str, rest: str) -> str:
    """The whole address of what tags stand for and what follows them.

    >>> joined("", "/a/"), joined("", ""), joined("", "a"), joined("@/x.md", "#y")
    ('/a/', '/', '/a', '@/x.md#y')
    """
    return base + rest if base or rest.startswith("/") else f"/{rest}"


def _address_of(tag: Shortcode) -> str | None:
    if tag.opener == "{{":
        bare = tag.content.strip().strip("-").strip()
        if bare in _SITE:
            return ""
        found = _FILTERED.fullmatch(bare)
        return joined("", found[1] or found[2] or "") if found else None
    call = tag.call()
    if call is None or call.closing:
        return None
    if tag.is_hugo and call.name in {"ref", "relref"}:
        return _internal(call.get("path"))
    if tag.is_liquid and call.name == "link" and _OTHER_FILE.fullmatch(PurePosixPath(call.get()).suffix):
        return "/" + call.get().lstrip("/")
    return _internal(call.get()) if tag.is_liquid and call.name in {"post_url", "link"} else None


def _internal(target: str) -> str | None:
    path, mark, fragment = target.partition("#")
    if not path:
        return target or None
    return f"{INTERNAL}{path.lstrip('/')}{mark}{fragment}"
