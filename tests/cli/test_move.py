"""blog mv."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from blog import urls
from blog.__main__ import main
from blog.content.loader import load

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts

LINKS = (
    "[a](hello.md) [b](hello.md#a-section 'T') [c](/blog/hello?x=1) ![d](bundle/dot.png) [e](bundle/index.md)\n\n"
    "[f][1] and [g](<hello.md>) `hello.md`\n\n[1]: hello.md\n"
)

# A first move, which is refused, imports what another user may not be able to read.
AS_ANOTHER_USER = """
import contextlib, io, os, sys
import blog.cli.aliases, blog.cli.moved_links
from blog import urls
from blog.__main__ import main
with contextlib.redirect_stderr(io.StringIO()):
    assert main(["mv", "hello.md", "bundle"], {"BLOG_POSTS_DIR": "."}) == 1
os.getuid() or os.setuid(65534)
sys.exit(main(["mv", *sys.argv[1:]], {"BLOG_POSTS_DIR": "."}))
"""


@pytest.fixture
def folder(posts: "WritePosts", post: "WritePost") -> Path:
    return posts({
        "hello.md": "---\n# first\ntitle: Hello # c\ndate: 2026-01-01\n---\n\n## A section\n\n[other](other.md) ![x](bundle/dot.png)\n",
        "other.md": post("Other", "2026-01-02", body=LINKS),
        "2026-03-01-dated.md": post("Dated", "2026-03-01"),
        "draft.md": post("Draft", "2026-01-03", "draft: true\n"),
        "bundle/index.md": post("Bundle", "2026-01-04", body="![d](dot.png) [o](../other.md)"),
        "bundle/dot.png": b"\x89PNG\r\n\x1a\n",
        "pages/about.md": "---\ntitle: About\n---\n\n[h](../hello.md)\n",
    })  # fmt: skip


@pytest.fixture
def environ(folder: Path) -> dict[str, str]:
    return {"BLOG_POSTS_DIR": str(folder)}


def warnings(folder: Path) -> list[str]:
    return [fault.problem for fault in load(folder).warnings if "link" in fault.problem or "beside" in fault.problem]


@pytest.mark.parametrize("old", ["hello", "hello.md", "/blog/hello", "FOLDER/hello.md"])
@pytest.mark.parametrize("new", ["greetings", "greetings.md", "FOLDER/greetings.md"])
def test_a_text_is_renamed_redirects_and_keeps_its_header(
    folder: Path, environ: dict[str, str], old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mv", old.replace("FOLDER", str(folder)), new.replace("FOLDER", str(folder))], environ) == 0
    assert not (folder / "hello.md").exists()
    text = (folder / "greetings.md").read_text()
    assert text.startswith("---\n# first\ntitle: Hello # c\ndate: 2026-01-01\naliases: [/blog/hello]\n---\n")
    assert "/blog/hello redirects to /blog/greetings" in capsys.readouterr().out
    assert [post.aliases for post in load(folder).library.posts if post.slug == "greetings"] == [("/blog/hello",)]


def test_links_to_a_renamed_text_are_rewritten(folder: Path, environ: dict[str, str]) -> None:
    before = warnings(folder)
    assert main(["mv", "hello", "greetings"], environ) == 0
    text = (folder / "other.md").read_text()
    assert (
        LINKS.replace("hello.md", "greetings.md")
        .replace("/blog/hello", "/blog/greetings")
        .replace("`greetings.md`", "`hello.md`")
        in text
    )
    assert "[h](../greetings.md)" in (folder / "pages/about.md").read_text()
    assert warnings(folder) == before


def test_a_bundle_moves_with_its_files(folder: Path, environ: dict[str, str]) -> None:
    before = warnings(folder)
    assert main(["mv", "bundle", "parcel"], environ) == 0
    assert sorted(path.name for path in (folder / "parcel").iterdir()) == ["dot.png", "index.md"]
    assert not (folder / "bundle").exists()
    assert "![d](parcel/dot.png) [e](parcel/index.md)" in (folder / "other.md").read_text()
    assert "aliases: [/blog/bundle]" in (folder / "parcel/index.md").read_text()
    assert warnings(folder) == before


def test_a_bundle_of_a_relative_folder_leaves_no_copies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert main(["mv", "bundle", "parcel"], {"BLOG_POSTS_DIR": folder.name}) == 0
    assert sorted(path.name for path in (folder / "parcel").iterdir()) == ["dot.png", "index.md"]


def test_a_text_that_moves_to_another_folder_keeps_its_links(folder: Path, environ: dict[str, str]) -> None:
    before = warnings(folder)
    assert main(["mv", "hello", "2026/january/hello.md"], environ) == 0
    text = (folder / "2026/january/hello.md").read_text()
    assert "[other](../../other.md) ![x](../../bundle/dot.png)" in text
    assert "aliases" not in text
    assert warnings(folder) == before


def test_a_date_in_the_name_stays(folder: Path, environ: dict[str, str]) -> None:
    assert main(["mv", "dated", "renamed"], environ) == 0
    assert (folder / "2026-03-01-renamed.md").exists()


def test_a_draft_gets_no_alias(folder: Path, environ: dict[str, str]) -> None:
    assert main(["mv", "draft", "sketch"], environ) == 0
    assert "aliases" not in (folder / "sketch.md").read_text()


def test_line_endings_and_a_byte_order_mark_stay(folder: Path, environ: dict[str, str]) -> None:
    raw = b"\xef\xbb\xbf---\r\ntitle: W\r\ndate: 2026-01-01\r\n---\r\n\r\n[h](hello.md)\r\n"
    (folder / "windows.md").write_bytes(raw)
    assert main(["mv", "windows", "linux"], environ) == 0
    assert (folder / "linux.md").read_bytes() == raw.replace(b"01\r\n---", b"01\r\naliases: [/blog/windows]\r\n---")
    assert main(["mv", "hello", "greetings"], environ) == 0
    assert b"[h](greetings.md)\r\n" in (folder / "linux.md").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("hello", "other", "other.md is already there", id="a-file"),
        pytest.param("hello", "bundle", "is already taken by bundle/index.md", id="an-address"),
        pytest.param(
            "hello",
            "x/dated.md",
            "would move from /blog/dated to /blog/2026-03-01-dated",
            id="an-address-in-another-folder",
        ),
        pytest.param("nothing", "x", "there is no text 'nothing'", id="unknown"),
        pytest.param("helo", "x", "did you mean hello?", id="misspelled"),
        pytest.param("hello", "Not A Slug", "did you mean 'not-a-slug'?", id="no-slug"),
        pytest.param("hello", "../up.md", "is outside of", id="out-of-the-folder"),
        pytest.param("hello", "_hidden.md", "would not be read", id="hidden"),
        pytest.param("hello", "hello.md", "already", id="itself"),
        pytest.param("hello", "hello.mdx", "extension", id="another-extension"),
        pytest.param("bundle", "bundle/inner/x", "is below", id="into-itself"),
        pytest.param("pages", "leaves", "is not a text", id="the-folder-of-pages"),
        pytest.param("pages/about.md", "pages/rss.md", "reserved", id="a-reserved-address"),
    ],
)
def test_what_would_collide_or_be_lost_is_refused_and_nothing_changes(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], old: str, new: str, problem: str
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["mv", old, new], environ) == 1
    assert problem in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_picture_in_the_front_matter_that_stays_behind_is_named_with_its_line(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "card.md").write_text("---\ntitle: C\ndate: 2026-01-01\nimage: bundle/dot.png\n---\nx\n")
    assert main(["mv", "card", "sub/card.md"], environ) == 0
    assert "sub/card.md:4: 'bundle/dot.png' leads to the old place" in capsys.readouterr().err


def test_names_with_spaces_and_other_scripts_are_linked(folder: Path, environ: dict[str, str]) -> None:
    (folder / "from.md").write_text("---\ntitle: F\ndate: 2026-01-05\n---\n<a href='hello.md'>x</a> [y](hello.md)\n")
    assert main(["mv", "hello", "größe (2).md"], environ) == 0
    assert "<a href='größe%20%282%29.md'>x</a> [y](größe%20%282%29.md)" in (folder / "from.md").read_text()
    assert not [problem for problem in warnings(folder) if "größe" in problem]


def test_a_group_of_notes_moves_with_an_alias_for_each(folder: Path, environ: dict[str, str]) -> None:
    note = "---\ntitle: {}\n---\n\nWords.\n"
    for name in ("index.md", "01-first/a.md", "01-first/b.md"):
        (folder / "guide" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "guide" / name).write_text(note.format(name[0]))
    assert main(["mv", "guide/01-first", "guide/02-second"], environ) == 0
    assert "aliases: [/guide/first/b]" in (folder / "guide/02-second/b.md").read_text()


def test_a_text_that_moves_back_has_its_first_address_again(folder: Path, environ: dict[str, str]) -> None:
    assert main(["mv", "hello", "greetings"], environ) == 0
    assert main(["mv", "greetings", "hello"], environ) == 0
    assert [post.url for post in load(folder).library.posts if post.title == "Hello"] == ["/blog/hello"]


@pytest.mark.parametrize(("old", "new"), [("hello", "greetings"), ("bundle", "2026/parcel"), ("pages/about", "who")])
def test_whatever_ends_a_move_leaves_a_site_without_errors_at_its_old_addresses(
    folder: Path, environ: dict[str, str], old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {urls.decoded(text.url) for text in load(folder).library.texts}
    moments = []
    for name in ("replace", "rename"):
        change = getattr(Path, name)

        def changing(file: Path, place: Path, change: Callable[[Path, Path], Path] = change) -> Path:
            changed = change(file, place)
            texts = load(folder).library.texts
            moments.append(known - {path for text in texts for path in (urls.decoded(text.url), *text.redirects)})
            return changed

        monkeypatch.setattr(Path, name, changing)
    assert main(["mv", old, new], environ) == 0
    assert len(moments) >= 2
    assert set().union(*moments) == set()


@pytest.mark.parametrize(
    ("read_only", "new", "named"),
    [
        pytest.param("pages", "greetings", "pages/about.md", id="the-folder-of-a-link"),
        pytest.param(".", "2026/greetings.md", "2026", id="the-folder-of-the-text"),
        pytest.param("2027", "2027/greetings.md", "2027/greetings.md", id="the-new-folder"),
    ],
)
def test_a_read_only_folder_is_named_and_nothing_changes(folder: Path, read_only: str, new: str, named: str) -> None:
    # Another user may not enter pytest's folders.
    with TemporaryDirectory() as name:
        public = Path(name)
        shutil.copytree(folder, public, dirs_exist_ok=True)
        (public / "2027").mkdir()
        for path in (public, *public.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (public / read_only).chmod(0o555)
        before = {path: path.read_bytes() if path.is_file() else b"" for path in public.rglob("*")}
        command = [sys.executable, "-c", AS_ANOTHER_USER, "hello.md", new]
        done = subprocess.run(command, cwd=public, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"nothing is moved: {named} cannot be changed: Permission denied\n"
        assert {path: path.read_bytes() if path.is_file() else b"" for path in public.rglob("*")} == before
