"""Model of front matter: the typed values of a post or page, whatever dialect they were written in."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from blog.content.document import Remark
from blog.content.file_names import is_language_tag
from blog.content.front_matter.values import SWITCH, Json, shown
from blog.content.moments import parse_moment
from blog.content.slugs import slugify

MAX_DESCRIPTION_CHARACTERS = 500
MAX_TAGS = 30
_FEDIVERSE = re.compile(r"@[\w.-]+@[\w.-]+\.\w+")


def _moment(value: Any, info: ValidationInfo) -> datetime:
    """An aware time. A date means the start of that day."""
    zone = info.context["zone"] if info.context else None
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a date: give one, such as 2026-03-01")  # noqa: TRY004 -- pydantic reports a ValueError
    return parse_moment(value, zone).moment


def _switch(value: Any) -> bool:
    word = value.lower() if isinstance(value, str) else ""
    if word not in SWITCH:
        raise ValueError(f"{shown(value)} is neither true nor false")
    return SWITCH[word]


def words(value: Any) -> list[str]:
    """The items of a list or of a text with commas, without blanks and duplicates."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError(f"{shown(value)} is no list of words: give a list ([a, b]) or one text with commas (a, b)")
    return list(dict.fromkeys(" ".join(item.split()) for item in items if item.strip()))


def _with_slug(name: str) -> str:
    """The name, of which an address can be made."""
    if not slugify(name):
        raise ValueError(f"{name!r} has neither a letter nor a digit")
    return name


def alias_path(value: str) -> str:
    """The path that an alias stands for: a word is a name below /blog, and a longer path begins at the root."""
    name = unicodedata.normalize("NFC", unquote(value))
    path = name if name.startswith("/") else f"/{name}" if "/" in name.rstrip("/") else f"/blog/{name}"
    path = path.removesuffix("index.html")
    # Browsers resolve dots in a path before they ask for it.
    dots = {".", ".."}.intersection(path.split("/"))
    if dots or "//" in path or any(character in path for character in "?#\\%") or not path.isprintable() or path == "/":
        raise ValueError(f"{value!r} is not a path such as /2019/old-name")
    return path


def _named(value: str) -> str:
    if not value:
        raise ValueError("an author has no name; give one, or {name: Mara, url: https://mara.example}")
    return value


def _line(value: str) -> str:
    return " ".join(value.split())


def _not_blank(value: str) -> str:
    if not value:
        raise ValueError("is empty")
    return value


def language_tag(value: str) -> str:
    tag = value.replace("_", "-")
    if not is_language_tag(tag):
        raise ValueError(f"{value!r} is not a language tag such as en or pt-BR (BCP 47)")
    return tag


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{shown(value)} is not an absolute http(s) URL")
    return value


def _picture(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no picture: give a path, or {{src: path, alt: text}}")  # noqa: TRY004 -- pydantic reports a ValueError
    return value


def _site_or_nothing(value: str) -> str:
    """The address of an author where it is one; other programs keep a mail address or a path of their own there."""
    try:
        return _url(value)
    except ValueError:
        return ""


Moment = Annotated[datetime, BeforeValidator(_moment)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_line), AfterValidator(_not_blank)]


def fediverse_address(value: str) -> str:
    """An account of the Fediverse, as it is.

    Raises:
        ValueError: it is none.
    """
    if not _FEDIVERSE.fullmatch(value):
        raise ValueError(f"{value!r} is no address of the Fediverse, such as @ada@example.org")
    return value


def _fediverse_or_nothing(value: str) -> str:
    return fediverse_address(value) if value else ""


class Writer(BaseModel):
    """An author of one text."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(max_length=300), AfterValidator(_line), AfterValidator(_named)]
    url: Annotated[str, AfterValidator(_site_or_nothing)] = ""
    fediverse: Annotated[str, AfterValidator(_fediverse_or_nothing)] = ""


class FrontMatter(BaseModel):
    """The front matter of a post or page, validated. Code behind this model sees only typed, frozen values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line | None = None
    date: Moment | None = None
    updated: Moment | None = None
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION_CHARACTERS), AfterValidator(_line)] = ""
    tags: Annotated[
        list[Annotated[str, AfterValidator(_with_slug)]], BeforeValidator(words), Field(max_length=MAX_TAGS)
    ] = []
    draft: Annotated[bool, BeforeValidator(_switch)] = False
    unlisted: Annotated[bool, BeforeValidator(_switch)] = False
    expires: Moment | None = None
    slug: Annotated[str, Field(max_length=200), AfterValidator(_with_slug)] | None = None
    permalink: Annotated[str, Field(max_length=300)] | None = None
    aliases: Annotated[
        list[Annotated[str, AfterValidator(alias_path)]], BeforeValidator(words), Field(max_length=50)
    ] = []
    image: Annotated[str, BeforeValidator(_picture)] | None = None
    image_alt: Annotated[str, AfterValidator(_line)] = ""
    audio: str | None = None
    authors: Annotated[list[Writer], Field(max_length=20)] = []
    lang: Annotated[str, AfterValidator(language_tag)] | None = None
    series: Annotated[Line, AfterValidator(_with_slug)] | None = None
    canonical: Annotated[str, AfterValidator(_url)] | None = None
    translation_of: Annotated[Line, Field(max_length=300)] | None = None
    order: int | None = None
    id: Line | None = None
    markdown: dict[str, Annotated[bool, BeforeValidator(_switch)]] = {}
    # What has no meaning here, as it is written.
    extra: Annotated[Mapping[str, Json], Field(exclude=True)] = {}
    # What the author should mend although it can be understood, with lines of the file.
    remarks: Annotated[tuple[Remark, ...], Field(exclude=True)] = ()
