"""Loader of the posts folder: parses every text, reads the files that texts refer to, and collects every fault with its file and line."""

import logging
import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath

from blog import urls
from blog.content import markdown
from blog.content.addresses import addressed
from blog.content.attribution import attributed, described
from blog.content.check import check
from blog.content.config import SiteConfig, parse_config, unknown_keys
from blog.content.document import Parse
from blog.content.drawing import Draw, Drawing, DrawingSource, NotDrawn, PlacedSource, draw_nothing
from blog.content.extensions import Extensions
from blog.content.file_names import is_index, is_section, is_text
from blog.content.files import File, read_file
from blog.content.folder import CONFIG, MAX_FILE_BYTES, Folder, Source
from blog.content.front_matter import FrontMatterError, is_marked_as_draft
from blog.content.includes import Includes
from blog.content.layout import Layout
from blog.content.library import Library, file_targets, resolve_file
from blog.content.media_types import companions, is_served, refusal
from blog.content.named_texts import by_path
from blog.content.note_places import NotePlaces, section_of
from blog.content.pictures import RefusedPictureError, script_line
from blog.content.post import Note, Post, StandalonePage, Text, class_of
from blog.content.static_files import StaticFiles, read_static
from blog.content.text_parser import ParseOptions, parse_note, parse_page, parse_post
from blog.errors import ContentError, Fault, Severity, counted, errors_in
from blog.machine.stages import Stage, untimed_stage

logger = logging.getLogger(__name__)

# What an empty file may contain: white space, and characters that nobody sees.
_BLANK = f"{string.whitespace}\u00a0\u200b\u2060\ufeff\x00"
# Parsed texts by path, content, time zone and extensions, so that a rebuild parses only changed texts.
ParsedTexts = dict[tuple[Source, tzinfo | None, Extensions], Text]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A library, the warnings about it, the number of files with texts, and the files that texts refer to, existing or not.

    ``included`` are the SHA-256 of the files that fences show, None for those that cannot be read.
    """

    library: Library
    warnings: tuple[Fault, ...]
    texts: int
    referenced: tuple[PurePosixPath, ...]
    included: Mapping[PurePosixPath, str | None]


def load(  # noqa: PLR0913 -- each but the first has a default
    folder: Path | Folder,
    parsed: ParsedTexts | None = None,
    parse: Parse = markdown.parse,
    stage: Stage = untimed_stage,
    moment: datetime | None = None,
    draw: Draw = draw_nothing,
    *,
    origin: str = "",
) -> Loaded:
    """Read every post, page and picture in a folder, and draw diagrams and formulas; ``parsed`` keeps parsed texts from one load to the next.

    Dates after ``moment``, by default now, are in the future. Links to ``origin`` are links of the site.

    Raises:
        ContentError: with every fault of the content, not only the first.
    """
    opened = folder if isinstance(folder, Folder) else Folder(folder)
    loader = _Loader(opened, {} if parsed is None else parsed, parse, draw)
    with attributed(opened.path, "checked"):
        return loader.load(stage, moment or datetime.now(UTC), origin)


class _Loader:
    """Loads a folder once; faults are added to the folder."""

    def __init__(self, folder: Folder, parsed: ParsedTexts, parse: Parse, draw: Draw) -> None:
        self._folder = folder
        self._parsed = parsed
        self._parse = parse
        self._places = NotePlaces((), ())
        self._layout = Layout(())
        self._draw = draw

    def load(self, stage: Stage, moment: datetime, origin: str) -> Loaded:
        with stage("load") as note:
            sources = self._folder.texts()
            note("files", len(sources))
        written = [source for source in sources if not self._is_blank(source)]
        config = self._config()
        self._layout = Layout(sources, _named(sources, config))
        self._places = NotePlaces((path for path, _ in written), self._layout.collections)
        extensions = replace(config.extensions, lang=config.lang)
        with stage("parse") as note:
            texts = {source: text for source in written if (text := self._text(source, config, extensions))}
            note("texts", len(texts))
        self._parsed.clear()
        self._parsed.update({(source, config.zone, extensions): text for source, text in texts.items()})
        includes = Includes(self._folder)
        filled = [includes.shown(text) for text in texts.values()]
        drawings: Mapping[DrawingSource, Drawing | NotDrawn] = {}
        if any(text.document.sources for text in filled):
            with stage("draw") as note:
                drawings = self._drawings(filled)
                note("drawings", len(drawings))
        shown = addressed((_expired(text, moment) for text in filled), config.permalink)
        referenced = _referenced(shown)
        static = read_static(self._folder, (*(path for path, _ in sources), *referenced))
        files, refused = self._files(referenced, static)
        library = Library(
            config=config,
            posts=tuple(text for text in shown if isinstance(text, Post) and not text.draft),
            pages=tuple(text for text in shown if isinstance(text, StandalonePage) and not text.draft),
            drafts=tuple(text for text in shown if text.draft),
            files=files,
            refused=refused,
            static={file.address: file for file in static.served},
            static_paths=static.paths,
            drawings=drawings,
        )
        self._folder.faults += check(library, moment, origin)
        warnings = self._warnings(library, sources)
        all_referenced = tuple(sorted({*referenced, *includes.digests}))
        return Loaded(library, warnings, self._folder.found, all_referenced, includes.digests)

    def _warnings(self, library: Library, sources: Sequence[Source]) -> tuple[Fault, ...]:
        if (self._folder.found or self._folder.unread) and all(is_section(path) for path, _ in sources):
            self._folder.faults = [replace(fault, severity=Severity.ERROR) for fault in self._folder.faults]
        if not library.texts and not errors_in(self._folder.faults):
            drafts = f": {counted(len(library.drafts), 'draft')}" if library.drafts else ""
            self._folder.fault(PurePosixPath(), f"has no published text, so the site is empty{drafts}")
        faults = {replace(fault, file=self._folder.path / fault.file) for fault in self._folder.faults}
        in_order = tuple(sorted(faults, key=lambda fault: (str(fault.file), fault.line, fault.problem)))
        if any(fault.severity is Severity.ERROR for fault in faults):
            raise ContentError(in_order, self._folder.found)
        return in_order

    def _config(self) -> SiteConfig:
        text = self._folder.config()
        if text is None:
            return SiteConfig()
        try:
            config, remarks = parse_config(text), unknown_keys(text)
        except FrontMatterError as problem:
            self._report(CONFIG, problem, Severity.ERROR)
            return SiteConfig()
        for remark in remarks:
            self._folder.fault(CONFIG, remark.problem, remark.line)
        return config

    def _report(self, path: PurePosixPath, error: FrontMatterError, severity: Severity) -> None:
        for line, problem in error.problems:
            self._folder.fault(path, problem, line, severity)
        for line, problem in error.remarks:
            self._folder.fault(path, problem, line)

    def _is_blank(self, source: Source) -> bool:
        """Whether a text has no words at all, as one that its author has only just made."""
        path, text = source
        if text.strip(_BLANK):
            return False
        self._folder.fault(path, "is empty, and is left out")
        return True

    def _text(self, source: Source, config: SiteConfig, extensions: Extensions) -> Text | None:
        path, text = source
        place = self._places.of(path)
        known = self._parsed.get((source, config.zone, extensions))
        # The place of a note depends on the files beside it.
        if known and (known.place if isinstance(known, Note) else None) == place:
            return known
        if is_section(path) and place is None:
            return None
        if reason := _unread(path) or self._layout.unread(source):
            self._folder.fault(path, f"is not read: {reason}")
            return None
        options = ParseOptions(self._parse, config.zone, extensions)
        try:
            if place:
                return parse_note(path, text, place, options)
            parse_text = parse_post if class_of(path) is Post else parse_page
            return parse_text(path, text, options)
        except FrontMatterError as problem:
            self._report(path, problem, _severity(text))
        except RecursionError:
            self._folder.fault(path, "is nested too deeply to be parsed", severity=_severity(text))
        except Exception as problem:
            # A bug of this program. It is reported as a fault of the file, so that the author can work around it.
            logger.debug("%s cannot be parsed", path, exc_info=problem)
            self._folder.fault(path, f"cannot be parsed ({described(problem)})", severity=_severity(text))
        return None

    def _drawings(self, texts: Collection[Text]) -> Mapping[DrawingSource, Drawing | NotDrawn]:
        """The drawings of all texts. What cannot be drawn is shown as its source, with a warning."""
        drawings = self._draw(placed.source for text in texts for placed in text.document.sources)
        for text in texts:
            for placed in text.document.sources:
                found = drawings.get(placed.source)
                if isinstance(found, NotDrawn):
                    self._folder.fault(text.file, *_not_drawn(text, placed, found))
        return drawings

    def _files(
        self, referenced: Iterable[PurePosixPath], static: StaticFiles
    ) -> tuple[dict[PurePosixPath, File], dict[PurePosixPath, str]]:
        """The files that texts refer to, and the reasons of those that are there and not served."""
        files: dict[PurePosixPath, File] = {}
        refused = dict(static.refused)
        known = {file.path: file for file in static.served if is_served(file.path)}
        for path in referenced:
            if path in refused or not self._folder.is_there(path):
                continue  # check() reports it, with the line that refers to it
            if path in known:
                files[path], problem = known[path].file, known[path].size_problem
                self._size_unknown(path, problem)
                continue
            if self._folder.is_folder(path):
                refused[path] = "it is a folder; link to a text or a file in it"
            elif not is_served(path):
                refused[path] = refusal(path)
            elif (body := self._folder.body(path, MAX_FILE_BYTES)) is None:
                refused[path] = f"it {self._folder.faults[-1].problem}"
            else:
                self._file(path, body, files, refused)
        return files, refused

    def _file(
        self, path: PurePosixPath, body: bytes, files: dict[PurePosixPath, File], refused: dict[PurePosixPath, str]
    ) -> None:
        try:
            files[path], problem = read_file(path, body)
        except RefusedPictureError as error:
            refused[path] = str(error)
            return
        self._size_unknown(path, problem)
        if files[path].extension == "svg" and (line := script_line(body)):
            self._folder.fault(
                path, "contains a script, which is not run: SVGs are served under a policy without any", line
            )

    def _size_unknown(self, path: PurePosixPath, problem: str) -> None:
        if problem:
            self._folder.fault(path, f"{problem}; it is served without its size")


def _named(sources: Iterable[Source], config: SiteConfig) -> frozenset[str]:
    """The names of the folders that site.yaml calls collections."""
    folders = {path.parts[0] for path, _ in sources if len(path.parts) > 1}
    return frozenset(folder for folder in folders if section_of(folder).slug in config.collections)


def _unread(path: PurePosixPath) -> str:
    """Why a text is not read; "" if it is."""
    if is_index(path) and str(path.parent) == urls.PAGE.folder:
        return "it would be the home page, which the service makes itself; give it a name"
    return ""


def _expired(text: Text, moment: datetime) -> Text:
    """The text; as a draft, which is not served, from the moment on which it expires."""
    return replace(text, draft=True) if text.expires and text.expires <= moment else text


def _not_drawn(text: Text, placed: PlacedSource, found: NotDrawn) -> tuple[str, int]:
    """What a warning says about a source that cannot be drawn, and the line in the text's file: for another file's text, that of the fence."""
    problem, line = f"{placed.source.kind} cannot be drawn: {found.problem}", placed.line
    if placed.file and found.line:
        first = placed.lines[0][0] if placed.lines else 1
        problem = f"{problem} (line {first + found.line - 1} of {placed.file!r})"
    elif found.line:
        line = placed.first + found.line - 1
    return problem, text.body_line - 1 + line


def _severity(text: str) -> Severity:
    """The severity of losing a text: nobody misses a draft."""
    return Severity.WARNING if is_marked_as_draft(text) else Severity.ERROR


def _referenced(texts: Sequence[Text]) -> tuple[PurePosixPath, ...]:
    """The files that texts refer to, and those that are shown with them. No other files are read, so no others can be served."""
    paths = {resolve_file(text, target) for text in texts for target in file_targets(text)}
    paths |= {companion for path in paths if path for companion in companions(path)}
    known = by_path(texts)
    return tuple(sorted(path for path in paths if path and path not in known and not is_text(path)))
