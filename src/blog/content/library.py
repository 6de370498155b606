"""Library: all content of the posts folder, including drafts and scheduled posts."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from blog.content.config import SiteConfig
from blog.content.document import Reference
from blog.content.drawing import Drawing, DrawingSource, NotDrawn
from blog.content.files import File, Variant
from blog.content.folder import STATIC
from blog.content.media_types import captions, companions, dark_version, is_audio, player_of, posters
from blog.content.named_texts import PREFIX, NamedTexts, by_path, section, wiki_name
from blog.content.post import Note, Post, StandalonePage, Text
from blog.content.static_files import StaticFile
from blog.urls import encoded

# As wide as the column of text in site.css, with what a picture hangs into the margins.
_SIZES = "(min-width: 48rem) 42.5rem, 100vw"
_DARK = "(prefers-color-scheme: dark)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The content of a posts folder. Paths are relative to it; drafts are not in ``posts`` and ``pages``, notes are in ``pages``.

    ``refused`` has the files that texts refer to or that lie in static/ and that are not served, each with the reason. ``static`` has the files
    that are served at the root, by decoded address; ``static_paths`` are those of all files in static/. ``drawings`` are those of all texts.
    """

    config: SiteConfig
    posts: tuple[Post, ...]
    pages: tuple[StandalonePage, ...]
    drafts: tuple[Text, ...]
    files: Mapping[PurePosixPath, File]
    refused: Mapping[PurePosixPath, str] = field(default_factory=dict)
    static: Mapping[str, StaticFile] = field(default_factory=dict)
    static_paths: tuple[PurePosixPath, ...] = ()
    drawings: Mapping[DrawingSource, Drawing | NotDrawn] = field(default_factory=dict)

    @property
    def file_sizes(self) -> list[tuple[str, int]]:
        """The media type and the size in bytes of each file beside the texts, each file once."""
        sizes = {file.path: (file.media_type, len(file.body)) for file in self.files.values()}
        sizes |= {
            PurePosixPath(file.url_of(it)): (it.media_type, len(it.body))
            for file in self.files.values()
            for it in file.variants
        }
        sizes |= {static.path: (static.media_type, len(static.file.body)) for static in self.static.values()}
        return list(sizes.values())

    @property
    def texts(self) -> tuple[Text, ...]:
        return (*self.posts, *self.pages)


def section_folders(notes: Iterable[Text]) -> Iterator[tuple[PurePosixPath, str]]:
    """The folders of collections and groups of some notes, with their addresses; other texts are skipped."""
    for note in notes:
        if isinstance(note, Note):
            collection, *inner = note.file.parts
            yield PurePosixPath(collection), f"/{note.place.collection.slug}"
            if note.place.group and len(inner) > 1:
                yield PurePosixPath(collection, inner[0]), f"/{note.place.section}"


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
    written = PurePosixPath(_path_of(target))
    return None if written.is_absolute() else _normal(text.file.parent / written)


def resolve_file(text: Text, target: str) -> PurePosixPath | None:
    """The path in the posts folder that a target refers to; a path of the site (/images/a.svg) refers to a file in static/.

    None if it is outside the folder, on another site, or only a fragment or a query.
    """
    if not target or is_external(target) or target.startswith(("#", "?", PREFIX)):
        return None
    if not target.startswith("/"):
        return resolve_relative(text, target)
    path = _normal(PurePosixPath(_path_of(target).lstrip("/")))
    return STATIC / path if path else None


def _path_of(target: str) -> str:
    return unicodedata.normalize("NFC", unquote(urlsplit(target).path))


def _normal(path: PurePosixPath) -> PurePosixPath | None:
    """The path without . and ..; None if it leads out of its folder."""
    steps: list[str] = []
    for step in path.parts:
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
        self._lang = library.config.lang
        self._texts = by_path(library.texts)
        self._static = library.static
        self._named = NamedTexts(library.texts)
        self._sections = dict(section_folders(library.pages))

    def portrait(self, path: str) -> str:
        """The URL of the author's portrait if the folder of static files has it, else ""."""
        return path if any(path == encoded(file.address) for file in self._static.values()) else ""

    def languages(self, text: Text) -> tuple[str, ...]:
        """The language of a text, which is that of the site where it has none of its own, and then that of the site."""
        return (text.lang, self._lang) if text.lang else (self._lang,)

    def attributes(self, text: Text, reference: Reference) -> str:
        """The HTML attributes of a reference: ``href``, or ``src`` with the size of the picture, which prevents layout shifts.

        For an image address only the URL is returned, because the markup has the attribute already.
        """
        file = None if reference.kind == "link" else self.file(text, reference.target)
        shown = self._origin + file.url + _suffix(reference.target) if file else self.url(text, reference.target)
        url = escape(shown)
        if reference.kind == "image address":
            return url
        if reference.kind == "link":
            if shown == reference.target and wiki_name(shown) is not None:
                return 'role="link" aria-disabled="true"'  # it leads nowhere
            return f'href="{url}"'
        if reference.kind == "media":
            return f'src="{url}"{self._poster(file) if file else ""}'
        size = (
            f' width="{file.width}" height="{file.height}"' if file and file.width and reference.kind == "image" else ""
        )
        return f'src="{url}"{size}'

    def picture(self, text: Text, reference: Reference) -> tuple[str, str]:
        """What stands before and after the ``<img>`` of a picture that has smaller versions, or one for dark themes.

        Nothing in feeds, whose readers may show each ``<source>`` or none.
        """
        file = self.file(text, reference.target)
        if file is None or self._origin:
            return "", ""
        if reference.kind == "media":
            return "".join(self._tracks(text, file)), ""
        dark = self.dark(file)
        if reference.kind == "sized image":
            # The author's size is the one in <img>, and no width of ours.
            sources = [f'<source srcset="{escape(dark.url)}" media="{_DARK}">'] if dark else []
        else:
            in_dark = [*_sources(dark, _DARK), _original(dark)] if dark else []
            sources = [*in_dark, *_sources(file)]
        return ("<picture>" + "".join(sources), "</picture>") if sources else ("", "")

    def files(self, text: Text) -> Iterator[File]:
        """The files that a text refers to, and those that are shown with them."""
        for target in file_targets(text):
            if file := self.file(text, target):
                yield file
                yield from (self._files[path] for path in companions(file.path) if path in self._files)

    def _poster(self, file: File) -> str:
        """The attributes of a video that has a still: its address, and its size, which reserves the place of the video."""
        still = next((self._files[path] for path in posters(file.path) if path in self._files), None)
        if still is None or player_of(file.path.name) != "video":
            return ""
        size = f' width="{still.width}" height="{still.height}"' if still.width else ""
        return f' poster="{escape(self._origin + still.url)}"{size}'

    def _tracks(self, text: Text, file: File) -> Iterator[str]:
        """The captions beside a recording; those without a language in their name are in the language of the text."""
        default = " default"
        for language, path in captions(file.path).items():
            if found := self._files.get(path):
                shown = escape(language or self.languages(text)[0])
                yield f'<track kind="captions" src="{escape(found.url)}" srclang="{shown}" label="{shown}"{default}>'
                default = ""

    def dark(self, file: File) -> File | None:
        """The version of a picture for dark themes, which is named a.dark.png and lies beside a.png."""
        path = dark_version(file.path)
        return self._files.get(path) if path else None

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
        path = self._path_of_text(text, target)
        return self._origin + path if path else target

    def _path_of_text(self, text: Text, target: str) -> str:
        """The path of the text, or of the group of notes, that a target leads to, with the place in it; "" if there is none."""
        if other := self._text(text, target):
            return other.url + _place_in(other, target)
        section = self._sections.get(resolve_relative(text, target) or PurePosixPath())
        return section + _suffix(target) if section else ""

    def _text(self, text: Text, target: str) -> Text | None:
        if target.startswith(PREFIX):
            return text if wiki_name(target) == "" else self._named.find(target)
        path = resolve_relative(text, target)
        return self._texts.get(path) if path else None

    def file(self, text: Text, target: str) -> File | None:
        """The file that a target shows; a path of the site shows a file in static/."""
        path = resolve_file(text, target)
        return self._files.get(path) if path else None

    def audio(self, post: Text) -> File | None:
        """The recording of a post; None if it has none, or if the file is missing or is not audio."""
        file = self.file(post, post.audio) if post.audio else None
        return file if file and is_audio(file.path) else None


def _sources(file: File, media: str = "") -> Iterator[str]:
    """A ``<source>`` for each format that a picture has smaller versions in."""
    if file.private:
        return
    kinds: dict[str, list[Variant]] = {}
    for variant in file.variants:
        kinds.setdefault(variant.media_type, []).append(variant)
    for media_type, variants in kinds.items():
        srcset = ", ".join(f"{file.url_of(variant)} {variant.width}w" for variant in variants)
        yield _source(file, type=media_type, srcset=srcset, sizes=_SIZES, media=media)


def _original(dark: File) -> str:
    """A ``<source>`` with the picture itself, with its width where it stands among others that have one."""
    if dark.variants and not dark.private:
        return _source(dark, srcset=f"{dark.url} {dark.width}w", sizes=_SIZES, media=_DARK)
    return _source(dark, srcset=dark.url, media=_DARK)


def _source(file: File, **attributes: str) -> str:
    """The element; its size reserves the place of a picture that differs in shape from the one in ``<img>``."""
    size = {"width": str(file.width), "height": str(file.height)} if file.width else {}
    written = "".join(f' {name}="{escape(value)}"' for name, value in (attributes | size).items() if value)
    return f"<source{written}>"


def _suffix(target: str) -> str:
    """The query and the fragment of a target.

    >>> _suffix("a.pdf?x=1#page=3"), _suffix("a.pdf#b?c"), _suffix("a.pdf")
    ('?x=1#page=3', '#b?c', '')
    """
    return target[len(target.partition("#")[0].partition("?")[0]) :]


def _place_in(text: Text, target: str) -> str:
    """What follows the address of a text that a target leads to."""
    suffix = _suffix(target)
    return suffix if not suffix or wiki_name(target) is None else f"#{quote(section(text, unquote(suffix[1:])))}"


def files_of(library: Library, texts: Iterable[Text]) -> dict[PurePosixPath, File]:
    """The files that some texts refer to, by path."""
    resolver = Resolver(library)
    referenced = (file for text in texts for file in resolver.files(text))
    return {file.path: file for file in referenced}


def file_targets(text: Text) -> Iterator[str]:
    """The targets of a text that may refer to files in the posts folder: all but links to paths of the site."""
    references = text.document.references
    yield from (it.target for it in references if it.kind != "link" or not it.target.startswith("/"))
    if text.image:
        yield text.image.src
    if text.audio:
        yield text.audio
