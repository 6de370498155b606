"""blog preview."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.__main__ import main
from blog.serve.preview import PreviewLinks

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts

KEY = "0123456789abcdef" * 2


@pytest.fixture
def environ(posts: "WritePosts", post: "WritePost", templates: Path) -> dict[str, str]:
    folder = posts(
        {
            "hello.md": post("Hello", "2026-01-01"),
            "hush.md": post("Hush", "2026-02-01", "draft: true\n"),
            "later.md": post("Later", "2999-01-01"),
            "twin.md": post("Twin", "2999-01-01"),
            "pages/twin.md": "---\ntitle: Twin\ndraft: true\n---\n\nWords.\n",
            "again.md": post("Again", "2026-02-01", "draft: true\nslug: hello\n"),
            "trap.md": post("Trap", "2026-02-01", "draft: true\n", "[x](javascript:alert(1))"),
        }
    )
    return {
        "BLOG_POSTS_DIR": str(folder), "BLOG_TEMPLATES_DIR": str(templates), "BLOG_BASE_URL": "https://blog.example",
        "BLOG_PREVIEW_KEY": KEY,
    }  # fmt: skip


@pytest.mark.parametrize(("slug", "days"), [("hush", 1), ("later", 90)])
def test_it_prints_a_link_that_expires_after_the_days(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str], slug: str, days: int
) -> None:
    assert main(["preview", slug, "--days", str(days)], environ) == 0
    printed = capsys.readouterr().out
    found = re.fullmatch(rf"https://blog\.example(/preview/{slug})\?(key=\d+-[0-9a-f]{{64}})\n", printed)
    assert found
    for hours, opens in ((-1, True), (1, False)):
        clock = time.time() + (days * 24 + hours) * 3600
        assert PreviewLinks(KEY, lambda now=clock: now).opens(found[1], found[2].encode()) is opens  # type: ignore[misc]


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "1.5", "", "٣"])
def test_it_refuses_other_numbers_of_days(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["preview", "hush", f"--days={days}"], environ)
    assert "from 1 to 90" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("slug", "problem"),
    [
        pytest.param("hush-", "did you mean hush?", id="unknown"),
        pytest.param("hello", "hello.md is published: https://blog.example/blog/hello", id="published"),
        pytest.param("twin", "give pages/twin.md another one", id="two-of-the-slug"),
        pytest.param("trap", "contains a link that runs script", id="runs-script"),
    ],
)
def test_it_says_why_there_is_no_preview(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str], slug: str, problem: str
) -> None:
    assert main(["preview", slug], environ) == 1
    printed = capsys.readouterr()
    assert problem in printed.err
    assert printed.out == ""


def test_without_a_key_it_ends_with_2(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    del environ["BLOG_PREVIEW_KEY"]
    assert main(["preview", "hush"], environ) == 2
    assert capsys.readouterr().err.startswith("BLOG_PREVIEW_KEY is not set")


def test_a_fault_of_another_text_does_not_matter(environ: dict[str, str], posts: "WritePosts") -> None:
    posts({"bad.md": "---\ndate: soon\n---\n"})
    assert main(["preview", "hush"], environ) == 0
