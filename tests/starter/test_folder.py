"""The folder of a new blog: what is written, and where nothing is."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from blog.__main__ import main

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
AWKWARD = 'A "quoted" title: # 100 % of ${{ x }} & größe \\ end'


def _init(folder: Path, *flags: str) -> int:
    return main(["init", str(folder), *flags], {})


def _check(folder: Path) -> int:
    return main(["check", "--strict"], {"BLOG_POSTS_DIR": str(folder / "posts")})


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)


def test_a_new_blog_has_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(tmp_path / "new/blog") == 0
    written = capsys.readouterr().out.splitlines()
    assert {str(path) for path in (tmp_path / "new/blog").rglob("*") if path.is_file()} == set(written)
    assert _check(tmp_path / "new/blog") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("title", [AWKWARD, "No", "- x", "%{author}", "'", "日本語"])
def test_any_title_is_the_title_of_the_site(tmp_path: Path, title: str) -> None:
    assert (
        _init(tmp_path, "--title", title, "--author", title, "--language", "pt-BR", "--timezone", "Asia/Kolkata") == 0
    )
    site = yaml.safe_load((tmp_path / "posts/site.yaml").read_text())
    assert (site["title"], site["author"], site["lang"], site["timezone"]) == (title, title, "pt-BR", "Asia/Kolkata")
    assert (tmp_path / "README.md").read_text().startswith(f"# {title}\n")
    assert _check(tmp_path) == 0


@pytest.mark.parametrize("there", ["posts/x.md", ".gitignore", "README.md"])
def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    assert _init(tmp_path) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_a_folder_with_nothing_but_git_is_accepted(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert _init(tmp_path) == 0


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file/below"):
        assert _init(folder) == 1
        assert str(tmp_path / "file") in capsys.readouterr().err


def test_a_wrong_flag_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(tmp_path / "x", "--timezone", "Mars") == 2
    assert "--timezone='Mars' is not usable" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_questions_are_asked_on_a_terminal(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "blog", "init", "x", "--language", "de"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=slave, stdout=subprocess.PIPE, text=True) as process:
        os.write(master, b"Notizen\nMara\nhttps://mara.example\nEurope/Berlin\n")
        output, _ = process.communicate(timeout=60)
    os.close(slave)
    os.close(master)
    assert process.returncode == 0, output
    site = yaml.safe_load((tmp_path / "x/posts/site.yaml").read_text())
    assert (site["title"], site["author"], site["lang"], site["timezone"]) == ("Notizen", "Mara", "de", "Europe/Berlin")
    assert "BLOG_BASE_URL=https://mara.example" in (tmp_path / "x/Dockerfile").read_text()


def test_the_end_of_the_input_writes_nothing(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "blog", "init", "x"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=slave, stderr=subprocess.PIPE, text=True) as process:
        os.write(master, b"Notizen\n\x04")
        _, errors = process.communicate(timeout=60)
    os.close(slave)
    os.close(master)
    assert process.returncode == 130
    assert "nothing is written" in errors
    assert not (tmp_path / "x").exists()


def test_checkers_find_nothing_in_the_dockerfile_and_the_workflow(tmp_path: Path) -> None:
    assert _init(tmp_path, "--title", AWKWARD, "--base-image", "ghcr.io/example/blog:1.2.3") == 0
    workflow = tmp_path / ".github/workflows/blog.yml"
    for command in (
        [BIN / "hadolint", "--no-color", tmp_path / "Dockerfile"],
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow],
        [BIN / "zizmor", "--offline", "--no-progress", "--color=never", "--persona=regular", workflow],
        [BIN / "yamllint", "--strict", "--config-data", "{extends: relaxed, rules: {line-length: disable}}", tmp_path],
    ):
        done = subprocess.run(list(map(str, command)), cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_pins_the_actions_of_this_repository() -> None:
    ours = (ROOT / ".github/workflows/ci.yml").read_text()
    theirs = (ROOT / "src/blog/starter/files/github/workflows/blog.yml").read_text()
    pins = [line.strip() for line in theirs.splitlines() if "uses:" in line]
    assert pins
    assert [pin for pin in pins if pin not in ours] == []
