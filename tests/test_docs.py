"""The documents of the repository say what is true: what they link to, call and name exists."""

import argparse
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

import pytest

from blog.__main__ import _parser
from blog.app import create_app
from blog.content.config import _File as SiteFile
from blog.content.front_matter import SYNONYMS
from blog.content.markdown import parse
from blog.settings import VARIABLES, Settings, table

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs", "chart", ".github")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])
DECISIONS = sorted(ROOT.glob("docs/adr/[0-9]*.md"))
# Variables of the tests and of the build that the service itself does not read.
DEVELOPERS = {"BLOG_GOLDEN", "BLOG_HOSTILE_CHARACTERS", "BLOG_TEST_DRAIN_ROUNDS"}
# Folders of other programs' sites, and of a blog, that documents name.
ELSEWHERE = {"content/images", "http/protobuf", "posts/static", "src/content", "src/data", "src/pages"}
LONGEST_LINE = 400
PACKAGES = ("build", "content", "http", "importers", "machine", "render", "serve", "settings", "starter", "telemetry")
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(rf"(?:\.ci|\.github|chart|docker|docs|posts|src|templates|tests|{'|'.join(PACKAGES)})/[\w./-]*")
# A path that stands in the text without backticks.
_PLAIN_PATH = re.compile(r"(?<![\w/.-])(?:src/blog|tests|docs/adr|docker|\.ci)/[\w./-]+\.(?:py|md|yaml|html|sh)\b")

on_every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
on_every_decision = pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def code(text: str) -> Iterator[str]:
    """What stands in backticks: each code span, and each line of a fence."""
    for _, lines in _FENCE.findall(text):
        yield from lines.splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):(?!=)", text_of(ROOT / "Makefile"), re.MULTILINE))


def commands(parser: argparse.ArgumentParser) -> set[str]:
    """What may stand behind ``blog``, such as ``cache prune``."""
    found: set[str] = set()
    for action in parser._actions:  # noqa: SLF001 -- argparse has no public way to list its subcommands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, nested in cast("dict[str, argparse.ArgumentParser]", action.choices).items():
                found |= {name} | {f"{name} {command}" for command in commands(nested)}
    return found


def unknown_targets(text: str) -> set[str]:
    called = {
        target for line in code(text) for target in re.findall(r"(?:^|[\s&;])make (?:-\S+ )*([a-z][a-z-]*)", line)
    }
    return called - make_targets()


def unknown_commands(text: str) -> set[str]:
    found = (re.match(r"(?:\$ |\S*/)?blog ((?:cache )?[a-z]+)(?= |$)", line) for line in code(text))
    called = {match[1] for match in found if match}
    return called - commands(_parser())


def unknown_variables(text: str) -> set[str]:
    named = {name for line in code(text) for name in re.findall(r"\b(?:BLOG|OTEL)_[A-Z_]*[A-Z]\b(?!_)", line)}
    return named - set(VARIABLES) - DEVELOPERS


def unknown_templates(text: str) -> set[str]:
    named = {name for line in code(text) for name in re.findall(r"^[\w.-]+\.html$", line)}
    return named - {path.name for path in ROOT.glob("templates/*.html")}


def unknown_files(text: str) -> set[str]:
    """Paths of the repository, or of a package within src/blog, that are not there."""
    named = {line.rstrip("/") for line in code(text) if _PATH.fullmatch(line)} | set(_PLAIN_PATH.findall(text))
    roots = (ROOT, ROOT / "src/blog")
    return {name for name in named - ELSEWHERE if not any((root / name).exists() for root in roots)}


def broken_links(document: Path) -> Iterator[str]:
    for reference in parse(text_of(document)).references:
        parts = urlsplit(reference.target)
        if parts.scheme or parts.netloc:
            continue
        target = document.parent / unquote(parts.path) if parts.path else document
        if not target.exists():
            yield f"{reference.target}: no such file"
        elif target.suffix == ".md" and not parse(text_of(target)).has_anchor(unquote(parts.fragment)):
            yield f"{reference.target}: no such heading"


@on_every_document
def test_a_link_leads_to_a_file_and_to_a_heading(document: Path) -> None:
    assert list(broken_links(document)) == []


@on_every_document
@pytest.mark.parametrize(
    "unknown", [unknown_targets, unknown_commands, unknown_variables, unknown_templates, unknown_files]
)
def test_what_a_document_names_exists(document: Path, unknown: Callable[[str], set[str]]) -> None:
    assert unknown(text_of(document)) == set()


@pytest.mark.parametrize(
    ("unknown", "text", "found"),
    [
        pytest.param(unknown_targets, "`make runn`", {"runn"}, id="target"),
        pytest.param(unknown_targets, "```bash\ncd x && make gone\n```", {"gone"}, id="target-in-a-fence"),
        pytest.param(unknown_targets, "`make test T=x` and `make --silent names`", set(), id="known-targets"),
        pytest.param(unknown_commands, "`blog chekc`", {"chekc"}, id="command"),
        pytest.param(unknown_commands, "`blog cache prone`", {"cache prone"}, id="nested-command"),
        pytest.param(unknown_commands, '`blog cache prune`, `.venv/bin/blog new "A"`', set(), id="known-commands"),
        pytest.param(unknown_variables, "`BLOG_PROT`", {"BLOG_PROT"}, id="variable"),
        pytest.param(unknown_variables, "```\nENV BLOG_POST=/p\n```", {"BLOG_POST"}, id="variable-in-a-fence"),
        pytest.param(unknown_templates, "`pots.html`", {"pots.html"}, id="template"),
        pytest.param(unknown_files, "`src/blog/gate.py`, `serve/gate.py`", {"src/blog/gate.py", "serve/gate.py"}, id="file"),
        pytest.param(unknown_files, "BoundedProtocol (src/blog/serve/bounded.py) ends", {"src/blog/serve/bounded.py"}, id="plain"),
        pytest.param(unknown_files, "`src/blog/urls.py`, `serve/store.py`, `tests/ci/`", set(), id="known-files"),
    ],
)  # fmt: skip
def test_a_name_of_nothing_is_found(unknown: Callable[[str], set[str]], text: str, found: set[str]) -> None:
    assert unknown(text) == found


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# One\n\n[x](gone.md) [y](#two) [z](#one) [w](https://example.org)\n", encoding="utf-8")
    assert list(broken_links(document)) == ["gone.md: no such file", "#two: no such heading"]


@on_every_document
def test_no_line_is_too_long_to_review(document: Path) -> None:
    # The chart's README gives each default as JSON, which cannot be broken in a table.
    lines = enumerate(re.sub(r"`[\[{].*?[\]}]`", "", text_of(document)).splitlines(), 1)
    assert [number for number, line in lines if len(line) > LONGEST_LINE] == []


def metric_names() -> set[str]:
    families = create_app(Settings(faro_url="http://faro.example/collect")).metrics.registry.collect()
    suffixes = {"counter": ("_total",), "histogram": ("", "_bucket", "_count", "_sum")}
    return {family.name + end for family in families for end in suffixes.get(family.type, ("",))}


@on_every_document
def test_every_metric_that_a_document_names_exists(document: Path) -> None:
    named = {
        name for line in code(text_of(document)) for name in re.findall(r"\b(?:blog|http)_[a-z_]+\b(?![(:])", line)
    }
    assert named - metric_names() == set()


def test_every_metric_of_the_blog_has_a_row() -> None:
    metrics = {name for name in metric_names() if name.startswith(("blog_", "http_"))}
    series = {name for name in metrics if name.endswith(("_bucket", "_count", "_sum"))}
    assert metrics - series <= first_column(text_of(ROOT / "docs/operations.md"), "Metrics")


def test_every_metric_says_what_is_healthy() -> None:
    section = text_of(ROOT / "docs/operations.md").partition("\n## Metrics\n")[2].partition("\n## ")[0]
    rows = [re.split(r" *(?<!\\)\| *", row)[1:-1] for row in re.findall(r"^\| `.*$", section, re.MULTILINE)]
    assert len(rows) > 20
    assert [row[0] for row in rows if len(row) != 4 or not row[3]] == []


def test_the_configuration_page_is_what_the_settings_say() -> None:
    assert table() in text_of(ROOT / "docs/configuration.md"), "run make settings"


def test_make_help_lists_every_target() -> None:
    described = set(re.findall(r"^([a-z-]+):.*##", text_of(ROOT / "Makefile"), re.MULTILINE))
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert {"run", "test", "lint"} <= described
    assert described == {line.split()[0] for line in listed.splitlines() if line.startswith("  ")}


def test_the_readme_names_the_commands_that_run_and_test() -> None:
    (first, *_) = _FENCE.findall(text_of(ROOT / "README.md"))
    assert [line.partition("#")[0].strip() for line in first[1].splitlines()] == ["make run", "make test"]
    assert text_of(ROOT / ".ci/run").splitlines()[-1] == "make test"


def first_column(text: str, heading: str) -> set[str]:
    section = re.search(rf"^## {heading}$\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section
    rows = re.findall(r"^\| (`.*?) \|", section[1], re.MULTILINE)
    return {name for row in rows for name in _SPAN.findall(row)}


def test_every_key_of_the_front_matter_and_of_site_yaml_is_described() -> None:
    writing = text_of(ROOT / "docs/writing.md")
    assert first_column(writing, "Front matter") == set(SYNONYMS)
    assert first_column(writing, "The site") == set(SiteFile.model_fields)


def test_every_key_of_another_program_is_described() -> None:
    writing = text_of(ROOT / "docs/writing.md")
    section = writing.partition("## Moving a blog here\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert {key: tuple(_SPAN.findall(names)) for key, names in rows} == {
        key: names for key, names in SYNONYMS.items() if names
    }


@on_every_decision
def test_a_decision_has_a_status_and_a_date_and_fits_a_screen(decision: Path) -> None:
    lines = text_of(decision).splitlines()
    number = int(decision.name[:4])
    assert lines[0].startswith(f"# {number}. ")
    assert re.fullmatch(r"Status: (accepted|superseded|rejected)\.?", lines[2].partition(" · ")[0])
    assert re.search(r" · Date: \d{4}-\d{2}-\d{2}", lines[2])
    assert len(lines) <= 60
    assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == []


def test_the_list_of_decisions_says_what_each_decision_says() -> None:
    listed = re.findall(
        r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (\w+) \|", text_of(ROOT / "docs/adr/README.md"), re.MULTILINE
    )
    said = []
    for decision in DECISIONS:
        lines = text_of(decision).splitlines()
        said.append((decision.name[:4], decision.name, lines[0].partition(". ")[2], lines[2].split()[1]))
    assert listed == said
