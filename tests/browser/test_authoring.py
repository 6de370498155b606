"""The page of an author at work, in a real browser: faults appear over the open page, and go when they are mended."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePost, WritePosts

pytestmark = pytest.mark.browser

BROKEN = "---\ntitel: <img src=x onerror=alert(1)>\n---\n"
WAIT = 20_000


@pytest.fixture
def folder(posts: "WritePosts", post: "WritePost") -> Path:
    return posts({"one.md": post("One", "2026-01-01", body="First words."), "two.md": post("Two", "2026-01-02")})


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(bypass_csp=False)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    page.close()
    assert problems == []


def test_faults_of_a_text_are_shown_over_the_open_page_until_they_are_mended(
    serve: "Serve", folder: Path, post: "WritePost", page: Page, axe: str
) -> None:
    server = serve(folder, BLOG_RELOAD="true").wait_until_ready()
    page.goto(f"http://127.0.0.1:{server.port}/blog/one")
    alert = page.get_by_role("alert")
    expect(alert).to_have_count(0)
    (folder / "one.md").write_text(BROKEN)
    expect(alert).to_be_visible(timeout=WAIT)
    expect(alert).to_contain_text(re.compile(r"one\.md:2 date is missing"))
    expect(page.locator(".prose")).to_have_text("First words.")
    page.evaluate(axe)
    result: dict[str, Any] = page.evaluate("axe.run()")
    assert [found["id"] for found in result["violations"]] == []
    (folder / "two.md").write_text(post("Two", "2026-01-02", body="Second words."))
    expect(alert).to_be_visible(timeout=WAIT)
    (folder / "one.md").write_text(post("One", "2026-01-01", body="Mended words."))
    expect(page.locator(".prose")).to_have_text("Mended words.", timeout=WAIT)
    expect(alert).to_have_count(0)


def test_faults_of_the_theme_are_shown_over_the_last_good_page_and_can_be_closed(
    serve: "Serve", folder: Path, tmp_path: Path, page: Page
) -> None:
    theme = tmp_path / "own"
    theme.mkdir()
    server = serve(folder, BLOG_RELOAD="true", BLOG_TEMPLATES_DIR=str(theme)).wait_until_ready()
    page.goto(f"http://127.0.0.1:{server.port}/blog/one")
    (theme / "post.html").write_text("{% if %}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("post.html:1", timeout=WAIT)
    alert.get_by_role("button", name="Close").click()
    expect(alert).to_have_count(0)
    (theme / "post.html").unlink()
    expect(page.locator(".prose")).to_have_text("First words.")


def test_a_start_with_broken_content_lists_the_faults_and_goes_live_by_itself(
    serve: "Serve", folder: Path, post: "WritePost", page: Page
) -> None:
    good = (folder / "one.md").read_text()
    (folder / "one.md").write_text("no front matter")
    (folder / "two.md").write_text(BROKEN)
    server = serve(folder, BLOG_RELOAD="true").wait_until_listening()
    response = page.goto(f"http://127.0.0.1:{server.port}/blog/one")
    assert response
    assert response.status == 503
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("two.md:2", timeout=WAIT)
    (folder / "two.md").write_text(post("Two", "2026-01-02"))
    expect(alert).not_to_contain_text("two.md:2", timeout=WAIT)
    expect(alert).to_contain_text("one.md:1")
    (folder / "one.md").write_text(good)
    expect(page.get_by_role("heading", name="One")).to_be_visible(timeout=WAIT)
    expect(alert).to_have_count(0)
