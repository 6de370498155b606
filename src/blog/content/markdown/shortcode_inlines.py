"""Shortcodes within a block: pictures with captions, and links to what other sites would show in a frame."""

import re
from bisect import bisect
from collections.abc import Callable
from urllib.parse import quote

from blog.content.markdown.inline_state import Inline
from blog.content.markdown.shortcodes import Call, Shortcode, read
from blog.content.markdown.text import plain
from blog.content.markdown.tree import Token

# Tags whose content is not understood or not shown, and what ends them.
_END_RAW = re.compile(r"\{%-?[ \t]*endraw[ \t]*-?%\}")
_END_COMMENT = re.compile(r"\{%-?[ \t]*endcomment[ \t]*-?%\}")
_YOUTUBE = re.compile(
    r"(?:https?://(?:www\.|m\.)?(?:youtube\.com/(?:watch\?v=|embed/|shorts/)|youtu\.be/))?([\w-]{6,20})(?:[?&].*)?"
)
_VIMEO = re.compile(r"(?:https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?)?([0-9]{3,15})(?:[?/].*)?")
_NUMBER = re.compile(r"[0-9]{3,25}")
_USER = re.compile(r"[\w-]{1,60}")
_GIST = re.compile(r"(?:https://gist\.github\.com/)?(?:([\w-]{1,60})/)?([0-9a-f]{5,40})(?:\.js)?")
_POST = re.compile(r"[\w-]{5,40}")


def parse(m: re.Match[str], state: Inline) -> int | None:
    """Understand the tag that begins here, or leave it as text."""
    place = m.start()
    if place < state.raw_until or bisect(state.env["raw"], state.line_at(place)) % 2:
        return None
    tag = read(state.src, place)
    if tag is None:
        return None
    end = _shown(tag, state) or _without(tag, place, state) or _understood(tag, place, state)
    if end:
        state.understood.append((place, end))
    return end


def _shown(tag: Shortcode, state: Inline) -> int | None:
    if tag.shown is None:
        return None
    state.append_token({"type": "text", "raw": tag.shown})
    return tag.end


def _without(tag: Shortcode, place: int, state: Inline) -> int | None:
    """Leave out a comment, and the tags around text in which nothing is understood."""
    name = tag.content.strip(" \t-") if tag.is_liquid else ""
    if name == "comment" and (found := state.find(_END_COMMENT, tag.end)):
        return found.end()
    if name == "raw" and (found := state.find(_END_RAW, tag.end)):
        state.raw_until = found.start()
        # What is between the tags is parsed, and the closing tag is met at its end.
        state.understood.append((place, found.end()))
        return tag.end
    if name == "endraw" and place == state.raw_until:
        return tag.end
    return None


def _understood(tag: Shortcode, place: int, state: Inline) -> int | None:
    call = tag.call()
    if call is None or call.closing:
        return None
    line = state.line_at(place)
    if tag.is_hugo and call.name == "figure":
        token = _figure(call, state, line)
    else:
        token = None if state.in_link else _link(call, line)
    if token is None:
        return None
    state.append_token(token)
    # A link contains no other link: the inner one wins.
    state.inactive = len(state.open_brackets)
    return tag.end


def _figure(call: Call, state: Inline, line: int) -> Token | None:
    source = call.get("src")
    if not source:
        return None
    words = [call.named[name] for name in ("title", "caption") if call.named.get(name)]
    caption = state.read(": ".join(words), state.env, line).tokens if words else []
    alt = call.named.get("alt") or plain(caption)
    image = _node("image", alt, source, "", line)
    if target := call.named.get("link"):
        image = {**_node("link", "", target, "", line), "children": [image]}
    return {"type": "figure", "picture": image, "children": caption, "line": line, "depth": 1}


def _link(call: Call, line: int) -> Token | None:
    service = _SERVICES.get(call.name)
    found = service(call) if service else None
    if found is None:
        return None
    url, words = found
    return _node("link", call.named.get("title") or words, url, "", line)


def _node(kind: str, words: str, url: str, title: str, line: int) -> Token:
    return {
        "type": kind,
        "children": [{"type": "text", "raw": words}] if words else [],
        "attrs": {"url": url, "title": title},
        "line": line,
        "depth": 1,
    }


def _youtube(call: Call) -> tuple[str, str] | None:
    found = _YOUTUBE.fullmatch(call.get("id", "url", "v"))
    start = call.named.get("start", "")
    return (
        (
            f"https://www.youtube.com/watch?v={found[1]}{f'&t={start}' if start.isdecimal() else ''}",
            f"YouTube: {found[1]}",
        )
        if found
        else None
    )


def _vimeo(call: Call) -> tuple[str, str] | None:
    found = _VIMEO.fullmatch(call.get("id", "url"))
    return (f"https://vimeo.com/{found[1]}", f"Vimeo: {found[1]}") if found else None


def _tweet(call: Call) -> tuple[str, str] | None:
    number, user = call.named.get("id") or (call.positional[-1] if call.positional else ""), call.named.get("user", "i")
    if not _NUMBER.fullmatch(number) or not _USER.fullmatch(user):
        return None
    return f"https://x.com/{user}/status/{number}", f"X: {number}" if user == "i" else f"X: {user}, {number}"


def _gist(call: Call) -> tuple[str, str] | None:
    written = call.get("url", "id")
    if len(call.positional) > 1 and _USER.fullmatch(written) and _GIST.fullmatch(call.positional[1]):
        written = f"{written}/{call.positional[1]}"
    found = _GIST.fullmatch(written)
    if found is None:
        return None
    path = f"{found[1]}/{found[2]}" if found[1] else found[2]
    return f"https://gist.github.com/{path}", f"Gist: {path}"


def _instagram(call: Call) -> tuple[str, str] | None:
    post = call.get("id")
    return (f"https://www.instagram.com/p/{quote(post)}/", f"Instagram: {post}") if _POST.fullmatch(post) else None


# What gives the address and the words of a link to what the shortcode of this name shows.
_SERVICES: dict[str, Callable[[Call], tuple[str, str] | None]] = {
    "youtube": _youtube, "youtube_simple": _youtube, "vimeo": _vimeo, "vimeo_simple": _vimeo, "tweet": _tweet, "tweet_simple": _tweet,
    "twitter": _tweet, "x": _tweet, "x_simple": _tweet, "gist": _gist, "instagram": _instagram,
}  # fmt: skip
