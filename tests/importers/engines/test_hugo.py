"""Sites of Hugo."""

import pytest

from tests.importers.conftest import Import, Titles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
SITE = {
    "hugo.toml": 'baseURL = "https://old.example/"\ntitle = "Notes"\nlanguageCode = "en-us"\n[permalinks]\nposts = "/:year/:month/:slug/"\n[markup]\nx = 1\n',
    "content/posts/hello.md": '+++\ntitle = "Hello"\ndate = 2019-01-02T10:00:00+01:00\nlastmod = 2019-02-01\nslug = "hi-there"\naliases = ["/was/hello/", "near"]\ncategories = ["Code"]\ntags = ["a"]\n[cover]\nimage = "/img/x.svg"\nalt = "A dot"\n+++\nWords.\n',
    "content/posts/bundle/index.md": (
        '---\ntitle: Bundle\ndate: 2019-03-04\n---\n![p](p.svg) {{< figure src="p.svg" alt="P" caption="The P" >}}\n'
        '[to]({{< ref "hello.md" >}}) [rel]({{% relref "../about" %}})\n{{< youtube dQw4w9WgXcQ >}}\n{{< gallery x >}}\n`{{</* kept */>}}`\n'
    ),
    "content/posts/bundle/p.svg": SVG,
    "content/posts/bundle/part.md": "A part.\n",
    "content/posts/bonjour.fr.md": "---\ntitle: Bonjour\ndate: 2019-05-06\n---\nMots.\n",
    "content/about.md": "---\ntitle: About\nweight: 3\n---\nWho.\n",
    "content/old.md": "---\ntitle: Old\nurl: /archive/2018/\n---\nOld.\n",
    "content/posts/below.md": "---\ntitle: Below\ndate: 2018-01-02\nurl: /archive/2018/below.html\n---\nOld.\n",
    "content/json.md": '{\n  "title": "Json",\n  "draft": true\n}\n\nWords.\n',
    "content/_index.md": "---\ntitle: Home\n---\n",
    "static/img/x.svg": SVG,
    "public/posts/hello/index.md": "no",
}  # fmt: skip


async def test_every_old_address_leads_to_its_text(imported: Import, titles: Titles) -> None:
    site = imported(SITE)
    assert site.errors == []
    wanted = {
        "/2019/01/hi-there/": "Hello",
        "/was/hello/": "Hello",
        "/2019/01/near": "Hello",
        "/2019/03/bundle/": "Bundle",
        "/fr/2019/05/bonjour/": "Bonjour",
        "/about/": "About",
        "/archive/2018/below.html": "Below",
    }
    assert await titles(site, wanted) == wanted


def test_texts_pictures_and_settings_are_carried_over(imported: Import) -> None:
    site = imported(SITE)
    assert {
        "hi-there.md",
        "bundle.md",
        "bonjour.md",
        "pages/about.md",
        "pages/old.md",
        "pages/json.md",
        "images/bundle/p.svg",
        "static/img/x.svg",
    } <= site.files
    hello = site.text("hi-there.md")
    assert "date: 2019-01-02 10:00:00+01:00\nupdated: 2019-02-01\n" in hello
    assert 'tags: ["a", "Code"]' in hello
    assert 'image: "/img/x.svg"\nimage_alt: "A dot"\n' in hello
    assert 'lang: "fr"' in site.text("bonjour.md")
    assert "draft: true" in site.text("pages/json.md")


def test_shortcodes_with_a_markdown_form_get_it_and_the_rest_is_reported(imported: Import) -> None:
    site = imported(SITE)
    text = site.text("bundle.md")
    assert "![p](images/bundle/p.svg) ![P](<images/bundle/p.svg>)\n\n*The P*" in text
    assert "[to](hi-there.md) [rel](pages/about.md)" in text
    assert "<https://www.youtube.com/watch?v=dQw4w9WgXcQ>" in text
    assert "`{{< kept >}}`" in text
    assert "bundle/index.md:8: '{{< gallery x >}}' is a shortcode" in site.lines
    assert "bundle/part.md:1: is a part of the text in index.md" in site.lines
    assert "_index.md:1: is the text of a list" in site.lines
    assert "about.md:1: order '3' counts only within a series" in site.lines


async def test_each_language_may_have_a_folder(imported: Import, titles: Titles) -> None:
    config = "baseURL = 'https://old.example'\ndefaultContentLanguage = 'en'\n[languages.en]\ncontentDir = 'content/en'\n[languages.fr]\ncontentDir = 'content/fr'\n"
    text = "---\ntitle: {}\ndate: 2019-01-02\n---\nx\n"
    site = imported(
        {"hugo.toml": config, "content/en/posts/a.md": text.format("One"), "content/fr/posts/b.md": text.format("Deux")}
    )
    assert await titles(site, ["/posts/a/", "/fr/posts/b/"]) == {"/posts/a/": "One", "/fr/posts/b/": "Deux"}
    assert 'lang: "fr"' in site.text("b.md")


def test_an_address_of_the_service_is_reported(imported: Import) -> None:
    assert "the old address '/archive/2018/' is not kept: it is among the service's own paths" in imported(SITE).lines


@pytest.mark.parametrize(
    ("config", "address"),
    [
        pytest.param("baseURL = 'https://old.example/site/'", "/site/posts/2019-01-02-a/", id="prefix"),
        pytest.param("baseURL = 'x'\nuglyURLs = true", "/posts/2019-01-02-a.html", id="ugly"),
        pytest.param("baseURL = 'x'\n[frontmatter]\ndate = [':filename']", "/posts/a/", id="date-in-name"),
        pytest.param("baseURL = 'x'\n[permalinks.page]\nposts = '/:section/:filename/'", "/posts/2019-01-02-a/", id="page"),
        pytest.param("baseURL = 'x'\ndefaultContentLanguageInSubdir = true", "/en/posts/2019-01-02-a/", id="language"),
    ],
)  # fmt: skip
async def test_addresses_of_the_configuration(imported: Import, titles: Titles, config: str, address: str) -> None:
    site = imported(
        {"config.toml": config, "content/posts/2019-01-02-a.md": "---\ntitle: A\ndate: 2019-01-02\n---\nA\n"}
    )
    assert await titles(site, [address]) == {address: "A"}


async def test_the_default_language_has_the_name_and_titles_make_slugs(imported: Import, titles: Titles) -> None:
    files = {
        "hugo.toml": "baseURL = 'https://old.example'\nlanguageCode = 'en-us'\n[permalinks]\nposts = '/:year/:slug/'\n[languages.en]\n[languages.fr]\n",
        "content/posts/b/index.fr.md": "---\ntitle: Le B\ndate: 2020-01-02\n---\nx\n",
        "content/posts/b/index.md": "---\ntitle: \"Don't panic: B\"\ndate: 2020-01-02\n---\nx\n",
        "content/notes/My Note.md": "---\ntitle: My note\ndate: 2020-01-02\n---\nx\n",
    }  # fmt: skip
    site = imported(files)
    assert site.files >= {"b.md", "b-fr.md", "my-note.md"}
    addresses = {"/2020/dont-panic-b/": "Don&#39;t panic: B", "/fr/2020/le-b/": "Le B", "/notes/my-note/": "My note"}
    assert await titles(site, addresses) == addresses
