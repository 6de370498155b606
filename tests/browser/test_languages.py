"""Pages in other languages in a real browser: widths, directions, words of the script, and the rules of CLDR that the browser has."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from blog import urls
from blog.build.edition import Edition
from blog.render import plurals
from blog.render.catalogues import Catalogues

from .conftest import answer_from

pytestmark = pytest.mark.browser
# A secure context, in which the clipboard is there. Nothing listens there: the pages are answered from memory.
ORIGIN = "http://127.0.0.1:9"
WORDS = {
    "de": "Donaudampfschifffahrtsgesellschaftskapitän Rechtsschutzversicherungsgesellschaften",
    "th": "การทดสอบระบบภาษาไทยที่ไม่มีการเว้นวรรคระหว่างคำในประโยคยาวมากจริงๆ",
    "ar": "مسؤولياتهم والمستشفيات فاستسقيناكموها وأفاستسقيناكموها",
}
TEXT = """---
title: {words}
date: 2026-03-01
updated: 2026-03-05
tags: [{words}]
series: {words}
---

{words} `a_function(of=code)` {words}[^1].

## {words}

```python
def a_function(of): return of  # a line that is wider than a phone, and that goes on and on to the side
```

> [!NOTE]
> {words}

## Two

| {words} | {words} |
|---|---|
| 1 | 2 |

## Three

[^1]: {words}
"""
Make = Callable[..., Edition]
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def editions(make: Make) -> Callable[[str], Edition]:
    made: dict[str, Edition] = {}

    def edition(lang: str) -> Edition:
        if lang not in made:
            files = {
                "site.yaml": f"title: A\nlang: {lang}\n",
                "a.md": TEXT.format(words=WORDS[lang]),
                "b.md": TEXT.format(words=WORDS[lang]),
                "english.md": "---\ntitle: In English.\nlang: en\ndate: 2026-01-01\n---\n\nWords.\n",
            }
            made[lang] = make(files, base_url=ORIGIN)
        return made[lang]

    return edition


@pytest.fixture
def open_page(browser: Browser, editions: Callable[[str], Edition]) -> Iterator[Open]:
    """A function that opens a path of the site in a language."""
    contexts = []

    def opened(lang: str, path: str, width: int = 320) -> Page:
        contexts.append(context := browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True))
        page = context.new_page()
        answer_from(page, editions(lang), ORIGIN)
        page.goto(ORIGIN + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("lang", WORDS)
def test_no_page_scrolls_sideways_on_the_smallest_phone(
    open_page: Open, editions: Callable[[str], Edition], lang: str
) -> None:
    paths = [path for path, page in editions(lang).pages.items() if page.identity.body.startswith(b"<!doctype html>")]
    assert len(paths) > 8
    page = open_page(lang, "/")
    for path in paths:
        page.goto(ORIGIN + urls.encoded(path))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_an_arabic_page_begins_at_the_right_and_its_code_at_the_left(open_page: Open) -> None:
    page = open_page("ar", "/blog/a", 1440)
    style = "(selector) => { const it = getComputedStyle(document.querySelector(selector)); return [it.direction, it.letterSpacing, parseFloat(it.paddingRight) - parseFloat(it.paddingLeft)] }"
    directions = {selector: page.evaluate(style, selector) for selector in ("h1", "pre", "p code", ".alert")}
    assert [directions[selector][0] for selector in ("h1", "pre", "p code", ".alert")] == ["rtl", "ltr", "ltr", "rtl"]
    assert directions["h1"][1] in {"normal", "0px"}
    assert directions[".alert"][2] > 0  # where its sign is
    left = {name: (page.locator(name).first.bounding_box() or {"x": 0.0})["x"] for name in (".brand", ".top nav")}
    assert left[".brand"] > left[".top nav"]


def test_axe_reports_nothing_in_arabic(open_page: Open, axe: str) -> None:
    page = open_page("ar", "/blog/a")
    for path in ("/blog/a", "/"):
        page.goto(ORIGIN + path)
        page.evaluate(axe)
        result: dict[str, Any] = page.evaluate("axe.run()")
        assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in result["violations"]] == [], path


def test_the_script_says_the_words_of_the_page(open_page: Open) -> None:
    page = open_page("de", "/blog/a")
    button = page.locator(".copy")
    assert (button.inner_text(), button.get_attribute("aria-label")) == ("Kopieren", "python-Code kopieren")


def test_the_language_of_a_text_is_said_where_it_is_linked(open_page: Open) -> None:
    page = open_page("ar", "/")
    link = page.locator('a[href="/blog/english"]').first
    assert [link.get_attribute(name) for name in ("hreflang", "lang", "dir")] == ["en", "en", "ltr"]


def test_plurals_are_those_of_cldr(browser: Browser) -> None:
    numbers = [*range(130), 200, 1000, 1001, 1011]
    ask = """([languages, numbers]) => Object.fromEntries(languages.map(lang => {
        const rules = Intl.PluralRules.supportedLocalesOf([lang]).length && new Intl.PluralRules(lang);
        return [lang, rules && numbers.map(n => rules.select(n))];
    }))"""
    page = browser.new_page()
    languages = [*plurals.LANGUAGES, "de", "en", "es", "it", "nl", "sv", "tr"]
    known = {lang: forms for lang, forms in page.evaluate(ask, [languages, numbers]).items() if forms}
    page.close()
    assert len(known) > 30
    assert {lang: [plurals.category(lang, n) for n in numbers] for lang in known} == known


def test_dates_and_numbers_are_those_of_cldr(browser: Browser) -> None:
    catalogues = Catalogues(Path(__file__).parents[2] / "templates")
    days = [datetime(2026, month, 2, tzinfo=UTC) for month in range(1, 13)]
    ask = """([languages, days]) => Object.fromEntries(languages.map(lang => {
        const long = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" });
        const short = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" });
        const shown = days.flatMap(day => [long.format(new Date(day)), short.format(new Date(day))]);
        return [lang, [...shown, new Intl.NumberFormat(lang).format(12345)]];
    }))"""
    languages = ["ar", "de", "es", "fr", "ja", "pt", "zh"]
    page = browser.new_page()
    shown = page.evaluate(ask, [languages, [day.isoformat() for day in days]])
    page.close()
    for lang in languages:
        words = catalogues.words(lang)
        dates = [date for day in days for date in (words.day(day), words.short_day(day))]
        assert [*dates, words.formats.number(12345)] == shown[lang], lang
