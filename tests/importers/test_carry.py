"""An import as a whole: what is written, what is not, and what is never touched."""

import os
import sys
import time
from pathlib import Path

import pytest

from blog.__main__ import main
from blog.importers.items import ImportRefusedError
from tests.importers.conftest import Import, Titles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
COUNT = int(os.environ.get("BLOG_TEST_IMPORT_POSTS", "40"))


def post(title: str = "Hello", more: str = "", body: str = "Words.") -> str:
    return f"---\ntitle: {title}\n{more}---\n{body}\n"


def test_nothing_is_overwritten_and_a_second_import_changes_nothing(imported: Import) -> None:
    files = {
        "_posts/2019-01-02-a.md": post("A", body="![x](x.svg)"),
        "_posts/x.svg": SVG,
        "_config.yml": "title: Notes\n",
    }
    first = imported(files)
    before = {name: first.text(name) for name in first.files}
    assert imported(files).report.failed is False
    (first.posts / "a.md").write_text("mine")
    second = imported(files)
    assert second.text("a.md") == "mine"
    assert f"{second.posts}/a.md is already there, and was not overwritten" in "\n".join(second.report.lines())
    assert second.report.failed
    assert {name: second.text(name) for name in second.files if name != "a.md"} == {
        name: text for name, text in before.items() if name != "a.md"
    }


def test_a_dry_run_writes_nothing_and_says_the_same(imported: Import) -> None:
    files = {
        "_posts/2019-01-02-a.md": post("A", body="{% x %} ![x](x.svg)"),
        "_posts/x.svg": SVG,
        "_config.yml": "title: Notes\n",
    }
    dry = imported(files, dry=True)
    assert not dry.posts.exists()
    assert dry.lines == imported(files).lines


async def test_two_texts_at_one_address_are_both_written(imported: Import, titles: Titles) -> None:
    site = imported(
        {
            "_posts/2019-01-02-a.md": post("First"),
            "_posts/2020-01-02-a.md": post("Second"),
            "_posts/2021-01-02-a.md": post("Third", "draft: true\n"),
        }
    )
    assert {"site.yaml", "a.md", "a-2.md", "a-3.md"} == site.files
    assert "the address /blog/a is taken or reserved, so this text gets /blog/a-2" in site.lines
    wanted = {"/2019/01/02/a.html": "First", "/2020/01/02/a.html": "Second"}
    assert await titles(site, wanted) == wanted


async def test_an_alias_of_two_texts_goes_to_one_and_is_said(imported: Import, titles: Titles) -> None:
    more = "redirect_from: [/old, /about]\n"
    site = imported(
        {
            "_posts/2019-01-02-a.md": post("A", more),
            "_posts/2019-01-02-b.md": post("B", more),
            "about.md": post("About"),
        },
        "jekyll",
    )
    assert site.errors == []
    assert "the old address /old leads to a.md, so not to this text" in site.lines
    assert await titles(site, ["/old", "/about"]) == {"/old": "A", "/about": "About"}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param("/../../etc/passwd", "leads out of its folder", id="parent"),
        pytest.param("/a/%2e%2e/%2e%2e/b", "leads out of its folder", id="encoded-parent"),
        pytest.param("https://evil.example/x", "is on another origin", id="origin"),
        pytest.param("//evil.example/x", "is on another origin", id="no-scheme"),
        pytest.param("/x?p=1", "has a query", id="query"),
        pytest.param("/api/health", "service's own paths", id="service"),
        pytest.param("/", "is the home page", id="home"),
        pytest.param("/index.html", "is the home page", id="index"),
        pytest.param("/a\\b", "has a character", id="backslash"),
    ],
)
def test_an_old_address_that_cannot_be_kept_is_said(imported: Import, address: str, reason: str) -> None:
    site = imported(
        {
            "_config.yml": "url: https://old.example\n",
            "_posts/2019-01-02-a.md": post("A", f"redirect_from: ['{address}']\n"),
        }
    )
    assert site.errors == []
    assert reason in site.lines
    assert 'aliases:\n  - "/2019/01/02/a.html"\n---' in site.text("a.md")


@pytest.mark.parametrize(
    "slug",
    [
        "../../../etc/cron.d/x",
        "/etc/passwd",
        "..",
        "a/../../b",
        "C:\\x",
        "x\\0y",
        ".hidden",
        "con",
        "a" * 500,
        "Größe Über",
        "%2e%2e%2fx",
    ],
)
def test_no_slug_leads_out_of_the_folder(imported: Import, tmp_path: Path, slug: str) -> None:
    site = imported({"_posts/2019-01-02-a.md": post("A", f"slug: '{slug}'\n")}, "jekyll")
    assert {path.parent for path in tmp_path.rglob("*.md")} == {site.posts, site.source / "_posts"}
    assert site.errors == []
    assert not any(name.startswith(".") for name in site.files)


def test_links_out_of_the_source_and_of_the_target_are_not_followed(imported: Import, tmp_path: Path) -> None:
    (tmp_path / "source/_posts").mkdir(parents=True)
    (tmp_path / "secret.md").write_text(post("Secret"))
    (tmp_path / "secret.svg").write_text(SVG)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "posts").mkdir()
    (tmp_path / "source/_posts/2019-01-01-s.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "source/_posts/s.svg").symlink_to(tmp_path / "secret.svg")
    (tmp_path / "posts/images").symlink_to(tmp_path / "elsewhere")
    site = imported(
        {
            "_posts/2019-01-02-a.md": post("A", body="![s](s.svg) ![o](../../secret.svg) ![t](t.svg)"),
            "_posts/t.svg": SVG,
        }
    )
    assert {path.name for path in site.posts.glob("*.md")} == {"a.md"}
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert "2019-01-01-s.md:1: is a link out of the source folder" in site.lines
    assert "is a link out of" in site.lines
    assert site.report.failed


def test_a_text_that_cannot_be_understood_is_said_and_the_others_are_written(imported: Import) -> None:
    site = imported(
        {
            "_posts/2019-01-01-bad.md": "---\ntitle: [a\n---\nx\n",
            "_posts/2019-01-02-good.md": post("Good"),
            "_posts/2019-01-03-open.md": "---\ntitle: a\n",
        }
    )
    assert site.files == {"site.yaml", "good.md"}
    assert "bad.md:3: not valid YAML" in site.lines
    assert "open.md:1: the front matter is not closed" in site.lines
    assert site.report.failed


def test_values_that_are_not_allowed_here_are_changed_and_said(imported: Import) -> None:
    more = (
        f"description: {'d' * 600}\ntags: ['!!', ok, OK]\nlang: Klingon!\ncanonical: nowhere\norder: first\nseries: S\n"
        "date: 2019-02-03\nlast_modified_at: 2019-01-01\nlayout: x\n"
    )
    site = imported({"_posts/2019-01-02-a.md": post(f"'{'t' * 400}'", more)}, "jekyll")
    assert site.errors == []
    for said in (
        "title was shortened to 300", "description was shortened to 500", "the tag '!!'", "the language: 'Klingon!'", "canonical 'nowhere'", "order 'first'",
        "updated (2019-01-01) is before date (2019-02-03)", "layout: not carried over",
    ):  # fmt: skip
        assert said in site.lines


def test_recordings_and_ids_are_carried_over(imported: Import) -> None:
    more = "audio: a.mp3\nid: tag:old.example,2019:a\nmarkdown: {math: false}\n"
    site = imported(
        {
            "_posts/2019-01-02-a.md": post("A", more),
            "_posts/a.mp3": b"x",
            "_posts/2019-01-02-b.md": post("B", "id: b\n"),
        },
        "jekyll",
    )
    assert 'audio: "images/a/a.mp3"\n' in site.text("a.md")
    assert 'id: "tag:old.example,2019:a"\n' in site.text("a.md")
    assert "a.md:5: markdown: not carried over" in site.lines
    assert "id 'b' is not a URI" in site.lines
    assert site.errors == []


@pytest.mark.parametrize("written", ["1546423200", "1546423200000", "2019-01-02T10:00:00Z"])
def test_an_instant_is_a_date_in_the_form_of_this_program(imported: Import, written: str) -> None:
    site = imported({"_posts/2019-01-02-a.md": post("A", f"date: {written}\n")}, "jekyll")
    assert "date: 2019-01-02 10:00:00+00:00\n" in site.text("a.md")


def test_a_post_without_a_date_becomes_a_draft(imported: Import) -> None:
    site = imported({"next.config.js": "", "posts/a.md": post("A"), "posts/b.md": post("B", "date: soon\n")})
    assert "draft: true" in site.text("a.md")
    assert "a.md:1: has no date, and became a draft" in site.lines
    assert "date 'soon' is not a date" in site.lines
    assert site.errors == []


def test_a_link_that_runs_script_never_stops_the_site(imported: Import) -> None:
    bodies = [
        "[x](javascript:alert(1))",
        '<a href="javascript: void(0)">x</a>',
        "<a href=java%73cript:x>x</a>",
        "<a href='vbscript&colon;x'>x</a>",
        "<a href=' data:text/html,x'>x</a>",
        "<a href='JavaScript:alert(1)'>x</a>",
        "<a href=javascript:alert(1)>x</a>",
        "<javascript:alert(1)>",
        "[x]\n\n[x]: java&#115;cript:x",
    ]
    site = imported(
        {f"_posts/2019-01-02-p{number}.md": post(body=body) for number, body in enumerate(bodies)}, "jekyll"
    )
    assert len(site.files - {"site.yaml"}) == len(bodies)
    assert site.errors == []
    assert site.lines.count("runs script") == len(bodies)


def test_files_of_other_kinds_are_said(imported: Import) -> None:
    site = imported(
        {
            "_posts/2019-01-02-a.md": post(body="[d](demo.html) [z](x.unknown) [c](/src/x.zip)"),
            "_posts/demo.html": "x",
            "_posts/x.unknown": "x",
            "src/x.zip": b"PK",
        }
    )
    assert "demo.html:1: .html files are not served" in site.lines
    assert "x.unknown:1: .unknown files are not served" in site.lines
    assert "static/src/x.zip" in site.files


def test_a_text_in_another_encoding_is_read_and_said(imported: Import) -> None:
    site = imported({"_posts/2019-01-02-a.md": "---\ntitle: Größe\n---\nÜber\n".encode("cp1252")}, "jekyll")
    assert 'title: "Größe"' in site.text("a.md")
    assert "a.md:2: is not UTF-8 and was read as Windows-1252" in site.lines


def test_a_reference_in_prose_becomes_a_link(imported: Import) -> None:
    files = {
        "_config.yml": "title: x\n",
        "_posts/2020-01-01-a.md": "---\ntitle: A\n---\nSee {% post_url 2020-01-02-b %}. `{% post_url 2020-01-02-b %}` stays.\n",
        "_posts/2020-01-02-b.md": "---\ntitle: B\n---\nWords.\n",
    }
    assert "See [2020-01-02-b](b.md). `{% post_url 2020-01-02-b %}` stays." in imported(files).text("a.md")


def test_links_between_texts_lead_to_their_files(imported: Import) -> None:
    body = "[a](/2019/01/02/b.html#x) [b](https://old.example/about.html) [c](2019-01-02-b.md) `[d](/about.html)`\n\n[e]: /about.html 'T'\n\n<a href=\"/about.html\">f</a>\n\n```\n[g](/about.html)\n```\n[h](https://other.example/about.html)"
    site = imported(
        {
            "_config.yml": "url: https://old.example\n",
            "_posts/2019-01-02-a.md": post("A", body=body),
            "_posts/2019-01-02-b.md": post("B"),
            "about.md": post("About", body="[a](/2019/01/02/a)"),
        }
    )
    text = site.text("a.md")
    assert "[a](b.md#x) [b](pages/about.md) [c](b.md) `[d](/about.html)`" in text
    assert "[e]: pages/about.md 'T'" in text
    assert '<a href="pages/about.md">f</a>' in text
    assert "```\n[g](/about.html)\n```\n[h](https://other.example/about.html)" in text
    assert "[a](../a.md)" in site.text("pages/about.md")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["import", "gone"], 1, "there is no such folder or file", id="missing"),
        pytest.param(["import", "empty"], 1, "is not recognised (looked for", id="unknown"),
        pytest.param(["import", "empty", "--from", "ghost"], 1, "wants a file, the export", id="folder-as-export"),
        pytest.param(["import", "file.zip"], 1, "unpack it", id="zip"),
        pytest.param(["import", "empty", "--from", "jekyll"], 1, "0 carried over", id="nothing"),
    ],
)  # fmt: skip
def test_a_wrong_source_says_what_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zip").write_bytes(b"PK\x03\x04")
    monkeypatch.chdir(tmp_path)
    assert main(arguments, {}) == code
    assert said in capsys.readouterr().err


def test_the_command_prints_the_report_and_returns_1_where_a_file_stood_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site/_posts").mkdir(parents=True)
    (tmp_path / "site/_posts/2019-01-02-a.md").write_text(post("A"))
    monkeypatch.chdir(tmp_path)
    assert main(["import", "site", "--into", "mine"], {}) == 0
    output = capsys.readouterr()
    assert (
        "Carried over (2):\n  site:1: markdown: in mine/site.yaml\n  site/_posts/2019-01-02-a.md:1: is mine/a.md\n"
        in output.out
    )
    assert "2 carried over, 0 changes, 0 not carried over" in output.err
    (tmp_path / "mine/a.md").write_text("mine")
    assert main(["import", "site", "--into", "mine"], {}) == 1


def test_a_folder_that_cannot_be_written_is_named(imported: Import, tmp_path: Path) -> None:
    (tmp_path / "posts").write_text("a file")
    with pytest.raises(ImportRefusedError, match=r"posts/a\.md cannot be written"):
        imported({"_posts/2019-01-02-a.md": post("A")})


def test_many_posts_are_imported_in_a_fraction_of_a_minute(imported: Import) -> None:
    body = "".join(
        f"## Part {number}\n\n" + "A [link](/2019/01/02/p1.html) and `code`. " * 20 + "\n\n" for number in range(10)
    )
    started = time.monotonic()
    site = imported({f"_posts/2019-01-02-p{number}.md": post(f"P{number}", body=body) for number in range(COUNT)})
    assert len(site.files - {"site.yaml"}) == COUNT
    assert time.monotonic() - started < 60 * max(1, COUNT / 300)


def test_the_folder_that_is_written_to_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2019-01-02-a.md").write_text(post("A"))
    monkeypatch.chdir(tmp_path)
    assert main(["import", ".", "--into", "posts"], {}) == 0
    assert main(["import", ".", "--into", "posts"], {}) == 0
    assert [path.name for path in Path("posts").rglob("*.md")] == ["a.md"]


def test_a_source_may_lie_in_the_folder_that_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "posts/old/_posts").mkdir(parents=True)
    (tmp_path / "posts/old/_posts/2019-01-02-a.md").write_text(post("A"))
    monkeypatch.chdir(tmp_path)
    assert main(["import", "posts/old", "--into", "posts"], {}) == 0
    assert Path("posts/a.md").exists()
    assert main(["import", "posts", "--into", "posts", "--from", "jekyll"], {}) == 1


@pytest.mark.parametrize("package", ["markdownify", "defusedxml"])
def test_a_missing_package_of_the_extra_is_named(
    imported: Import, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportRefusedError, match=r"pip install \"readyblog\[import\]\""):
        imported({"export.xml": "<rss/>"}, file="export.xml")
    assert imported({"_posts/2019-01-02-a.md": post("A")}, "jekyll").files == {"site.yaml", "a.md"}


def test_a_pipe_among_the_sources_is_said(imported: Import, tmp_path: Path) -> None:
    (tmp_path / "source/_posts").mkdir(parents=True)
    os.mkfifo(tmp_path / "source/_posts/2019-01-03-pipe.md")
    site = imported({"_posts/2019-01-02-a.md": post("A")}, "jekyll")
    assert "pipe.md:1: is not a regular file" in site.lines
    assert site.files == {"site.yaml", "a.md"}
