"""Markdown of programs that have fewer extensions, or others, looks as it did."""

import re
from html import unescape

import pytest

from blog.content.loader import load
from tests.importers.conftest import Import, Imported

CONFIGURATIONS = {
    "jekyll": {"_config.yml": "title: A\n"},
    "hugo": {"hugo.toml": "baseURL = 'https://a.example'\n"},
    "zola": {"config.toml": "base_url = 'https://a.example'\n"},
    "astro": {"astro.config.mjs": "export default {}\n"},
    "pelican": {"pelicanconf.py": "SITENAME = 'A'\n"},
    "eleventy": {".eleventy.js": "module.exports = {}\n"},
}
NAMES = {
    "jekyll": "_posts/2026-03-01-a.md", "hugo": "content/posts/a.md", "zola": "content/a.md", "astro": "src/content/blog/a.md",
    "pelican": "content/a.md", "eleventy": "posts/a.md",
}  # fmt: skip


def post(body: str, engine: str = "", more: str = "") -> str:
    if engine == "zola":
        return f'+++\ntitle = "T"\ndate = 2026-03-01\n+++\n{body}\n'
    return f"---\ntitle: T\ndate: 2026-03-01\n{more}---\n{body}\n"


def shown(imported: Import, engine: str, body: str, more: str = "", **files: str) -> str:
    """The words of the only post, and the elements that only extensions make."""
    site = imported({**CONFIGURATIONS[engine], **files, NAMES[engine]: post(body, engine, more)})
    (text,) = load(site.posts).library.posts
    markup = re.sub(r"<(/?(?:mark|sup|dl|abbr|math|nav)\b|div class=\"alert)", r"[\1", text.document.markup)
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", markup)).replace("\0", "~").split())


def written(site: Imported) -> str:
    (name,) = (name for name in site.files if name.endswith((".md", ".mdx")))
    return site.text(name)


@pytest.mark.parametrize("engine", CONFIGURATIONS)
@pytest.mark.parametrize(
    "body",
    ["a ==b== c", "x^2^", "[[page]]", "$5/$6 and $a$", ":tada:", ":::note\na\n:::", "[TOC]", "![[a.png]]", "a :+1: $x^2$ ==b=="],
)  # fmt: skip
def test_what_a_program_has_not_is_shown_as_it_was(imported: Import, engine: str, body: str) -> None:
    assert shown(imported, engine, body) == " ".join(body.split())


@pytest.mark.parametrize(
    ("engine", "body"),
    [
        ("jekyll", "HTML\n\n*[HTML]: Hyper"),
        ("jekyll", "a\n: b"),
        ("hugo", "a\n: b"),
        ("pelican", "HTML\n\n*[HTML]: Hyper"),
    ],
)
def test_what_a_program_has_stays_on(imported: Import, engine: str, body: str) -> None:
    site = imported({**CONFIGURATIONS[engine], NAMES[engine]: post(body)})
    assert "markdown:" not in written(site)


@pytest.mark.parametrize(
    ("engine", "body", "files"),
    [
        ("jekyll", "$x^2$", {"_includes/head.html": "<script src='https://cdn.example/MathJax.js'></script>"}),
        ("jekyll", ":tada:", {"_config.yml": "plugins: [jemoji]\n"}),
        ("hugo", ":tada:", {"hugo.toml": "baseURL = 'https://a.example'\nenableEmoji = true\n"}),
        ("hugo", "$x^2$", {"layouts/partials/math.html": "katex.min.js"}),
        ("astro", "$x^2$", {"package.json": '{"dependencies": {"remark-math": "6"}}'}),
        ("eleventy", "a ==b==", {"package.json": '{"devDependencies": {"markdown-it-mark": "4"}}'}),
        ("pelican", "!!! note\n    a", {"pelicanconf.py": "MARKDOWN = {'extensions': ['admonition']}\n"}),
    ],
)
def test_an_extension_that_a_site_uses_stays_on(
    imported: Import, engine: str, body: str, files: dict[str, str]
) -> None:
    site = imported({**CONFIGURATIONS[engine], **files, NAMES[engine]: post(body)})
    assert "markdown:" not in written(site)


def test_a_text_that_asks_for_formulas_has_them(imported: Import) -> None:
    files = {**CONFIGURATIONS["jekyll"], NAMES["jekyll"]: post("$x^2$", more="mathjax: true\n")}
    assert "markdown:" not in imported(files).text("a.md")


def test_texts_that_look_the_same_get_no_switch(imported: Import) -> None:
    body = "`==a==` costs $5, a^b, 2 == 2, 10:30:20, x[[0]]\n\n```\n$a$ [[b]]\n!!! note\n```"
    site = imported({**CONFIGURATIONS["jekyll"], NAMES["jekyll"]: post(body)})
    assert "markdown:" not in written(site)
    assert "mean something here alone" not in site.lines


def test_what_is_turned_off_is_reported(imported: Import) -> None:
    site = imported({**CONFIGURATIONS["jekyll"], NAMES["jekyll"]: post("a ==b==")})
    assert "markdown: {mark: false}\n" in site.text("a.md")
    assert "_posts/2026-03-01-a.md:5: uses characters that mean something here alone; off in it: mark" in site.lines
