"""The script that runs the blog with one piece taken out: each piece that it takes out is there."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ci.conftest import SCRIPTS

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts

# Each piece changes its own process.
TAKE_OUT = (
    "import sys, without; sys.argv[1] in without.TAKEN_OUT or sys.exit('unknown'); without.TAKEN_OUT[sys.argv[1]]()"
)
REPLACE_UNKNOWN = "import without, types; without.replace(types.SimpleNamespace(new=1), 'old', 2)"
# As .ci/pieces.py names them.
PIECES = ["nothing", "documents", "encodings", "editions", "content", "identities", "collector off", "release",
          "fast collectors", "fast collectors, children kept"]  # fmt: skip


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": f"{SCRIPTS}{os.pathsep}{SCRIPTS.parent / 'src'}"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environ, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("piece", PIECES)
def test_each_piece_replaces_only_what_exists(piece: str) -> None:
    done = run(TAKE_OUT, piece)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_that_does_not_exist_is_an_error() -> None:
    done = run(REPLACE_UNKNOWN)
    assert done.returncode == 1
    assert "AttributeError" in done.stderr
    assert "'old'" in done.stderr


def test_no_attribute_is_set_except_by_replace() -> None:
    """A plain assignment to a name that is gone would pass without notice."""
    text = (SCRIPTS / "without.py").read_text(encoding="utf-8")
    modules = ("document_cache", "builder", "encodings", "edition_cache", "edition", "publisher", "metrics", "counters")
    assigned = [line for line in text.splitlines() if line.strip().startswith(tuple(f"{each}." for each in modules))]
    assert [line for line in assigned if " = " in line] == []


def test_the_cache_of_editions_is_not_written_without_it(
    posts: "WritePosts", post: "WritePost", tmp_path: Path
) -> None:
    folder = posts({"one.md": post("One", "2026-01-01")})
    environ = {**os.environ, "BLOG_POSTS_DIR": str(folder), "BLOG_LOG_LEVEL": "error"}
    for piece in ("nothing", "editions"):
        command = [sys.executable, str(SCRIPTS / "without.py"), piece, "build"]
        cache = tmp_path / piece
        subprocess.run(command, env={**environ, "BLOG_CACHE_DIR": str(cache)}, check=True, capture_output=True)
    assert list((tmp_path / "nothing").glob("editions/*/*"))
    assert not list((tmp_path / "editions").glob("editions/*/*"))
