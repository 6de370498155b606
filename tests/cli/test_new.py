"""blog new with options; tests/test_main.py has what it does without any."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.__main__ import main
from blog.content.loader import load

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts


@pytest.fixture
def folder(posts: "WritePosts", post: "WritePost") -> Path:
    note = "---\ntitle: {}\n---\n\nWords.\n"
    return posts({
        "hello.md": post("Hello", "2026-01-01"),
        "guide/index.md": note.format("Guide"),
        "guide/01-first/install.md": note.format("Install"),
    })  # fmt: skip


@pytest.fixture
def environ(folder: Path) -> dict[str, str]:
    return {"BLOG_POSTS_DIR": str(folder)}


def test_a_post_gets_slug_tags_and_series(folder: Path, environ: dict[str, str]) -> None:
    options = ["--slug", "short_name", "--tags", 'C++, "Q&A", ', "--series", "One: two"]
    assert main(["new", "A long title", *options], environ) == 0
    (draft,) = load(folder).library.drafts
    assert (draft.url, draft.title, draft.series) == ("/blog/short_name", "A long title", "One: two")  # type: ignore[attr-defined]
    assert draft.tags == ("C++", '"Q&A"')  # type: ignore[attr-defined]


def test_a_published_post_has_no_draft_line(folder: Path, environ: dict[str, str]) -> None:
    assert main(["new", "Now", "--no-draft"], environ) == 0
    assert "draft" not in (folder / "now.md").read_text()


@pytest.mark.parametrize(
    ("options", "file", "url"),
    [
        pytest.param(["--page"], "pages/a-title.md", "/a-title", id="page"),
        pytest.param(["--note", "guide"], "guide/a-title.md", "/guide/a-title", id="note"),
        pytest.param(["--note", "guide/first"], "guide/01-first/a-title.md", "/guide/first/a-title", id="note-in-a-group"),
        pytest.param(["--note", "guide/new"], "guide/new/a-title.md", "/guide/new/a-title", id="note-in-a-new-group"),
        pytest.param(["--slug", "readme"], "readme-text.md", "/blog/readme", id="readme"),
        pytest.param(["--slug", "index"], "index-text.md", "/blog/index", id="index"),
        pytest.param(["--slug", "2026-01-02-x"], "2026-01-02-x.md", "/blog/2026-01-02-x", id="date-in-the-slug"),
    ],
)  # fmt: skip
def test_the_file_becomes_a_text_at_the_address(
    folder: Path, environ: dict[str, str], options: list[str], file: str, url: str
) -> None:
    assert main(["new", "A title", *options], environ) == 0
    (draft,) = load(folder).library.drafts
    assert (str(draft.file), draft.url) == (file, url)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        pytest.param(["--slug", "Not A Slug"], "did you mean 'not-a-slug'?", id="slug"),
        pytest.param(["--slug", "../up"], "is not a slug", id="slug-that-leads-out"),
        pytest.param(["--note", "nothing"], "there is no collection 'nothing' (collections: guide)", id="no-collection"),
        pytest.param(["--note", "../guide"], "is not COLLECTION or COLLECTION/GROUP", id="note-that-leads-out"),
        pytest.param(["--note", "guide/a/b"], "is not COLLECTION or COLLECTION/GROUP", id="group-of-a-group"),
        pytest.param(["--page", "--tags", "a"], "are for posts alone", id="page-with-tags"),
    ],
)  # fmt: skip
def test_wrong_options_are_one_line_and_exit_code_2(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], options: list[str], problem: str
) -> None:
    before = sorted(folder.rglob("*"))
    assert main(["new", "A title", *options], environ) == 2
    assert problem in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "options", [["--slug", "hello", "--no-draft"], ["--slug", "2026-hello"]], ids=["published", "draft"]
)
def test_an_address_that_is_taken_is_refused(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], options: list[str], posts: "WritePosts"
) -> None:
    posts(
        {
            "2026/hello.md": "---\ntitle: H\nslug: 2026-hello\ndate: 2026-01-01\n---\nx\n",
            "2025/hi.md": "---\ntitle: H\nslug: hi\ndate: 2026-01-01\n---\nx\n",
        }
    )
    (folder / "hello.md").rename(folder / "other.md")
    (folder / "other.md").write_text("---\ntitle: H\nslug: hello\ndate: 2026-01-01\n---\nx\n")
    assert main(["new", "A title", *options], environ) == 1
    assert "hello" in capsys.readouterr().err
    assert not (folder / "2026-hello.md").exists()
