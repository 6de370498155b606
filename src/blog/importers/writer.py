"""Writes the texts and files of an import into the posts folder. Nothing that is there is overwritten."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath

from blog.content import markdown
from blog.content.characters import UNUSABLE
from blog.content.files import UnreadableError, read_regular
from blog.content.folder import CONFIG, MAX_FILE_BYTES, MAX_TEXT_BYTES
from blog.content.targets import is_harmful
from blog.importers.constructs import BY_ENGINE, LINE_BREAK, REF, Voice, plain
from blog.importers.extensions import unwanted
from blog.importers.front_matter import HeaderWriter, problem_of, site_yaml
from blog.importers.items import ImportRefusedError, Item, SourceSite
from blog.importers.links import rewritten
from blog.importers.markdown_code import replace_outside
from blog.importers.plan import Planned
from blog.importers.report import Report
from blog.importers.source_folder import MAX_TEXT_BYTES as MAX_SOURCE_BYTES
from blog.importers.targets import Targets

_HEADING = re.compile(r"\s*#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\n|$)")
_UNDERLINED = re.compile(r"\s*([^\n]+)\n=+[ \t]*(?:\n|$)")
# A cheap test before the text is parsed, which takes as long as the conversion; a scheme may be written with entities or percent signs.
_REFERENCE = re.compile(rf"{REF}([\w./#-]*[\w/#])")
_SCHEME = re.compile(
    r"""script\s*:|[(<"'=:]\s*(?:data|file|blob|filesystem|view-source)\s*:|&(?:#|colon|tab|newline)|%(?:3a|[4-7][0-9a-f])""",
    re.IGNORECASE,
)


class Writer:
    """Writes into one folder; with ``dry`` it only says what it would write."""

    def __init__(self, into: Path, report: Report, *, dry: bool) -> None:
        self._into, self._report, self._dry = into, report, dry

    def texts(
        self, site: SourceSite, planned: list[Planned], targets: Targets, known: frozenset[str] = frozenset()
    ) -> Iterator[None]:
        """Convert and write each text; one step for each. ``known`` are the extensions of Markdown that the site has."""
        config = {} if (self._into / CONFIG).exists() else site.config
        headers = HeaderWriter(self._report, site.zone, config.get("lang", ""), config.get("author", ""))
        for text in planned:
            self._text(site, text, targets, headers, known)
            yield

    def _text(
        self, site: SourceSite, text: Planned, targets: Targets, headers: HeaderWriter, known: frozenset[str]
    ) -> None:
        item = text.item
        try:
            item = self._titled(replace(item, body=self._markdown(site, text, targets)))
            text = replace(text, item=item)
            body = item.body.replace(LINE_BREAK, "\n")
            text = self._harmless(text, body)
            off = [] if item.is_html else self._turned_off(text, body, known)
            image, audio = (targets.file(text, target, item.line) for target in (item.image, item.audio))
            header = headers.header(text, image, audio, off)
        except RecursionError:
            self._report.fail(item.file, item.line, f"{item.title!r} is nested too deeply to be converted")
            return
        content = f"{header}\n{body.strip(chr(10))}\n"
        size = len(content.encode(errors="replace"))
        problem = problem_of(content, item.kind)
        if size > MAX_TEXT_BYTES:
            problem = f"has {size // 1024} KiB, and {MAX_TEXT_BYTES // 1024} KiB is the most a text may have"
        if problem:
            self._report.fail(item.file, item.line, f"{item.title!r}: {problem}")
        elif self._write(text.file, content.encode(errors="replace"), item.file, item.line):
            self._report.carry(item.file, item.line, f"is {self._into / text.file}")

    def _markdown(self, site: SourceSite, text: Planned, targets: Targets) -> str:
        """The body in Markdown, with the targets that it has here, and on the lines that it had."""
        item = text.item

        def change(line: int, what: str) -> None:
            self._report.change(item.file, item.body_line + line - 1, what)

        def lose(line: int, what: str) -> None:
            self._report.lose(item.file, item.body_line + line - 1, what)

        def rewrite(target: str, line: int) -> str:
            return targets.rewritten(text, target, line)

        body = item.body
        if found := UNUSABLE.search(body):
            change(body.count("\n", 0, found.start()) + 1, "control characters were removed")
            body = UNUSABLE.sub("", body)
        if not item.is_html:
            body = rewritten(BY_ENGINE.get(site.engine, plain)(body, Voice(change, lose)), rewrite)
            # In prose a program shows the address that a reference stands for.
            return replace_outside(body, (_REFERENCE, lambda found, line: f"[{found[1]}]({rewrite(found[0], line)})"))
        if len(body) > MAX_SOURCE_BYTES:
            raise RecursionError
        from blog.importers.html_markdown import to_markdown  # noqa: PLC0415 -- an extra

        return to_markdown(body, change, lose, rewrite)

    def _turned_off(self, text: Planned, body: str, known: frozenset[str]) -> list[str]:
        """The extensions without which the text looks as it did."""
        off = unwanted(text, body, known)
        if off:
            what = f"uses characters that mean something here alone; off in it: {', '.join(off)}"
            self._report.change(text.item.file, text.item.body_line, what)
        return off

    def _titled(self, item: Item) -> Item:
        """The item without a first heading that repeats its title; where it has no title, that heading is one."""
        found = _HEADING.match(item.body) or _UNDERLINED.match(item.body)
        if found is None or (item.title and _plain(found[1]) != _plain(item.title)):
            return item
        self._report.change(
            item.file, item.body_line, f"the heading {found[1][:60]!r} is the title, and was removed from the text"
        )
        rest = "\n" * found[0].count("\n") + item.body[found.end() :]
        return replace(item, title=item.title or re.sub(r"[*_`]", "", found[1]), body=rest)

    def _harmless(self, text: Planned, body: str) -> Planned:
        """The text, as a draft if a link in it still runs script, because such a link stops the whole site."""
        if _SCHEME.search(body):
            for reference in markdown.parse(body, text.item.title).references:
                if is_harmful(reference.target):
                    line = text.item.body_line + reference.line - 1
                    self._report.change(
                        text.item.file,
                        line,
                        f"{reference.target[:60]!r} runs script or reads files, so the text became a draft",
                    )
                    return replace(text, item=replace(text.item, draft=True))
        return text

    def files(self, targets: Targets) -> Iterator[None]:
        """Copy each file that a text refers to."""
        for source, place in targets.files.items():
            try:
                content = read_regular(source, MAX_FILE_BYTES)
            except UnreadableError as problem:
                self._report.fail(source, 1, str(problem))
                continue
            if self._write(place, content, source, 1):
                self._report.carry(source, 1, f"is {self._into / place}")
            yield

    def config(self, site: SourceSite) -> None:
        """Write site.yaml, where there is none."""
        content = site_yaml(site.config, site.turned_on).encode()
        path = self._into / CONFIG
        if content and not path.exists():
            self._write(CONFIG, content, site.root, 1)
            self._report.carry(
                site.root,
                1,
                f"{', '.join(line.partition(':')[0] for line in content.decode().splitlines())}: in {path}",
            )

    def _write(self, place: PurePosixPath, content: bytes, source: PurePath, line: int) -> bool:
        """Write a file; if another one is there, or a link leads out of the folder, that is reported."""
        path = self._into / place
        if path.exists() or path.is_symlink():
            with suppress(UnreadableError):
                if read_regular(path, MAX_FILE_BYTES) == content:
                    return True
            self._report.fail(source, line, f"{path} is already there, and was not overwritten")
            return False
        if not path.parent.resolve().is_relative_to(self._into.resolve()):
            self._report.fail(source, line, f"{path.parent} is a link out of {self._into}; nothing is written there")
            return False
        if not self._dry:
            self._write_new(path, content)
        return True

    def _write_new(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                try:
                    file.write(content)
                except OSError:
                    path.unlink()
                    raise
        except OSError as problem:
            raise ImportRefusedError(
                f"{path} cannot be written: {problem.strerror}; what is before it in the source has been written"
            ) from problem


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text).split()).casefold()
