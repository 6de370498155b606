"""Content that no author means to write, in a real browser: too long, too wide, too many, unknown or missing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from blog import urls
from blog.build.edition import Edition

from .conftest import answer_from

pytestmark = pytest.mark.browser
ORIGIN = "http://127.0.0.1:9"
LOOKS = ("paper", "quiet", "typewriter")
WIDTHS = (320, 390, 1440)
WORD = "Donaudampfschiff" * 25
TITLE = ("A title that goes on and on because its author could not stop " * 6)[:300].strip()
NAME = "Wolfeschlegelsteinhausenbergerdorff " * 3
_ROW = "|" + "|".join(f" column number {number} with words " for number in range(12)) + "|\n"
_SITE = (
    f"title: A site of {'many words ' * 8}\ntheme: {{look}}\naccent: '#ffff66'\n"
    f"author: {{{{name: {NAME}, portrait: /nobody.jpg, url: /about, email: a@example.org}}}}\n"
)
_BODY = f"""Words {WORD} words `{WORD}`[^1].

# {WORD}

## {TITLE}

{_ROW}{"|---" * 12}|
{_ROW}
> {WORD}

> [!NOTE]
> {WORD}

100000. {WORD}
- [ ] {WORD}

```python title="{WORD}.py"
{WORD}
```

## Two

<https://example.org/{WORD}>

$$ {"x + " * 200} x $$

## Three

[^1]: {WORD}
"""

Open = Callable[..., Page]


def _post(title: str, day: str, more: str = "", body: str = "Words.") -> str:
    return f"---\ntitle: {title}\ndate: {day}\n{more}---\n\n{body}\n"


def _files(look: str) -> Mapping[str, str]:
    tags = [f"tag-{number}" for number in range(1, 99)]
    parts = {
        f"part-{number}.md": _post(
            f"Part {number}", f"2026-02-{number % 28 + 1:02}", f"series: Sixty\ntags: [{tags[number]}, {tags[97 - number]}]\n"
        )
        for number in range(60)
    }  # fmt: skip
    return {
        "site.yaml": _SITE.format(look=look),
        "title.md": _post(TITLE, "2026-03-09", f"tags: [{', '.join(tags[:30])}]\n", _BODY),
        "word.md": _post(WORD[:300], "2026-03-08", f"description: {WORD}\ntags: [{WORD[:60]}]\nseries: {WORD[:80]}\n"),
        "klingon.md": _post("tlhIngan Hol", "2026-03-07", "lang: tlh\n", "Heghlu'meH QaQ jajvam."),
        "unknown.md": _post("Nonsense", "2026-03-06", "lang: zz-nonsense\n"),
        "finnish.md": _post("Suomeksi", "2026-03-05", "lang: fi\n", "Sanoja.\n\n## Yksi\n\n## Kaksi\n\n## Kolme"),
        **parts,
        "pages/about.md": "---\ntitle: About\n---\n\nWords.\n",
    }


@pytest.fixture(scope="module")
def editions(make: Callable[..., Edition]) -> Callable[[str], Edition]:
    made: dict[str, Edition] = {}

    def edition(look: str) -> Edition:
        if look not in made:
            made[look] = make(_files(look), base_url=ORIGIN)
        return made[look]

    return edition


@pytest.fixture
def open_page(browser: Browser, editions: Callable[[str], Edition]) -> Iterator[Open]:
    contexts = []

    def opened(look: str, path: str, width: int = 390, **options: Any) -> Page:
        viewport: ViewportSize = {"width": width, "height": 800}
        contexts.append(context := browser.new_context(viewport=viewport, bypass_csp=True, **options))
        page = context.new_page()
        answer_from(page, editions(look), ORIGIN)
        page.goto(ORIGIN + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _paths(edition: Edition) -> list[str]:
    """The pages of every kind, with a few of those that are alike."""
    html = [path for path, page in edition.pages.items() if page.identity.body.startswith(b"<!doctype html>")]
    alike = [path for path in html if path.startswith(("/blog/part-", "/blog/tag/tag-", "/blog/page/"))]
    return [path for path in html if path not in alike[2:]]


@pytest.mark.parametrize(
    ("look", "width"), [*(("paper", width) for width in WIDTHS), ("quiet", 320), ("typewriter", 320)]
)
def test_no_page_scrolls_sideways_whatever_is_written(
    open_page: Open, editions: Callable[[str], Edition], look: str, width: int
) -> None:
    page = open_page(look, "/", width)
    paths = _paths(editions(look))
    assert len(paths) > 15
    for path in paths:
        page.goto(ORIGIN + urls.encoded(path))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(
    ("look", "scheme"), [("paper", "light"), ("paper", "dark"), ("quiet", "dark"), ("typewriter", "light")]
)
def test_axe_reports_nothing_whatever_is_written(open_page: Open, axe: str, look: str, scheme: str) -> None:
    page = open_page(look, "/", color_scheme=scheme, reduced_motion="reduce")
    for path in ("/", "/blog/title", "/blog/klingon", "/blog/part-30", "/tags"):
        page.goto(ORIGIN + path)
        page.evaluate(axe)
        # The language of nonsense is what its author has written, and a warning says so.
        found: dict[str, Any] = page.evaluate("axe.run({rules: {'valid-lang': {enabled: false}}})")
        assert [(it["id"], [node["html"] for node in it["nodes"]]) for it in found["violations"]] == [], path


def test_a_portrait_that_is_missing_is_a_letter(open_page: Open) -> None:
    page = open_page("paper", "/")
    assert (page.locator(".portrait").inner_text(), page.locator("img.portrait").count()) == ("W", 0)


def test_a_long_title_leaves_room_for_the_text(open_page: Open) -> None:
    for width in WIDTHS:
        box = open_page("paper", "/blog/title", width).locator("h1").first.bounding_box()
        assert box
        assert box["height"] < 700, width


def test_a_series_of_sixty_is_one_line_until_it_is_opened(open_page: Open) -> None:
    page = open_page("paper", "/blog/part-30")
    box = page.locator(".parts-of").bounding_box()
    assert box
    assert box["height"] < 60
    page.locator(".parts-of summary").click()
    opened = page.locator(".parts-of").bounding_box()
    assert opened
    assert opened["height"] < 500
    assert page.locator(".parts-of li").count() == 60


def test_home_shows_twelve_of_98_tags(open_page: Open) -> None:
    page = open_page("paper", "/")
    assert page.locator(".topics li").count() == 13
    page.goto(f"{ORIGIN}/tags")
    names = page.locator(".index a").all_inner_texts()
    assert names[-98:] == [f"tag-{number}" for number in range(1, 99)]


def test_words_of_the_service_say_that_they_are_english_in_a_language_without_a_catalogue(open_page: Open) -> None:
    page = open_page("paper", "/blog/finnish")
    assert page.locator("html").get_attribute("lang") == "fi"
    assert page.locator("header.top").get_attribute("lang") == "en"


@pytest.mark.parametrize("look", LOOKS)
def test_paper_is_white_in_every_look_and_theme(open_page: Open, look: str) -> None:
    page = open_page(look, "/blog/part-30", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
