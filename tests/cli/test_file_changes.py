"""Changes of files of which all are made or none."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from blog.cli.file_changes import NotPutBackError, move


def tree(folder: Path) -> dict[str, bytes | None]:
    """The contents of files by name; None for folders."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in paths.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.md", "b.md", "bundle/index.md", "bundle/dot.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_a_file_moves_with_its_new_contents_and_the_others_change(folder: Path) -> None:
    (folder / "a.md").chmod(0o640)
    move(folder / "a.md", folder / "x/y/c.md", {}, {folder / "b.md": b"changed", folder / "x/y/c.md": b"new"})
    assert tree(folder) == {
        "b.md": b"changed", "bundle": None, "bundle/index.md": b"bundle/index.md", "bundle/dot.png": b"bundle/dot.png",
        "x": None, "x/y": None, "x/y/c.md": b"new",
    }  # fmt: skip
    assert (folder / "x/y/c.md").stat().st_mode & 0o777 == 0o640


def test_a_folder_moves_with_all_that_is_in_it(folder: Path) -> None:
    move(
        folder / "bundle",
        folder / "parcel",
        {folder / "bundle/index.md": b"between"},
        {folder / "parcel/index.md": b"new"},
    )
    assert tree(folder) == {
        "a.md": b"a.md", "b.md": b"b.md", "parcel": None, "parcel/index.md": b"new", "parcel/dot.png": b"bundle/dot.png"
    }  # fmt: skip


def test_a_link_to_a_file_stays_one(folder: Path) -> None:
    (folder / "link.md").symlink_to("b.md")
    move(folder / "a.md", folder / "c.md", {}, {folder / "link.md": b"changed"})
    assert (folder / "link.md").is_symlink()
    assert (folder / "b.md").read_bytes() == b"changed"


@pytest.mark.parametrize(("old", "new"), [("a.md", "x/y/c.md"), ("bundle", "x/parcel")], ids=["file", "folder"])
@pytest.mark.parametrize("is_rewritten", [True, False], ids=["rewritten", "as-it-is"])
def test_a_text_that_cannot_be_written_leaves_everything_as_it_was(
    folder: Path, old: str, new: str, *, is_rewritten: bool
) -> None:
    (folder / "blocked").mkdir()
    as_it_was = tree(folder)
    text = new if old.endswith(".md") else f"{new}/index.md"
    contents = {folder / text: b"new"} if is_rewritten else {}
    before = {folder / old / "index.md" if (folder / old).is_dir() else folder / old: b"between"}
    with pytest.raises(OSError, match="blocked"):
        move(
            folder / old,
            folder / new,
            before,
            {**contents, folder / "b.md": b"changed", folder / "blocked": b"a folder"},
        )
    assert tree(folder) == as_it_was


@pytest.mark.parametrize(("old", "new"), [("a.md", "x/c.md"), ("bundle", "x/parcel")], ids=["file", "folder"])
def test_a_replacement_that_fails_after_others_is_undone_with_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    as_it_was = tree(folder)
    before = {folder / old / "index.md" if (folder / old).is_dir() else folder / old: b"between"}
    _refuse(monkeypatch, lambda file, place: place.name == "b.md" and ".old." not in file.name)
    text = new if old.endswith(".md") else f"{new}/index.md"
    with pytest.raises(OSError, match="refused"):
        move(folder / old, folder / new, before, {folder / text: b"new", folder / "b.md": b"changed"})
    assert tree(folder) == as_it_was


def test_what_cannot_be_put_back_is_named_with_the_cause(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "z.md").write_bytes(b"z")
    _refuse(monkeypatch, lambda file, place: place.name == "z.md" or ".old." in file.name)
    with pytest.raises(NotPutBackError, match=r"refused: '.*b\.md.*not put back after this.*refused: '.*z\.md"):
        move(folder / "a.md", folder / "c.md", {}, {folder / "b.md": b"changed", folder / "z.md": b"changed"})
    assert {"a.md", "c.md"} & set(tree(folder)) == {"a.md"}


def _refuse(monkeypatch: pytest.MonkeyPatch, refuses: Callable[[Path, Path], bool]) -> None:
    """Make the operating system refuse some replacements."""
    replace = Path.replace

    def replacing(file: Path, place: Path) -> Path:
        if refuses(file, place):
            raise PermissionError(errno.EACCES, "refused", str(file), None, str(place))
        return replace(file, place)

    monkeypatch.setattr(Path, "replace", replacing)
