"""The theme in a real browser: its switch, notes, contents, fonts and print."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from blog.build.encodings import compress, levels_for

from .conftest import Site

pytestmark = pytest.mark.browser
POST = "/blog/a-long-text"
GROUND = "getComputedStyle(document.documentElement).backgroundColor"
SHIFT = (
    "window.shift = 0; new PerformanceObserver(list => {"
    "for (const entry of list.getEntries()) window.shift += entry.value"
    "}).observe({type: 'layout-shift', buffered: true});"
)
LIGHT, DARK = "rgb(251, 249, 244)", "rgb(22, 20, 18)"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # Without the policy, because waiting for a condition evaluates a text.
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light", bypass_csp=True)
    yield context
    context.close()


def test_the_switch_is_kept_and_is_the_same_in_every_tab(demo: Site, context: BrowserContext) -> None:
    page, other = context.new_page(), context.new_page()
    page.goto(demo.origin)
    other.goto(demo.origin + POST)
    switch = page.locator(".switch")
    assert (switch.get_attribute("aria-label"), page.evaluate(GROUND)) == ("Theme: as on this device", LIGHT)
    switch.click()
    switch.click()
    assert (switch.get_attribute("aria-label"), page.evaluate(GROUND)) == ("Theme: dark", DARK)
    other.wait_for_function(f"{GROUND} === '{DARK}'")
    page.goto(demo.origin + "/archive")
    assert page.evaluate(GROUND) == DARK
    media = page.locator("meta[name=theme-color]").evaluate_all("all => all.map(it => it.media)")
    assert media == ["not all", "all"]
    page.locator(".switch").click()
    assert page.evaluate(GROUND) == LIGHT


def test_the_choice_is_there_before_the_style_sheet(demo: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script("localStorage.setItem('theme', 'dark')")
    page.route("**/site.*.js", lambda route: route.abort())
    page.goto(demo.origin)
    assert page.evaluate(GROUND) == DARK
    assert page.locator(".switch").is_hidden()


def _tops(page: Page) -> list[dict[str, Any]]:
    tops: list[dict[str, Any]] = page.locator(".footnotes > ol > li").evaluate_all(
        "notes => notes.map(note => { const box = note.getBoundingClientRect();"
        " const line = document.querySelector(`.footnote-ref[href='#${note.id}']`).getBoundingClientRect();"
        " return {top: box.top, bottom: box.bottom, left: box.left, line: line.top, end: line.right} })"
    )
    return tops


def test_notes_stand_beside_their_lines_and_do_not_overlap(demo: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(demo.origin + POST)
    page.wait_for_selector(".beside")
    notes = _tops(page)
    assert len(notes) == 3
    assert all(note["left"] > note["end"] for note in notes)
    assert abs(notes[0]["top"] - notes[0]["line"]) < 30
    assert all(below["top"] >= above["bottom"] for above, below in pairwise(notes))
    table = page.locator(".table").bounding_box()
    assert table
    assert all(note["bottom"] <= table["y"] or note["top"] >= table["y"] + table["height"] for note in notes)


def test_a_note_opens_under_its_number_on_a_phone(demo: Site, browser: Browser) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(demo.origin + POST)
    page.locator(".footnote-ref").first.tap()
    box = page.locator(".note-box")
    assert box.inner_text().strip() == "The first note."
    page.keyboard.press("Escape")
    box.wait_for(state="detached")
    context.close()


def test_the_contents_follow_the_reader(demo: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(demo.origin + POST)
    page.locator("#section-35").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#section-35').scrollIntoView()")
    page.wait_for_selector(".toc [aria-current]")
    page.wait_for_function(
        "(() => { const box = document.querySelector('.toc').getBoundingClientRect();"
        " const link = document.querySelector('.toc [aria-current]'); const line = link.getBoundingClientRect();"
        " return link.textContent === 'Section 35' && line.top >= box.top && line.bottom <= box.bottom })()"
    )


def test_nothing_moves_when_fonts_arrive_late(demo: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script(SHIFT)
    held: list[Route] = []
    page.route("**/*.woff2", lambda route: held.append(route))  # noqa: PLW0108 -- playwright inspects the function
    page.goto(demo.origin + "/blog/a-readiness-probe-that-can-say-no", wait_until="domcontentloaded")
    while not held:
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.wait_for_function("document.fonts.status === 'loaded' && document.fonts.check('1rem Newsreader')")
    assert page.evaluate("window.shift") < 0.05


def _weight(url: str) -> int:
    """The bytes of a body as a browser gets them, when the server has compressed its pages well."""
    answer = httpx.get(url)
    levels = levels_for(answer.headers["content-type"], len(answer.content))
    return len(compress(answer.content, levels)[b"br"])


@pytest.mark.parametrize("path", ["/", "/search", "/subscribe", "/there-is-no-such-page"])
def test_nothing_moves_when_the_script_arrives_late(demo: Site, context: BrowserContext, path: str) -> None:
    page = context.new_page()
    page.add_init_script(SHIFT)
    held: list[Route] = []
    page.route("**/*.woff2", lambda route: route.abort())
    page.route("**/site.*.js", lambda route: held.append(route))  # noqa: PLW0108 -- playwright inspects the function
    page.goto(demo.origin + path, wait_until="commit")
    page.locator("footer").wait_for()
    while not held:
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.locator(".switch:not([hidden])").wait_for()
    page.wait_for_timeout(100)
    assert page.evaluate("window.shift") == 0


def _posts(site: Site) -> set[str]:
    # The text with forty sections is one that no author writes.
    return {
        path for path in site.paths if path.startswith("/blog/") and not path.startswith(("/blog/tag", "/blog/page"))
    } - {POST}


def test_no_post_needs_more_than_16_kib_without_its_fonts_and_pictures(demo: Site) -> None:
    for path in _posts(demo):
        html = httpx.get(demo.origin + path).text
        needed = re.findall(r'"(/assets/(?:site|lines)\.[^"]*)"', html)
        assert len(needed) >= 2
        assert sum(_weight(demo.origin + part) for part in (path, *needed)) <= 16 * 1024, path


def test_no_first_view_of_a_post_is_more_than_60_kb(demo: Site, browser: Browser) -> None:
    """Without icons, pictures, and what formulas need."""
    heaviest = ""
    for path in sorted(_posts(demo), key=lambda path: _weight(demo.origin + path)):
        html = httpx.get(demo.origin + path).text
        if "<em>" in html and "<pre" in html and "/assets/math." not in html:
            heaviest = path
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(demo.origin + heaviest, wait_until="networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    context.close()
    fonts = [len(httpx.get(url).content) for url in loaded if url.endswith(".woff2")]
    assert len(fonts) == 4
    assert sum(fonts) <= 45_000
    others = [_weight(url) for url in loaded if url.endswith((".css", ".js"))]
    assert len(others) >= 3
    assert _weight(demo.origin + heaviest) + sum(others) + sum(fonts) <= 60_000, heaviest


def test_paper_has_every_column_of_a_wide_table(demo: Site, browser: Browser) -> None:
    # A4 without margins, in pixels of CSS.
    context = browser.new_context(viewport={"width": 794, "height": 1123}, color_scheme="dark")
    page = context.new_page()
    page.goto(demo.origin + POST)
    page.emulate_media(media="print")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    cells = page.locator("th").evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().right)")
    assert len(cells) == 12
    assert max(cells) <= 794
    context.close()


def test_every_heading_is_larger_than_the_text_and_than_those_below_it(demo: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(demo.origin + POST)
    sizes = page.evaluate(
        "['h1', 'h2', 'h3', 'h4', 'h5', 'h6', '.prose p'].map(it => "
        "parseFloat(getComputedStyle(document.querySelector(it)).fontSize))"
    )
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
    assert 17 <= sizes[-1] <= 21


def test_text_begins_in_the_upper_half_of_a_phone(demo: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(demo.origin + "/blog/a-readiness-probe-that-can-say-no")
    box = page.locator(".prose > p").first.bounding_box()
    assert box
    assert box["y"] <= 844 / 2
    context.close()


def test_a_wide_list_has_the_facts_of_a_post_beside_its_title_and_summary(demo: Site, browser: Browser) -> None:
    page = browser.new_page(base_url=demo.origin, viewport={"width": 1440, "height": 900})
    page.goto("/blog")
    entry = page.locator(".list .entry").first
    expect(entry.locator(".dot")).to_be_hidden()
    title, summary = entry.locator("h2").bounding_box(), entry.locator(".p-summary").bounding_box()
    assert title
    assert summary
    assert 0 <= summary["y"] - title["y"] - title["height"] < summary["height"] / 2
    page.close()
