"""Formulas, diagrams and pictures in a real browser: what is drawn, loaded, reached by keyboard, and printed."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from blog.build.pictures.maker import Maker
from blog.content.files import read_file
from blog.machine.cache import Cache

from .conftest import Site

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePost, WritePosts

pytestmark = pytest.mark.browser
FORMULAS, DIAGRAMS, PICTURES = (
    "/blog/formulas-without-a-script",
    "/blog/diagrams-without-a-script",
    "/blog/pictures-of-the-right-size",
)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_boxes_are_tab_stops_only_where_they_scroll_and_each_has_a_name(
    demo: Site, browser: Browser, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    for path in (FORMULAS, DIAGRAMS, "/blog/one-look-up-per-page"):
        page.goto(demo.origin + path)
        page.wait_for_timeout(200)
        boxes: list[dict[str, Any]] = page.locator(".prose :is(.table, .diagram, .equation, pre)").evaluate_all(
            "boxes => boxes.filter(box => box.checkVisibility()).map(box => ({scrolls: box.scrollWidth > box.clientWidth,"
            " stop: box.tabIndex === 0, name: box.ariaLabel, role: box.role}))"
        )
        assert boxes
        assert [box["stop"] for box in boxes] == [box["scrolls"] for box in boxes], path
        assert all(box["name"] and box["role"] for box in boxes if box["stop"]), path
        names = [box["name"] for box in boxes if box["stop"]]
        assert len(set(names)) == len(names)
    context.close()


def test_a_formula_that_scrolls_shows_that_it_goes_on_and_is_read_by_its_content(demo: Site, phone: Page) -> None:
    phone.goto(demo.origin + FORMULAS)
    box = phone.locator('.equation[tabindex="0"]').first
    expect(box).to_have_attribute("role", "group")
    assert "linear-gradient" in box.evaluate("box => getComputedStyle(box).backgroundImage")
    assert box.locator("math").get_attribute("aria-label") is None


def _ink(png: bytes) -> float:
    """The share of dark pixels."""
    counts = Image.open(io.BytesIO(png)).convert("L").histogram()
    return sum(counts[:128]) / sum(counts)


@pytest.mark.parametrize("answer", ["404", "blocked", "served"])
def test_a_root_has_its_sign_even_without_the_font_for_formulas(demo: Site, browser: Browser, answer: str) -> None:
    def font(route: Route) -> None:
        if answer == "blocked":
            route.abort()
        elif answer == "404":
            route.fulfill(status=404)
        else:
            route.continue_()

    page = browser.new_page(color_scheme="light")
    page.route("**/stix-two-math.*.woff2", font)
    page.goto(demo.origin + FORMULAS, wait_until="networkidle")
    root = page.locator("math[display=block] msqrt").last
    root.scroll_into_view_if_needed()
    outer, inner = root.bounding_box(), root.locator(":scope > *").first.bounding_box()
    assert outer
    assert inner
    width = inner["x"] - outer["x"]
    assert width > 3
    sign = page.screenshot(clip={"x": outer["x"], "y": outer["y"], "width": width, "height": outer["height"]})
    assert _ink(sign) > 0.03
    page.close()


def _colours(page: Page, selector: str) -> set[str]:
    return set(page.locator(selector).evaluate_all("shapes => shapes.map(it => getComputedStyle(it).fill)"))


def test_a_diagram_has_the_colours_of_the_theme_of_paper_and_of_the_reader(demo: Site, browser: Browser) -> None:
    texts = {}
    for name, options in {"light": {}, "dark": {"color_scheme": "dark"}, "forced": {"forced_colors": "active"}}.items():
        page = browser.new_page(**options)  # type: ignore[arg-type]
        page.goto(demo.origin + DIAGRAMS)
        (texts[name],) = _colours(page, ".diagram text")
        if name == "dark":
            page.emulate_media(media="print", color_scheme="dark")
            (texts["print"],) = _colours(page, ".diagram text")
            widths = page.locator(".diagram").evaluate_all("all => all.map(it => [it.scrollWidth, it.clientWidth])")
            assert all(content <= box for content, box in widths)
        page.close()
    assert texts["light"] != texts["dark"]
    assert texts["print"] == "rgb(0, 0, 0)"
    assert texts["forced"] == "rgb(0, 0, 0)"  # CanvasText


def _shown(page: Page) -> str:
    image = page.locator(".prose figure img").first
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    return str(image.evaluate("image => image.currentSrc"))


def test_a_picture_follows_the_theme_of_the_system_and_the_one_that_the_reader_chooses(
    demo: Site, browser: Browser
) -> None:
    shown: dict[tuple[str, str], str] = {}
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page = browser.new_page(color_scheme=scheme)
        page.goto(demo.origin + PICTURES)
        for chosen in ("", "light", "dark"):
            page.evaluate(f"document.documentElement.dataset.theme = '{chosen}'")
            page.wait_for_timeout(100)
            shown[scheme, chosen] = _shown(page)
        page.close()
    assert shown["light", ""] != shown["dark", ""]
    assert {shown["light", ""]} == {shown["light", "light"], shown["dark", "light"]}
    assert {shown["dark", ""]} == {shown["light", "dark"], shown["dark", "dark"]}


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_a_picture_in_a_sentence_stays_in_its_line_and_a_narrow_one_within_the_text(
    demo: Site, browser: Browser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(demo.origin + PICTURES)
    dot, disc = page.get_by_alt_text("a dot"), page.get_by_alt_text("A disc with a ring")
    assert dot.evaluate("image => getComputedStyle(image).display") == "inline"
    box, around = disc.bounding_box(), page.locator(".prose p").first.bounding_box()
    assert box
    assert around
    assert around["x"] - 1 <= box["x"] <= box["x"] + box["width"] <= around["x"] + around["width"] + 1
    page.close()


@pytest.fixture
def with_versions(serve: "Serve", posts: "WritePosts", post: "WritePost", tmp_path: Path) -> str:
    """The address of a post with a picture whose smaller versions are in the cache."""
    buffer = io.BytesIO()
    Image.effect_noise((300, 150), 60).resize((1200, 600)).convert("RGB").save(buffer, "JPEG", quality=95)
    folder = posts({"one.md": post("One", "2026-01-01", body="![A](a.jpg)")})
    (folder / "a.jpg").write_bytes(buffer.getvalue())
    file, _ = read_file(PurePosixPath("a.jpg"), buffer.getvalue())
    Maker(Cache(tmp_path / "cache"), makes=True)([file])
    server = serve(folder, BLOG_CACHE_DIR=str(tmp_path / "cache")).wait_until_ready()
    return f"http://127.0.0.1:{server.port}/blog/one"


def test_the_version_of_a_picture_is_chosen_by_the_width_of_the_window(with_versions: str, browser: Browser) -> None:
    widths = {}
    for width, scale in ((390, 1), (390, 2), (1440, 1), (1440, 2)):
        context = browser.new_context(viewport={"width": width, "height": 800}, device_scale_factor=scale)
        page = context.new_page()
        page.goto(with_versions)
        image = page.locator(".prose img")
        image.evaluate("image => image.decode()")
        shown = image.evaluate("image => image.currentSrc")
        body = context.request.get(shown).body()
        widths[width, scale] = Image.open(io.BytesIO(body)).size[0]
        context.close()
    assert widths == {(390, 1): 480, (390, 2): 960, (1440, 1): 960, (1440, 2): 1200}


def test_the_serving_process_imports_no_engine_of_drawings_or_pictures() -> None:
    code = "import sys, blog.app, blog.build.builder; print(*(sys.modules.keys() & {'mermaid_render', 'math_core', 'PIL', 'quickjs'}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
