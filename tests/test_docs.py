"""The documentation says what is true."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from blog.content.markdown import parse
from blog.settings import VARIABLES, table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Variables of the tests, of the build and of OpenTelemetry that the service itself does not read.
DEVELOPERS = {"BLOG_GOLDEN", "BLOG_HOSTILE_CHARACTERS", "BLOG_TEST_DRAIN_ROUNDS"}
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "chart" / "README.md",
        *ROOT.glob("docs/**/*.md"),
    ]
)


def test_the_configuration_page_is_what_the_settings_say() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert table() in text, "run make settings"


def test_every_variable_that_a_document_names_exists() -> None:
    named = {
        name for path in DOCUMENTS for name in re.findall(r"`((?:BLOG|OTEL)_[A-Z_]+)", path.read_text(encoding="utf-8"))
    }
    assert {name for name in named if not name.endswith("_")} - set(VARIABLES) - DEVELOPERS == set()


def test_make_help_lists_every_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert {"run", "test", "lint"} <= targets
    assert targets == {line.split()[0] for line in listed.splitlines() if line.startswith("  ")}


def test_every_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", "\n".join(re.findall(r"`[^`]+`", README)))) - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_of_a_document_leads_to_a_file(document: Path) -> None:
    targets = [reference.target for reference in parse(document.read_text(encoding="utf-8")).references]
    relative = [
        unquote(target.partition("#")[0])
        for target in targets
        if "://" not in target and not target.startswith("mailto:")
    ]
    assert [target for target in relative if not (document.parent / target).exists()] == []
