"""The header of a post: YAML between two --- lines, read as text and made typed in one place."""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from blog.content.slugs import is_slug, slugify

MAX_FRONT_MATTER_CHARACTERS = 16_384
_LANG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")
# A parser in C keeps its place on the machine's stack: what nests deeper than any header should never reaches it.
_MOST_BRACKETS = 200
_STACKED = re.compile(r"(?:[-?:][ \t]+){20}")
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_CLOSING = re.compile(r"^---[ \t]*$", re.MULTILINE)


class FrontMatterError(ValueError):
    """What is wrong with a header, as (line in the file, problem) pairs."""

    def __init__(self, *problems: tuple[int, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"line {line}: {problem}" for line, problem in problems))


@dataclass(frozen=True, slots=True)
class Split:
    """A file cut into its header (YAML text) and its body; ``body_line`` is the file's line the body starts on."""

    header: str
    body: str
    body_line: int


def split(text: str) -> Split:
    r"""Cut a file at its two --- lines.

    >>> split("---\ntitle: Hello\n---\nBody\n")
    Split(header='title: Hello\n', body='Body\n', body_line=4)

    Raises:
        FrontMatterError: there is no header, it is never closed, or it is longer than MAX_FRONT_MATTER_CHARACTERS.
    """
    if not text.strip():
        raise FrontMatterError((1, "the file is empty; a post opens with a header between two --- lines"))
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        raise FrontMatterError((1, f"a post must open with a --- line, not with {_shorten(first)!r}"))
    closing = _CLOSING.search(rest)
    if closing is None:
        raise FrontMatterError((1, "the header is never closed by a second --- line"))
    if closing.start() > MAX_FRONT_MATTER_CHARACTERS:
        raise FrontMatterError((1, f"the header is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters"))
    header = rest[: closing.start()]
    body = rest[closing.end() :].removeprefix("\n")
    return Split(header, body, header.count("\n") + 3)


class _Loader(yaml.CBaseLoader):
    """Every scalar stays text: a title may be No, a tag 1.10, and a date is ours to read."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key} is given twice", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


class _Precise(yaml.BaseLoader):
    """The same, in Python: slower, and clearer about faults."""

    def construct_scalar(self, node: yaml.ScalarNode) -> str:
        """The text of a scalar. Unlike the parser in C, this one lets half a character pass, which no page can be encoded with."""
        text = str(super().construct_scalar(node))
        if _HALF_A_CHARACTER.search(text):
            problem = r"\ud800 to \udfff are halves of characters; write the character itself"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return text


_Precise.add_constructor("tag:yaml.org,2002:map", _mapping)


def _load(text: str) -> Any:
    alias = (
        next((token for token in yaml.scan(text) if isinstance(token, yaml.AliasToken)), None) if "*" in text else None
    )
    if alias:
        raise yaml.constructor.ConstructorError(
            None, None, "aliases (*name) are not allowed in a header", alias.start_mark
        )
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 -- BaseLoader makes text, lists and mappings only
    except yaml.YAMLError:
        # The parser written in Python says better what is wrong, and where.
        return yaml.load(text, Loader=_Precise)  # noqa: S506 -- the same


def _beyond_reason(text: str) -> str | None:
    """What no header needs and a parser may suffer from."""
    if len(text) > MAX_FRONT_MATTER_CHARACTERS:
        return f"longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters"
    if text.count("[") + text.count("{") > _MOST_BRACKETS or _STACKED.search(text):
        return "not valid YAML: nested too deeply"
    return None


def _explained(problem: Exception, first_line: int) -> tuple[int, str]:
    if isinstance(problem, yaml.MarkedYAMLError):
        mark = problem.problem_mark or problem.context_mark
        return first_line + (mark.line if mark else 0), f"not valid YAML: {problem.problem}"
    if isinstance(problem, RecursionError):
        return first_line, "not valid YAML: nested too deeply"
    return first_line, f"not valid YAML: {_shorten(str(problem).partition(chr(10))[0] or type(problem).__name__)}"


def read_yaml(text: str, first_line: int = 1) -> dict[str, Any]:
    """A YAML mapping whose scalars are all text; empty values are left out.

    Raises:
        FrontMatterError: not YAML, not a mapping, a key given twice, an alias, or nested beyond reason.
    """
    if excess := _beyond_reason(text):
        raise FrontMatterError((first_line, excess))
    try:
        data = _load(text)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as problem:
        raise FrontMatterError(_explained(problem, first_line)) from problem
    if data in ("", None):
        return {}
    if not isinstance(data, dict):
        raise FrontMatterError((first_line, "not a list of `key: value` lines"))
    return {key: value for key, value in data.items() if value not in ("", None)}


def _moment(value: Any) -> datetime:
    """A date is the start of that day in UTC; a date-time has to say its zone."""
    allowed = "give a date (2026-03-01) or a date-time with its zone (2026-03-01T09:00:00+01:00)"
    if not isinstance(value, str):
        raise ValueError(allowed)  # noqa: TRY004 -- pydantic turns a ValueError into a fault
    try:
        if len(value) == len("2026-03-01"):
            return datetime.combine(date.fromisoformat(value), time(), tzinfo=UTC)
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{_shorten(value)!r} is not a date: {allowed}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone: {allowed}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value!r} is beyond the calendar: {allowed}") from None


def _switch(value: Any) -> bool:
    known = {"true": True, "yes": True, "false": False, "no": False}
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError(f"{value!r} is neither true nor false")
    return known[value.lower()]


def _words(value: Any) -> list[str]:
    """A list, or one text with commas; blanks and repetitions go."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("give a list ([a, b]) or one text with commas (a, b)")
    return list(dict.fromkeys(item.strip() for item in items if item.strip()))


def _tags(tags: list[str]) -> list[str]:
    for tag in tags:
        if not slugify(tag):
            raise ValueError(f"{tag!r} has neither a letter nor a digit")
    return tags


def _slug(value: str) -> str:
    if not is_slug(value):
        raise ValueError(f"{value!r} is not a slug; did you mean {slugify(value) or 'a-few-words'!r}?")
    return value


def _alias(value: str) -> str:
    path = value if value.startswith("/") else f"/blog/{value}"
    if "//" in path or any(character in path for character in "?#\\%") or not path.isprintable() or path == "/":
        raise ValueError(f"{value!r} is not a path such as /2019/old-name")
    return path


def _line(value: str) -> str:
    text = " ".join(value.split())
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("contains a control character")
    return text


def _not_blank(value: str) -> str:
    if not value:
        raise ValueError("is empty")
    return value


def language_tag(value: str) -> str:
    if not _LANG.fullmatch(value):
        raise ValueError(f"{value!r} is not a language tag such as en or pt-BR (BCP 47)")
    return value


def _url(value: str) -> str:
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
        raise ValueError(f"{value!r} is not an absolute http(s) URL")
    return value


def _flatten_image(data: Any) -> Any:
    """``image: {src: a.png, alt: A}`` says the same as ``image: a.png`` and ``image_alt: A``."""
    image = data.get("image") if isinstance(data, dict) else None
    if isinstance(image, dict):
        if not set(image) <= {"src", "alt"} or "src" not in image:
            raise ValueError("image: give a path, or {src: path, alt: text}")
        flat = {"image": image["src"]} | ({"image_alt": image["alt"]} if "alt" in image else {})
        return {**data, **flat}
    return data


Kind = Literal["post", "page"]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_line), AfterValidator(_not_blank)]


class Header(BaseModel):
    """What a header may say. This model is the border: inside it there are only typed, frozen values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line
    date: Moment | None = None
    updated: Moment | None = None
    description: Annotated[str, Field(max_length=500), AfterValidator(_line)] = ""
    tags: Annotated[list[str], BeforeValidator(_words), AfterValidator(_tags), Field(max_length=30)] = []
    draft: Annotated[bool, BeforeValidator(_switch)] = False
    slug: Annotated[str, Field(max_length=200), AfterValidator(_slug)] | None = None
    aliases: Annotated[list[Annotated[str, AfterValidator(_alias)]], BeforeValidator(_words), Field(max_length=50)] = []
    image: str | None = None
    image_alt: Annotated[str, AfterValidator(_line)] = Field(
        default="", validation_alias=AliasChoices("image_alt", "alt")
    )
    lang: Annotated[str, AfterValidator(language_tag)] | None = None
    series: Line | None = None
    canonical: Annotated[str, AfterValidator(_url)] | None = None
    order: int | None = None


KEYS = (*Header.model_fields, "alt")


def parse_front_matter(header: str, kind: Kind) -> Header:
    """The typed header of a file; line numbers in errors count from the file's first line.

    Raises:
        FrontMatterError: naming each key that is missing, unknown (with the nearest known one) or wrong.
    """
    try:
        model = Header.model_validate(_flatten_image(read_yaml(header, first_line=2)))
    except ValidationError as problem:
        raise FrontMatterError(*_explain(header, problem)) from None
    except FrontMatterError:
        raise
    except ValueError as problem:
        raise FrontMatterError((line_of(header, "image"), str(problem))) from None
    if kind == "post" and model.date is None:
        raise FrontMatterError((2, "date is missing: give a date (2026-03-01) or a date-time with its zone"))
    if model.updated and model.date and model.updated < model.date:
        raise FrontMatterError((line_of(header, "updated"), "updated is before date"))
    return model


def _explain(header: str, problem: ValidationError) -> Iterator[tuple[int, str]]:
    for error in problem.errors(include_url=False):
        key = str(error["loc"][0])
        yield line_of(header, key), _reason(key, error)


def _reason(key: str, error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        nearest = get_close_matches(key.lower(), KEYS, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(Header.model_fields)}"
        return f"unknown key {_shorten(key)!r}; {hint}"
    if error["type"] == "missing":
        return f"{key} is missing"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}"


def line_of(header: str, key: str, first_line: int = 2) -> int:
    """The file's line on which a top-level key stands; the header's first where it stands nowhere."""
    lines = header.splitlines()
    pattern = re.compile(rf"[\"']?{re.escape(key)}[\"']?\s*:")
    return next((number for number, line in enumerate(lines, first_line) if pattern.match(line)), first_line)


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- fits one line of a terminal
