"""Theme: jinja2 templates and assets, read from one or more folders. A file in an earlier folder replaces the file of that name in a later one."""

import os
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.loaders import split_template_path
from jinja2.meta import find_referenced_templates
from markupsafe import Markup

from blog import urls
from blog.content.config import Look
from blog.content.files import UnreadableError, digest, is_editors_file, is_utf_8, read_regular
from blog.content.folder import MAX_FILE_BYTES, MAX_TEXT_BYTES
from blog.errors import ContentError, Fault
from blog.render.catalogues import Catalogues
from blog.render.environment import environment
from blog.render.look import colours, dressed, grounds, preloaded
from blog.render.strings import ENGLISH, Words

ASSETS = "assets"
COMPONENTS = "components"
ASSET_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_CSS_URL = re.compile(r"""url\((["']?)(?!data:|/|#)([^"')]+)\1\)""")


class _Loader(FileSystemLoader):
    """Loads templates with the checks that posts have (regular files of a bounded size), and each only once for an edition."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        del environment
        paths = (Path(folder, *split_template_path(template)) for folder in self.searchpath)
        path = next(filter(os.path.lexists, paths), None)
        if path is None:
            raise TemplateNotFound(template, f"{template!r} is not in {' or '.join(map(str, self.searchpath))}")
        try:
            return read_regular(path, MAX_TEXT_BYTES).decode(), str(path), lambda: True
        except UnreadableError as problem:
            raise TemplateError(str(problem)) from problem


class Theme:
    """Templates that raise for unknown names, and assets whose URLs contain their digest. ``components`` are templates by the name in a text."""

    def __init__(self, *folders: Path, look: Look | None = None) -> None:
        """Read the folders; a file of an earlier one replaces the file of that name in a later one.

        Raises:
            ContentError: a template or an asset has a fault.
        """
        self._folders = folders
        self._catalogues = Catalogues(*folders)
        self._look = look or Look()
        self.assets = dressed(_read_assets(folder / ASSETS for folder in folders), self._look)
        self._environment = environment(_Loader(folders), self.asset)
        self._environment.globals["script"] = self.script
        self._environment.globals["language_name"] = self.language_name
        self.components: dict[str, str] = {}
        for template in self._templates():
            self._compile(template)
            folder, _, name = template.rpartition("/")
            if folder == COMPONENTS:
                self.components[name.removesuffix(".html")] = template

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The warnings about the catalogues of strings."""
        return self._catalogues.faults

    def words(self, *langs: str) -> Words:
        """The texts of the theme for the first of these languages that has a catalogue; English ones where none has.

        Raises:
            ContentError: the theme has no English texts.
        """
        return self._catalogues.words(next(filter(self.speaks, langs), ENGLISH))

    def speaks(self, lang: str) -> bool:
        """Whether there is a catalogue for a language tag, or for the language alone."""
        return self._catalogues.has(lang)

    def language_name(self, lang: str) -> str:
        """What a language is called by those who speak it; its tag where it has no catalogue of its own."""
        words = self.words(lang)
        return words.formats.name if words.speaks(lang) else lang

    def _templates(self) -> Iterator[str]:
        for template in self._environment.list_templates(extensions=["html"]):
            if not is_utf_8(template):
                raise ContentError([Fault(self.file(template), 1, "has a name that is not UTF-8; rename it")])
            if not any(map(_is_ignored, template.split("/"))):
                yield template

    @property
    def fonts(self) -> tuple[str, ...]:
        """The URLs of the fonts that a page loads first."""
        return tuple(map(self.asset, preloaded(self.assets, self._look)))

    @property
    def grounds(self) -> tuple[str, ...]:
        """The colour of the page in the light and in the dark, as the style sheet has it; none where it has none."""
        return grounds(self.assets)

    @property
    def folders(self) -> tuple[Path, ...]:
        return self._folders

    @property
    def look(self) -> Look:
        return self._look

    @property
    def colours(self) -> Mapping[str, str]:
        """The colours of the page in the light, by the names of their variables."""
        return colours(self.assets)

    def asset(self, name: str) -> str:
        """The URL of an asset, for templates. An unknown name raises TemplateError, which becomes a fault of the template."""
        if name not in self.assets:
            folders = " or ".join(str(folder / ASSETS) for folder in self._folders)
            raise TemplateError(f"there is no asset {name!r} in {folders}")
        return asset_url(name, self.assets[name])

    def script(self, name: str) -> Markup:
        """A script to inline in a page, without comments and indentation, which every client would have to load."""
        loader = self._environment.loader
        assert loader  # noqa: S101 -- set in __init__
        text, _, _ = loader.get_source(self._environment, name)
        lines = (line.strip() for line in text.splitlines())
        return Markup("\n".join(line for line in lines if line and not line.startswith("//")))  # noqa: S704 -- the theme's own

    def sources(self, template: str) -> dict[str, str]:
        """The sources of a template and of those that it includes, extends or imports by name."""
        loader = self._environment.loader
        assert loader  # noqa: S101 -- set in __init__
        sources: dict[str, str] = {}
        missing = [template]
        while missing:
            name = missing.pop()
            sources[name], _, _ = loader.get_source(self._environment, name)
            referenced = find_referenced_templates(self._environment.parse(sources[name]))
            missing += [other for other in referenced if other and other not in sources]
        return sources

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """Render a template.

        Raises:
            ContentError: with the template and the line that cannot be rendered.
        """
        compiled = self._compile(template)
        try:
            html = compiled.render(context)
            html.encode()  # raises for a surrogate, which a template can write
        except Exception as problem:  # a template can raise anything
            raise ContentError([Fault(*self._location(problem, template), _description(problem))]) from problem
        return html

    def _compile(self, template: str) -> Template:
        try:
            return self._environment.get_template(template)
        except TemplateSyntaxError as problem:
            fault = Fault(self.file(problem.name or template), problem.lineno, str(problem.message))
            raise ContentError([fault]) from problem
        except UnicodeDecodeError as problem:
            line = problem.object.count(b"\n", 0, problem.start) + 1
            raise ContentError([Fault(self.file(template), line, f"is not UTF-8: {problem.reason}")]) from problem
        except Exception as problem:  # such as a RecursionError of the compiler
            raise ContentError([Fault(self.file(template), 1, _description(problem))]) from problem

    def _location(self, problem: Exception, template: str) -> tuple[Path, int]:
        """The file and line of an error: jinja2 rewrites tracebacks so that they contain the lines of templates."""
        frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.endswith(".html")]
        return (Path(frames[-1].filename), frames[-1].lineno or 1) if frames else (self.file(template), 1)

    def file(self, template: str) -> Path:
        """The file of a template; if there is none, its path in the first folder."""
        paths = [folder / template for folder in self._folders]
        return next(filter(os.path.lexists, paths), paths[0])


def _description(problem: Exception) -> str:
    if isinstance(problem, RecursionError):
        return "RecursionError: is nested too deeply, or includes itself"
    return str(problem) if isinstance(problem, TemplateError) else f"{type(problem).__name__}: {problem}"


def asset_url(name: str, body: bytes) -> str:
    stem, _, extension = name.rpartition(".")
    return urls.asset(stem, digest(body), extension)


def _read_assets(folders: Iterable[Path]) -> dict[str, bytes]:
    paths: dict[str, Path] = {}
    for folder in folders:
        paths = {path.name: path for path in _asset_files(folder)} | paths
    assets: dict[str, bytes] = {}
    faults: list[Fault] = []
    for path in paths.values():
        try:
            assets[path.name] = _read_asset(path)
        except UnreadableError as problem:
            faults.append(Fault(path, 1, str(problem)))
    if faults:
        raise ContentError(faults)
    return {name: _link_assets(paths[name], assets) if name.endswith(".css") else body for name, body in assets.items()}


def _asset_files(folder: Path) -> list[Path]:
    """The files in a folder, including broken symbolic links; none if the folder does not exist."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 -- only the names are needed
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise ContentError([Fault(folder, 1, f"cannot be read: {problem.strerror}")]) from problem
    paths = [folder / name for name in names if not _is_ignored(name)]
    return [path for path in paths if not os.path.isdir(path)]  # noqa: PTH112 -- Path.is_dir raises without permission


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or is_editors_file(name)


def _read_asset(path: Path) -> bytes:
    if not is_utf_8(path.name):
        raise UnreadableError("has a name that is not UTF-8; rename it")
    if path.suffix[1:] not in ASSET_TYPES:
        raise UnreadableError(f"has no extension that is served ({', '.join(ASSET_TYPES)})")
    return read_regular(path, MAX_FILE_BYTES)


def _link_assets(stylesheet: Path, assets: Mapping[str, bytes]) -> bytes:
    """A stylesheet in which url(font.woff2) refers to the URL that the font is served at."""

    def linked(found: re.Match[str]) -> str:
        if found[2] not in assets:
            raise ContentError([Fault(stylesheet, 1, f"url({found[2]}) is no asset of the theme")])
        return f"url({asset_url(found[2], assets[found[2]])})"

    try:
        return _CSS_URL.sub(linked, assets[stylesheet.name].decode()).encode()
    except UnicodeDecodeError as problem:
        raise ContentError([Fault(stylesheet, 1, f"is not UTF-8: {problem.reason}")]) from problem
