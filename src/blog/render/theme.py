"""The theme: jinja2 templates and their assets, read from one folder."""

import json
import re
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from markupsafe import Markup

from blog import urls
from blog.content.files import digest
from blog.errors import ContentError, Fault

ASSETS = "assets"
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


class Theme:
    """Templates that fail loudly, and assets under names that change with their bytes."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            ContentError: it is missing, or a template or an asset has a fault.
        """
        if not folder.is_dir():
            raise ContentError([Fault(folder, 1, "there is no such folder (BLOG_TEMPLATES_DIR)")])
        self.folder = folder
        self.assets = _read_assets(folder / ASSETS)
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"day": day, "iso": iso, "number": _number}
        self._environment.globals |= {"asset": self.asset, "urls": urls, "json": embedded_json, "script": self.script}
        for template in self._environment.list_templates(extensions=["html"]):
            self._compile(template)

    def asset(self, name: str) -> str:
        """The URL of an asset, for templates; an unknown name is a fault of the template."""
        if name not in self.assets:
            raise TemplateError(f"there is no asset {name!r} in {self.folder / ASSETS}")
        return asset_url(name, self.assets[name])

    def script(self, name: str) -> Markup:
        """A script that stands inside a page, without the comments and the indentation that every reader would download."""
        loader = self._environment.loader
        assert loader  # noqa: S101 -- given to it above
        text, _, _ = loader.get_source(self._environment, name)
        lines = (line.strip() for line in text.splitlines())
        return Markup("\n".join(line for line in lines if line and not line.startswith("//")))  # noqa: S704 -- the theme's own

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """One page.

        Raises:
            ContentError: naming the template and the line that could not be rendered.
        """
        compiled = self._compile(template)
        try:
            return compiled.render(context)
        except Exception as problem:  # a template can raise anything
            raise ContentError([Fault(*self._place(problem, template), _words(problem))]) from problem

    def _compile(self, template: str) -> Template:
        try:
            return self._environment.get_template(template)
        except TemplateSyntaxError as problem:
            fault = Fault(self.folder / (problem.name or template), problem.lineno, str(problem.message))
            raise ContentError([fault]) from problem
        except UnicodeDecodeError as problem:
            line = problem.object.count(b"\n", 0, problem.start) + 1
            raise ContentError([Fault(self.folder / template, line, f"is not UTF-8: {problem.reason}")]) from problem
        except TemplateError as problem:
            raise ContentError([Fault(self.folder / template, 1, _words(problem))]) from problem

    def _place(self, problem: Exception, template: str) -> tuple[Path, int]:
        """jinja2 rewrites tracebacks so that frames in a template carry its file and line."""
        frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.endswith(".html")]
        return (Path(frames[-1].filename), frames[-1].lineno or 1) if frames else (self.folder / template, 1)


def _words(problem: Exception) -> str:
    return str(problem) if isinstance(problem, TemplateError) else f"{type(problem).__name__}: {problem}"


def day(moment: datetime) -> str:
    """
    >>> day(datetime(2026, 3, 1))
    '1 March 2026'
    """
    return f"{moment.day} {moment:%B %Y}"


def iso(moment: datetime) -> str:
    """
    >>> from datetime import UTC
    >>> iso(datetime(2026, 3, 1, 9, tzinfo=UTC))
    '2026-03-01T09:00:00Z'
    """
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def embedded_json(value: Any) -> Markup:
    r"""JSON that can stand inside a script element, whatever text it carries.

    >>> embedded_json({"a": "</script>"})
    Markup('{"a":"\\u003c/script\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
    return Markup(text.translate(safe))  # noqa: S704 -- the five characters that could end it are escaped above


def asset_url(name: str, body: bytes) -> str:
    stem, _, extension = name.rpartition(".")
    return urls.asset(stem, digest(body), extension)


def _number(value: int, singular: str) -> str:
    """
    >>> _number(1, "post"), _number(2, "post")
    ('1 post', '2 posts')
    """
    return f"{value} {singular}" if value == 1 else f"{value} {singular}s"


def _read_assets(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))
    faults = [Fault(path, 1, f"is of no kind that is served ({', '.join(ASSET_TYPES)})")
              for path in files if path.suffix[1:] not in ASSET_TYPES]  # fmt: skip
    if faults:
        raise ContentError(faults)
    assets = {path.name: path.read_bytes() for path in files}
    for path in files:
        if path.suffix == ".css":
            assets[path.name] = _link_assets(path, assets)
    return assets


def _link_assets(stylesheet: Path, assets: Mapping[str, bytes]) -> bytes:
    """A stylesheet's url(font.woff2), given the name that the font is served under."""

    def linked(found: re.Match[str]) -> str:
        if found[2] not in assets:
            raise ContentError([Fault(stylesheet, 1, f"url({found[2]}) is not beside the stylesheet")])
        return f"url({asset_url(found[2], assets[found[2]])})"

    try:
        return _CSS_URL.sub(linked, stylesheet.read_text(encoding="utf-8")).encode()
    except UnicodeDecodeError as problem:
        raise ContentError([Fault(stylesheet, 1, f"is not UTF-8: {problem.reason}")]) from problem
