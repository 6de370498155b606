"""A site in each language: no English word of the service on any page, and a language without words."""

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import pytest

from blog.build.edition import Edition
from blog.render.catalogues import Catalogues

SHIPPED = Path(__file__).parents[2] / "templates"
LANGUAGES = ("ar", "de", "es", "fr", "ja", "pt", "zh")
# What is the author's has no letters that a word of a catalogue could have.
FILES: Mapping[str, str] = {
    "1.md": "---\ntitle: '001'\ndate: 2026-03-01\nupdated: 2026-03-05\ntags: ['11', '12']\nseries: '33'\naudio: a.mp3\ndescription: '000'\n---\n\n"
    "## 1\n\n## 2\n\n## 3\n\n> [!NOTE]\n> 1\n\n> [!WARNING]\n> 1\n\n!!! danger\n    1\n\n1[^1]\n\n- [ ] 1\n- [x] 1\n\n| 1 | 2 |\n|---|---|\n| 3 | 4 |\n\n"
    "```mermaid\nflowchart LR\n 1 --> 2\n```\n\n[^1]: 1\n",
    "2.md": "---\ntitle: '002'\ndate: 2025-02-01\ntags: ['11']\nseries: '33'\ndescription: '000'\n---\n\n1\n",
    "3.md": "---\ntitle: '003'\ndate: 2025-01-01\ntags: ['11']\ndescription: '000'\n---\n\n1\n",
    "a.mp3": "mp3",
    "pages/10.md": "---\ntitle: '010'\nupdated: 2026-01-15\ndescription: '000'\n---\n\n1\n",
    "20/index.md": "---\ntitle: '020'\ndescription: '000'\n---\n\n1\n",
    "20/21/index.md": "---\ntitle: '021'\ndescription: '000'\n---\n\n1\n",
    "20/21/22.md": "---\ntitle: '022'\ndescription: '000'\nupdated: 2026-01-15\n---\n\n1 [1](23.md)\n",
    "20/21/23.md": "---\ntitle: '023'\ndescription: '000'\n---\n\n1 [1](22.md)\n",
} | {
    f"{number}.md": f"---\ntitle: '{number}'\ndate: 2024-01-{number}\ndescription: '000'\n---\n\n1\n"
    for number in range(10, 20)
}
# Names and terms that every language has as they are.
NEUTRAL = re.compile(r"(?:https?:/)?/\S+|RSS|Atom|JSON Feed|Markdown|Cookies?|Mermaid|mermaid|flowchart|LR|MB|kB")
# What is no word: addresses, names of fields, and words of other standards. What a reader sees or hears is left.
_SEEN = re.compile(r"<(?:script|style|svg)\b[^>]*>.*?</(?:script|style|svg)>|<!--.*?-->", re.DOTALL)
_SPOKEN = re.compile(r'\b(?:aria-label|alt|title|label|data-[a-z-]+)="(?!/)([^"]*)"')
_CONTENT = re.compile(
    r'<meta (?:name|property)="(?:description|author|og:title|og:description|og:image:alt|og:site_name)" content="([^"]*)"'
)
_TAG = re.compile(r"<[^>]+>")

Make = Callable[..., Edition]


def shown(html: str) -> list[str]:
    """Every text on a page that a reader sees, hears or finds in a search engine."""
    scripts = re.findall(r"<script src=[^>]*>", html)
    spoken = [
        *_SPOKEN.findall(html),
        *_CONTENT.findall(html),
        *(it for script in scripts for it in _SPOKEN.findall(script)),
    ]
    return [unescape(text).strip() for text in (*_TAG.split(_SEEN.sub("", html)), *spoken) if text.strip()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_has_an_english_word(make: Make, lang: str) -> None:
    edition = make(
        {
            **FILES,
            "site.yaml": f"title: '00'\ndescription: '000'\nlang: {lang}\ncollections: {{'20': {{feed: true}}}}\n",
        }
    )
    own = _vocabulary(lang)
    pages = {
        path: page.identity.body.decode(errors="replace")
        for path, page in edition.pages.items()
        if not path.startswith("/assets/")
    }
    html = {path: body for path, body in pages.items() if body.startswith("<!doctype html>")}
    html["404"] = edition.not_found.answer("/blog/00").body.decode()
    assert len(html) == 31
    for path, body in html.items():
        foreign = {word for text in shown(body) for word in re.findall(r"[^\W\d_]+", NEUTRAL.sub("", text))} - own
        assert foreign == set(), path
    for path in ("/rss", "/atom.xml", "/feed.json", "/site.webmanifest"):
        assert not re.search("The author|Posts|Tags|Note<", pages[path]), path


def _vocabulary(lang: str) -> set[str]:
    """The words that a catalogue has."""
    words = Catalogues(SHIPPED).words(lang)
    texts = [form for key in words.keys for form in words.forms(key).values()]
    formats = words.formats.model_dump()
    texts += [text for value in formats.values() for text in (value if isinstance(value, tuple) else [value])]
    return {word for text in texts for word in re.findall(r"[^\W\d_]+", NEUTRAL.sub("", text))}


def test_a_language_without_words_is_said_once_with_its_line(make: Make) -> None:
    edition = make({
        "site.yaml": "title: A\nlang: de\n",
        "a.md": "---\ntitle: A\ndate: 2026-01-01\nlang: th\n---\n\nก\n",
        "b.md": "---\ntitle: B\ndate: 2026-01-01\nlang: th\n---\n\nก\n",
        "c.md": "---\ntitle: C\ndate: 2026-01-01\nlang: fr\n---\n\nc\n",
    })  # fmt: skip
    (fault,) = edition.warnings
    assert (fault.file.name, fault.line) == ("a.md", 4)
    assert (
        "lang 'th' has no catalogue of words, so those around the text are in another language (Deutsch)"
        in fault.problem
    )
    assert "Inhalt springen" in edition.pages["/blog/a"].identity.body.decode()


def test_a_site_in_an_unknown_language_is_english_with_a_warning(make: Make) -> None:
    edition = make({"site.yaml": "title: A\nlang: tlh\n", "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\na\n"})
    (fault,) = edition.warnings
    assert (fault.file.name, "lang 'tlh'" in fault.problem) == ("site.yaml", True)
    assert "Skip to the content" in edition.pages["/blog/a"].identity.body.decode()


def test_a_text_has_the_words_of_its_own_language(make: Make) -> None:
    edition = make({
        "site.yaml": "title: A\n",
        "a.md": "---\ntitle: A\ndate: 2026-01-01\nlang: de\n---\n\n> [!TIP]\n> a\n\n!!! danger\n    a\n\n!!! my-own\n    a\n",
        "b.md": "---\ntitle: B\ndate: 2026-01-01\n---\n\n> [!TIP]\n> a\n",
    })  # fmt: skip
    german, english = (edition.pages[f"/blog/{name}"].identity.body.decode() for name in "ab")
    assert re.findall('<p class="alert-title">(.*?)</p>', german) == ["Tipp", "Gefahr", "My own"]
    assert ("1. Januar 2026" in german, ">Beiträge</a>" in german) == (True, True)
    assert re.findall('<p class="alert-title">(.*?)</p>', english) == ["Tip"]
    assert "Tipp" in edition.pages["/rss"].identity.body.decode()


def test_a_menu_that_the_author_wrote_is_not_translated(make: Make) -> None:
    menu = "navigation: [{title: Posts, url: /blog}]\nauthor: The author\n"
    edition = make({"site.yaml": f"title: A\nlang: de\n{menu}", "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\na\n"})
    body = edition.pages["/"].identity.body.decode()
    assert (">Posts</a>" in body, "The author" in body) == (True, True)


def test_a_page_has_the_direction_of_its_language(make: Make) -> None:
    edition = make({
        "site.yaml": "title: A\nlang: ar\n",
        "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\na\n",
        "b.md": "---\ntitle: B\ndate: 2026-01-02\nlang: en\ndescription: About b.\n---\n\nb\n",
    })  # fmt: skip
    arabic, english, home = (edition.pages[path].identity.body.decode() for path in ("/blog/a", "/blog/b", "/"))
    assert '<html lang="ar" dir="rtl">' in arabic
    assert '<html lang="en">' in english
    assert 'href="/blog/b" hreflang="en" lang="en" dir="ltr">B</a>' in home
    assert 'href="/blog/a">A</a>' in home
    assert re.search('<p class="[^"]*p-summary" lang="en" dir="ltr">About b.</p>', home)


def test_words_in_another_language_than_the_page_say_so(make: Make) -> None:
    edition = make({"site.yaml": "title: A\nlang: he\n", "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\na\n"})
    page = edition.pages["/blog/a"].identity.body.decode()
    assert '<html lang="he" dir="rtl">' in page
    assert [f'<{element} lang="en" dir="ltr"' in page for element in ('a class="skip"', 'header class="top"')] == [
        True
    ] * 2


PAIR = {
    "site.yaml": "title: A\nlang: en\n",
    "a.md": "---\ntitle: A\ndate: 2026-01-01\ntags: [one]\n---\n\na\n",
    "a.de.md": "---\ntitle: B\ndate: 2026-01-02\nslug: be\ntags: [zwei]\n---\n\nb\n",
    "a.ar.md": "---\ntitle: C\ndate: 2026-01-03\n---\n\nc\n",
    "alone.md": "---\ntitle: D\ndate: 2026-01-04\ntags: [one]\n---\n\nd\n",
}


@pytest.fixture(scope="module")
def pair(make: Make) -> Callable[[str], str]:
    edition = make(PAIR)
    return lambda path: edition.pages[path].identity.body.decode()


@pytest.mark.parametrize("path", ["/blog/a", "/blog/be", "/blog/a-ar"])
def test_every_translation_names_all_of_them(pair: Callable[[str], str], path: str) -> None:
    found = re.findall(r'<link rel="alternate" hreflang="(.*?)" href="(.*?)">', pair(path))
    origin = "https://b.example/blog"
    assert found == [
        ("en", f"{origin}/a"),
        ("x-default", f"{origin}/a"),
        ("ar", f"{origin}/a-ar"),
        ("de", f"{origin}/be"),
    ]


def test_a_text_links_to_its_translations_in_their_own_words(pair: Callable[[str], str]) -> None:
    (nav,) = re.findall('<nav class="facts translations".*?</nav>', pair("/blog/be"))
    assert 'aria-label="Übersetzungen"><p>Auch auf ' in nav
    assert re.findall(r'<a href="(.*?)" rel="alternate" hreflang="(.*?)" lang="(.*?)"( dir=".*?")?>(.*?)</a>', nav) == [
        ("/blog/a", "en", "en", "", "English"),
        ("/blog/a-ar", "ar", "ar", ' dir="rtl"', "العربية"),
    ]


def test_a_text_without_a_translation_has_no_switcher(pair: Callable[[str], str]) -> None:
    assert ("translations" in pair("/blog/alone"), "x-default" in pair("/blog/alone")) == (False, False)


def test_tags_of_one_language_have_their_own_pages(pair: Callable[[str], str]) -> None:
    assert 'href="/blog/be" hreflang="de" lang="de">B</a>' in pair("/blog/tag/zwei")
    assert "/blog/be" not in pair("/blog/tag/one")


def test_the_sitemap_and_feeds_name_translations(pair: Callable[[str], str]) -> None:
    sitemap = pair("/sitemap.xml")
    assert sitemap.count('<xhtml:link rel="alternate" hreflang="de" href="https://b.example/blog/be" />') == 3
    assert sitemap.count('hreflang="x-default" href="https://b.example/blog/a"') == 3
    assert 'xmlns:xhtml="http://www.w3.org/1999/xhtml"' in sitemap
    assert '<link rel="alternate" type="text/html" hreflang="de" href="https://b.example/blog/be" />' in pair(
        "/atom.xml"
    )
    assert '<atom:link rel="alternate" type="text/html" hreflang="de" href="https://b.example/blog/be" />' in pair(
        "/rss"
    )


def test_json_feed_names_translations_in_an_extension(pair: Callable[[str], str]) -> None:
    items = {item["url"]: item for item in json.loads(pair("/feed.json"))["items"]}
    links = [
        {"language": "ar", "url": "https://b.example/blog/a-ar"},
        {"language": "de", "url": "https://b.example/blog/be"},
    ]
    assert items["https://b.example/blog/a"]["_translations"] == {"links": links}
    assert "_translations" not in items["https://b.example/blog/alone"]


def test_a_site_without_translations_has_a_plain_sitemap(make: Make) -> None:
    edition = make({"a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\na\n"})
    assert "xhtml" not in edition.pages["/sitemap.xml"].identity.body.decode()


def test_a_preview_names_no_translation(make: Make) -> None:
    secret = {
        "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\na\n",
        "a.de.md": "---\ntitle: B\ndraft: true\n---\n\nb\n",
    }
    edition = make(secret, preview_key="k" * 32)
    assert "a-de" not in edition.pages["/blog/a"].identity.body.decode()
