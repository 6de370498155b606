"""Extensions of Markdown that sites and texts turn on and off."""

import re
from pathlib import Path, PurePosixPath

import pytest

from blog.content.config import parse_config
from blog.content.extensions import DEFAULT, SWITCHES, Extensions
from blog.content.loader import load
from blog.content.text_parser import ParseOptions, parse_post

ROOT = Path(__file__).parents[2]
ADMONITION = ":::note\nx\n:::\n"


def post(front_matter: str, extensions: Extensions = DEFAULT) -> str:
    text = f"---\ntitle: x\ndate: 2026-03-01\n{front_matter}---\n{ADMONITION}"
    return parse_post(PurePosixPath("x.md"), text, ParseOptions(extensions=extensions)).document.markup


def test_a_text_turns_an_extension_off_and_another_on() -> None:
    assert "alert" in post("")
    assert "alert" not in post("markdown: {admonitions: false}\n")
    assert "alert" not in post("", Extensions(admonitions=False))
    assert "alert" in post("markdown:\n  admonitions: yes\n", Extensions(admonitions=False))


def test_a_site_turns_each_extension_on_and_off() -> None:
    for name in SWITCHES:
        value = not getattr(DEFAULT, name)
        assert getattr(parse_config(f"markdown: {{{name}: {str(value).lower()}}}").extensions, name) is value


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{admonition: false}", "markdown: unknown key 'admonition'; did you mean admonitions?"),
        ("{admonitions: perhaps}", "markdown: admonitions: 'perhaps' is neither true nor false; it is ignored"),
        ("kramdown", "markdown is ignored: give switches, such as {smart: true}"),
    ],
)
def test_a_wrong_switch_of_a_text_is_a_warning_and_ignored(written: str, problem: str, tmp_path: Path) -> None:
    text = f"---\ntitle: x\ndate: 2026-03-01\ndescription: x\nmarkdown: {written}\n---\n{ADMONITION}"
    (tmp_path / "x.md").write_text(text, encoding="utf-8")
    loaded = load(tmp_path)
    assert [(fault.line, fault.problem) for fault in loaded.warnings] == [(5, problem)]
    assert "alert" in loaded.library.posts[0].document.markup


def test_every_extension_is_described_with_its_default() -> None:
    writing = (ROOT / "docs/writing.md").read_text(encoding="utf-8")
    section = writing.partition("### Extensions\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (on|off) \|", section, re.MULTILINE)
    assert rows == [(name, "on" if getattr(DEFAULT, name) else "off") for name in SWITCHES]
