"""Front matter of posts and pages in the dialects of several programs, read as text and then validated into typed values."""

from blog.content.front_matter.keys import SYNONYMS, TABLES, normal, translate
from blog.content.front_matter.lines import key_line, line_of, line_of_written
from blog.content.front_matter.model import FrontMatter, Line, Writer, alias_path, fediverse_address, language_tag
from blog.content.front_matter.parser import (
    Kind,
    has_date,
    is_marked_as_draft,
    parse_front_matter,
    read,
    written_alias,
)
from blog.content.front_matter.split import MAX_FRONT_MATTER_CHARACTERS, Dialect, FrontMatterError, Split, split
from blog.content.front_matter.values import SWITCH, Json, Value
from blog.content.front_matter.yaml import read_yaml

__all__ = [
    "MAX_FRONT_MATTER_CHARACTERS",
    "SWITCH",
    "SYNONYMS",
    "TABLES",
    "Dialect",
    "FrontMatter",
    "FrontMatterError",
    "Json",
    "Kind",
    "Line",
    "Split",
    "Value",
    "Writer",
    "alias_path",
    "fediverse_address",
    "has_date",
    "is_marked_as_draft",
    "key_line",
    "language_tag",
    "line_of",
    "line_of_written",
    "normal",
    "parse_front_matter",
    "read",
    "read_yaml",
    "split",
    "translate",
    "written_alias",
]
