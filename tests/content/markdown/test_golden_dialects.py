"""Texts in the dialects of other programs and their HTML in files: ``make golden`` writes the HTML again, and the difference is reviewed."""

import os
from collections.abc import Callable
from html import escape
from pathlib import Path, PurePosixPath

import pytest

from blog.content.document import Component, Reference, dialect_of
from blog.content.markdown import parse
from tests.english import label

GOLDEN = Path(__file__).parents[2] / "golden" / "dialects"
TEXTS = sorted(path for path in GOLDEN.iterdir() if path.suffix in {".md", ".mdx"})
Attribute = Callable[[Reference], str]


def _component(component: Component, children: str) -> str:
    props = "".join([f" {name}={value!r}" for name, value in component.props])
    return f"<component {component.name}{escape(props, quote=False)}>{children}</component>"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_golden_html(path: Path, attribute: Attribute) -> None:
    document = parse(path.read_text(encoding="utf-8"), "", dialect_of(PurePosixPath(path.name)))
    remarks = "".join([f"<!-- line {remark.line}: {remark.problem} -->\n" for remark in document.remarks])
    html = document.html(attribute, label, _component) + remarks
    golden = path.with_name(path.name + ".html")
    if os.environ.get("BLOG_GOLDEN") == "refresh":
        golden.write_text(html, encoding="utf-8")
    assert html == golden.read_text(encoding="utf-8")
