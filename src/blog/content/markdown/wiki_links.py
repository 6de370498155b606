"""Links of Obsidian between two brackets: ``[[page]]``, ``[[page|text]]``, ``[[page#heading]]`` and ``![[picture.png]]``."""

import re
from pathlib import PurePosixPath
from urllib.parse import quote

from blog.content.markdown.definitions import key
from blog.content.markdown.inline_state import Inline
from blog.content.markdown.tree import Token
from blog.content.media_types import is_picture, is_served, player_of
from blog.content.targets import wiki_target

_LINK = re.compile(r"(!?)\[\[([^\s\[\]\n|](?:[^\[\]\n|]{0,300}))(?:\|([^\[\]\n]{0,500}))?\]\]")
_TOC = re.compile(r"_?toc_?", re.IGNORECASE)
# What Obsidian takes for the width of a picture, and for its width and height.
_SIZE = re.compile(r"([0-9]{1,5})(?:x([0-9]{1,5}))?")
_EMBEDDED = "embeds what is no picture or recording, which is not understood here; it is shown as a link"
# A link reference definition whose label contains brackets, and which therefore is none.
_DEFINITION = re.compile(r"^[ ]{0,3}\[\[([^\[\]\n]{1,300})\]\]:[ \t]*(?:[</]|https?:)", re.MULTILINE)


def defined(text: str) -> frozenset[str]:
    r"""The names in lines such as ``[[a]]: /url``: CommonMark reads them, and what refers to them, as text.

    >>> sorted(defined("[[a]]: /url\\n[[b]]: words"))
    ['a']
    """
    return frozenset(_DEFINITION.findall(text)) if "]]:" in text else frozenset()


def take(state: Inline, place: int) -> int | None:
    """Take the link that begins at this place, and give its end; None if there is none."""
    found = _LINK.match(state.src, place)
    if found is None or not _is_meant(state, found):
        return None
    line = state.line_at(place)
    token = _token(found, line)
    if found[1] and token["type"] == "link":
        state.env["problems"].append((line, f"{found[0]!r} {_EMBEDDED}"))
    state.understood.append((place, found.end()))
    if token["type"] == "link":
        if state.in_link:
            token = token["children"][0]
        # A link contains no other link: the inner one wins.
        state.inactive = len(state.open_brackets)
    state.append_token(token)
    return found.end()


def _is_meant(state: Inline, found: re.Match[str]) -> bool:
    """Whether it is no link or reference of CommonMark, no index of an array, and no table of contents."""
    text, name = state.src, found[2].strip()
    if text.startswith("(", found.end()) or key(name) in state.env["ref_links"] or _TOC.fullmatch(name):
        return False
    if text.startswith("]", found.end()) or name in state.env["bracketed"]:
        return False
    before = text[found.start() - 1 : found.start()]
    if before == "[":
        return False
    return not (before.isalnum() and before.isascii() and name.isdecimal())


def _token(found: re.Match[str], line: int) -> Token:
    name, _, heading = found[2].strip().partition("#")
    words = (found[3] or "").strip()
    path = PurePosixPath(name)
    if found[1] and (is_picture(path) or player_of(name)):
        return _picture(name, words, line)
    if is_served(path):
        return _node("link", words or name, quote(name) + _page(heading), line)
    shown = words or " > ".join(filter(None, (part.strip() for part in (name, *heading.split("#")))))
    url = wiki_target(name.strip(), heading.rpartition("#")[2].strip())
    return _node("link", shown, url, line)


def _page(fragment: str) -> str:
    return f"#{quote(fragment)}" if fragment else ""


def _picture(name: str, words: str, line: int) -> Token:
    alt, _, last = words.rpartition("|")
    size = _SIZE.fullmatch(last.strip())
    token = _node("image", alt.strip() if size else words, quote(name.strip()), line)
    if size:
        token["attrs"] |= {"width": size[1], "height": size[2] or ""}
    return token


def _node(kind: str, words: str, url: str, line: int) -> Token:
    children = [{"type": "text", "raw": words}] if words else []
    return {"type": kind, "children": children, "attrs": {"url": url, "title": ""}, "line": line, "depth": 1}
