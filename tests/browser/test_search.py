"""The search in a real browser: by keyboard, without a script, over a slow network, and for assistive technology."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .conftest import Site

pytestmark = pytest.mark.browser
SOME_PAGE = "/tags"
# A word of several posts, and one of none.
WORD, NO_WORD = "readiness", "zzzqqqxxx"
SEARCHES = (
    "/search",
    f"/search?q={WORD}",
    f"/search?q={WORD}&tag=kubernetes",
    f"/search?q={NO_WORD}",
    "/search?page=x",
)


@pytest.fixture
def page(demo: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=demo.origin)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    # Chromium says this of a transition between pages that ends with its tab.
    assert [it for it in problems if not it.startswith("Transition was aborted")] == []


def test_a_reader_finds_a_section_by_keyboard_alone(page: Page) -> None:
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Words to search for")
    expect(field).to_be_focused()
    # Between two keys that come slowly, the search already asks for the beginning of the word.
    with page.expect_response(lambda response: f"q={WORD}&" in response.url):
        page.keyboard.type(WORD)
    expect(field).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    expect(page.locator(".finder [role=status]")).to_have_text(f"Results: {_total(page)}")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = options.nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    target = chosen.get_attribute("href") or ""
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")


def _total(page: Page) -> int:
    total: int = page.request.get(f"/api/search?q={WORD}").json()["total"]
    return total


def test_the_arrows_go_round_and_escape_goes_back_step_by_step(page: Page) -> None:
    page.goto(SOME_PAGE)
    page.get_by_role("link", name="Search", exact=True).click()
    field = page.get_by_role("combobox")
    page.keyboard.type(WORD)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(field).to_have_value(WORD)
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_enter_without_a_choice_opens_the_page_of_results(page: Page) -> None:
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type(WORD)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/search?q={WORD}")
    expect(page.locator(".found").first).to_be_visible()


def test_what_nothing_is_found_for_is_said_in_the_dialog(page: Page) -> None:
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type(NO_WORD)
    expect(page.get_by_text("Nothing was found")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")


def test_nothing_of_the_search_is_loaded_before_its_first_key(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(SOME_PAGE, wait_until="networkidle")
    assert not [url for url in asked if "search" in url]
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    assert {url.rpartition("/")[2].split(".")[0] for url in asked if "search" in url} == {"search"}


def test_a_slash_in_a_field_is_a_character(page: Page) -> None:
    page.goto("/search")
    page.keyboard.press("/")
    field = page.locator("main [name=q]")
    expect(field).to_be_focused()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")
    assert page.locator("dialog").count() == 0


def test_a_late_answer_does_not_replace_that_of_the_words_in_the_field(page: Page) -> None:
    """The first answer arrives after the second one, and what is typed before the script has come is not lost."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def delay(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/api/search?q=first*", hold)
    page.route("**/assets/search.*.js", delay)
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type("first")
    early = page.wait_for_event("request", lambda request: "q=first" in request.url)
    page.locator(".finder [name=q]").fill(WORD)
    expect(page.get_by_role("option").first).to_be_visible()
    before = page.get_by_role("listbox").inner_text()
    assert early.failure, "the first request was not aborted"
    for route in held:
        route.fulfill(json={"total": 0, "hits": []})
    page.wait_for_timeout(200)
    assert page.get_by_role("listbox").inner_text() == before


def test_a_result_that_is_chosen_stays_chosen_when_a_later_answer_has_it_too(page: Page) -> None:
    held: list[Route] = []
    page.route(f"**/api/search?q={WORD}&*", lambda route: held.append(route))  # noqa: PLW0108 -- playwright cannot wrap a built-in method
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type(WORD[:-1])
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    with page.expect_request(f"**/api/search?q={WORD}&*"):
        page.keyboard.type(WORD[-1])
    page.keyboard.press("ArrowDown")
    target = options.first.get_attribute("href") or ""
    answer = page.request.get(f"/api/search?q={WORD}").json()
    for hit in answer["hits"]:
        hit["title"] = f"Later: {hit['title']}"
    # The chosen result is no longer the first one.
    held[0].fulfill(json=answer | {"hits": answer["hits"][::-1]})
    expect(options.filter(has_text="Later:").first).to_be_visible()
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_attribute("href", target)
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")


def test_a_search_that_is_not_ready_is_asked_again(demo: Site, browser: Browser) -> None:
    page = browser.new_page(base_url=demo.origin)
    answers = iter([503, 503])

    def refuse_twice(route: Route) -> None:
        if status := next(answers, None):
            route.fulfill(status=status, headers={"retry-after": "0"}, json={"detail": "Busy."})
        else:
            route.continue_()

    page.route("**/api/search*", refuse_twice)
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type(WORD)
    expect(page.get_by_role("option").first).to_be_visible()
    page.close()


def test_a_search_that_fails_is_said_and_the_form_still_works(demo: Site, browser: Browser) -> None:
    page = browser.new_page(base_url=demo.origin)
    page.route("**/api/search*", lambda route: route.fulfill(status=500, json={"detail": "Failed."}))
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type(WORD)
    expect(page.get_by_text("The search does not answer now")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/search?q={WORD}")
    page.close()


def test_without_a_script_the_link_and_the_form_lead_to_the_results(demo: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=demo.origin, java_script_enabled=False)
    page = context.new_page()
    page.goto(SOME_PAGE)
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words to search for").fill(WORD)
    page.get_by_role("button", name="Search").click()
    page.locator(".found h2 a").first.click()
    assert "/search" not in page.url
    page.goto("/there-is-no-such-page")
    page.get_by_label("Words to search for").fill(WORD)
    page.keyboard.press("Enter")
    expect(page.locator(".found").first).to_be_visible()
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1440)])
def test_axe_reports_nothing_of_the_dialog_and_it_does_not_scroll_sideways(
    demo: Site, browser: Browser, axe: str, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(
        base_url=demo.origin, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    page.keyboard.type(WORD)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(axe)
    result: dict[str, Any] = page.evaluate("axe.run()")
    violations = [(found["id"], [node["html"] for node in found["nodes"]]) for found in result["violations"]]
    assert violations == []
    context.close()
