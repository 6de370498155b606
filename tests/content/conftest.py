"""Fixtures: a posts folder to write into, its faults and its library."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.library import Library
from blog.content.loader import load
from blog.errors import ContentError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "posts").mkdir()
    return tmp_path / "posts"


@pytest.fixture
def write(folder: Path) -> Callable[[str, str | bytes], Path]:
    """Writes one file into the folder."""

    def writer(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


@pytest.fixture
def faults(folder: Path) -> Callable[[], list[str]]:
    """The faults of loading the folder, as lines of `file:line: problem` with the path relative to the folder."""

    def lines() -> list[str]:
        try:
            faults = load(folder).warnings
        except ContentError as problem:
            faults = problem.faults
        return [f"{fault.file.relative_to(folder)}:{fault.line}: {fault.problem}" for fault in faults]

    return lines


@pytest.fixture
def library(folder: Path) -> Callable[[], Library]:
    return lambda: load(folder).library
