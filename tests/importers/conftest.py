"""Fixtures: sites of other programs, imported, checked and asked for their old addresses."""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import pytest

from blog.content.loader import load
from blog.errors import ContentError
from blog.importers.carry import carry_over
from blog.importers.report import Report
from blog.settings import Settings
from tests.conftest import Files, Run, write_files


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has written and said."""

    source: Path
    posts: Path
    report: Report

    def text(self, name: str) -> str:
        return (self.posts / name).read_text(encoding="utf-8")

    @property
    def files(self) -> set[str]:
        return {path.relative_to(self.posts).as_posix() for path in self.posts.rglob("*") if path.is_file()}

    @property
    def lines(self) -> str:
        """The report without the folder of the test."""
        return "\n".join(self.report.lines()).replace(f"{self.source}/", "").replace(f"{self.posts}/", "")

    @property
    def errors(self) -> list[str]:
        """The errors that `blog check` would print."""
        try:
            load(self.posts)
        except ContentError as problem:
            return [str(fault) for fault in problem.faults if fault.severity.value == "error"]
        return []


class Import(Protocol):
    def __call__(self, files: Files, engine: str | None = None, *, file: str = "", dry: bool = False) -> Imported: ...


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Imports a site that consists of some files, or one file of it."""

    def importing(files: Files, engine: str | None = None, *, file: str = "", dry: bool = False) -> Imported:
        source = write_files(tmp_path / "source", files)
        posts = tmp_path / "posts"
        report = carry_over(source / file if file else source, posts, engine, lambda _: nullcontext(), dry=dry)
        return Imported(source, posts, report)

    return importing


class Titles(Protocol):
    async def __call__(self, imported: Imported, addresses: Iterable[str]) -> dict[str, str]: ...


@pytest.fixture
def titles(run: Run, templates: Path) -> Titles:
    """Serves what was imported; the title of the page that each address leads to, or its status if it leads to none."""

    async def asking(imported: Imported, addresses: Iterable[str]) -> dict[str, str]:
        async with run(
            Settings(posts_dir=imported.posts, templates_dir=templates, cache_dir=imported.posts.parent / "cache")
        ) as site:
            await site.until_ready()
            found = {}
            for address in addresses:
                response = await site.client.get(address)
                if response.status_code == HTTPStatus.MOVED_PERMANENTLY:
                    response = await site.client.get(response.headers["location"])
                title = (
                    response.text.partition("<title>")[2]
                    .partition("</title>")[0]
                    .partition(" · ")[0]
                    .partition(" | ")[0]
                )
                found[address] = title if response.status_code == HTTPStatus.OK else str(response.status_code)
            return found

    return asking
