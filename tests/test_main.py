"""The command line."""

import json
import random
import re
from pathlib import Path

import pytest

from blog import __version__
from blog.__main__ import main

TEMPLATES = Path(__file__).parents[1] / "templates"
GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\nWords.\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "posts").mkdir()
    return {"BLOG_POSTS_DIR": str(tmp_path / "posts"), "BLOG_TEMPLATES_DIR": str(TEMPLATES)}


@pytest.fixture
def folder(environ: dict[str, str]) -> Path:
    return Path(environ["BLOG_POSTS_DIR"])


def test_check_of_content_without_faults_prints_nothing(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "good.md").write_text(GOOD)
    assert main(["check"], environ) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("Hello", 1, "date is missing: give a date in front matter", id="no-front-matter"),
        pytest.param("---\ntitle: x\ndate: 2026-03-01\n", 1, "is not closed", id="open-front-matter"),
        pytest.param("", 1, "empty", id="empty-file"),
        pytest.param("---\ntitle: [a\n---\n", 3, "not valid YAML", id="not-yaml"),
        pytest.param("---\ntitel: x\ndate: 2026-03-01\n---\n", 2, "did you mean title?", id="unknown-key"),
        pytest.param("---\ntitle: x\ndate: soon\n---\n", 3, "is not a date", id="wrong-date"),
        pytest.param("---\ntitle: x\n---\n", 2, "date is missing", id="no-date"),
        pytest.param(GOOD + "\n[gone](/blog/gone)\n", 8, "leads nowhere", id="link"),
        pytest.param(GOOD + "\n[gone](#gone)\n", 8, "section", id="fragment"),
        pytest.param(GOOD + "\n![An image](gone.png)\n", 8, "gone.png", id="missing-image"),
        pytest.param(GOOD + "\n```klingon\nx\n```\n", 8, "klingon", id="unknown-language"),
        pytest.param(GOOD + "\n## Two\n\n#### Four\n", 10, "level", id="skipped-level"),
    ],
)
def test_check_prints_file_line_and_problem(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], text: str, line: int, problem: str
) -> None:
    (folder / "bad.md").write_text(text)
    assert main(["check", "--strict"], environ) == 1
    printed = "".join(capsys.readouterr())
    assert re.search(
        rf"^{re.escape(str(folder))}/bad\.md:{line}: (error|warning): .*{re.escape(problem)}", printed, re.MULTILINE
    )
    assert "Traceback" not in printed


@pytest.mark.parametrize("text", ["Hello", GOOD + "\n[gone](/blog/gone)\n", GOOD + "\n```klingon\nx\n```\n"])
def test_check_prints_every_fault_on_stdout(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (folder / "bad.md").write_text(text)
    assert main(["check", "--strict"], environ) == 1
    assert "bad.md:" in capsys.readouterr().out


MIXED = {"bad.md": "Hello", "dead.md": GOOD + "[x](gone.md) [y](/blog/gone)\n", "good.md": GOOD}


def test_check_sums_up_on_stderr(folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in MIXED.items():
        (folder / name).write_text(text)
    assert main(["check"], environ) == 1
    assert capsys.readouterr().err == "1 error, 2 warnings in 3 texts\n"


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--strict"], 1)])
def test_warnings_fail_the_check_only_when_it_is_strict(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], options: list[str], code: int
) -> None:
    (folder / "dead.md").write_text(MIXED["dead.md"])
    assert main(["check", *options], environ) == code
    assert capsys.readouterr().out.count(": warning: ") == 2


def test_check_prints_an_object_of_json_for_each_fault(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in MIXED.items():
        (folder / name).write_text(text)
    assert main(["check", "--format", "json"], environ) == 1
    faults = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(Path(fault["file"]).name, fault["line"], fault["severity"]) for fault in faults] == [
        ("bad.md", 1, "error"),
        ("dead.md", 7, "warning"),
        ("dead.md", 7, "warning"),
    ]


def test_check_prints_a_workflow_command_for_each_fault(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "dead.md").write_text(MIXED["dead.md"])
    assert main(["check", "--format=github"], environ) == 0
    assert all(line.startswith("::warning file=") for line in capsys.readouterr().out.splitlines())


def test_check_reports_the_faults_of_all_posts(
    folder: Path, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.md").write_text("")
    (folder / "worse.md").write_text("no front matter")
    assert main(["check"], environ) == 1
    printed = "".join(capsys.readouterr())
    assert "bad.md:1:" in printed
    assert "worse.md:1:" in printed


def test_check_reports_faults_of_the_theme(
    folder: Path, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "theme").mkdir()
    for template in TEMPLATES.glob("*.html"):
        (tmp_path / "theme" / template.name).write_bytes(template.read_bytes())
    (tmp_path / "theme" / "tag.html").write_text("\n{% if %}")
    (folder / "good.md").write_text(GOOD)
    assert main(["check"], {**environ, "BLOG_TEMPLATES_DIR": str(tmp_path / "theme")}) == 1
    assert "tag.html:2:" in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["BLOG_POSTS_DIR", "BLOG_TEMPLATES_DIR"])
def test_check_of_a_missing_folder_names_the_variable(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["check"], {**environ, name: str(tmp_path / "nowhere")}) == 1
    assert name in "".join(capsys.readouterr())


@pytest.mark.parametrize("command", [["check"], ["new", "A title"]])
@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("BLOG_PORT", "http", "65535"),
        ("BLOG_PORT", "0", "65535"),
        ("BLOG_PORT", "tcp://10.0.0.1:80", "enableServiceLinks"),
        ("BLOG_HOST", "a b", "host name"),
        ("BLOG_BASE_URL", "blog.example", "https://"),
        ("BLOG_BASE_URL", "https://blog.example/path", "without a path"),
        ("BLOG_DRAIN_SECONDS", "-1", "3600"),
        ("BLOG_DRAIN_SECONDS", "nan", "3600"),
        ("BLOG_RELOAD", "maybe", "true or false"),
        ("BLOG_LOG_FORMAT", "xml", "json, console"),
        ("BLOG_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("BLOG_ACCESS_LOG", "some", "off, errors, sampled, all"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_code_2(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str], command: list[str], name: str, value: str, allowed: str
) -> None:
    assert main(command, {**environ, name: value}) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert name in err
    assert value in err
    assert allowed in err


@pytest.mark.parametrize(
    "title",
    [
        "Hello",
        'A title: with colon & "quotes"',
        "It's - a [list], {a map} # and a comment",
        r"Back\slash \n and \" more",
        "Größe, 日本語 🎉",
        "true",
        "2026-03-01",
        "2026-03-01 A dated one",
        "- dash",
        "%percent @at `tick` |pipe >more *star &amp",
        "Two\nlines\tand a tab",
        "A bell\x07 and a delete\x7f",
        "page",
        "a" * 299,
        "日本語" * 60,
    ],
)
def test_a_new_post_is_a_draft_that_passes_the_check(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], title: str
) -> None:
    assert main(["new", title], environ) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.parent == folder
    assert "draft: true" in path.read_text(encoding="utf-8")
    assert main(["check"], environ) == 0, capsys.readouterr()


def test_a_new_post_keeps_its_title(folder: Path, environ: dict[str, str]) -> None:
    assert main(["new", 'A title: with colon & "quotes"'], environ) == 0
    path = folder / "a-title-with-colon-and-quotes.md"
    assert 'title: "A title: with colon & \\"quotes\\""\n' in path.read_text()


def test_a_new_post_never_overwrites(folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "Hello"], environ) == 0
    (folder / "hello.md").write_text("mine")
    assert main(["new", "hello!"], environ) == 1
    assert (folder / "hello.md").read_text() == "mine"
    assert "already there" in capsys.readouterr().err


def test_new_creates_the_posts_folder(environ: dict[str, str], tmp_path: Path) -> None:
    assert main(["new", "Hello"], {**environ, "BLOG_POSTS_DIR": str(tmp_path / "a" / "b")}) == 0
    assert (tmp_path / "a" / "b" / "hello.md").exists()


@pytest.mark.parametrize("title", ["", "   ", "!?", "…", "../.."])
def test_new_refuses_a_title_without_a_letter(
    folder: Path, environ: dict[str, str], capsys: pytest.CaptureFixture[str], title: str
) -> None:
    assert main(["new", title], environ) == 2
    assert list(folder.iterdir()) == []
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("title", ["../../etc/passwd", "/etc/passwd", "..\\up", "a/b", "nul\0byte"])
def test_a_title_cannot_name_a_file_outside_the_folder(folder: Path, environ: dict[str, str], title: str) -> None:
    assert main(["new", title], environ) in {0, 2}
    assert all(path.parent == folder for path in folder.parent.rglob("*.md"))
    assert main(["check"], environ) == 0


@pytest.mark.parametrize("name", [pytest.param("a-file", id="a-file"), pytest.param("a-file/below", id="below-a-file")])
def test_new_names_a_posts_folder_that_is_a_file(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "a-file").write_text("")
    assert main(["new", "Hello"], {**environ, "BLOG_POSTS_DIR": str(tmp_path / name)}) == 1
    assert "a-file" in capsys.readouterr().err


def test_version_prints_the_version(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"], environ)
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"blog {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["bake"], ["new"], ["serve", "--fast"]])
def test_wrong_usage_is_exit_code_2(environ: dict[str, str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments, environ)
    assert exit_.value.code == 2


def test_the_cache_is_pruned_to_its_maximum_and_keeps_what_the_content_needs(
    folder: Path, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cached = environ | {"BLOG_CACHE_DIR": str(tmp_path / "cache"), "BLOG_CACHE_MAX_MB": "9"}
    for number in (1, 2, 3):
        (folder / "good.md").write_text(f"{GOOD}\n{random.Random(number).randbytes(150_000).hex()}\n")
        assert main(["build"], cached | {"BLOG_CACHE_MAX_MB": "1024"}) == 0
    before = _size(tmp_path / "cache")
    capsys.readouterr()
    assert main(["cache", "prune"], cached) == 0
    assert re.fullmatch(r"removed \d+ files, [\d.]+ MiB; [\d.]+ MiB are left in .*/cache\n", capsys.readouterr().out)
    assert before > 9 * 1024 * 1024 >= _size(tmp_path / "cache")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_prune_leaves_a_missing_or_untrusted_cache_alone(
    folder: Path, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "good.md").write_text(GOOD)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (shared / "precious").write_text("not an entry")
    assert main(["cache", "prune"], environ | {"BLOG_CACHE_DIR": str(shared)}) == 1
    assert f"{shared} (BLOG_CACHE_DIR)" in capsys.readouterr().err
    assert (shared / "precious").exists()
    assert main(["cache", "prune"], environ | {"BLOG_CACHE_DIR": str(tmp_path / "missing" / "cache")}) == 0
    assert capsys.readouterr().out == f"nothing to remove: {tmp_path}/missing/cache does not exist\n"
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("file", "is not a folder", id="file"),
        pytest.param("file/cache", "cannot be made: {folder}/file is not a folder", id="below-a-file"),
        pytest.param("broken", "is not a folder", id="broken-link"),
        pytest.param("broken/cache", "cannot be made: {folder}/broken is not a folder", id="below-a-broken-link"),
        pytest.param("loop", "is not a folder", id="loop-of-links"),
    ],
)
def test_prune_names_the_cache_folder_that_cannot_be_made(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, problem: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    cache = tmp_path / name
    assert main(["cache", "prune"], environ | {"BLOG_CACHE_DIR": str(cache)}) == 1
    expected = f"{cache} (BLOG_CACHE_DIR) {problem.format(folder=tmp_path)}; nothing is removed\n"
    assert capsys.readouterr() == ("", expected)
