"""Layout of the posts folder: what each folder is."""

from pathlib import PurePosixPath

import pytest

from blog.content.layout import FolderKind, Layout

DATED = "---\ntitle: A\ndate: 2026-03-01\n---\n"
UNDATED = "---\ntitle: A\n---\n"


def layout(files: dict[str, str], *collections: str) -> Layout:
    return Layout([(PurePosixPath(name), text) for name, text in files.items()], collections)


@pytest.mark.parametrize(
    ("files", "folder", "kind"),
    [
        pytest.param({"a.md": DATED}, ".", "posts", id="the-posts-folder"),
        pytest.param({"2026/a.md": DATED}, "2026", "posts", id="year"),
        pytest.param({"2026/a/index.md": DATED}, "2026", "posts", id="above-a-bundle"),
        pytest.param({"2026/a/index.md": UNDATED}, "2026/a", "bundle", id="deep-without-a-date"),
        pytest.param({"a/index.md": DATED}, "a", "bundle", id="bundle"),
        pytest.param({"a/index.md": DATED, "a/b.md": DATED}, "a", "bundle", id="bundle-with-another-post"),
        pytest.param({"2026-03-01-a/index.md": UNDATED, "2026-03-01-a/b.md": UNDATED}, "2026-03-01-a", "bundle", id="dated-folder"),
        pytest.param({"a/index.md": UNDATED}, "a", "bundle", id="without-a-date-and-alone"),
        pytest.param({"a/index.md": UNDATED, "a/index.fr.md": UNDATED}, "a", "bundle", id="in-two-languages"),
        pytest.param({"a/index.md": "---\ntitle: [", "a/b.md": UNDATED}, "a", "bundle", id="broken"),
        pytest.param({"a/index.md": UNDATED, "a/b.md": UNDATED}, "a", "collection", id="collection"),
        pytest.param({"a/index.md": UNDATED, "a/b/c.md": UNDATED}, "a", "collection", id="collection-of-groups"),
        pytest.param({"a/index.md": UNDATED, "a/b/c.md": UNDATED}, "a/b", "group", id="group"),
        pytest.param({"a/index.md": UNDATED, "a/b/c/d.md": UNDATED}, "a/b/c", "group", id="below-a-group"),
        pytest.param({"a/_index.md": UNDATED, "a/b.md": DATED}, "a", "posts", id="section"),
        pytest.param({"pages/a/index.md": UNDATED, "pages/b.md": UNDATED}, "pages/a", "bundle", id="page"),
        pytest.param({"pages/index.md": UNDATED, "pages/b.md": UNDATED}, "pages", "bundle", id="index-of-pages"),
        pytest.param({"pages/a/b.md": UNDATED}, "pages/a", "own", id="below-pages"),
    ],
)  # fmt: skip
def test_a_folder_is_known_by_its_index(files: dict[str, str], folder: str, kind: str) -> None:
    assert layout(files).kind_of(PurePosixPath(folder)) is FolderKind(kind)


@pytest.mark.parametrize(
    ("folder", "kind"), [("notes", "collection"), ("notes/a", "group"), ("a", "posts"), ("pages", "own")]
)
def test_a_folder_that_the_site_names_is_a_collection(folder: str, kind: str) -> None:
    files = {"notes/x.md": UNDATED, "notes/a/y.md": UNDATED, "a/z.md": DATED, "pages/p.md": UNDATED}
    assert layout(files, "notes", "pages").kind_of(PurePosixPath(folder)) is FolderKind(kind)


def test_the_text_that_introduces_a_folder_is_its_index() -> None:
    files = {"a/_index.md": UNDATED, "a/x.md": UNDATED, "b/index.md": DATED, "b/_index.md": UNDATED}
    read = layout(files)
    assert read.index_of(PurePosixPath("a")) == (PurePosixPath("a/_index.md"), UNDATED)
    assert read.index_of(PurePosixPath("b")) == (PurePosixPath("b/index.md"), DATED)
    assert read.index_of(PurePosixPath("c")) is None
