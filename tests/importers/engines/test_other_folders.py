"""Sites of Zola, Astro, Next.js, Pelican and Eleventy."""

import pytest

from tests.conftest import Files
from tests.importers.conftest import Import, Titles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
ZOLA: Files = {
    "config.toml": 'base_url = "https://old.example"\ntitle = "Notes"\ndefault_language = "de"\n',
    "content/blog/2019-01-02-hello.md": '+++\ntitle = "Hello"\nupdated = 2019-02-03\naliases = ["was/hello"]\n[taxonomies]\ntags = ["a"]\ncategories = ["B"]\n[extra]\nmood = "x"\n+++\n[to](@/blog/set/index.md#x) {{ youtube(id="dQw4w9WgXcQ") }}\n\n{% quote(author="x") %}y{% end %}\n',
    "content/blog/set/index.md": '+++\ntitle = "Set"\ndate = 2019-03-04\npath = "elsewhere/set"\n+++\n![p](p.svg)\n\n## x\n',
    "content/blog/set/p.svg": SVG,
    "content/about.en.md": '+++\ntitle = "About"\n+++\nWho.\n',
    "content/_index.md": "+++\n+++\n",
}  # fmt: skip
ASTRO: Files = {
    "astro.config.mjs": "export default defineConfig({ site: 'https://old.example', base: '/base' });",
    "src/content/blog/hello.mdx": "---\ntitle: Hello\npubDate: Jan 2 2019\nheroImage: ../../assets/h.svg\nheroImageAlt: H\n---\nimport X from '../X.astro'\n\n<X client:load />\n\n{/* note */}\n\n[page](/base/about/) ![h](/h.svg)\n",
    "src/content/blog/deep/index.md": "---\ntitle: Deep\npubDate: 2019-02-03\nslug: given\n---\nWords.\n",
    "src/pages/about.md": "---\ntitle: About\nlayout: ../x.astro\n---\nWho.\n",
    "src/assets/h.svg": SVG,
    "public/h.svg": SVG,
}  # fmt: skip
NEXT: Files = {
    "next.config.js": "module.exports = {}",
    "content/posts/hello.mdx": "---\ntitle: Hello\npublishedAt: '2019-01-02'\nsummary: In short.\nimage: /p.svg\n---\nWords ![p](/p.svg)\n",
    "app/notes/(group)/deep/page.mdx": "export const metadata = {\n  title: 'Deep',\n  date: \"2019-03-04\",\n  tags: ['a', 'b'],\n};\n\n# Deep\n\nWords.\n",
    "pages/about.mdx": "---\ntitle: About\n---\nWho.\n",
    "public/p.svg": SVG,
}  # fmt: skip
PELICAN: Files = {
    "pelicanconf.py": "import os\nos.system('touch run')\nSITENAME = 'Notes'\nSITEURL = 'https://old.example'\nPATH = 'content'\nTIMEZONE = 'Europe/Paris'\nARTICLE_URL = 'posts/{date:%Y}/{date:%b}/{slug}/'\nDEFAULT_PAGINATION = 1 + 1\n",
    "content/code/hello.md": "Title: Hello\nDate: 2019-01-02 10:00\nTags: a, b\nSlug: hi\nSummary: In\n    short.\nAuthor: Ada\n\n[to]({filename}../other.md) ![p]({static}/images/p.svg) [doc]({attach}doc.pdf)\n",
    "content/code/doc.pdf": "%PDF-1.4\n",
    "content/other.md": "Title: Ångström & more\nDate: 2019-02-03\nStatus: hidden\n\nWords.\n",
    "content/old.rst": "Old\n###\n",
    "content/pages/about.md": "---\ntitle: About\n---\nWho.\n",
    "content/images/p.svg": SVG,
}  # fmt: skip
ELEVENTY: Files = {
    ".eleventy.js": "module.exports = c => ({ dir: { input: 'src' }, pathPrefix: '/p/' });",
    "src/posts/posts.json": '{"tags": ["posts"], "permalink": "/writing/{{ page.fileSlug }}/"}',
    "src/posts/2019-01-02-hello.md": "---\ntitle: Hello\ntags: [posts, css]\n---\n[to]({{ '/about/' | url }}) {% image 'x' %}\n\n![p](/img/p.svg)\n",
    "src/posts/given.md": "---\ntitle: Given\ndate: 2019-02-03\npermalink: \"/given/{{ page.date | date: '%Y' }}.html\"\n---\nWords.\n",
    "src/about.md": "---\ntitle: About\n---\nWho.\n",
    "src/hidden.md": "---\ntitle: Hidden\npermalink: false\n---\nWords.\n",
    "src/_includes/x.md": "no",
    "src/img/p.svg": SVG,
}  # fmt: skip
CASES = [
    pytest.param(ZOLA, {"/blog/hello/": "Hello", "/was/hello": "Hello", "/elsewhere/set/": "Set", "/en/about/": "About"}, id="zola"),
    pytest.param(ASTRO, {"/base/blog/hello/": "Hello", "/base/blog/given": "Deep", "/base/about/": "About"}, id="astro"),
    pytest.param(NEXT, {"/blog/hello": "Hello", "/posts/hello": "Hello", "/notes/deep": "Deep", "/about": "About"}, id="next"),
    pytest.param(PELICAN, {"/posts/2019/Jan/hi/": "Hello", "/pages/about.html": "About"}, id="pelican"),
    pytest.param(ELEVENTY, {"/p/writing/hello/": "Hello", "/p/given/2019.html": "Given", "/p/about/": "About"}, id="eleventy"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "wanted"), CASES)
async def test_every_old_address_leads_to_its_text(
    imported: Import, titles: Titles, files: Files, wanted: dict[str, str]
) -> None:
    site = imported(files)
    assert site.errors == []
    assert await titles(site, wanted) == wanted


def test_zola_links_tags_and_neighbours(imported: Import) -> None:
    site = imported(ZOLA)
    hello = site.text("hello.md")
    assert "[to](set.md#x) <https://www.youtube.com/watch?v=dQw4w9WgXcQ>" in hello
    assert 'tags: ["a", "B"]' in hello
    assert "![p](images/set/p.svg)" in site.text("set.md")
    assert 'lang: "en"' in site.text("pages/about.md")
    assert "'{% quote(author=\"x\") %}' is a shortcode" in site.lines
    assert "mood: not carried over" in site.lines


def test_astro_imports_are_removed_and_components_reported(imported: Import) -> None:
    site = imported(ASTRO)
    hello = site.text("hello.mdx")
    assert "import X" not in hello
    assert "note" not in hello
    assert "[page](pages/about.md) ![h](/h.svg)" in hello
    assert 'image: "images/hello/h.svg"\nimage_alt: "H"\n' in hello
    assert "hello.mdx:9: '<X client:load />' is a component" in site.lines


def test_next_metadata_may_be_an_export(imported: Import) -> None:
    deep = imported(NEXT).text("deep.mdx")
    assert 'title: "Deep"\ndate: 2019-03-04\ntags: ["a", "b"]\n' in deep
    assert "# Deep" not in deep
    assert "metadata" not in deep


def test_pelican_is_not_run_and_its_links_are_resolved(imported: Import) -> None:
    site = imported(PELICAN)
    hello = site.text("hi.md")
    assert not (site.source / "run").exists()
    assert "[to](angstrom-more.md) ![p](images/hi/p.svg) [doc](images/hi/doc.pdf)" in hello
    assert "date: 2019-01-02 10:00:00+01:00" in hello
    assert 'description: "In short."\ntags: ["a", "b", "code"]\n' in hello
    assert "unlisted: true" in site.text("angstrom-more.md")
    assert (
        "old.rst:1: .rst is not Markdown: convert it (pandoc --from rst --to gfm --output old.md old.rst), give it"
        in site.lines
    )
    assert site.report.failed


def test_eleventy_collections_are_no_tags(imported: Import) -> None:
    site = imported(ELEVENTY)
    hello = site.text("hello.md")
    assert 'tags: ["css"]' in hello
    assert "[to](pages/about.md)" in hello
    assert "draft: true" in site.text("pages/hidden.md")
    assert "tag 'posts' only put the text into a collection" in site.lines
    assert "is a template tag" in site.lines


async def test_names_in_addresses_are_those_of_each_program(imported: Import, titles: Titles) -> None:
    site = imported(
        {"pelicanconf.py": "SITENAME = 'A'\n", "content/a.md": "Title: Don't panic: Größe\nDate: 2020-01-02\n\nx\n"}
    )
    assert await titles(site, ["/dont-panic-grosse.html"]) == {"/dont-panic-grosse.html": "Don&#39;t panic: Größe"}


async def test_folders_in_addresses_are_those_of_each_program(imported: Import, titles: Titles) -> None:
    text = "---\ntitle: A\ndate: 2020-01-02\n---\nx\n"
    astro = imported({"astro.config.mjs": "export default {}\n", "src/content/blog/sub/My Nested.md": text})
    assert await titles(astro, ["/blog/sub/my-nested/"]) == {"/blog/sub/my-nested/": "A"}


async def test_a_file_named_like_its_folder_is_the_index_of_it(imported: Import, titles: Titles) -> None:
    text = "---\ntitle: A\ndate: 2020-01-02\n---\nx\n"
    site = imported({".eleventy.js": "module.exports = {}\n", "posts/fourth/fourth.md": text})
    assert await titles(site, ["/posts/fourth/"]) == {"/posts/fourth/": "A"}


async def test_zolas_names_are_in_ascii(imported: Import, titles: Titles) -> None:
    text = '+++\ntitle = "A"\ndate = 2020-01-02\n+++\nx\n'
    site = imported({"config.toml": "base_url = 'https://old.example'\n", "content/blog/Größe.md": text})
    assert await titles(site, ["/blog/grosse/"]) == {"/blog/grosse/": "A"}


def test_descriptions_of_authors_are_no_pages(imported: Import) -> None:
    site = imported(
        {
            "next.config.js": "module.exports = {}\n",
            "data/authors/default.mdx": "---\nname: Ada\n---\nWrites.\n",
            "data/blog/a.mdx": "---\ntitle: A\ndate: 2020-01-02\n---\nx\n",
        }
    )
    assert site.files == {"a.mdx"}
    assert "data/authors/default.mdx:1: describes an author, who has no page here" in site.lines
