"""What the readers of folders have in common: a Markdown file and its metadata become an item."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from blog.content.front_matter import FrontMatterError
from blog.importers.addresses import date_words
from blog.importers.dates import moment
from blog.importers.items import Item
from blog.importers.metadata import Metadata, Parts, dated_name, parts_of
from blog.importers.source_folder import SourceFolder

# Names of folders in which programs keep posts, wherever the configuration does not say.
POST_FOLDERS = frozenset(
    {"posts", "post", "blog", "articles", "article", "news", "notes", "writing", "journal", "_posts"}
)
# Keys by which themes load a program that draws formulas.
_MATH_KEYS = ("math", "katex", "mathjax", "use_math", "has_math", "latex", "math_engine")
_LANGUAGE = re.compile(r"(.+)\.([a-z]{2,3}(?:-[A-Za-z]{2,4})?)")


@dataclass(frozen=True, slots=True)
class MarkdownFile:
    """A Markdown file with its metadata. ``name`` is its name without extension, language and date, or its folder's name for an index."""

    path: Path
    parts: Parts
    meta: Metadata
    name: str
    named_date: str
    lang: str

    @property
    def date(self) -> str:
        return self.meta.text("date") or self.named_date

    @property
    def when(self) -> datetime | None:
        """The date, for permalinks; in no zone, as it is written."""
        written = moment(self.date)
        return datetime.fromisoformat(written) if written else None

    @property
    def stem(self) -> str:
        """The name with its date, as Hugo has it in addresses."""
        return f"{self.named_date}-{self.name}" if self.named_date else self.name


def read_markdown(folder: SourceFolder, path: Path) -> MarkdownFile | None:
    """The file, or None if it cannot be understood, which is reported. An unknown key is reported too."""
    text = folder.read(path)
    if text is None:
        return None
    try:
        parts = parts_of(text)
    except FrontMatterError as problem:
        for line, reason in problem.problems:
            folder.report.fail(path, line, reason)
        return None
    stem, lang = path.stem, ""
    if found := _LANGUAGE.fullmatch(stem):
        stem, lang = found[1], found[2]
    if stem == "index" and path.parent != folder.root:
        stem = path.parent.name
    date, name = dated_name(stem)
    return MarkdownFile(path, parts, Metadata(parts), name, date, lang)


def item_of(folder: SourceFolder, file: MarkdownFile, **values: Any) -> Item:
    """The item of a file; ``values`` are those that its program decides."""
    meta = file.meta
    if meta.unknown:
        folder.report.lose(file.path, meta.line_of(meta.unknown[0]), f"{', '.join(meta.unknown)}: not carried over")
    given = {
        "title": meta.text("title"),
        "date": file.date,
        "updated": meta.text("updated"),
        "description": meta.text("description"),
        "tags": meta.words("tags"),
        "draft": meta.is_draft,
        "unlisted": meta.is_unlisted,
        "slug": meta.text("slug"),
        "image": meta.text("image"),
        "image_alt": meta.text("image_alt"),
        "audio": meta.text("audio"),
        "id": meta.text("id"),
        "lang": meta.text("lang") or file.lang,
        "series": meta.text("series"),
        "order": meta.text("order"),
        "canonical": meta.text("canonical"),
        "authors": meta.names(),
        "expires": meta.text("expires"),
        "extensions": frozenset({"math"} if any(meta.is_on(key) for key in _MATH_KEYS) else ()),
        "is_html": file.path.suffix.lower() in {".html", ".htm"},
    }
    return Item(file=file.path, body=file.parts.body, body_line=file.parts.body_line, **{**given, **values})


def permalink_words(file: MarkdownFile) -> dict[str, str]:
    """The parts of the date for permalink patterns; none for a text without a date."""
    when = file.when
    return date_words(when) if when else {}


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
