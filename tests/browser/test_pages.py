"""Every page of the demo site, in a real browser."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, ViewportSize

from .conftest import Site, serving

if TYPE_CHECKING:
    from tests.conftest import Sink

pytestmark = pytest.mark.browser
WIDTHS = (320, 1440)
# The page without a search, with results and a filter, and without results.
_SEARCHES = ("/search", "/search?q=readiness&tag=kubernetes", "/search?q=zzzqqqxxx")


def _every_page(demo: Site) -> tuple[str, ...]:
    return (*demo.paths, *_SEARCHES, "/there-is-no-such-page")


def _every_kind_of_page(demo: Site) -> tuple[str, ...]:
    """Every page, with only one of the tag pages, which are alike."""
    tags = [path for path in demo.paths if path.startswith("/blog/tag/")]
    return tuple(path for path in _every_page(demo) if path not in tags[1:])


@pytest.mark.validator
def test_every_page_is_valid_html(demo: Site, vnu: list[str], tmp_path: Path) -> None:
    assert len(demo.paths) > 20
    for path in _every_page(demo):
        name = path.strip("/").replace("/", "--") or "home"
        (tmp_path / f"{name}.html").write_bytes(httpx.get(demo.origin + path).content)
    # The checker knows MathML 3, in which not every element had the attributes that all have in MathML Core.
    known = ["--filterpattern", ".*Attribute “(displaystyle|scriptlevel)” not allowed on element “m.*"]
    found = subprocess.run([*vnu, *known, str(tmp_path)], capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "No errors found" in found.stdout + found.stderr


@pytest.fixture(scope="module")
def reporting(demo_posts: Path, shared_sink: "Sink") -> Iterator[Site]:
    """The demo site, whose pages report to a collector."""
    with serving(demo_posts, BLOG_FARO_URL=shared_sink.url) as site:
        yield site


def _watch(page: Page, problems: list[str]) -> Page:
    """Collect what goes wrong on a page: errors, violations of its policy, failed requests, and requests to another origin."""

    def console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "404 (Not Found)" not in message.text:
            problems.append(f"{page.url}: {message.text}")

    def request(sent: Request) -> None:
        origin = "/".join(page.url.split("/")[:3])
        if (
            page.url != "about:blank"
            and not sent.is_navigation_request()
            and not sent.url.startswith((origin, "data:"))
        ):
            problems.append(f"{page.url}: asks {sent.url}")

    def response(received: Response) -> None:
        if received.status >= 400 and "no-such-page" not in received.url:
            problems.append(f"{page.url}: {received.status} {received.url}")

    page.on("console", console)
    page.on("request", request)
    page.on("response", response)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    return page


def _until_reported(page: Page, sink: "Sink", path: str) -> None:
    """Wait for a beacon of this page; one of the page before may arrive first. That of a page without a path of its own names none."""
    deadline = time.monotonic() + 90
    while not any(payload["meta"]["page"].get("url", path).endswith(path) for payload in sink.payloads):
        assert time.monotonic() < deadline, f"{path} reports nothing"
        page.wait_for_timeout(20)


def test_every_page_obeys_its_policy_reports_and_has_the_same_text_without_javascript(
    demo: Site, reporting: Site, shared_sink: "Sink", browser: Browser
) -> None:
    """Each page is visited once with a script, on a site that has beacons, and once without, on a site that has none."""
    with_javascript = browser.new_context(java_script_enabled=True)
    without_javascript = browser.new_context(java_script_enabled=False)
    problems: list[str] = []
    one, other = _watch(with_javascript.new_page(), problems), _watch(without_javascript.new_page(), problems)
    assert len(reporting.paths) == len(demo.paths) > 20
    for path in _every_page(demo):
        shared_sink.received.clear()
        one.goto(reporting.origin + path)
        _until_reported(one, shared_sink, path)
        other.goto(demo.origin + path)
        assert _text(one).replace(reporting.origin, demo.origin) == _text(other), path
    with_javascript.close()
    without_javascript.close()
    assert problems == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_reports_nothing_and_no_page_scrolls_sideways(demo: Site, browser: Browser, axe: str, width: int) -> None:
    viewport: ViewportSize = {"width": width, "height": 900}
    context = browser.new_context(color_scheme="light", reduced_motion="reduce", viewport=viewport)
    problems: list[str] = []
    page = _watch(context.new_page(), problems)
    for path in _every_kind_of_page(demo):
        page.goto(demo.origin + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.evaluate(axe)
        assert _violations(page, "axe.run()") == [], path
        # The theme changes colours alone.
        page.emulate_media(color_scheme="dark")
        assert _violations(page, "axe.run({runOnly: ['color-contrast']})") == [], f"{path} in the dark"
        page.emulate_media(color_scheme="light")
    context.close()
    assert problems == []


def _violations(page: Page, run: str) -> list[tuple[str, list[str]]]:
    result: dict[str, Any] = page.evaluate(run)
    return [(found["id"], [node["html"] for node in found["nodes"]]) for found in result["violations"]]


def _text(page: Page) -> str:
    """The text of a page, without the buttons and the address asked for, which a script adds, and without what it says of beacons."""
    page.locator("body").evaluate(
        "it => it.querySelectorAll('button, .asked, footer p').forEach(part => part.remove())"
    )
    return " ".join(page.locator("body").inner_text().split())


def test_the_first_tab_stop_skips_the_menu(demo: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(demo.origin)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    page.close()


def test_an_image_does_not_shift_the_layout(demo: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => {"
        "for (const entry of list.getEntries()) window.shift += entry.value"
        "}).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(f"{demo.origin}/blog/one-look-up-per-page", wait_until="networkidle")
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") < 0.02
    page.close()
