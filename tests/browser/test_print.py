"""What is printed: nothing of a text that is wide, long or drawn is lost on paper."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .conftest import Site, require

pytestmark = pytest.mark.browser
# What a reader would miss: lines of code, cells, headings, words in diagrams, and the addresses of links to other sites.
_PARTS = """
() => {
  const texts = (selector) => [...document.querySelectorAll(`.prose ${selector}`)].map((it) => it.textContent);
  const open = [...document.querySelectorAll(".prose pre")].filter((it) => !it.closest("details:not([open])"));
  return {
    code: open.flatMap((it) => it.textContent.split("\\n")),
    cells: texts(":is(td, th)"),
    headings: texts(":is(h2, h3, h4) > :not(.anchor)"),
    labels: texts(".diagram text"),
    links: [...document.querySelectorAll('.prose a[href^="http"]')].map((it) => it.getAttribute("href")),
  };
}
"""


@pytest.fixture(scope="session")
def pdftotext() -> str:
    found = shutil.which("pdftotext")
    require(found, "apt-get install poppler-utils")
    return str(found)


def _without_space(text: str) -> str:
    return "".join(text.split())


def _printed(page: Page, pdftotext: str, folder: Path) -> str:
    """The text of a page on paper, without white space: lines and words may be broken."""
    pdf = folder / "page.pdf"
    pdf.write_bytes(page.pdf(format="A4"))
    read = subprocess.run([pdftotext, "-raw", str(pdf), "-"], capture_output=True, text=True, check=True)
    return _without_space(read.stdout)


def _missing(wanted: Iterable[str], printed: str) -> list[str]:
    return [text for text in map(_without_space, wanted) if text not in printed]


@pytest.mark.parametrize(
    ("path", "least"),
    [
        pytest.param("/blog/code-of-every-kind", {"code": 20}, id="long-code"),
        pytest.param("/blog/code-with-its-changes-marked", {"code": 20}, id="marked-code"),
        pytest.param("/blog/a-long-text", {"cells": 24}, id="twelve-columns"),
        pytest.param("/blog/diagrams-without-a-script", {"labels": 10}, id="diagrams"),
        pytest.param("/blog/one-look-up-per-page", {"cells": 6, "code": 10}, id="tables-and-code"),
        pytest.param("/blog/words-and-their-marks", {"links": 1}, id="links"),
    ],
)
def test_paper_has_every_line_of_code_cell_label_and_address(
    demo: Site, browser: Browser, pdftotext: str, tmp_path: Path, path: str, least: dict[str, int]
) -> None:
    page = browser.new_page()
    page.goto(demo.origin + path, wait_until="networkidle")
    parts: dict[str, list[str]] = page.evaluate(_PARTS)
    printed = _printed(page, pdftotext, tmp_path)
    page.close()
    assert {name: len(parts[name]) >= count for name, count in least.items()} == dict.fromkeys(least, True)
    assert {name: _missing(wanted, printed) for name, wanted in parts.items()} == {name: [] for name in parts}


def test_paper_has_the_numbers_of_every_formula(demo: Site, browser: Browser, pdftotext: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(f"{demo.origin}/blog/formulas-without-a-script", wait_until="networkidle")
    numbers: list[str] = page.locator(".prose math :is(mn, mtext)").all_text_contents()
    formulas = page.locator(".prose math").count()
    printed = _printed(page, pdftotext, tmp_path)
    page.close()
    assert formulas > 5
    assert _missing(numbers, printed) == []
