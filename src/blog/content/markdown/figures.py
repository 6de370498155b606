"""Pictures and links that stand alone in a paragraph: figures, galleries, players and cards."""

import re
from collections.abc import Iterable, Sequence

from blog.content.markdown.text import plain
from blog.content.markdown.tree import Token
from blog.content.media_types import player_of

# GitHub shows a picture with one of these fragments in one of its two themes only.
THEMES = {"gh-dark-mode-only": "dark-only", "gh-light-mode-only": "light-only"}


# Links to these are cards, with the name of the service; a post of Mastodon may be on any host.
_CARDS = re.compile(
    r"https?://(?:(?:www\.|m\.)?(?:youtube\.com/(?:watch\?|shorts/|live/|playlist\?)|vimeo\.com/\d)|youtu\.be/|([\w.-]+)/@[\w.@-]+/\d+/?$)"
)
_SERVICES = {"youtu": "YouTube", "vimeo": "Vimeo"}


def theme_class(url: str) -> str:
    """The class of a picture that is shown in one theme only; empty for every other picture.

    >>> theme_class("a.png#gh-dark-mode-only"), theme_class("a.png")
    ('dark-only', '')
    """
    return THEMES.get(url.partition("#")[2], "")


def arranged(children: Sequence[Token]) -> Token | None:
    """The figure or the gallery that a paragraph is; None if it remains a paragraph."""
    pictures = [child for child in children if not _is_space(child)]
    if len(pictures) == 1:
        return _figure(pictures[0]) or _link(pictures[0])
    if len(pictures) < 2 or any(picture["type"] != "image" for picture in pictures):  # noqa: PLR2004 -- one is no gallery
        return None
    # The light and the dark version of a picture are one picture.
    if _places(pictures) < 2:  # noqa: PLR2004
        return None
    shown = [_figure(picture) or picture for picture in pictures]
    return {"type": "gallery", "children": shown, "line": pictures[0]["line"]}


def is_picture(children: Sequence[Token]) -> bool:
    """Whether a paragraph consists of one picture, with or without a link around it, or of its versions for light and dark."""
    shown = [child for child in children if not _is_space(child)]
    images = [_image(child) for child in shown]
    found = [image for image in images if image and not player_of(image["attrs"]["url"])]
    # Several links around pictures are badges.
    return bool(found) and len(found) == len(shown) and (len(found) == 1 or (found == shown and _places(found) == 1))


def _image(token: Token) -> Token | None:
    """A picture, or the one in a link around it; None for everything else."""
    inside = token["children"][0] if token["type"] == "link" and len(token["children"]) == 1 else token
    return inside if inside["type"] == "image" else None


def _is_space(token: Token) -> bool:
    return token["type"] in {"softbreak", "linebreak"} or (token["type"] == "text" and not token["raw"].strip())


def _figure(token: Token) -> Token | None:
    """The figure of a picture, or of a link around one, with the picture's title as its caption; None without a title."""
    image = _image(token)
    if image is None or not (image["attrs"]["title"] or "").strip():
        return None
    bare = {**image, "attrs": {**image["attrs"], "title": None}}
    picture = bare if image is token else {**token, "children": [bare]}
    caption = [{"type": "text", "raw": image["attrs"]["title"]}]
    return {"type": "figure", "picture": picture, "children": caption, "line": image["line"]}


def _link(token: Token) -> Token | None:
    """The player or the card of a link that stands alone; None for other links."""
    if token["type"] != "link" or not plain(token["children"]).strip():
        return None
    url = token["attrs"]["url"]
    if player_of(url):
        return {**token, "type": "player"}
    found = _CARDS.match(url)
    if found is None:
        return None
    service = found[1] or next(name for part, name in _SERVICES.items() if part in found[0])
    words = plain(token["children"])
    shown = [{"type": "text", "raw": words.partition("://")[2] or words}] if "://" in words else token["children"]
    return {**token, "type": "card", "children": shown, "service": service}


def _places(pictures: Iterable[Token]) -> int:
    """How many pictures a reader sees at a time."""
    classes = [theme_class(picture["attrs"]["url"]) for picture in pictures]
    return classes.count("") + max(classes.count("dark-only"), classes.count("light-only"))
