"""Blocks of code in a real browser: what is copied, reached by keyboard and said."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser
PATH = "/blog/code-of-every-kind"
COPIED_FILE = """def main(arguments: list[str]) -> int:

    print("A line that is so long that it goes on to the side, even on a wide page, whatever the width", arguments)
    return 0"""


@pytest.fixture
def page(demo: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"], viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(demo.origin + PATH)
    page.wait_for_selector(".goes-on")
    yield page
    context.close()


def _copied(page: Page, name: str) -> str:
    page.get_by_role("button", name=f"Copy {name}", exact=True).press("Enter")
    expect(page.locator("[role=status]")).not_to_be_empty()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_the_button_copies_code_without_numbers_and_without_lines_that_are_taken_out(page: Page) -> None:
    assert _copied(page, "src/app.py") == COPIED_FILE
    assert page.locator("[role=status]").inner_text() == "Copied src/app.py"


def test_prompts_are_neither_copied_nor_selected(page: Page) -> None:
    commands = "make dev\nwhoami\nroot\necho a \\\nb"
    assert _copied(page, "console code") == commands
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.language-console'))")
    assert page.evaluate("getSelection().toString()").strip() == commands


def test_lines_in_elements_are_selected_as_they_are_written(page: Page) -> None:
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.language-js'))")
    selected = page.evaluate("getSelection().toString()")
    assert selected.strip("\n") == page.locator(".language-js").evaluate("code => code.textContent").strip("\n")


def test_only_code_that_scrolls_is_a_tab_stop_and_each_has_a_name_of_its_own(page: Page) -> None:
    blocks: list[dict[str, Any]] = page.locator(".prose pre").evaluate_all(
        "blocks => blocks.map(block => ({scrolls: block.scrollWidth > block.clientWidth, stop: block.tabIndex === 0,"
        " name: block.ariaLabel}))"
    )
    assert [block["stop"] for block in blocks] == [block["scrolls"] for block in blocks]
    assert [block["name"] for block in blocks if block["scrolls"]] == ["src/app.py", "python code 2"]
    names = page.locator(".copy").evaluate_all("buttons => buttons.map(button => button.ariaLabel)")
    assert len(names) == len(set(names)) == len(blocks)


def test_a_shade_says_that_code_goes_on_until_its_end_is_reached(page: Page) -> None:
    frame = page.locator("figure.code")
    assert "goes-on" in str(frame.get_attribute("class"))
    frame.locator("pre").evaluate("block => { block.scrollLeft = 10000; }")
    expect(frame).not_to_contain_class("goes-on")


def test_the_button_is_seen_where_nothing_hovers(demo: Site, browser: Browser) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(demo.origin + PATH)
    button = page.locator(".copy").first
    assert button.evaluate("button => getComputedStyle(button).opacity") == "1"
    box = button.bounding_box()
    assert box
    assert box["height"] >= 24  # WCAG 2.2, 2.5.8
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_reports_nothing_where_the_script_does_not_load(
    demo: Site, browser: Browser, axe: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.route("**/site.*.js", lambda route: route.abort())
    page.goto(demo.origin + PATH)
    assert page.locator(".copy").count() == 0
    page.evaluate(axe)
    result: dict[str, Any] = page.evaluate("axe.run()")
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in result["violations"]] == []
    context.close()
