"""Which program a folder or a file comes from."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from blog.importers.engines.eleventy import CONFIGURATIONS as ELEVENTY
from blog.importers.engines.hugo import CONFIGURATIONS as HUGO
from blog.importers.items import ImportRefusedError

ENGINES = ("jekyll", "hugo", "zola", "astro", "next", "pelican", "eleventy", "wordpress", "ghost")
EXPORTS = frozenset({"wordpress", "ghost"})
_HEAD = 64 * 1024
_LARGEST_PACKAGE = 1024 * 1024


def detect(source: Path) -> str:
    """The name of the program.

    Raises:
        ImportRefusedError: there is no such source, or its program is not known.
    """
    if source.is_dir():
        name = next((name for name, applies in _FOLDERS if applies(source)), None)
        looked_for = "_config.yml, _posts, hugo.toml, config.toml, pelicanconf.py, .eleventy.js, astro.config.mjs, next.config.js"
    elif source.is_file():
        name, looked_for = _of_file(source), "an export of WordPress (.xml) or of Ghost (.json)"
    else:
        raise ImportRefusedError(f"{source}: there is no such folder or file")
    if name is None:
        raise ImportRefusedError(
            f"{source}: is not recognised (looked for {looked_for}); say what it is with --from {'|'.join(ENGINES)}"
        )
    return name


def _of_file(source: Path) -> str | None:
    try:
        with source.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as problem:
        raise ImportRefusedError(f"{source} cannot be read: {problem.strerror}") from problem
    if head.startswith(b"PK"):
        raise ImportRefusedError(f"{source}: is a ZIP file; unpack it, and give the file or the folder in it")
    if b"wordpress.org/export" in head or source.suffix.lower() == ".xml":
        return "wordpress"
    return "ghost" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else None


def _has(*names: str) -> Callable[[Path], bool]:
    return lambda folder: any((folder / name).exists() for name in names)


def _hugo(folder: Path) -> bool:
    if _has(*(name for name in HUGO if "hugo." in name), "config/_default")(folder):
        return True
    names = [name for name in HUGO if "/" not in name and (folder / name).is_file()]
    return bool(names) and bool(
        re.search(r"^\s*[\"']?baseurl[\"']?\s*[=:]", _text(folder / names[0]), re.MULTILINE | re.IGNORECASE)
    )


def _zola(folder: Path) -> bool:
    return bool(
        re.search(r"^\s*base_url\s*=", _text(folder / "config.toml") + _text(folder / "zola.toml"), re.MULTILINE)
    )


def _depends_on(package: str) -> Callable[[Path], bool]:
    def depends(folder: Path) -> bool:
        try:
            data = json.loads(_text(folder / "package.json") or "{}")
        except (ValueError, RecursionError):
            return False
        tables = [data.get(key) for key in ("dependencies", "devDependencies")] if isinstance(data, dict) else []
        return any(isinstance(table, dict) and package in table for table in tables)

    return depends


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_PACKAGE).decode("utf-8", errors="replace")
    except OSError:
        return ""


_FOLDERS: tuple[tuple[str, Callable[[Path], bool]], ...] = (
    ("zola", _zola),
    ("hugo", _hugo),
    ("pelican", _has("pelicanconf.py")),
    ("eleventy", _has(*ELEVENTY)),
    ("astro", _has(*(f"astro.config.{kind}" for kind in ("mjs", "js", "ts", "mts", "cjs")))),
    ("next", _has(*(f"next.config.{kind}" for kind in ("js", "mjs", "ts", "cjs")))),
    ("jekyll", _has("_config.yml", "_config.yaml", "_posts")),
    ("eleventy", _depends_on("@11ty/eleventy")),
    ("astro", _depends_on("astro")),
    ("next", _depends_on("next")),
)
