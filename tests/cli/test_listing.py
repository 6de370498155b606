"""blog list."""

import json
from typing import TYPE_CHECKING

import pytest

from blog.__main__ import main

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts


@pytest.fixture
def environ(posts: "WritePosts", post: "WritePost") -> dict[str, str]:
    folder = posts(
        {
            "old.md": post("Old", "2026-01-01"),
            "new.md": post("New", "2026-02-01"),
            "later.md": post("Später", "2999-01-01"),
            "hush.md": "---\ntitle: Hush\ndraft: true\n---\n\nWords.\n",
            "pages/about.md": "---\ntitle: About\n---\n\nWords.\n",
        }
    )
    return {"BLOG_POSTS_DIR": str(folder)}


def titles(environ: dict[str, str], capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert main(["list", "--format", "json", *options], environ) == 0
    return [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ([], ["Hush", "Später", "New", "Old", "About"]),
        (["--drafts"], ["Hush"]),
        (["--scheduled"], ["Später"]),
        (["--drafts", "--scheduled"], ["Hush", "Später"]),
        (["--published"], ["New", "Old", "About"]),
    ],
)
def test_it_lists_drafts_then_scheduled_then_published_texts(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str], options: list[str], listed: list[str]
) -> None:
    assert titles(environ, capsys, *options) == listed


def test_json_has_what_a_program_needs(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--scheduled", "--format", "json"], environ) == 0
    assert json.loads(capsys.readouterr().out) == {
        "state": "scheduled", "kind": "post", "date": "2999-01-01T00:00:00+00:00", "slug": "later", "url": "/blog/later",
        "file": f"{environ['BLOG_POSTS_DIR']}/later.md", "title": "Später",
    }  # fmt: skip


def test_the_table_has_a_line_for_each_text(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"], environ) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["state", "date", "url", "file", "title"]
    assert lines[0].split() == ["draft", "/blog/hush", f"{environ['BLOG_POSTS_DIR']}/hush.md", "Hush"]
    assert {line.index("/blog/") for line in lines[:4]} == {head.index("url")}


def test_broken_texts_are_named_and_the_others_are_listed(
    environ: dict[str, str], posts: "WritePosts", capsys: pytest.CaptureFixture[str]
) -> None:
    posts({"bad.md": "---\ndate: soon\n---\n", "worse.md": "---\ntitle: T"})
    assert main(["list", "--published"], environ) == 1
    printed = capsys.readouterr()
    assert "/blog/old" in printed.out
    assert "bad.md:2: error:" in printed.err
    assert "worse.md:1: error:" in printed.err


def test_a_missing_folder_is_one_line(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"], {"BLOG_POSTS_DIR": "/nowhere/posts"}) == 1
    assert capsys.readouterr().err.count("\n") == 1
