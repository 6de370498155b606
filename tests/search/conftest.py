"""A search in the blog of ten languages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.content.folder import Folder
from blog.content.loader import load
from blog.content.markdown import parse
from blog.content.site import Site, site_at
from blog.search.corpus import Corpus
from blog.search.engine import Search
from tests.search.corpus import CORPUS

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def site_of(folder: Path, moment: datetime = NOW) -> Site:
    """The site of the blog in a folder at a moment."""
    for name, text in CORPUS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return site_at(load(Folder(folder), {}, parse).library, moment)


@pytest.fixture(scope="session")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return Search.of(Corpus().pack(site_of(tmp_path_factory.mktemp("posts"))))
