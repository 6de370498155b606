"""What an import reads of a site as a whole, for site.yaml."""

import time

import pytest

from blog.importers.javascript_literals import literals
from tests.conftest import Files
from tests.importers.conftest import Import

TEXT = "---\ntitle: A\ndate: 2020-01-02\n---\n[home](https://old.example/blog/b) and [b](/blog/b)\n"
OTHER = TEXT.replace("title: A", "title: B")
ASTRO: Files = {"src/content/blog/a.md": TEXT, "src/content/blog/b.md": OTHER}
NEXT: Files = {"next.config.js": "module.exports = {}\n", "data/blog/a.mdx": TEXT, "data/blog/b.mdx": OTHER}
ELEVENTY: Files = {".eleventy.js": "module.exports = {}\n", "blog/a.md": TEXT, "blog/b.md": OTHER}
NOTES = 'title: "Ada\'s notes"\ndescription: "What was seen."\nauthor: "Ada"\nlang: "en-GB"\n'


@pytest.mark.parametrize(
    ("files", "written"),
    [
        pytest.param(
            {
                **ASTRO, "astro.config.mjs": "export default defineConfig({ site: 'https://old.example', markdown: { smartypants: false } });\n",
                "src/consts.ts": "// title: 'No'\nexport const SITE_TITLE = 'Ada\\'s notes';\nexport const SITE_DESCRIPTION = `What was seen.`;\n"
                "export const SITE_LANG = 'en-GB';\nexport const SITE_AUTHOR: string = 'No';\nexport const AUTHOR = 'Ada';\n",
            },
            NOTES, id="astro-constants",
        ),
        pytest.param(
            {
                **ASTRO, "astro.config.ts": "export default defineConfig({});\n",
                "src/config.ts": "export const SITE = {\n  website: 'https://old.example/',\n  author: 'Ada',\n  desc: 'What was seen.',\n  title: \"Ada's notes\",\n  lang: 'en-GB',\n  timezone: 'Asia/Tokyo',\n};\n",
            },
            NOTES + 'timezone: "Asia/Tokyo"\nmarkdown: {smart: true}\n', id="astro-object",
        ),
        pytest.param(
            {
                **NEXT, "data/siteMetadata.js": "const siteMetadata = {\n  title: \"Ada's notes\",\n  author: 'Ada',\n  description: 'What was seen.',\n  language: 'en-GB',\n  siteUrl: 'https://old.example',\n};\nmodule.exports = siteMetadata;\n",
            },
            NOTES, id="next-site-metadata",
        ),
        pytest.param(
            {
                **NEXT, "app/layout.tsx": "import x from 'title';\nexport const metadata: Metadata = {\n  metadataBase: new URL('https://old.example'),\n  title: { default: \"Ada's notes\", template: '%s' },\n  description: 'What was seen.',\n};\nconst y = { author: 'No' };\n",
                "package.json": '{"name": "no-title", "description": "No", "author": "Ada <ada@example.org>", "homepage": "https://old.example"}',
            },
            NOTES.replace('lang: "en-GB"\n', ""), id="next-layout-and-package",
        ),
        pytest.param(
            {
                **ELEVENTY, "_data/metadata.js": "export default {\n\ttitle: \"Ada's notes\",\n\turl: 'https://old.example/',\n\tlanguage: 'en-GB',\n\tdescription: 'What was seen.',\n\tauthor: {\n\t\tname: 'Ada',\n\t\temail: 'x',\n\t}\n}\n",
            },
            NOTES, id="eleventy-script",
        ),
        pytest.param(
            {
                **ELEVENTY, ".eleventy.js": "module.exports = c => c.setLibrary('md', markdownIt({ html: true, typographer: true }));\n",
                "_data/site.json": '{"title": "Ada\'s notes", "url": "https://old.example", "lang": "en-GB", "description": "What was seen.", "author": {"name": "Ada"}}',
            },
            NOTES + "markdown: {smart: true}\n", id="eleventy-json",
        ),
    ],
)  # fmt: skip
def test_title_description_author_language_and_origin_are_read_where_they_are_plain_texts(
    imported: Import, files: Files, written: str
) -> None:
    site = imported(files)
    assert site.text("site.yaml") == written
    name = next(name for name in site.files if name.startswith("a."))
    assert "[home](b.md" in site.text(name)
    assert "serve with BLOG_BASE_URL=https://old.example\n" in f"{site.lines}\n"


def test_values_that_are_computed_are_left_out(imported: Import) -> None:
    config = "export const SITE = { title: `Notes of ${year}`, description: t('about'), website: process.env.SITE };\n"
    files = {
        **ASTRO,
        "astro.config.mjs": "export default { markdown: { smartypants: false } };\n",
        "src/config.ts": config,
    }
    assert "site.yaml" not in imported(files).files


@pytest.mark.parametrize("piece", ["/*", "a: ", "a: '", "author: {", "export const metadata = {\n", "a" * 50, "// x\n"])
def test_texts_in_scripts_are_found_in_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * (count // len(piece))
        times = []
        for _ in range(3):
            started = time.process_time()
            literals(text)
            times.append(time.process_time() - started)
        return min(times)

    assert seconds(160_000) < 30 * max(seconds(20_000), 0.001)


HUGO, JEKYLL = {"content/posts/a.md": TEXT}, {"_posts/2020-01-02-a.md": TEXT}
PELICAN = {"content/a.md": "Title: A\nDate: 2020-01-02\n\nWords.\n"}


@pytest.mark.parametrize(
    ("files", "is_smart"),
    [
        pytest.param({**HUGO, "hugo.toml": "title = 'A'\n"}, True, id="hugo"),
        pytest.param({**HUGO, "hugo.toml": "title = 'A'\n[markup.goldmark.extensions]\ntypographer = false\n"}, False, id="hugo-off"),
        pytest.param({**HUGO, "hugo.yaml": "title: A\nmarkup: {goldmark: {extensions: {typographer: {disable: true}}}}\n"}, False, id="hugo-disabled"),
        pytest.param({**JEKYLL, "_config.yml": "title: A\n"}, True, id="jekyll"),
        pytest.param({**JEKYLL, "_config.yml": "title: A\nkramdown: {smart_quotes: [apos, apos, quot, quot]}\n"}, False, id="jekyll-off"),
        pytest.param({**JEKYLL, "_config.yml": "title: A\nmarkdown: CommonMarkGhPages\n"}, False, id="jekyll-commonmark"),
        pytest.param({**PELICAN, "pelicanconf.py": "SITENAME = 'A'\n"}, False, id="pelican"),
        pytest.param({**PELICAN, "pelicanconf.py": "SITENAME = 'A'\nTYPOGRIFY = True\n"}, True, id="pelican-typogrify"),
        pytest.param({**PELICAN, "pelicanconf.py": "SITENAME = 'A'\nMARKDOWN = {'extension_configs': {'markdown.extensions.smarty': {}}}\n"}, True, id="pelican-smarty"),
        pytest.param({"content/a.md": TEXT, "config.toml": "base_url = 'x'\ntitle = 'A'\n"}, False, id="zola"),
        pytest.param({"content/a.md": TEXT, "config.toml": "base_url = 'x'\ntitle = 'A'\n[markdown]\nsmart_punctuation = true\n"}, True, id="zola-on"),
    ],
)  # fmt: skip
def test_quotes_are_typographic_only_where_they_were(imported: Import, files: Files, *, is_smart: bool) -> None:
    site = imported(files)
    assert ("markdown: {smart: true}\n" in site.text("site.yaml")) is is_smart
    assert site.errors == []
