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
    assert site.text("site.yaml") == 'title: "Notes"\ntimezone: "Europe/Berlin"\n'


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
