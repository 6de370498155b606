"""The demo posts say what is true of this repository: their examples are what the program, the chart and the theme have."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from blog.build import changes
from blog.build.builder import render
from blog.build.drawings.drawer import Drawer
from blog.build.edition import Edition
from blog.build.encodings import Encoder
from blog.content.loader import load
from blog.content.site import site_at
from blog.http.semantics import METHODS
from blog.machine.cache import Cache
from blog.render.theme import Theme
from blog.settings import Settings

ROOT = Path(__file__).parents[1]
POSTS = ROOT / "posts"
CHART = (ROOT / "tests/golden/chart/default.yaml").read_text(encoding="utf-8")
VALUES = yaml.safe_load((ROOT / "chart/values.yaml").read_text(encoding="utf-8"))
_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(post: str, language: str) -> list[str]:
    """The fences of a post in one language."""
    text = (POSTS / f"{post}.md").read_text(encoding="utf-8")
    return [body for found, body in _FENCE.findall(text) if found == language]


@pytest.fixture(scope="module")
def demo() -> Edition:
    library = load(POSTS, draw=Drawer(Cache(None))).library
    site = site_at(library, datetime(2026, 12, 31, tzinfo=UTC))
    settings = Settings(base_url="https://blog.example")
    return render(library, site, Theme(ROOT / "templates"), settings, Encoder(lambda *_: {}))


@pytest.fixture(scope="module")
def headers(demo: Edition) -> Callable[[str], Mapping[str, str]]:
    """The header fields of a post, with names in lower case."""

    def fields(post: str) -> Mapping[str, str]:
        wire = demo.pages[f"/blog/{post}"].identity
        return {name.decode().lower(): value.decode() for name, value in wire.headers}

    return fields


def manifest(kind: str) -> dict[str, Any]:
    """The object of a kind that the chart makes with its defaults."""
    (found,) = (part for part in re.split(r"^# Source: .*$", CHART, flags=re.MULTILINE) if f"\nkind: {kind}\n" in part)
    made: dict[str, Any] = yaml.safe_load(found)
    return made


def test_the_policy_is_that_of_the_page(headers: Callable[[str], Mapping[str, str]]) -> None:
    post = "a-content-security-policy-for-prepared-pages"
    (shown,) = (text for text in examples(post, "text") if text.startswith("Content-Security-Policy:"))
    assert " ".join(shown.split()).partition(": ")[2] == headers(post)["content-security-policy"]


@pytest.mark.parametrize(
    ("post", "left_out"),
    [
        pytest.param("a-content-security-policy-for-prepared-pages", (), id="around-the-policy"),
        pytest.param("worth-reading-rfc-5861", (), id="a-link-with-a-comment"),
        # The tag and the coding are those of one page at one time.
        pytest.param("the-same-etag-on-every-replica", ("etag", "content-encoding"), id="one-tag-for-each-encoding"),
    ],
)
def test_the_header_fields_are_those_of_the_page(
    headers: Callable[[str], Mapping[str, str]], post: str, left_out: tuple[str, ...]
) -> None:
    (shown,) = (text for text in examples(post, "http") if text.startswith("HTTP/1.1 200 OK"))
    fields = dict(line.split(": ", 1) for line in shown.splitlines()[1:])
    said = {name.lower(): value for name, value in fields.items() if name.lower() not in left_out}
    sent = headers(post)
    assert {name: value.lower() for name, value in said.items()} == {name: sent[name].lower() for name in said}


def test_the_methods_are_those_that_labels_have() -> None:
    (shown,) = (text for text in examples("a-closed-set-for-every-label", "python") if text.startswith("METHODS"))
    methods = re.search(r"frozenset\((\{.*?\})\)", shown, re.DOTALL)
    assert methods
    assert ast.literal_eval(methods[1]) == METHODS


def test_the_limits_of_a_scrape_are_those_of_the_chart() -> None:
    (shown,) = (yaml.safe_load(text) for text in examples("a-closed-set-for-every-label", "yaml"))
    limits = {name: shown["spec"][name] for name in ("sampleLimit", "labelLimit")}
    assert limits == {name: VALUES["serviceMonitor"][name] for name in limits}


def test_the_autoscaler_is_that_of_the_chart() -> None:
    (shown,) = (yaml.safe_load(text) for text in examples("cpu-is-the-only-reason-to-scale", "yaml"))
    made = manifest("HorizontalPodAutoscaler")
    assert shown["spec"] == {name: made["spec"][name] for name in shown["spec"]}


def test_the_probes_are_those_of_the_chart() -> None:
    shown = next(
        yaml.safe_load(text) for text in examples("a-readiness-probe-that-can-say-no", "yaml") if "Probe" in text
    )
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    for name, probe in shown.items():
        made = container[name]
        made["httpGet"].pop("scheme")
        assert probe == {key: made[key] for key in probe}, name


def test_a_process_looks_at_the_clock_as_often_as_the_post_says() -> None:
    naps = (re.search(r"LONGEST_NAP = ([\d.]+)", text) for text in examples("a-post-that-publishes-itself", "python"))
    (nap,) = filter(None, naps)
    assert float(nap[1]) == changes._LONGEST_WAIT_SECONDS  # noqa: SLF001 -- the constant that the post simplifies


def _resolved(written: str) -> object:
    """What PyYAML makes of a value, or the exception that it raises."""
    try:
        return yaml.safe_load(written)
    except ValueError as problem:
        return problem


def test_yaml_makes_of_dates_what_the_post_says() -> None:
    text = (POSTS / "a-post-that-publishes-itself.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| `(\w+)`(.*?) \|$", text, re.MULTILINE)
    assert len(rows) == 7
    for written, kind, more in rows:
        value = _resolved(written)
        assert type(value).__name__ == kind, written
        assert ("with its zone" in more) == bool(getattr(value, "tzinfo", None)), written


def test_a_session_with_blog_check_prints_what_it_prints(tmp_path: Path) -> None:
    (session,) = examples("code-with-its-changes-marked", "console")
    _, command, answer = re.split(r"^\$ ", session, flags=re.MULTILINE)
    (tmp_path / "posts").mkdir()
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    typed, _, printed = answer.partition("\n")
    run = [sys.executable, "-m", *typed.split()]
    done = subprocess.run(
        run, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
    )
    assert sorted(done.stdout.splitlines()) == sorted(printed.splitlines())


def test_the_picture_has_the_size_and_its_script_the_lines_that_the_post_says() -> None:
    folder = POSTS / "pictures-of-the-right-size"
    text = (folder / "index.md").read_text(encoding="utf-8")
    lines = re.search(r"painted by (\d+) lines", text)
    size = re.search(r"one file of (\d+) KB", text)
    assert lines
    assert size
    assert int(lines[1]) == len((folder / "ridges.py").read_text(encoding="utf-8").splitlines())
    assert int(size[1]) == round((folder / "ridges.jpg").stat().st_size / 1000)
