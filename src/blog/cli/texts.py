"""The texts of the posts folder with their states, read without parsing Markdown."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import Literal

from blog.content.document import Dialect, Document
from blog.content.extensions import DEFAULT, Extensions
from blog.content.library import Library
from blog.content.loader import load
from blog.content.post import Text
from blog.content.site import is_due
from blog.settings import Settings

State = Literal["draft", "scheduled", "published"]


def library_of(settings: Settings) -> Library:
    """All texts, with empty documents: neither their Markdown nor the files that they refer to are read.

    Raises:
        ContentError: with every fault of the front matter.
    """
    return load(settings.posts_dir, parse=_no_markdown).library


def state_of(text: Text, now: datetime) -> State:
    if text.draft:
        return "draft"
    return "published" if is_due(text, now) else "scheduled"


def near(slug: str, texts: Iterable[Text]) -> str:
    """A hint that names the most similar slug; empty if none is similar."""
    found = get_close_matches(slug, [text.slug for text in texts], n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _no_markdown(_body: str, _title: str, _dialect: Dialect, _extensions: Extensions = DEFAULT) -> Document:
    return Document(markup="", references=(), headings=(), anchors=frozenset(), remarks=(), words=0, summary="")
