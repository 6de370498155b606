"""Fences that show a file of the posts folder."""

import os
from pathlib import Path, PurePosixPath

import pytest

from blog.build.drawings.drawer import Drawer
from blog.content.includes import MAX_BYTES
from blog.content.loader import Loaded, ParsedTexts, load
from blog.content.post import Text
from blog.machine.cache import Cache
from tests.english import label

POST = "---\ntitle: A\ndate: 2026-01-01\n---\n\n{fence}\nown text\n```\n"
FAULT_LINE = 6


def _load(folder: Path, fence: str, files: dict[str, str | bytes]) -> tuple[Text, Loaded]:
    (folder / "a.md").write_text(POST.format(fence=f"```{fence}"))
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    loaded = load(folder)
    return loaded.library.posts[0], loaded


def _html(text: Text) -> str:
    return text.document.html(lambda _reference: "", label)


def test_a_fence_shows_lines_of_a_file_in_the_colours_of_its_language(tmp_path: Path) -> None:
    text, loaded = _load(
        tmp_path, 'python file="code/a.py" lines="2-3" linenos', {"code/a.py": "a = 1\nb = 2\nc = 3\nd\n"}
    )
    html = _html(text)
    assert "<figcaption>code/a.py</figcaption>" in html
    assert '<span class="line" data-line="2"><span class="n">b</span>' in html
    assert 'data-line="3"' in html
    assert "<span" in html
    assert "own text" not in html
    assert "d\n" not in html
    assert loaded.warnings == ()
    assert PurePosixPath("code/a.py") in loaded.referenced
    assert loaded.library.files == {}


@pytest.mark.parametrize(
    ("lines", "shown"),
    [("", "1 2 3 4"), ("lines=2", "2"), ("lines=3-", "3 4"), ('lines="1,3-99"', "1 3 4"), ("lines={2-3}", "2 3")],
)
def test_which_lines_are_shown(tmp_path: Path, lines: str, shown: str) -> None:
    text, _ = _load(tmp_path, f"text file=a.txt {lines}", {"a.txt": "\ufeff1\r\n2\r\n3\r\n4"})
    assert ">" + shown.replace(" ", "\n") + "\n</code>" in _html(text)


@pytest.mark.parametrize(
    ("fence", "files", "problem"),
    [
        pytest.param("js file=no.js", {}, "there is no no.js", id="missing"),
        pytest.param("js file=../no.js", {}, "not in the posts folder", id="outside"),
        pytest.param("js file=https://example.org/a.js", {}, "not in the posts folder", id="elsewhere"),
        pytest.param("js file=.env", {".env": "SECRET=1\n"}, "hidden files", id="hidden"),
        pytest.param("js file=.git/config", {".git/config": "SECRET=1\n"}, "hidden files", id="in-a-hidden-folder"),
        pytest.param("js file=a.js lines=5-6", {"a.js": "1\n"}, "no line 5, only 1 line", id="no-such-line"),
        pytest.param("js file=a.js", {"a.js": b"\xff\xfe"}, "not UTF-8", id="not-utf-8"),
        pytest.param("js file=a.js", {"a.js": "x" * (MAX_BYTES + 1)}, "1.0 MiB is the most", id="too-large"),
        pytest.param("js file=b", {"b/c.js": "x"}, "b is ", id="folder"),
        pytest.param("js file=%00.js", {}, "there is no", id="nul"),
        pytest.param(f"js file={'x' * 300}", {}, "there is no", id="long-name"),
    ],
)
def test_a_file_that_cannot_be_shown_is_a_warning_at_the_fence_and_its_own_text_is_shown(
    tmp_path: Path, fence: str, files: dict[str, str | bytes], problem: str
) -> None:
    text, loaded = _load(tmp_path, fence, files)
    assert "own" in _html(text)
    assert "SECRET" not in _html(text)
    (fault,) = loaded.warnings
    assert (fault.file.name, fault.line) == ("a.md", FAULT_LINE)
    assert problem in fault.problem


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "secret.txt").write_text("SECRET")
    (tmp_path / "posts/a.txt").symlink_to(tmp_path / "secret.txt")
    text, loaded = _load(tmp_path / "posts", "text file=a.txt", {})
    assert "SECRET" not in _html(text)
    assert "link out of the posts folder" in loaded.warnings[0].problem


def test_a_pipe_does_not_stop_a_load(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    text, loaded = _load(tmp_path, "text file=a.txt", {})
    assert "own text" in _html(text)
    assert len(loaded.warnings) == 1


def test_control_characters_and_markup_of_a_file_are_no_markup_of_the_page(tmp_path: Path) -> None:
    text, _ = _load(tmp_path, "text file=a.txt", {"a.txt": "\x00<0\x00 \x1b <script>\n"})
    assert "\ufffd&lt;0\ufffd \ufffd &lt;script&gt;" in _html(text)


def test_files_that_a_text_shows_have_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x\n" * 400_000)
    (tmp_path / "a.md").write_text(POST.format(fence="```text file=a.txt\nx\n```\n\n" * 3 + "```text file=a.txt"))
    loaded = load(tmp_path)
    assert "more than 2 MiB together" in loaded.warnings[-1].problem


def test_a_changed_file_is_shown_although_the_text_is_not_parsed_again(tmp_path: Path) -> None:
    parsed: ParsedTexts = {}
    (tmp_path / "a.md").write_text(POST.format(fence="```text file=a.txt"))
    (tmp_path / "a.txt").write_text("old\n")
    first = load(tmp_path, parsed)
    (tmp_path / "a.txt").write_text("new\n")
    second = load(tmp_path, parsed)
    assert "old\n" in _html(first.library.posts[0])
    assert "new\n" in _html(second.library.posts[0])
    assert first.included != second.included


FLOW = "%% a comment\nflowchart LR\n A[From a file] --> B\n"


@pytest.mark.parametrize(
    ("fence", "kind", "source"),
    [
        ("mermaid file=a.mmd", "diagram", FLOW),
        ('mermaid file="a.mmd" lines="2-"', "diagram", FLOW.split("\n", 1)[1]),
        ("Mermaid title=x file='./a.mmd' {1}", "diagram", FLOW),
        ("math file=b.tex lines=2", "equation", "y\n"),
        ("mermaid file=no.mmd", "diagram", "own text\n"),
    ],
)
def test_a_diagram_and_a_formula_may_be_in_a_file(tmp_path: Path, fence: str, kind: str, source: str) -> None:
    text, loaded = _load(tmp_path, fence, {"a.mmd": FLOW, "b.tex": "x\ny\n"})
    (placed,) = text.document.sources
    assert (placed.source.kind, placed.source.text) == (kind, source)
    assert [fault.line for fault in loaded.warnings] == ([FAULT_LINE] if "own" in source else [])


def test_a_changed_file_is_drawn_although_the_text_is_not_parsed_again(tmp_path: Path) -> None:
    parsed: ParsedTexts = {}
    (tmp_path / "a.md").write_text(POST.format(fence="```mermaid file=a.mmd"))
    sources = []
    for words in ("Old", "New"):
        (tmp_path / "a.mmd").write_text(f"flowchart LR\n A[{words}]\n")
        loaded = load(tmp_path, parsed)
        sources += [placed.source.text for placed in loaded.library.posts[0].document.sources]
        assert PurePosixPath("a.mmd") in loaded.referenced
    assert sources == ["flowchart LR\n A[Old]\n", "flowchart LR\n A[New]\n"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [("", "(line 3 of 'a.mmd')"), (" lines=2-3", "(line 3 of 'a.mmd')"), (" lines=9", "no line 9")],
)
def test_a_file_that_cannot_be_drawn_is_a_warning_at_the_fence_with_the_line_of_the_file(
    tmp_path: Path, lines: str, problem: str
) -> None:
    (tmp_path / "a.md").write_text(POST.format(fence=f"```mermaid file=a.mmd{lines}"))
    (tmp_path / "a.mmd").write_text("%% a comment\nsequenceDiagram\n A->>B hello\n")
    warnings = load(tmp_path, draw=Drawer(Cache(None))).warnings
    assert {fault.line for fault in warnings} == {FAULT_LINE}
    assert any(problem in fault.problem for fault in warnings)
