"""An import from its source to the posts folder."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from blog.importers.addresses import origin_of, prefix_of
from blog.importers.detect import EXPORTS, detect
from blog.importers.engines import eleventy, hugo, javascript, jekyll, pelican, zola
from blog.importers.extensions import extensions_of
from blog.importers.items import ImportRefusedError, Item, SourceSite
from blog.importers.plan import plan
from blog.importers.report import Report
from blog.importers.source_folder import SourceFolder
from blog.importers.targets import Targets
from blog.importers.writer import Writer

_FOLDERS: Mapping[str, Callable[[SourceFolder], SourceSite]] = {
    "jekyll": jekyll.read,
    "hugo": hugo.read,
    "zola": zola.read,
    "astro": javascript.read_astro,
    "next": javascript.read_next,
    "pelican": pelican.read,
    "eleventy": eleventy.read,
}
# Names a stage while it lasts, as blog.machine.progress.Progress.stage does.
Stage = Callable[[str], AbstractContextManager[object]]
_WITHOUT_INDEX = re.compile(r"/(?:index(?:\.html?)?/?)?$")
_EXTRA = 'turning HTML into Markdown needs more packages: pip install "readyblog[import]"'


def carry_over(source: Path, into: Path, engine: str | None, stage: Stage, *, dry: bool) -> Report:
    """Import a source; everything is read before anything is written.

    Raises:
        ImportRefusedError: the source cannot be imported at all, or a file cannot be written.
    """
    report = Report()
    engine = engine or detect(source)
    with stage(f"reading {source}"):
        site = _with_words(_read(source, into, engine, report), report)
    if not site.items:
        report.fail(source, 1, f"has no text that can be carried over from a site of {engine}")
    if any(item.is_html for item in site.items):
        _require_extra()
    planned = plan(site, report)
    folder = SourceFolder(site.root, report, without=into)
    targets = Targets(site, planned, folder, report)
    writer = Writer(into, report, dry=dry)
    known = frozenset[str]() if site.is_export else extensions_of(site, folder)
    steps = writer.texts(site, planned, targets, known)
    for number in range(1, len(planned) + 1):
        with stage(f"text {number} of {len(planned)}"):
            next(steps)
    with stage(f"{len(targets.files)} files"):
        list(writer.files(targets))
    if planned:
        writer.config(site)
        if origin := origin_of(site.url):
            report.carry(
                site.root, 1, f"was at {origin}: to be asked for the old addresses, serve with BLOG_BASE_URL={origin}"
            )
    return report


def _with_words(site: SourceSite, report: Report) -> SourceSite:
    """The site without a home page that has no words, because its template makes it."""
    empty = [item for item in site.items if _is_empty_home(site, item)]
    for item in empty:
        report.lose(item.file, item.line, "is a home page without words; the home page is generated here")
    return replace(site, items=[item for item in site.items if item not in empty]) if empty else site


def _is_empty_home(site: SourceSite, item: Item) -> bool:
    is_home = item.kind == "page" and _WITHOUT_INDEX.sub("", item.address) == prefix_of(site.url)
    return is_home and not item.body.strip()


def _read(source: Path, into: Path, engine: str, report: Report) -> SourceSite:
    if (engine in EXPORTS) == source.is_dir():
        wanted = "a file, the export" if engine in EXPORTS else "the folder of a site"
        raise ImportRefusedError(f"{source}: --from {engine} wants {wanted}")
    if not source.exists():
        raise ImportRefusedError(f"{source}: there is no such folder or file")
    if engine not in EXPORTS and source.resolve() == into.resolve():
        raise ImportRefusedError(f"{source}: is the folder to write to as well; give another one with --into")
    if engine not in EXPORTS:
        return _FOLDERS[engine](SourceFolder(source, report, without=into))
    _require_extra()
    from blog.importers.engines import ghost, wordpress  # noqa: PLC0415 -- they need the extra

    return wordpress.read(source, report) if engine == "wordpress" else ghost.read(source, report)


def _require_extra() -> None:
    try:
        import defusedxml  # noqa: F401, PLC0415 -- an extra
        import markdownify  # noqa: F401, PLC0415 -- an extra
    except ImportError:
        raise ImportRefusedError(_EXTRA) from None
