"""Keys of front matter as other programs have them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from blog.content.file_names import FileName
from blog.content.front_matter import SYNONYMS, FrontMatter, FrontMatterError, Split, Writer, parse_front_matter, split

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def parse(text: str, date: str = "2026-03-01") -> FrontMatter:
    return parse_front_matter(Split(text), "post", name=FileName("hello", date, ""))


def toml(text: str) -> FrontMatter:
    return parse_front_matter(Split(text, dialect="toml"), "post", name=FileName("hello", "2026-03-01", ""))


def pelican(text: str) -> FrontMatter:
    return parse_front_matter(Split(text, dialect="pelican", first_line=1), "post")


def remarks(front_matter: FrontMatter) -> list[tuple[int, str]]:
    return [(remark.line, remark.problem) for remark in front_matter.remarks]


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [
        pytest.param("publishedAt: 2026-04-01", "date", datetime(2026, 4, 1, tzinfo=UTC), id="next"),
        pytest.param("pubDate: Apr 1 2026", "date", datetime(2026, 4, 1, tzinfo=UTC), id="astro"),
        pytest.param("pubDatetime: 2026-04-01T10:00:00Z", "date", datetime(2026, 4, 1, 10, tzinfo=UTC), id="astro-paper"),
        pytest.param("published: 2026-04-01", "date", datetime(2026, 4, 1, tzinfo=UTC), id="published-is-a-date"),
        pytest.param("PUBLISH_DATE: 2026-04-01", "date", datetime(2026, 4, 1, tzinfo=UTC), id="hugo-in-capitals"),
        pytest.param("date created: 2026-04-01T09:14:40+00:00", "date", datetime(2026, 4, 1, 9, 14, 40, tzinfo=UTC), id="obsidian"),
        pytest.param("date: 04/13/2026", "date", datetime(2026, 4, 13, tzinfo=UTC), id="american"),
        pytest.param("date: 13.04.2026 10:00", "date", datetime(2026, 4, 13, 10, tzinfo=UTC), id="german"),
        pytest.param("lastmod: 2026-04-01", "updated", datetime(2026, 4, 1, tzinfo=UTC), id="lastmod"),
        pytest.param("last_modified_at: 2026-04-01", "updated", datetime(2026, 4, 1, tzinfo=UTC), id="jekyll-updated"),
        pytest.param("modDatetime: 2026-04-01", "updated", datetime(2026, 4, 1, tzinfo=UTC), id="mod-datetime"),
        pytest.param("lastmod: 2020-01-01", "updated", None, id="before-the-date"),
        pytest.param("summary: Words", "description", "Words", id="summary"),
        pytest.param("excerpt: >\n  Two\n  lines", "description", "Two lines", id="excerpt"),
        pytest.param("spoiler: Words", "description", "Words", id="spoiler"),
        pytest.param("description: A\nsubtitle: B", "description", "A", id="own-key-first"),
        pytest.param("category: News", "tags", ["News"], id="category"),
        pytest.param("categories: [A, B]\ntags: [B, C]", "tags", ["B", "C", "A"], id="categories-and-tags"),
        pytest.param("categories: [[A, B], [C]]", "tags", ["A", "B", "C"], id="nested-categories"),
        pytest.param("tags: [{name: A, slug: a}]", "tags", ["A"], id="tags-as-tables"),
        pytest.param("tags: machine learning", "tags", ["machine learning"], id="one-tag-of-two-words"),
        pytest.param("layout: post\ntags: machine learning", "tags", ["machine", "learning"], id="jekyll-tags"),
        pytest.param("layout: post\ncategory: machine learning", "tags", ["machine learning"], id="jekyll-category"),
        pytest.param("layout: post\ntags: a b, c", "tags", ["a b", "c"], id="jekyll-with-commas"),
        pytest.param("taxonomies: {tags: [A], categories: B}", "tags", ["A", "B"], id="taxonomies"),
        pytest.param("tags:\n\t- A\n\t- B", "tags", ["A", "B"], id="hexo-tabs"),
        pytest.param("tags:\n\t- A\nx:\n\t\ty:\n\t\t\tz: 1", "tags", ["A"], id="hexo-more-tabs"),
        pytest.param("publish: false", "draft", True, id="obsidian-publish"),
        pytest.param("dg-publish: false", "draft", True, id="digital-garden"),
        pytest.param("dg-publish: true\npublish: true", "draft", False, id="digital-garden-published"),
        pytest.param("password:", "draft", False, id="hexo-without-a-password"),
        pytest.param("cover: false", "image", None, id="hexo-cover"),
        pytest.param("id: 531\nguid: http://example.org/?p=531", "id", "http://example.org/?p=531", id="wordpress-exporter"),
        pytest.param("id: 1049058", "id", None, id="dev"),
        pytest.param("published: false", "draft", True, id="unpublished"),
        pytest.param("published: true", "draft", False, id="published-is-a-switch"),
        pytest.param("draft: false\npublished: false", "draft", True, id="two-switches"),
        pytest.param("draft: true\npublished: true", "draft", True, id="two-switches-the-other-way"),
        pytest.param("status: Draft", "draft", True, id="status"),
        pytest.param("status: published", "draft", False, id="status-published"),
        pytest.param("private: true", "draft", True, id="private"),
        pytest.param("public: false", "draft", True, id="public"),
        pytest.param("isPublished: false", "draft", True, id="is-published"),
        pytest.param("isDraft: true", "draft", True, id="is-draft"),
        pytest.param("permalink: false", "draft", True, id="not-written"),
        pytest.param("series: [One]", "series", "One", id="series-list"),
        pytest.param("series: {title: One, order: 2}", "series", "One", id="series-table"),
        pytest.param("series: {title: One, order: 2}", "order", 2, id="order-in-a-series"),
        pytest.param("audio: [a.mp3]", "audio", "a.mp3", id="audio-list"),
        pytest.param("cover: {image: ''}", "image", None, id="empty-cover"),
        pytest.param("expiryDate: 2026-04-01", "expires", datetime(2026, 4, 1, tzinfo=UTC), id="expiry"),
        pytest.param("url: /a/b/", "permalink", "/a/b/", id="url"),
        pytest.param("path: a/b", "permalink", "a/b", id="zola-path"),
        pytest.param("redirect_from: /old/", "aliases", ["/old/"], id="redirect-from"),
        pytest.param("redirect_from: [/a]\naliases: [b]", "aliases", ["/blog/b", "/a"], id="both-aliases"),
        pytest.param("aliases: [2019/x/index.html, /caf%C3%A9]", "aliases", ["/2019/x/", "/café"], id="aliases-of-zola"),
        pytest.param("cover: a.png", "image", "a.png", id="cover"),
        pytest.param("cover: {image: a.png, alt: A}", "image", "a.png", id="cover-table"),
        pytest.param("cover: {image: a.png, alt: A}", "image_alt", "A", id="cover-table-alt"),
        pytest.param("ogImage: {url: /a.png}", "image", "/a.png", id="og-image"),
        pytest.param("images: [a.png, b.png]", "image", "a.png", id="first-image"),
        pytest.param("images: [{src: a.png, title: A}]", "image_alt", "A", id="first-image-table"),
        pytest.param("image: [a.png]", "image", "a.png", id="own-image-list"),
        pytest.param("images: []", "image", None, id="no-image"),
        pytest.param("featured_image: a.png\nalt: A", "image_alt", "A", id="alt"),
        pytest.param("author: Ada Lovelace", "authors", [Writer(name="Ada Lovelace")], id="author"),
        pytest.param("authors: [Ada, Bo]", "authors", [Writer(name="Ada"), Writer(name="Bo")], id="authors"),
        pytest.param("authors: Ada, Bo", "authors", [Writer(name="Ada"), Writer(name="Bo")], id="authors-as-text"),
        pytest.param("by: [{name: Ada, link: https://a.example}]", "authors", [Writer(name="Ada", url="https://a.example")], id="author-table"),
        pytest.param("author: {name: Ada, email: a@a.example}", "authors", [Writer(name="Ada")], id="author-with-mail"),
        pytest.param("weight: 3", "order", 3, id="weight"),
        pytest.param("locale: pt_BR", "lang", "pt-BR", id="locale"),
        pytest.param("canonicalURL: https://a.example/", "canonical", "https://a.example/", id="canonical"),
        pytest.param("extra: {cover: a.png, toc: true}", "image", "a.png", id="in-extra"),
        pytest.param("image: b.png\nextra: {image: a.png}", "image", "b.png", id="top-before-extra"),
        pytest.param("extra: {draft: true, url: /x}", "draft", False, id="not-in-extra"),
    ],
)  # fmt: skip
def test_a_key_of_another_program_is_understood(written: str, key: str, value: object) -> None:
    assert getattr(parse(f"title: T\n{written}\n"), key) == value


@pytest.mark.parametrize("key", [name for names in SYNONYMS.values() for name in names])
def test_every_synonym_means_something(key: str) -> None:
    value = "true" if SYNONYMS["draft"].count(key) else "2026-04-01"
    assert not any("unknown key" in problem for _, problem in remarks(parse(f"title: T\n{key}: {value}\n")))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("layout: post", "unknown key 'layout'; it has no meaning here, and is kept as post.extra", id="unknown"),
        pytest.param("titel: x", "unknown key 'titel'; did you mean title?", id="misspelled"),
        pytest.param("summary: x\nexcerpt: y", "excerpt is not used: summary is given too", id="two-meanings"),
        pytest.param("pubDate: soon", "pubDate: 'soon' is not a date: ", id="date"),
        pytest.param("lastmod: :git", "lastmod: ':git' is not a date: ", id="updated"),
        pytest.param("lastmod: 2020-01-01", "lastmod is ignored: 2020-01-01 is earlier than the date, 2026-03-01", id="before"),
        pytest.param("series: [One, Two]", "series: a text is part of one series", id="two-series"),
        pytest.param("redirect_to: /x", "unknown key 'redirect_to'; it has no meaning here", id="spelled-alike"),
        pytest.param("date: 2026-03-01\npublishDate: soon", "publishDate is ignored: 'soon' is not a date", id="publish-date"),
        pytest.param("status: evergreen", "status: 'evergreen' is neither true nor false; it is ignored", id="status"),
        pytest.param("publish: true\nstatus: Creation", "status: 'Creation' is neither true nor false", id="the-switch-that-is-wrong"),
        pytest.param("language: english", "language: 'english' is not a language tag", id="language"),
        pytest.param("weight: 1.5", "weight: '1.5' is not a whole number", id="weight"),
        pytest.param("cover: {color: red}", "cover: {'color': 'red'} is no picture: give a path, or {src: path, alt: text}; it is ignored", id="cover"),
        pytest.param("categories: ['!?']", "categories: '!?' has neither a letter nor a digit; it is ignored", id="tag"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_a_remark(written: str, said: str) -> None:
    front_matter = parse(f"title: T\n{written}\n")
    ((line, problem),) = remarks(front_matter)
    assert problem.startswith(said)
    assert line == 3 + written.rstrip().count("\n")


def test_a_text_with_a_password_is_a_draft() -> None:
    front_matter = parse("draft: false\npassword: secret\n")
    assert front_matter.draft
    assert remarks(front_matter) == [
        (3, "password makes a draft of this text, because nothing here is protected by one")
    ]


@pytest.mark.parametrize("written", ["layout: post", "lastmod: :git", "status: evergreen", "weight: 1.5"])
def test_what_is_not_understood_is_kept(written: str) -> None:
    key, _, value = written.partition(": ")
    assert parse(f"title: T\n{written}\n").extra == {key: value}


def test_a_text_does_not_appear_before_hugos_publish_date() -> None:
    front_matter = parse("title: T\ndate: 2026-03-01\npublishDate: 2026-04-01\n")
    assert front_matter.date == datetime(2026, 4, 1, tzinfo=UTC)
    assert remarks(front_matter) == [(4, "publishDate counts, and not date, because it is later")]
    assert parse("title: T\ndate: 2026-03-01\npublishDate: 2026-02-01\n").date == DAY


@pytest.mark.parametrize("value", ["null", "~", "Null"])
@pytest.mark.parametrize("key", ["tags", "lastmod", "cover", "slug", "series", "layout"])
def test_null_is_no_value(key: str, value: str) -> None:
    front_matter = parse(f"title: T\n{key}: {value}\n")
    assert (front_matter.remarks, front_matter.tags, front_matter.extra) == ((), [], {})


def test_a_long_summary_is_shortened_and_not_refused() -> None:
    description = parse("summary: " + "word " * 300 + "\n").description
    assert len(description) <= 500
    assert description.endswith("word…")


def test_what_is_kept_is_fit_for_json() -> None:
    extra = parse("toc: true\nlevel: 2\nversion: 1.10\nnested: {a: [x, 'False', 007]}\nempty:\n").extra
    assert extra == {"toc": True, "level": 2, "version": "1.10", "nested": {"a": ["x", False, "007"]}}


def test_the_keys_of_a_table_of_extra_are_kept_beside_the_others() -> None:
    assert parse("extra: {math: true}\nparams: {a: {b: c}}\nlayout: x\n").extra == {
        "math": True,
        "a": {"b": "c"},
        "layout": "x",
    }


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param(
            "title = 'T'\ndate = 2026-04-01\ndraft = true\n[taxonomies]\ntags = ['a', 'b']\n[extra]\ntoc = true\n",
            {"title": "T", "date": datetime(2026, 4, 1, tzinfo=UTC), "draft": True, "tags": ["a", "b"], "extra": {"toc": True}},
            id="zola",
        ),
        pytest.param(
            "title = 'T'\ndate = 2026-04-01T10:00:00+02:00\nweight = 7\n[params]\nauthor = 'Ada'\n",
            {"date": datetime(2026, 4, 1, 10, tzinfo=timezone(timedelta(hours=2))), "order": 7, "authors": [Writer(name="Ada")]},
            id="hugo",
        ),
        pytest.param("date = 2026-04-01T10:00:00\n", {"date": datetime(2026, 4, 1, 10, tzinfo=UTC)}, id="local"),
        pytest.param("date = 2026-04-01 10:00:00.5Z\n", {"date": datetime(2026, 4, 1, 10, 0, 0, 500_000, tzinfo=UTC)}, id="space"),
        pytest.param("date = '2026-04-01'\naliases = []\n", {"date": datetime(2026, 4, 1, tzinfo=UTC), "aliases": []}, id="text"),
        pytest.param("version = 1.10\nbig = 1e3\ntime = 07:32:00\n", {"extra": {"version": "1.1", "big": "1000.0", "time": "07:32:00"}}, id="scalars"),
        pytest.param("[[resources]]\nsrc = 'a.png'\n", {"extra": {"resources": [{"src": "a.png"}]}}, id="tables"),
    ],
)  # fmt: skip
def test_toml_is_read(text: str, values: Mapping[str, Any]) -> None:
    front_matter = toml(text)
    assert {key: getattr(front_matter, key) for key in values} == values


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("title = 'a\n", 2, "not valid TOML: ", id="open-text"),
        pytest.param("title = 'a'\ntitle = 'b'\n", 3, "not valid TOML: cannot overwrite a value", id="twice"),
        pytest.param("a = 1\ntitle: T\n", 3, "this looks like YAML, which stands between --- lines", id="yaml"),
        pytest.param("a = 2026-13-01\n", 2, "not valid TOML: ", id="impossible-date"),
        pytest.param("a = " + "[" * 5000, 2, "nested too deeply", id="brackets"),
        pytest.param("a = " + "{a=" * 2000, 2, "", id="braces"),
        pytest.param("a." * 5000 + "b = 1\n", 2, "nested too deeply", id="dots"),
        pytest.param("a = " + "9" * 5000, 2, "not valid TOML", id="huge-number"),
        pytest.param('title = "a\\u0000b"\n', 2, "contains a control character", id="escape"),
        pytest.param("a = 1\ntitle = 'a\x07b'\n", 3, "contains a control character (U+0007)", id="raw"),
        pytest.param("title = 'T'\nslug = '!'\n", 3, "slug: ", id="wrong-value"),
    ],
)
def test_a_fault_of_toml_has_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        toml(text)
    (found, reason), *_ = caught.value.problems
    assert (found, problem in reason) == (line, True), reason


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("title = 'T'\norder = 'x'\n", 3, "order: 'x' is not a whole number", id="own-key"),
        pytest.param("title = 'T'\n[extra]\nx = 1\n[taxonomies]\ntags = [[['a']]]\n", 6, "tags: [['a']]", id="in-a-table"),
    ],
)  # fmt: skip
def test_a_wrong_value_in_toml_is_a_remark_with_its_line(text: str, line: int, problem: str) -> None:
    ((found, reason),) = remarks(toml(text))
    assert (found, problem in reason) == (line, True), reason


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param('{\n"title": "T",\n}\nx', 3, "not valid JSON: ", id="comma-before-the-end"),
        pytest.param('\n{\n"title": "T"\n"date": "x"\n}\nx', 4, "not valid JSON: Expecting ',' delimiter", id="no-comma"),
        pytest.param('{\n"title": "T",\n\nWords.\n', 4, "is it closed by a } ?", id="open"),
        pytest.param('{"title": "T", "title": "U"}\n', 1, "not valid JSON: title is given twice", id="twice"),
        pytest.param('{"a": ' * 5000, 1, "nested too deeply", id="deep"),
        pytest.param('{"a": "' + "x" * 20_000 + '"}\n', 1, "longer than 16,384 characters", id="long"),
        pytest.param('{"title": "a\\u0000b"}\n', 1, "contains a control character", id="escaped-control"),
        pytest.param('{"title": "a\\ud800b"}\n', 1, "contains a control character", id="surrogate"),
        pytest.param('{\n"title": "a",\n"slug": "!"}\n', 3, "slug: '!' has neither", id="wrong-value"),
    ],
)  # fmt: skip
def test_a_fault_of_json_has_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(split(text), "page")
    (found, reason), *_ = caught.value.problems
    assert (found, problem in reason) == (line, True), reason


@pytest.mark.parametrize(
    "text", ['{{< figure src="a" >}}', "{% raw %}", '{"a", "b"} is a set', "{a: b}", "{}", "{/* c */}", '{"a']
)
def test_a_text_that_begins_with_another_brace_has_no_front_matter(text: str) -> None:
    assert split(text).dialect == "none"


def test_toml_between_lines_of_yaml_is_said() -> None:
    with pytest.raises(FrontMatterError, match="this looks like TOML, which stands between"):
        parse("title = 'T'\n")


def test_the_lines_of_pelican_are_read() -> None:
    front_matter = pelican(
        "Title: My: title\nDate: 2026-04-01 10:20\nModified: 2026-04-02\nCategory: Python\nTags: pelican, publishing\n"
        "Slug: my-post\nAuthors: Ada Lovelace; Doe, Jane\nSummary: Short\n    and sweet\nStatus: draft\nLang: de\n"
    )
    assert (front_matter.title, front_matter.slug, front_matter.lang) == ("My: title", "my-post", "de")
    assert front_matter.date == datetime(2026, 4, 1, 10, 20, tzinfo=UTC)
    assert front_matter.updated == datetime(2026, 4, 2, tzinfo=UTC)
    assert front_matter.tags == ["pelican", "publishing", "Python"]
    assert [author.name for author in front_matter.authors] == ["Ada Lovelace", "Doe, Jane"]
    assert front_matter.description == "Short and sweet"
    assert front_matter.draft
    assert front_matter.remarks == ()


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("Title: a\nDate: 2026-03-01\nTITLE: b\n", 3, "TITLE is given twice", id="twice"),
        pytest.param("Title: a\nDate: March\n", 2, "Date: 'March' is not a date", id="date"),
        pytest.param("Title: a\n", 1, "date is missing", id="no-date"),
        pytest.param("Title: a\nDate: 2026-03-01\nSeries: x\x1b\n", 3, "contains a control character", id="control"),
    ],
)
def test_a_fault_of_the_lines_of_pelican_has_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        pelican(text)
    ((found, reason),) = caught.value.problems
    assert (found, problem in reason) == (line, True), reason


def test_a_date_in_the_files_name_is_that_of_a_text_without_one() -> None:
    assert parse("title: T\n").date == DAY
    assert parse("title: T\ndate: 2026-04-01\n").date == datetime(2026, 4, 1, tzinfo=UTC)
    zone = timezone(timedelta(hours=9))
    named = parse_front_matter(Split("title: T\n"), "post", zone, FileName("hello", "2026-03-01", ""))
    assert named.date == datetime(2026, 3, 1, tzinfo=zone)
    with pytest.raises(FrontMatterError, match=r"give a date in the front matter .* or in the file's name"):
        parse("title: T\n", date="")


@pytest.mark.parametrize("status", ["hidden", "Unlisted"])
def test_a_text_that_stands_in_no_list_elsewhere_is_unlisted(status: str) -> None:
    front_matter = pelican(f"Title: T\nDate: 2026-03-01\nStatus: {status}\n")
    assert (front_matter.unlisted, front_matter.draft, remarks(front_matter)) == (True, False, [])


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("unlisted: true", "unlisted"),
        ("hidden: yes", "unlisted"),
        ("eleventyExcludeFromCollections: true", "unlisted"),
        ("_build:\n  list: never", "unlisted"),
        ("build: {render: always, list: local}", "unlisted"),
        ("build: {render: never, list: never}", "draft"),
        ("build: {list: always}", "published"),
        ("unlisted: false", "published"),
        ("hidden: false\nstatus: unlisted", "unlisted"),
    ],
)
def test_keys_of_other_programs_keep_a_text_out_of_lists(written: str, state: str) -> None:
    front_matter = parse(f"title: T\n{written}\n")
    assert (front_matter.unlisted, front_matter.draft) == (state == "unlisted", state == "draft")
    assert remarks(front_matter) == []


def test_unix_time_is_a_date_in_every_dialect() -> None:
    assert parse("date: 1772442000").date == toml("date = 1772442000").date == datetime(2026, 3, 2, 9, tzinfo=UTC)
