"""Front matter of posts and pages: YAML between two --- lines, read as text and then validated into typed values."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)

from blog import urls
from blog.content.characters import SURROGATE, UNUSABLE
from blog.content.document import Remark
from blog.content.moments import is_before, parse_moment
from blog.content.slugs import is_slug, slugify
from blog.content.yaml_words import escaped_unusable, hint, lost_words, refuse_markup, unusable

MAX_FRONT_MATTER_CHARACTERS = 16_384
_LANG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")
# The parser in C recurses on the machine's stack, so texts that nest deeper than any front matter needs are refused before it.
_MOST_BRACKETS = 200
_NESTED_BLOCKS = re.compile(r"(?:[-?:][ \t]+){20}")
_CLOSING = re.compile(r"^---[ \t]*$", re.MULTILINE)


class FrontMatterError(ValueError):
    """Problems of a front matter, as (line in the file, problem) pairs."""

    def __init__(self, *problems: tuple[int, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"line {line}: {problem}" for line, problem in problems))


@dataclass(frozen=True, slots=True)
class Split:
    """A file split into its front matter (YAML text) and its body; ``body_line`` is the line of the file on which the body starts."""

    front_matter: str
    body: str
    body_line: int


def split(text: str) -> Split:
    r"""Split a file at its two --- lines.

    >>> split("---\ntitle: Hello\n---\nBody\n")
    Split(front_matter='title: Hello\n', body='Body\n', body_line=4)

    Raises:
        FrontMatterError: there is no front matter, it is not closed, or it is longer than MAX_FRONT_MATTER_CHARACTERS.
    """
    if not text.strip():
        raise FrontMatterError((1, "the file is empty; a post starts with front matter between two --- lines"))
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        raise FrontMatterError((1, f"a post must start with a --- line, not with {_shorten(first)!r}"))
    closing = _CLOSING.search(rest)
    if closing is None:
        raise FrontMatterError((1, "the front matter is not closed by a second --- line"))
    if closing.start() > MAX_FRONT_MATTER_CHARACTERS:
        raise FrontMatterError((1, f"the front matter is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters"))
    front_matter = rest[: closing.start()]
    body = rest[closing.end() :].removeprefix("\n")
    return Split(front_matter, body, front_matter.count("\n") + 3)


class _Loader(yaml.CBaseLoader):
    """The loader in C. It keeps scalars as text, because a title may be No and a tag 1.10; the models below convert them."""


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


class _PythonLoader(yaml.BaseLoader):
    """The loader in Python: slower, with more precise error messages."""

    def construct_scalar(self, node: yaml.ScalarNode) -> str:
        """The text of a scalar. Unlike the loader in C, this one accepts surrogates, which cannot be encoded in a page."""
        text = str(super().construct_scalar(node))
        if SURROGATE.search(text):
            problem = r"\ud800 to \udfff are surrogates; write the character itself"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return text


_PythonLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _load(text: str) -> Any:
    refuse_markup(text)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 -- BaseLoader makes only text, lists and mappings
    except yaml.YAMLError:
        # Load it again for a better error message.
        return yaml.load(text, Loader=_PythonLoader)  # noqa: S506 -- BaseLoader makes only text, lists and mappings


def _excess(text: str) -> str | None:
    """Why a text is refused before parsing; None if it is not too long and not nested too deeply."""
    if len(text) > MAX_FRONT_MATTER_CHARACTERS:
        return f"longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters"
    if text.count("[") + text.count("{") > _MOST_BRACKETS or _NESTED_BLOCKS.search(text):
        return "not valid YAML: nested too deeply"
    return None


def _yaml_problem(problem: Exception, text: str, first_line: int) -> tuple[int, str]:
    if isinstance(problem, yaml.MarkedYAMLError):
        mark = problem.problem_mark or problem.context_mark
        line, cause = mark.line if mark else 0, ""
        if not isinstance(problem, yaml.constructor.ConstructorError):
            line, cause = hint(text, line)
        return first_line + line, f"not valid YAML: {problem.problem}{cause}"
    if isinstance(problem, RecursionError):
        return first_line, "not valid YAML: nested too deeply"
    return first_line, f"not valid YAML: {_shorten(str(problem).partition(chr(10))[0] or type(problem).__name__)}"


def read_yaml(text: str, first_line: int = 1) -> dict[str, Any]:
    """A YAML mapping whose scalars are all text; empty values are omitted.

    Raises:
        FrontMatterError: not YAML, not a mapping, a key given twice, an alias, or nested too deeply.
    """
    if excess := _excess(text):
        raise FrontMatterError((first_line, excess))
    if fault := unusable(text):
        raise FrontMatterError((first_line + fault[0], fault[1]))
    try:
        data = _load(text)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as problem:
        raise FrontMatterError(_yaml_problem(problem, text, first_line)) from problem
    if data in ("", None):
        return {}
    if not isinstance(data, dict):
        raise FrontMatterError((first_line, "not a list of `key: value` lines"))
    try:
        return {_composed(key): _composed(value) for key, value in data.items() if value not in ("", None)}
    except _UnusableError:
        line, reason = escaped_unusable(text)
        raise FrontMatterError((first_line + line, reason)) from None


class _UnusableError(ValueError):
    """A value contains a character that no page may contain."""


def _composed(value: Any) -> Any:
    """The value with its texts in NFC, in which names, tags and addresses are compared."""
    if isinstance(value, list):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if UNUSABLE.search(value):
        raise _UnusableError
    return value


def _moment(value: Any, info: ValidationInfo) -> datetime:
    """An aware time. A date means the start of that day."""
    zone = info.context["zone"] if info.context else None
    return parse_moment(value if isinstance(value, str) else str(value), zone).moment


def _switch(value: Any) -> bool:
    known = {"true": True, "yes": True, "false": False, "no": False}
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError(f"{value!r} is neither true nor false")
    return known[value.lower()]


def _words(value: Any) -> list[str]:
    """The items of a list or of a text with commas, without blanks and duplicates."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("give a list ([a, b]) or one text with commas (a, b)")
    return list(dict.fromkeys(" ".join(item.split()) for item in items if item.strip()))


def _with_slug(name: str) -> str:
    """The name, of which an address can be made."""
    if not slugify(name):
        raise ValueError(f"{name!r} has neither a letter nor a digit")
    return name


def _slug(value: str) -> str:
    if not is_slug(value):
        raise ValueError(f"{value!r} is not a slug; did you mean {slugify(value) or 'a-few-words'!r}?")
    return value


def alias_path(value: str) -> str:
    """The path that an alias stands for: a word is a name below /blog."""
    path = value if value.startswith("/") else f"/blog/{value}"
    if "//" in path or any(character in path for character in "?#\\%") or not path.isprintable() or path == "/":
        raise ValueError(f"{value!r} is not a path such as /2019/old-name")
    return path


def written_alias(text: str, path: str) -> str:
    """The alias that stands for a canonical path, as the author wrote it in this front matter."""
    return next(word for word in _words(read_yaml(text)["aliases"]) if urls.canonical(alias_path(word)) == path)


def _line(value: str) -> str:
    return " ".join(value.split())


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
    """The mapping with ``image: {src: a.png, alt: A}`` replaced by ``image: a.png`` and ``image_alt: A``."""
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


class FrontMatter(BaseModel):
    """The front matter of a post or page, validated. Code behind this model sees only typed, frozen values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line
    date: Moment | None = None
    updated: Moment | None = None
    description: Annotated[str, Field(max_length=500), AfterValidator(_line)] = ""
    tags: Annotated[
        list[Annotated[str, AfterValidator(_with_slug)]], BeforeValidator(_words), Field(max_length=30)
    ] = []
    draft: Annotated[bool, BeforeValidator(_switch)] = False
    slug: Annotated[str, Field(max_length=200), AfterValidator(_slug)] | None = None
    aliases: Annotated[
        list[Annotated[str, AfterValidator(alias_path)]], BeforeValidator(_words), Field(max_length=50)
    ] = []
    image: str | None = None
    image_alt: Annotated[str, AfterValidator(_line)] = Field(
        default="", validation_alias=AliasChoices("image_alt", "alt")
    )
    audio: str | None = None
    lang: Annotated[str, AfterValidator(language_tag)] | None = None
    series: Annotated[Line, AfterValidator(_with_slug)] | None = None
    canonical: Annotated[str, AfterValidator(_url)] | None = None
    order: int | None = None
    id: Line | None = None
    # What the author should mend although it can be understood, with lines of the file.
    remarks: Annotated[tuple[Remark, ...], Field(exclude=True)] = ()


KEYS = tuple(key for key in (*FrontMatter.model_fields, "alt") if key != "remarks")


def parse_front_matter(text: str, kind: Kind, zone: tzinfo | None = None) -> FrontMatter:
    """The front matter of a file, from its YAML; line numbers in errors and remarks are those of the file.

    Times without an offset are in ``zone``, by default UTC. With a zone all times are converted to it.

    Raises:
        FrontMatterError: with each key that is missing or has a wrong value. Unknown keys are remarks.
    """
    data = read_yaml(text, first_line=2)
    unknown = [key for key in data if key not in KEYS]
    remarks = tuple(Remark(line_of(text, key), unknown_key(key, KEYS)) for key in unknown)
    lost = tuple(lost_words(text, 2))
    # An unknown key is often the misspelled name of a missing one.
    misspelled = [(remark.line, remark.problem) for remark in remarks]
    try:
        known = _flatten_image({key: data[key] for key in data if key in KEYS})
        model = FrontMatter.model_validate(known, context={"zone": zone})
    except ValidationError as problem:
        raise FrontMatterError(*_problems(text, problem), *misspelled) from None
    except ValueError as problem:
        raise FrontMatterError((line_of(text, "image"), str(problem))) from None
    if kind == "post" and model.date is None and not model.draft:
        missing = "date is missing: give a date (2026-03-01) or a date-time (2026-03-01 09:00)"
        raise FrontMatterError((2, missing), *misspelled)
    return model.model_copy(update={"remarks": remarks + lost, "updated": _updated(text, data, model, zone)})


def has_date(text: str) -> bool:
    """Whether the front matter of a file has a date.

    Raises:
        FrontMatterError: it cannot be read.
    """
    return "date" in read_yaml(split(text).front_matter, first_line=2)


def _updated(text: str, data: Mapping[str, Any], model: FrontMatter, zone: tzinfo | None) -> datetime | None:
    """When the text was updated, at the earliest when it was published: a date without a time is the whole day."""
    if model.updated is None or model.date is None:
        return model.updated
    if is_before(parse_moment(data["updated"], zone), parse_moment(data["date"], zone)):
        problem = f"updated is before date: {data['updated']} is earlier than {data['date']}"
        raise FrontMatterError((line_of(text, "updated"), problem))
    return max(model.date, model.updated)


def _problems(text: str, problem: ValidationError) -> Iterator[tuple[int, str]]:
    for error in problem.errors(include_url=False):
        key = str(error["loc"][0])
        yield line_of(text, key), _reason(key, error)


def _reason(key: str, error: Mapping[str, Any]) -> str:
    if error["type"] == "missing":
        return f"{key} is missing"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The problem of a key that has no meaning; the nearest known one is probably meant."""
    nearest = get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"known keys are {', '.join(known)}"
    return f"unknown key {_shorten(key)!r}; {hint}"


_DRAFT = re.compile(
    r"^[\"']?draft[\"']?[ \t]*:[ \t]*[\"']?(?:true|yes)[\"']?[ \t]*(?:#.*)?$", re.IGNORECASE | re.MULTILINE
)


def is_marked_as_draft(text: str) -> bool:
    r"""Whether a file says that it is a draft, even if its front matter cannot be understood otherwise.

    >>> is_marked_as_draft("---\ntitle: [\ndraft: true # not yet\n---\n"), is_marked_as_draft("---\n---\ndraft: true\n")
    (True, False)
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        return False
    closing = _CLOSING.search(rest)
    end = closing.start() if closing else MAX_FRONT_MATTER_CHARACTERS
    return _DRAFT.search(rest, 0, min(end, MAX_FRONT_MATTER_CHARACTERS)) is not None


def line_of(text: str, key: str, first_line: int = 2, missing: int | None = None) -> int:
    """The line of a top-level key in the file; ``missing``, by default ``first_line``, if the key is not there."""
    lines = text.splitlines()
    pattern = re.compile(rf"[\"']?{re.escape(key)}[\"']?\s*:")
    return next(
        (number for number, line in enumerate(lines, first_line) if pattern.match(line)),
        first_line if missing is None else missing,
    )


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- fits one line of a terminal
