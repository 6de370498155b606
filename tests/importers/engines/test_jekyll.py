"""Sites of Jekyll."""

import pytest

from tests.importers.conftest import Import, Titles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
POST = "---\ntitle: Hello\ncategories: Code web\ntags: [a, code]\n---\nWords.\n"
SITE = {
    "_config.yml": "title: Notes\nurl: https://old.example\nbaseurl: /notes\ntimezone: Europe/Berlin\ndefaults:\n- scope: {path: '', type: pages}\n  values: {layout: x}\n",
    "_posts/2019-01-02-Hello-World.md": POST,
    "_posts/2019-02-03-other.markdown": (
        "---\ntitle: Other\ndate: 2019-02-03 22:00:00\nredirect_from:\n- /was/other/\n---\n"
        "See [it]({% post_url 2019-01-02-Hello-World %}#part), [this]({{ site.baseurl }}/about.html), ![x]({{ '/img/x.svg' | relative_url }})\n\n"
        "![y](/assets/y.svg)\n\n{% highlight ruby %}\nputs `x` # {% raw %}{{ y }}{% endraw %}\n{% endhighlight %}\n\n{% include video.html %}\n"
    ),
    "_drafts/idea.md": "---\ntitle: Idea\n---\nSoon.\n",
    "about.md": "---\ntitle: About\n---\nWho.\n",
    "index.html": "---\nlayout: home\n---\n{{ content }}\n",
    "README.md": "# Not a page\n",
    "img/x.svg": SVG,
    "assets/y.svg": SVG,
    "_site/2019/old.md": POST,
}  # fmt: skip


async def test_every_old_address_leads_to_its_text(imported: Import, titles: Titles) -> None:
    site = imported(SITE)
    assert site.errors == []
    assert await titles(
        site, ["/notes/code/web/2019/01/02/Hello-World.html", "/notes/2019/02/03/other.html", "/notes/was/other/", "/notes/about.html"]
    ) == {
        "/notes/code/web/2019/01/02/Hello-World.html": "Hello",
        "/notes/2019/02/03/other.html": "Other",
        "/notes/was/other/": "Other",
        "/notes/about.html": "About",
    }  # fmt: skip


def test_texts_pictures_and_settings_are_carried_over(imported: Import) -> None:
    site = imported(SITE)
    assert site.files == {
        "site.yaml", "hello-world.md", "other.md", "idea.md", "pages/about.md", "static/img/x.svg", "images/assets/y.svg",
    }  # fmt: skip
    assert 'tags: ["a", "code", "web"]' in site.text("hello-world.md")
    assert "date: 2019-02-03 22:00:00+01:00" in site.text("other.md")
    assert "draft: true" in site.text("idea.md")
    assert site.text("site.yaml") == 'title: "Notes"\ntimezone: "Europe/Berlin"\nmarkdown: {smart: true}\n'


def test_liquid_with_a_markdown_form_gets_it_and_the_rest_is_reported(imported: Import) -> None:
    site = imported(SITE)
    text = site.text("other.md")
    assert "[it](hello-world.md#part)" in text
    assert "[this](pages/about.md)" in text
    assert "![x](/img/x.svg)" in text
    assert "![y](images/assets/y.svg)" in text
    assert "```ruby\nputs `x` # {{ y }}\n```" in text
    assert "other.markdown:15: '{% include video.html %}' is a template tag" in site.lines
    assert "index.html:1: is a template of the site" in site.lines


@pytest.mark.parametrize(
    ("permalink", "address"),
    [
        pytest.param("pretty", "/code/web/2019/01/02/hello-world/", id="pretty"),
        pytest.param("ordinal", "/code/web/2019/002/hello-world.html", id="ordinal"),
        pytest.param("none", "/code/web/hello-world.html", id="none"),
        pytest.param("/:year/:i_month/:slug", "/2019/1/hello-world", id="own"),
        pytest.param("/a:output_ext/:short_year-:title/", "/a.html/19-hello-world/", id="words-behind-each-other"),
    ],
)
async def test_permalinks_of_the_configuration(imported: Import, titles: Titles, permalink: str, address: str) -> None:
    site = imported({"_config.yml": f"permalink: {permalink}\n", "_posts/2019-01-02-hello-world.md": POST})
    assert await titles(site, [address]) == {address: "Hello"}


def test_a_permalink_with_an_unknown_word_is_reported(imported: Import) -> None:
    site = imported({"_config.yml": "permalink: /:galaxy/:title\n", "_posts/2019-01-02-hello.md": POST})
    assert "permalink '/:galaxy/:title' has a word without a value here, 'galaxy'" in site.lines


def test_a_broken_configuration_is_reported_and_defaults_are_assumed(imported: Import) -> None:
    site = imported({"_config.yml": "title: [\n", "_posts/2019-01-02-hello.md": POST})
    assert "_config.yml:" in site.lines
    assert "hello.md" in site.files


async def test_collections_with_pages_are_carried_over(imported: Import, titles: Titles) -> None:
    files = {
        "_config.yml": "url: https://old.example\ncollections:\n  recipes: {output: true}\n  films:\n    output: true\n    permalink: /seen/:title/\n  notes: {output: false}\n",
        "_recipes/soup.md": "---\ntitle: Soup\n---\nHot.\n",
        "_recipes/cold/ice.md": "---\ntitle: Ice\n---\nCold.\n",
        "_films/a-film.md": "---\ntitle: A film\ndate: 2019-01-02\n---\nSeen.\n",
        "_notes/hidden.md": "---\ntitle: Hidden\n---\nx\n",
    }  # fmt: skip
    site = imported(files)
    assert site.files == {"site.yaml", "pages/soup.md", "pages/ice.md", "a-film.md"}
    assert "_notes/hidden.md:1: _notes/ is a collection without pages of its own" in site.lines
    addresses = {"/recipes/soup.html": "Soup", "/recipes/cold/ice.html": "Ice", "/seen/a-film/": "A film"}
    assert await titles(site, addresses) == addresses


def test_a_home_page_of_a_template_alone_is_not_carried_over(imported: Import) -> None:
    site = imported({**SITE, "index.md": "---\nlayout: home\n---\n"})
    assert "pages/home.md" not in site.files
    assert "index.md:1: is a home page without words; the home page is generated here" in site.lines


def test_footnotes_are_no_links(imported: Import) -> None:
    site = imported({**SITE, "_posts/2020-01-01-note.md": "---\ntitle: N\n---\na[^1]\n\n[^1]: /about.html is gone\n"})
    assert "[^1]: /about.html is gone" in site.text("note.md")
