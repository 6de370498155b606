"""A cold start within a memory limit, in a real control group. BLOG_MEMORY_MATRIX=full runs it for 2 and 64 cores and both kinds of cache."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

pytestmark = pytest.mark.process

SCRIPTS = Path(__file__).parents[2] / ".ci"
FULL = [(cores, read_only) for cores in (2, 64) for read_only in (False, True)]
STARTS = FULL if os.environ.get("BLOG_MEMORY_MATRIX") == "full" else [(64, False)]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", SCRIPTS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def memory() -> ModuleType:
    module = _script("memory")
    try:
        with module.Cgroup(64):
            pass
    except OSError as problem:
        pytest.skip(f"no memory cgroup can be made here: {problem}")
    return module


@pytest.mark.parametrize(("cores", "read_only"), STARTS)
def test_a_cold_start_of_300_posts_fits_256_mib(
    memory: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, *, read_only: bool
) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)  # the scripts import each other
    posts = _script("bench").write_posts(tmp_path / "posts", 300)
    start = memory.Start(posts=posts, cache=tmp_path / "cache", limit_mib=256, cores=cores)
    found = memory.cold(tmp_path, posts, start, read_only=read_only)
    assert (found.ready, found.kills) == (True, 0), found.log
    assert found.resident < 220
    assert "needs about" not in found.log


def test_a_load_and_a_reload_of_300_posts_fit_the_limit_of_the_chart(
    memory: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)
    posts = _script("bench").write_posts(tmp_path / "posts", 300)
    values = yaml.safe_load((SCRIPTS.parent / "chart" / "values.yaml").read_text(encoding="utf-8"))
    limit = int(values["resources"]["limits"]["memory"].removesuffix("Mi"))
    start = memory.Start(
        posts=posts, cache=tmp_path / "cache", limit_mib=limit, environ={"BLOG_RELOAD": "true"}, and_work=True
    )
    found = memory.cold(tmp_path, posts, start, read_only=False)
    assert (found.ready, found.kills) == (True, 0), found.log
    assert found.idle < found.reloaded < 0.9 * limit


def test_a_limit_below_what_the_content_needs_is_said_at_the_start(memory: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/good.md").write_text("---\ntitle: Good\ndate: 2026-01-01\n---\n\nWords.\n")
    start = memory.Start(posts=tmp_path / "posts", cache=tmp_path / "cache", limit_mib=72)
    found = memory.cold(tmp_path, start.posts, start, read_only=False)
    assert "this content needs about 75 MiB; the limit is 72 MiB: raise resources.limits.memory" in found.log
