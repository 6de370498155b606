"""A text of another program, before it becomes a post or a page of this one."""

from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Literal

from blog.errors import BlogError


class ImportRefusedError(BlogError):
    """A source cannot be imported at all; nothing has been written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A text as another program has it. Values are as its author wrote them, and checked when it is written here.

    ``file`` and ``line`` are where the text begins in the source, for the report; ``body_line`` is the line of the file on which the body begins.
    """

    file: PurePath
    line: int = 1
    kind: Literal["post", "page"] = "post"
    title: str = ""
    date: str = ""
    updated: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    draft: bool = False
    unlisted: bool = False
    slug: str = ""
    # Old addresses: paths or URLs. The first one is where the text was.
    addresses: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""
    audio: str = ""
    lang: str = ""
    series: str = ""
    order: str = ""
    canonical: str = ""
    authors: tuple[str, ...] = ()
    expires: str = ""
    id: str = ""
    # Extensions of Markdown that the text itself turns on.
    extensions: frozenset[str] = frozenset()
    body: str = ""
    body_line: int = 1
    is_html: bool = False

    @property
    def address(self) -> str:
        return self.addresses[0] if self.addresses else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSite:
    """A whole site of another program.

    ``url`` is its origin, perhaps with a path. ``static_folders`` are where it keeps the files that it serves at its root; ``prefix`` is the path
    that addresses have before those files' names. ``config`` are values of site.yaml.
    """

    engine: str
    root: Path
    items: list[Item]
    url: str = ""
    static_folders: tuple[Path, ...] = ()
    config: dict[str, str] = field(default_factory=dict)
    zone: str = ""
    # Extensions of Markdown that are off here and were on there.
    turned_on: frozenset[str] = frozenset()
    # All texts are in one file, an export.
    is_export: bool = False
