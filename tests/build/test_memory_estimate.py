"""The warning about a memory limit that is too low for the content."""

import logging
from pathlib import Path

import pytest

from blog.build.memory_estimate import warn_if_short, warn_if_short_for_files


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    (tmp_path / "posts" / "pages").mkdir(parents=True)
    for name in ("a.md", "b.MDX", "pages/c.markdown"):
        (tmp_path / "posts" / name).write_bytes(bytes(1024 * 1024))
    (tmp_path / "posts" / "gone.md").symlink_to("nowhere")
    return tmp_path / "posts"


@pytest.mark.parametrize(("limit", "warned"), [("268435456", False), ("67108864", True), ("max", False)])
def test_a_limit_below_the_estimate_is_logged(
    tmp_path: Path, posts: Path, caplog: pytest.LogCaptureFixture, limit: str, *, warned: bool
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "own").write_text("0::/\n")
    caplog.set_level(logging.INFO)
    warn_if_short(posts, tmp_path, tmp_path / "own")
    expected = (
        ["this content needs about 129 MiB; the limit is 64 MiB: raise resources.limits.memory"] if warned else []
    )
    assert [record.getMessage() for record in caplog.records] == expected


@pytest.mark.parametrize(
    ("limit", "warned"), [("536870912", False), ("201326592", True), ("67108864", False), ("max", False)]
)
@pytest.mark.parametrize("file", [("audio/mpeg", 100 * 1024 * 1024), ("text/csv", 26_820_000)])
def test_a_limit_that_only_the_files_exceed_is_logged(
    tmp_path: Path, posts: Path, caplog: pytest.LogCaptureFixture, limit: str, file: tuple[str, int], *, warned: bool
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "own").write_text("0::/\n")
    warn_if_short_for_files(posts, [file], tmp_path, tmp_path / "own")
    assert [record.getMessage().partition(";")[0] for record in caplog.records] == (
        ["this content needs about 239 MiB"] if warned else []
    )
