"""Parser of front matter: reads its dialect, translates its keys, validates its values, and names the lines of faults."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Literal

from pydantic import ValidationError

from blog import urls
from blog.content.document import Remark
from blog.content.file_names import FileName
from blog.content.front_matter.json_object import read_json
from blog.content.front_matter.keys import DRAFT_STATUS, Said, Translated, translate
from blog.content.front_matter.lines import line_of_written
from blog.content.front_matter.model import FrontMatter, alias_path, words
from blog.content.front_matter.pelican import read_pelican
from blog.content.front_matter.split import MAX_FRONT_MATTER_CHARACTERS, FrontMatterError, Split, split
from blog.content.front_matter.toml import read_toml
from blog.content.front_matter.values import Value
from blog.content.front_matter.wrong_values import leave_out, reason
from blog.content.front_matter.yaml import read_yaml
from blog.content.moments import is_before, parse_moment
from blog.content.yaml_words import lost_words

Kind = Literal["post", "page"]
_FENCED = re.compile(r"\s*(?:---|\+\+\+)")
_DRAFT_IN_JSON = re.compile(
    r"\s*\{(?:[^{}]*,)?\s*\"(?:(?:draft|is_?draft|private)\"\s*:\s*\"?true|(?:(?:is_?)?published|(?:dg[-_]?)?publish|public)\"\s*:\s*\"?false)\b",
    re.IGNORECASE,
)
# Front matter that something stands before, and lines of Key: value that no blank line ends.
_LATE = re.compile(r"^(?:---|\+\+\+)[ \t]*\n(?:.*\n){0,20}?(?:title|date)[ \t]*[:=]", re.MULTILINE | re.IGNORECASE)
_KEY_LINE = re.compile(r"(?:title|date)[ \t]*:", re.IGNORECASE)
_HEAD = 2000
_DRAFT = re.compile(
    r"^[\"']?(?:(?:draft|is_?draft|private)[\"']?[ \t]*[:=][ \t]*[\"']?(?:true|yes|on|y)"
    r"|(?:(?:is_?)?published|(?:dg[-_]?)?publish|public)[\"']?[ \t]*[:=][ \t]*[\"']?(?:false|no|off|n)"
    r"|status[\"']?[ \t]*[:=][ \t]*[\"']?(?:" + "|".join(sorted(DRAFT_STATUS)) + r"))[\"']?[ \t]*(?:#.*)?$",
    re.IGNORECASE | re.MULTILINE,
)


def read(parts: Split) -> dict[str, Value]:
    """The values of front matter by its keys as they are written.

    Raises:
        FrontMatterError: it cannot be understood.
    """
    if parts.dialect == "none":
        return {}
    reader = {"yaml": read_yaml, "toml": read_toml, "json": read_json, "pelican": read_pelican}[parts.dialect]
    return reader(parts.front_matter, parts.first_line)


def parse_front_matter(
    parts: Split, kind: Kind, zone: tzinfo | None = None, name: FileName | None = None
) -> FrontMatter:
    """The front matter of a file; line numbers in errors and remarks are those of the file.

    Times without an offset are in ``zone``, by default UTC. With a zone all times are converted to it. A text without a date has that of its
    ``name``.

    Raises:
        FrontMatterError: it cannot be read, or the date or the slug is wrong, or the date is missing. Unknown keys are remarks, and so are
            all other wrong values.
    """
    data = read(parts)
    name = name or FileName("", "", "")
    is_jekyll = parts.dialect == "yaml" and bool(name.date) and "layout" in data
    translated = translate(data, spaced_tags=is_jekyll)
    model = _validated(parts, translated, zone)
    if model.date is None and name.date:
        translated.values["date"] = name.date
        model = model.model_copy(update={"date": parse_moment(name.date, zone).moment})
    model = _not_before(translated, model, zone)
    if kind == "post" and model.date is None and not model.draft:
        raise FrontMatterError((parts.first_line, _no_date(parts)), remarks=_remarks(parts, translated))
    updated = _updated(translated, model, zone)
    lost = tuple(lost_words(parts.front_matter, parts.first_line)) if parts.dialect == "yaml" else ()
    remarks = (*(Remark(*remark) for remark in _remarks(parts, translated)), *lost)
    return model.model_copy(update={"remarks": remarks, "updated": updated, "extra": translated.extra})


def _no_date(parts: Split) -> str:
    """What is missing, and where the author may have put it."""
    head = parts.body[:_HEAD] if parts.dialect == "none" else ""
    if late := _LATE.search(head):
        line = head.count("\n", 0, late.start()) + 1
        return f"date is missing: the front matter begins on line {line}, and is read at the start of a file alone"
    if _KEY_LINE.match(head):
        return "date is missing: a blank line must end the lines of front matter, or put them between two --- lines"
    where = "in front matter between two --- lines" if parts.dialect == "none" else "in the front matter"
    return f"date is missing: give a date {where} (date: 2026-03-01), or in the file's name (2026-03-01-hello.md)"


def _remarks(parts: Split, translated: Translated) -> list[tuple[int, str]]:
    return [(line_of_written(parts, said.key), said.problem) for said in translated.said]


def _validated(parts: Split, translated: Translated, zone: tzinfo | None) -> FrontMatter:
    """The model of the values, without those that are wrong and that the text can do without."""
    while True:
        try:
            return FrontMatter.model_validate(translated.values, context={"zone": zone})
        except ValidationError as problem:
            errors = problem.errors(include_url=False)
        if not leave_out(translated, errors):
            raise FrontMatterError(*_problems(parts, translated, errors), remarks=_remarks(parts, translated))


def _not_before(translated: Translated, model: FrontMatter, zone: tzinfo | None) -> FrontMatter:
    """The model with the later one of two dates: what is not to be public yet waits."""
    if translated.not_before is None or model.date is None:
        return model
    written, value = translated.not_before
    try:
        moment = parse_moment(value, zone).moment
    except ValueError as problem:
        translated.said.append(Said(written, f"{written} is ignored: {problem}"))
        return model
    if moment <= model.date:
        return model
    translated.values["date"] = value
    translated.said.append(Said(written, f"{written} counts, and not date, because it is later"))
    return model.model_copy(update={"date": moment})


def _updated(translated: Translated, model: FrontMatter, zone: tzinfo | None) -> datetime | None:
    """When the text was updated, at the earliest when it was published: a date without a time is the whole day."""
    if model.updated is None or model.date is None:
        return model.updated
    updated, date = str(translated.values["updated"]), str(translated.values["date"])
    if is_before(parse_moment(updated, zone), parse_moment(date, zone)):
        written = translated.written["updated"]
        translated.drop("updated", f"{written} is ignored: {updated} is earlier than the date, {date}")
        return None
    return max(model.date, model.updated)


def _problems(parts: Split, translated: Translated, errors: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    for error in errors:
        written = translated.written[str(error["loc"][0])]
        yield line_of_written(parts, written), reason(written, error)


def has_date(text: str) -> bool:
    """Whether the front matter of a file has a date.

    Raises:
        FrontMatterError: it cannot be read.
    """
    return "date" in translate(read(split(text))).values


def written_alias(source: str, path: str) -> str:
    """The alias that stands for a canonical path, as the author of a file wrote it."""
    aliases = words(translate(read(split(source))).values.get("aliases", []))
    return next((word for word in aliases if _canonical_alias(word) == path), path)


def _canonical_alias(word: str) -> str | None:
    try:
        return urls.canonical(alias_path(word))
    except ValueError:
        return None


def is_marked_as_draft(text: str) -> bool:
    r"""Whether a file says that it is a draft, even if its front matter cannot be understood otherwise.

    >>> is_marked_as_draft("---\ntitle: [\ndraft: true # not yet\n---\n"), is_marked_as_draft("---\n---\ndraft: true\n")
    (True, False)
    """
    if _DRAFT_IN_JSON.match(text[:MAX_FRONT_MATTER_CHARACTERS]):
        return True
    try:
        front_matter = split(text).front_matter
    except FrontMatterError:
        front_matter = text[:MAX_FRONT_MATTER_CHARACTERS] if _FENCED.match(text) else ""
    return _DRAFT.search(front_matter) is not None
