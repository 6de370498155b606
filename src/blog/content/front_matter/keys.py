"""Keys of front matter: what each is called by other programs, and what their values are here."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from blog.content.extensions import SWITCHES
from blog.content.front_matter.values import SWITCH, Json, Value, as_json

# This program's own key, and then what others call it; the first one that is given counts. docs/writing.md has the same table.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "title": ("headline",),
    "date": (
        "publishedAt", "pubDate", "pubDatetime", "published", "publishDate", "publishedDate", "datePublished",
        "createdAt", "created", "dateCreated",
    ),
    "updated": (
        "lastmod", "modified", "updatedDate", "updatedAt", "modDatetime", "lastModified", "lastModifiedAt",
        "lastUpdated", "dateModified", "modifiedDate", "modDate",
    ),
    "description": ("summary", "excerpt", "subtitle", "spoiler", "abstract", "metaDescription"),
    "tags": ("tag", "categories", "category", "keywords", "topics"),
    "draft": ("isDraft", "private", "isPublished", "public", "publish", "dgPublish", "status"),
    "unlisted": ("hidden", "eleventyExcludeFromCollections"),
    "expires": ("expiryDate", "unpublishDate"),
    "slug": (),
    "permalink": ("url", "path"),
    "aliases": ("alias", "redirectFrom", "redirects"),
    "image": (
        "cover", "coverImage", "heroImage", "hero", "thumbnail", "featuredImage", "featureImage", "ogImage",
        "socialImage", "socialMediaCard", "headerImage", "banner", "img", "coverImg", "featureImg", "thumbnailImg", "shareImg",
        "images",
    ),
    "image_alt": ("alt", "imageAlt", "imgAlt", "coverAlt", "heroAlt", "heroImageAlt", "thumbnailAlt", "coverImageAlt"),
    "audio": (),
    "authors": ("author", "by", "creator"),
    "lang": ("language", "locale"),
    "translation_of": ("translationKey", "translates"),
    "series": (),
    "canonical": ("canonicalUrl",),
    "order": ("weight", "seriesOrder", "seriesIndex", "navOrder", "sidebarPosition", "part"),
    "id": ("guid",),
    "markdown": (),
}  # fmt: skip
# These are joined; of all other keys that mean the same, one counts.
_JOINED = frozenset({"tags", "aliases", "authors"})
# Tables in which other programs keep what they have no key for, and the keys that are understood there.
TABLES = frozenset({"extra", "params", "taxonomies"})
_IN_TABLES = frozenset(
    {"updated", "description", "tags", "image", "image_alt", "authors", "series", "canonical", "audio"}
)
_UNLISTED_STATUS = frozenset({"hidden", "unlisted"})
DRAFT_STATUS = frozenset({"draft", "drafts", "private", "pending", "skip", "unpublished", "wip"})
_LIVE_STATUS = frozenset({"published", "publish", "public", "live", "final"})
# Switches that make a draft when they are off; published may be a date too.
_OPPOSITES = frozenset({"published", "ispublished", "public", "publish", "dgpublish"})
_SRC = ("src", "url", "image", "path", "file", "filename", "source", "href")
_ALT = ("alt", "alttext", "imagealt", "caption", "title")
_NAME = ("name", "title", "label")
_URL = ("url", "href", "link", "website")
_ORDER = ("order", "part", "index", "position", "weight")
# Each is compared with every known key, and looked for in the text.
_MOST_SAID = 40
_SIMILAR = 0.8
# Keys that are spelled almost as others and mean something else.
_NOT_SIMILAR = frozenset({"redirect", "redirectto"})
_NULL = frozenset({"null", "Null", "NULL", "~"})


def normal(key: str) -> str:
    """A key without its case and separators, in which keys are compared.

    >>> normal("featured_image"), normal("featuredImage"), normal("Featured-Image")
    ('featuredimage', 'featuredimage', 'featuredimage')
    """
    return re.sub(r"[-_ ]", "", key).lower()


_MEANING = {normal(name): key for key, names in SYNONYMS.items() for name in (key, *names)}
_RANK = {normal(name): rank for key, names in SYNONYMS.items() for rank, name in enumerate((key, *names))}


def meaning(key: str) -> str | None:
    """This program's key for a key as it is written; None if it has no meaning here."""
    return _MEANING.get(normal(key))


def is_own(key: str) -> bool:
    """Whether a key is one of this program, and not of another."""
    return _RANK.get(normal(key)) == 0


@dataclass(frozen=True, slots=True)
class Said:
    """A remark on a key as it is written."""

    key: str
    problem: str


@dataclass(slots=True)
class Translated:
    """Values by this program's keys, the keys as they are written, what has no meaning here, and remarks on both."""

    values: dict[str, Value] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Json] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    # Hugo's publishDate where there is a date too: the text does not appear before it.
    not_before: tuple[str, str] | None = None

    def drop(self, key: str, problem: str) -> None:
        """Take a value for one without a meaning, which the author should know."""
        written = self.written.pop(key)
        self.extra[written] = as_json(self.values.pop(key))
        self.said.append(Said(written, problem))


def translate(data: Mapping[str, Value], *, spaced_tags: bool = False) -> Translated:
    """The values of front matter by this program's keys. ``spaced_tags``: a text with several tags has spaces between them."""
    translated = Translated()
    entries = list(_entries(data, translated))
    for _, key, written, value in sorted(entries, key=lambda entry: entry[0]):
        converted = _CONVERTERS.get(key, _same)(written, value)
        if key == "tags" and spaced_tags:
            converted = _spaced(written, converted)
        if normal(written) in _OPPOSITES and not _has_digit(converted):
            switch = _as_switch(converted)
            _set(translated, "draft", written, converted if switch is None else str(not switch))
        elif key == "permalink" and _as_switch(converted) is False:
            # Eleventy writes no file for such a text.
            _set(translated, "draft", written, "true")
        elif normal(written) == "status" and isinstance(value, str) and value.lower() in _UNLISTED_STATUS:
            _set(translated, "unlisted", written, "true")
        elif key == "image":
            _set_image(translated, written, converted)
        elif key == "series":
            _set_series(translated, written, converted)
        elif key == "markdown":
            _set_markdown(translated, written, converted)
        elif converted != "":
            _set(translated, key, written, converted)
    return translated


def _entries(data: Mapping[str, Value], translated: Translated) -> Iterator[tuple[int, str, str, Value]]:
    """The rank, the meaning, the name and the value of each key; what has no meaning is put aside."""
    unknown: list[str] = []
    for written, value in data.items():
        if isinstance(value, str) and value in _NULL and meaning(written) != "title":
            continue
        if normal(written) == "password" and value not in ("", [], {}):
            problem = f"{written} makes a draft of this text, because nothing here is protected by one"
            translated.said.append(Said(written, problem))
            yield _RANK["draft"], "draft", written, "true"
        elif isinstance(value, dict) and normal(written) == "build":
            yield from _of_build(written, value)
        elif isinstance(value, dict) and normal(written) in TABLES:
            yield from _in_table(written, value, translated)
        elif (key := meaning(written)) and not _is_number_of_other_program(key, value):
            yield _RANK[normal(written)], key, written, value
        else:
            translated.extra[written] = as_json(value)
            if key:
                problem = f"{written}: {value} is the number of the text in another program's database; it is ignored"
                translated.said.append(Said(written, problem))
            else:
                unknown.append(written)
    translated.said += [Said(written, unknown_key(written)) for written in unknown[:_MOST_SAID]]
    if len(unknown) > _MOST_SAID:
        more = f"and {len(unknown) - _MOST_SAID} more keys that have no meaning here"
        translated.said.append(Said(unknown[_MOST_SAID], more))


def _is_number_of_other_program(key: str, value: Value) -> bool:
    """Whether a value is the number of a text in a database, as WordPress and DEV export it in id."""
    return key == "id" and isinstance(value, str) and value.isdecimal()


def _of_build(written: str, values: Mapping[str, Value]) -> Iterator[tuple[int, str, str, Value]]:
    """What Hugo's build options say about the page of a text, and about lists."""
    wanted = {normal(key): value.lower() for key, value in values.items() if isinstance(value, str)}
    if wanted.get("render") in {"never", "link", "false"}:
        yield _RANK["draft"], "draft", written, "true"
    elif wanted.get("list") in {"never", "local", "false"}:
        yield _RANK["unlisted"], "unlisted", written, "true"


def _in_table(table: str, values: Mapping[str, Value], translated: Translated) -> Iterator[tuple[int, str, str, Value]]:
    for written, value in values.items():
        key = meaning(written)
        if key in _IN_TABLES or (key and normal(table) == "taxonomies"):
            # What stands outside of the table comes first.
            yield _RANK[normal(written)] + len(SYNONYMS), key, written, value
        else:
            translated.extra.setdefault(written, as_json(value))


def _set(translated: Translated, key: str, written: str, value: Value) -> None:
    if key not in translated.values:
        translated.values[key], translated.written[key] = value, written
        return
    known = translated.values[key]
    if key in _JOINED:
        translated.values[key] = [*_items(known), *_items(value)]
    elif key in {"draft", "unlisted"}:
        if _as_switch(known) is False:
            translated.values[key], translated.written[key] = value, written
    elif normal(written) == "publishdate" and isinstance(value, str):
        translated.not_before = (written, value)
    elif known != value:
        translated.extra[written] = as_json(value)
        translated.said.append(Said(written, f"{written} is not used: {translated.written[key]} is given too"))


def _items(value: Value) -> list[Value]:
    """The items of a list, or of a text with commas."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return value if isinstance(value, list) else [value]


def _set_image(translated: Translated, written: str, value: Value) -> None:
    if isinstance(value, dict) and value.get("src"):
        src, alt = value["src"], value.get("alt", "")
    else:
        src, alt = value, ""
    if src != "":
        _set(translated, "image", written, src)
    if alt != "":
        _set(translated, "image_alt", written, alt)


def _set_series(translated: Translated, written: str, value: Value) -> None:
    """The name of a series, which other programs have as a list or as a table with the place in it."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(value, list) and len(value) > 1:
        translated.said.append(Said(written, f"{written}: a text is part of one series; the others are ignored"))
    name = _first(first, _NAME) or first if isinstance(first, dict) else first
    if name not in ("", []):
        _set(translated, "series", written, name)
    if isinstance(first, dict) and (order := _first(first, _ORDER)) and "order" not in translated.values:
        _set(translated, "order", written, order)


def _set_markdown(translated: Translated, written: str, value: Value) -> None:
    """The switches of extensions. What is none is left out, with a remark."""
    if not isinstance(value, dict):
        translated.extra[written] = as_json(value)
        translated.said.append(Said(written, f"{written} is ignored: give switches, such as {{smart: true}}"))
        return
    switches = {_switch_named(name): name for name in value}
    for name in value:
        problem = ""
        if _switch_named(name) not in SWITCHES:
            nearest = get_close_matches(_switch_named(name), SWITCHES, n=1, cutoff=_SIMILAR)
            hint = f"did you mean {nearest[0]}?" if nearest else f"known keys are {', '.join(SWITCHES)}"
            problem = f"unknown key {shorten(name)!r}; {hint}"
        elif _as_switch(value[name]) is None:
            problem = f"{name}: {value[name]!r} is neither true nor false; it is ignored"
        if problem:
            translated.said.append(Said(written, f"{written}: {problem}"))
            switches.pop(_switch_named(name), None)
    _set(translated, "markdown", written, {switch: value[name] for switch, name in switches.items()})


def _switch_named(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _same(_written: str, value: Value) -> Value:
    return value


def _draft(written: str, value: Value) -> Value:
    if normal(written) != "status" or not isinstance(value, str):
        return value
    known = {**dict.fromkeys(DRAFT_STATUS, "true"), **dict.fromkeys(_LIVE_STATUS, "false")}
    return known.get(value.lower(), value)


def _image(_written: str, value: Value) -> Value:
    """A path, or a mapping with src and alt; of a list its first item."""
    if isinstance(value, list):
        return _image("", value[0]) if value else ""
    if not isinstance(value, dict) or any(normal(key) in _SRC and it == "" for key, it in value.items()):
        # Themes have a switch there too: cover: false.
        return value if isinstance(value, str) and value.lower() not in SWITCH else ""
    src, alt = _first(value, _SRC), _first(value, _ALT)
    return {"src": src, "alt": alt} if isinstance(src, str) and src else value


def _audio(_written: str, value: Value) -> Value:
    return value[0] if isinstance(value, list) and value else value


def _names(_written: str, value: Value) -> Value:
    """A list without nested lists, and with the names of its tables."""
    if not isinstance(value, list):
        return value
    names: list[Value] = []
    for item in value:
        if isinstance(item, list):
            names += item
        else:
            names.append(_first(item, _NAME) or item if isinstance(item, dict) else item)
    return names


def _authors(written: str, value: Value) -> Value:
    """A list of names, or of mappings with name and url."""
    if isinstance(value, str):
        value = [name for name in re.split(r"[,;]", value) if name.strip()] if written.lower() == "authors" else [value]
    authors: list[Value] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            authors.append(
                {"name": _first(item, _NAME), "url": _first(item, _URL), "fediverse": _first(item, ("fediverse",))}
            )
        else:
            authors.append({"name": item, "url": "", "fediverse": ""})
    return authors


def _first(table: Mapping[str, Value], names: tuple[str, ...]) -> Value:
    known = {normal(key): value for key, value in table.items()}
    return next((known[name] for name in names if known.get(name)), "")


def _spaced(written: str, value: Value) -> Value:
    """What Jekyll reads of a text in tags or categories; one in tag or category is a single name."""
    several = normal(written) in {"tags", "categories"}
    return list(value.split()) if several and isinstance(value, str) and "," not in value else value


def _has_digit(value: Value) -> bool:
    """Whether a value may be a date, and not the word of a switch."""
    return isinstance(value, str) and any(character.isdigit() for character in value)


def _as_switch(value: Value) -> bool | None:
    return SWITCH.get(value.lower()) if isinstance(value, str) else None


_CONVERTERS: Mapping[str, Callable[[str, Value], Value]] = {
    "draft": _draft, "image": _image, "audio": _audio, "tags": _names, "authors": _authors
}  # fmt: skip


def unknown_key(key: str) -> str:
    """The problem of a key that has no meaning. A key that is spelled almost so is probably meant."""
    nearest = get_close_matches(normal(key), _MEANING, n=1, cutoff=_SIMILAR)
    if not nearest or normal(key) in _NOT_SIMILAR:
        return f"unknown key {shorten(key)!r}; it has no meaning here, and is kept as post.extra"
    name = next(name for known, names in SYNONYMS.items() for name in (known, *names) if normal(name) == nearest[0])
    return f"unknown key {shorten(key)!r}; did you mean {name}?"


def shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- fits one line of a terminal
