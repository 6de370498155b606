"""The texts of the posts folder with their states, read without parsing Markdown."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Literal

from blog.content.document import Dialect, Document
from blog.content.extensions import DEFAULT, Extensions
from blog.content.folder import Folder, Held
from blog.content.library import Library
from blog.content.loader import load
from blog.content.post import Text
from blog.content.site import is_due
from blog.errors import ContentError, Fault, Severity
from blog.settings import Settings

State = Literal["draft", "scheduled", "unlisted", "published"]
STATES: tuple[State, ...] = ("draft", "scheduled", "unlisted", "published")


def library_of(settings: Settings, held: Held | None = None) -> Library:
    """All texts, with empty documents: neither their Markdown nor the files that they refer to are read. ``held`` replaces texts on disk.

    Raises:
        ContentError: with every fault of the front matter.
    """
    return load(Folder(settings.posts_dir, held), parse=_no_markdown).library


def readable(settings: Settings, changed: Held | None = None) -> tuple[Library, tuple[Fault, ...]]:
    """The texts that can be understood, and the errors of the others. ``changed`` replaces texts on disk, or adds some.

    Raises:
        ContentError: the folder, or its site.yaml, cannot be read.
    """
    held: dict[PurePosixPath, str | None] = dict(changed or {})
    left_out: set[PurePosixPath] = set()
    faults: list[Fault] = []
    while True:
        try:
            return library_of(settings, held), tuple(faults)
        except ContentError as problem:
            errors = [fault for fault in problem.faults if fault.severity is Severity.ERROR]
            named = {PurePosixPath(it.file.relative_to(settings.posts_dir)) for it in errors}
            if named <= left_out:
                raise
            faults += errors
            left_out |= named
            held |= dict.fromkeys(named)


def state_of(text: Text, now: datetime) -> State:
    if text.draft:
        return "draft"
    if not is_due(text, now):
        return "scheduled"
    return "unlisted" if text.unlisted else "published"


def near(slug: str, texts: Iterable[Text]) -> str:
    """A hint that names the most similar slug; empty if none is similar."""
    found = get_close_matches(slug, [text.slug for text in texts], n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _no_markdown(_body: str, _title: str, _dialect: Dialect, _extensions: Extensions = DEFAULT) -> Document:
    return Document(markup="", references=(), headings=(), anchors=frozenset(), remarks=(), words=0, summary="")
