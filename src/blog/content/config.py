"""Configuration of the site in posts/site.yaml: title, author, navigation."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, create_model

from blog import urls
from blog.content.colours import parse_colour
from blog.content.document import Remark
from blog.content.extensions import DEFAULT, SWITCHES, Extensions
from blog.content.front_matter import FrontMatterError, Line, fediverse_address, language_tag, line_of, read_yaml
from blog.content.moments import zone_named
from blog.content.note_places import section_of
from blog.content.permalinks import parse_pattern
from blog.content.slugs import slugify
from blog.content.yaml_words import lost_words

_EMAIL = re.compile(r"[^\s@<>?&]+@[^\s@<>?&]+")
_UNQUOTED_COLOUR = re.compile(r"^accent:\s+(#\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the menu or of the footer. ``key`` is that of its title in the catalogue, where the author has given none."""

    title: str
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """The author of the site. ``portrait`` is the path of a picture, ``about`` one line, ``fediverse`` an address such as @ada@example.org, and ``key`` that of
    the name in the catalogue, where site.yaml gives none.
    """

    name: str
    url: str = ""
    key: str = ""
    portrait: str = ""
    about: str = ""
    email: str = ""
    fediverse: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How the shipped theme looks. ``fonts`` is "theme", or "system" for none; ``accent`` is a colour in hexadecimal digits, or "" for the theme's own."""

    theme: str = "paper"
    fonts: str = "theme"
    accent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSettings:
    """What site.yaml says of a collection."""

    title: str = ""
    description: str = ""
    feed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    title: str = "Blog"
    description: str = ""
    author: Author = field(default_factory=lambda: Author("The author", key="the_author"))
    lang: str = "en"
    look: Look = Look()
    # The licence of the texts.
    licence: Link | None = None
    navigation: tuple[Link, ...] = (
        Link("Posts", urls.BLOG, "posts"),
        Link("Tags", urls.TAGS, "tags"),
        Link("Archive", urls.ARCHIVE, "archive"),
    )
    links: tuple[Link, ...] = (Link("RSS", urls.RSS),)
    # Path prefixes of other applications on the same origin, in canonical form.
    neighbours: tuple[str, ...] = ()
    # The zone of the days that are shown. Without one they are those that the authors wrote.
    zone: tzinfo | None = None
    # The pattern of the addresses of posts; None for the usual ones.
    permalink: str | None = None
    # The descriptions of series, by slug.
    series: Mapping[str, str] = field(default_factory=dict)
    # The extensions of Markdown.
    extensions: Extensions = DEFAULT
    # Collections by slug.
    collections: Mapping[str, CollectionSettings] = field(default_factory=dict)


def _target(url: str) -> str:
    try:
        parts = urlsplit(url)
        path = not parts.scheme and not parts.netloc and url.startswith("/")
        usable = path or (parts.scheme in {"http", "https"} and parts.hostname) or parts.scheme == "mailto"
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{url!r} is neither a path (/about) nor an absolute URL")
    return url


def _prefix(path: str) -> str:
    if not path.startswith("/") or "//" in path or any(character in path for character in "?#\\*") or path == "/":
        raise ValueError(f"{path!r} is not the path of another application, such as /shop")
    return urls.canonical(urls.decoded(path))


class _Link(BaseModel):
    title: Line
    url: Annotated[str, AfterValidator(_target)]


def _email(address: str) -> str:
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"{address!r} is no mail address, such as ada@example.org")
    return address


class _Author(BaseModel):
    name: Line
    url: Annotated[str, AfterValidator(_target)] = ""
    portrait: Annotated[str, AfterValidator(_target)] = ""
    about: str = ""
    email: Annotated[str, AfterValidator(_email)] = ""
    fediverse: Annotated[str, AfterValidator(fediverse_address)] = ""


def _zone_name(name: str) -> str:
    zone_named(name)  # raises ValueError
    return name


def _series(value: Any) -> Any:
    """Descriptions by slug, from descriptions by the names of series."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("give the description of each series: {Name of the series: What it is about}")
    described: dict[str, str] = {}
    for name, text in value.items():
        slug = slugify(name)
        if not slug:
            raise ValueError(f"{name!r} has neither a letter nor a digit")
        if slug in described:
            raise ValueError(f"{name!r} is described twice")
        described[slug] = " ".join(text.split())
    return described


def _collections(value: Any) -> Any:
    """Settings by slug, from settings by the names of folders."""
    is_list = isinstance(value, list) and all(isinstance(name, str) for name in value)
    named = dict.fromkeys(value, "") if is_list else value
    if not isinstance(named, dict) or not all(isinstance(it, dict) or it == "" for it in named.values()):
        raise ValueError("give the folders: {notes: {title: Notes, description: What they are about, feed: true}}")
    settings: dict[str, Any] = {}
    for name, given in named.items():
        slug = section_of(name).slug
        if not slug:
            raise ValueError(f"{name!r} has neither a letter nor a digit")
        if slug in settings:
            raise ValueError(f"{name!r} is given twice")
        settings[slug] = given or {}
    return settings


def _switch(value: Any) -> Any:
    if value not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return value == "true"


_Switch = Annotated[bool, BeforeValidator(_switch)]


def _name_only(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class _Collection(BaseModel):
    title: Line | None = None
    description: str = ""
    feed: _Switch = False


_Markdown = create_model("_Markdown", **{name: (_Switch, getattr(DEFAULT, name)) for name in SWITCHES})  # type: ignore[call-overload]


class _File(BaseModel):
    title: Line = "Blog"
    description: str = ""
    author: Annotated[_Author, BeforeValidator(_name_only)] | None = None
    lang: Annotated[str, AfterValidator(language_tag)] = "en"
    theme: Literal["paper", "quiet", "typewriter"] = "paper"
    fonts: Literal["theme", "system"] = "theme"
    accent: Annotated[str, AfterValidator(parse_colour)] = ""
    licence: _Link | None = None
    navigation: list[_Link] | None = None
    links: list[_Link] | None = None
    neighbours: list[Annotated[str, AfterValidator(_prefix)]] = []
    timezone: Annotated[str, AfterValidator(_zone_name)] | None = None
    permalink: Annotated[str, AfterValidator(parse_pattern)] | None = None
    series: Annotated[dict[str, str], BeforeValidator(_series)] = {}
    collections: Annotated[dict[str, _Collection], BeforeValidator(_collections)] = {}
    markdown: _Markdown = Field(default_factory=_Markdown)


def parse_config(text: str) -> SiteConfig:
    """The configuration in the text of site.yaml.

    >>> parse_config("title: Notes").title
    'Notes'

    Raises:
        FrontMatterError: with a line and a reason for each fault.
    """
    try:
        model = _File.model_validate(read_yaml(text))
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
        raise FrontMatterError(
            *((line_of(text, str(error["loc"][0]), 1), _reason(error)) for error in errors)
        ) from None
    defaults = SiteConfig()
    return SiteConfig(
        title=model.title,
        description=" ".join(model.description.split()),
        author=_author(model.author) if model.author else defaults.author,
        lang=model.lang,
        look=Look(model.theme, model.fonts, model.accent),
        licence=Link(model.licence.title, model.licence.url) if model.licence else None,
        navigation=_links(model.navigation, defaults.navigation),
        links=_links(model.links, defaults.links),
        neighbours=tuple(model.neighbours),
        permalink=model.permalink,
        zone=zone_named(model.timezone) if model.timezone else None,
        series=model.series,
        extensions=Extensions(**model.markdown.model_dump()),
        collections={slug: _settings(given) for slug, given in model.collections.items()},
    )


def unknown_keys(text: str) -> Iterator[Remark]:
    """A remark on each key of site.yaml that has no meaning."""
    yield from lost_words(text, 1)
    data = read_yaml(text)
    if comment := _UNQUOTED_COLOUR.search(text):
        line = text.count("\n", 0, comment.start()) + 1
        yield Remark(line, f"accent is empty, because # begins a comment; write it in quotes: '{comment[1]}'")
    known = tuple(_File.model_fields)
    for key in data:
        if key not in known:
            yield Remark(line_of(text, key, 1), _unknown_key(key, known))
    of_collections = data.get("collections")
    lists = {"collections": list(of_collections.values())} if isinstance(of_collections, dict) else {}
    for key, model in (
        ("author", _Author),
        ("licence", _Link),
        ("navigation", _Link),
        ("links", _Link),
        ("collections", _Collection),
        ("markdown", _Markdown),
    ):
        values = lists.get(key, data.get(key))
        for value in values if isinstance(values, list) else [values]:
            for inner in value if isinstance(value, dict) else ():
                if inner not in model.model_fields:
                    problem = _unknown_key(inner, tuple(model.model_fields))
                    yield Remark(line_of(text, key, 1), f"{key}: {problem}")


def _author(given: _Author) -> Author:
    about = " ".join(given.about.split())
    return Author(
        given.name, given.url, portrait=given.portrait, about=about, email=given.email, fediverse=given.fediverse
    )


def _settings(given: _Collection) -> CollectionSettings:
    return CollectionSettings(title=given.title or "", description=" ".join(given.description.split()), feed=given.feed)


def _unknown_key(key: str, known: Iterable[str]) -> str:
    """The problem of a key that has no meaning; the nearest known one is probably meant."""
    nearest = get_close_matches(key.lower(), known, n=1, cutoff=0.7)
    hint = f"did you mean {nearest[0]}?" if nearest else f"known keys are {', '.join(known)}"
    return f"unknown key {key[:60]!r}; {hint}"


def _links(links: list[_Link] | None, default: tuple[Link, ...]) -> tuple[Link, ...]:
    return default if links is None else tuple(Link(link.title, link.url) for link in links)


def _reason(error: Any) -> str:
    path = ".".join(map(str, error["loc"]))
    return f"{path}: {error['msg'].removeprefix('Value error, ')}"
