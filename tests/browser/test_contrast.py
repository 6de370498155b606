"""Contrast for readers who ask for more of it, and the colours that a reader's system forces."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from .conftest import Site

pytestmark = pytest.mark.browser
PATHS = (
    "/", "/blog", "/blog/code-of-every-kind", "/blog/a-readiness-probe-that-can-say-no", "/blog/tag/kubernetes", "/archive", "/subscribe",
    "/search?q=readiness", "/glossary/serving/etag", "/authors/mara-lindqvist", "/there-is-no-such-page",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_is_that_of_level_aaa(demo: Site, browser: Browser, axe: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, contrast="more", reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    for path in PATHS:
        page.goto(demo.origin + path)
        page.evaluate(axe)
        found: dict[str, Any] = page.evaluate("axe.run({runOnly: ['color-contrast-enhanced', 'color-contrast']})")
        assert found["passes"], path
        assert [(it["id"], [node["html"] for node in it["nodes"]]) for it in found["violations"]] == [], path
    context.close()


def test_boxes_have_edges_where_the_system_forces_its_colours(demo: Site, browser: Browser) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(demo.origin + "/blog/code-of-every-kind")
    for box in ("pre", ".portrait", ".switch"):
        width = page.locator(box).first.evaluate("it => getComputedStyle(it).borderTopWidth")
        assert width == "1px", box
    context.close()
