"""Library: all content of the posts folder, including drafts and scheduled posts."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from blog.content.config import SiteConfig
from blog.content.document import Reference
from blog.content.files import File
from blog.content.post import Post, StandalonePage, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The content of a posts folder. Paths are relative to it; drafts are not in ``posts`` and ``pages``.

    ``refused`` has the files that texts refer to and that are not served, each with the reason.
    """

    config: SiteConfig
    posts: tuple[Post, ...]
    pages: tuple[StandalonePage, ...]
    drafts: tuple[Text, ...]
    files: Mapping[PurePosixPath, File]
    refused: Mapping[PurePosixPath, str] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[Text, ...]:
        return (*self.posts, *self.pages)


def is_external(target: str) -> bool:
    """Whether a target is outside the site: it has a host, or a scheme such as mailto:.

    >>> is_external("https://example.org"), is_external("//cdn.example"), is_external("/blog"), is_external("a.png")
    (True, True, False, False)
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)


def resolve_relative(text: Text, target: str) -> PurePosixPath | None:
    """The path in the posts folder, in NFC, that a relative target refers to; None if it is outside the folder."""
    steps: list[str] = []
    written = PurePosixPath(unicodedata.normalize("NFC", unquote(urlsplit(target).path)))
    if written.is_absolute():
        return None
    for step in (text.file.parent / written).parts:
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step != ".":
            steps.append(step)
    return PurePosixPath(*steps)


class Resolver:
    """Resolves the targets that authors write to URLs: paths of the site, or absolute URLs for feeds."""

    def __init__(self, library: Library, origin: str = "") -> None:
        self._origin = origin
        self._files = library.files
        self._texts = {text.file: text for text in library.texts}

    def attributes(self, text: Text, reference: Reference) -> str:
        """The HTML attributes of a reference: ``href``, or ``src`` with the size of the picture, which prevents layout shifts.

        For an image address only the URL is returned, because the markup has the attribute already.
        """
        url = escape(self.url(text, reference.target))
        if reference.kind == "image address":
            return url
        if reference.kind == "link":
            return f'href="{url}"'
        file = self.file(text, reference.target)
        size = (
            f' width="{file.width}" height="{file.height}"' if file and file.width and reference.kind == "image" else ""
        )
        return f'src="{url}"{size}'

    def url(self, text: Text, target: str) -> str:
        if not target:
            return self._origin + text.url
        if is_external(target):
            return target
        if target.startswith(("#", "?")):
            return (self._origin + text.url if self._origin else "") + target
        if target.startswith("/"):
            return self._origin + target
        if file := self.file(text, target):
            return self._origin + file.url + _suffix(target)
        path = resolve_relative(text, target)
        other = self._texts.get(path) if path else None
        return self._origin + other.url + _suffix(target) if other else target

    def file(self, text: Text, target: str) -> File | None:
        path = None if is_external(target) or target.startswith(("/", "#", "?")) else resolve_relative(text, target)
        return self._files.get(path) if path else None


def _suffix(target: str) -> str:
    """The query and the fragment of a target.

    >>> _suffix("a.pdf?x=1#page=3"), _suffix("a.pdf#b?c"), _suffix("a.pdf")
    ('?x=1#page=3', '#b?c', '')
    """
    return target[len(target.partition("#")[0].partition("?")[0]) :]


def relative_targets(text: Text) -> Iterator[str]:
    """The relative targets of a text: those that refer to another file in the posts folder."""
    targets = [reference.target for reference in text.document.references]
    if text.image:
        targets.append(text.image.src)
    return (
        target for target in targets if target and not is_external(target) and not target.startswith(("/", "#", "?"))
    )
