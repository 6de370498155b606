"""Front matter: every key, its wrong values, and the lines of faults."""

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.content.front_matter import (
    MAX_FRONT_MATTER_CHARACTERS,
    FrontMatter,
    FrontMatterError,
    Split,
    is_marked_as_draft,
    parse_front_matter,
    split,
    written_alias,
)

BASE = "title: Hello\ndate: 2026-03-01\n"


def parse(more: str = "") -> FrontMatter:
    return parse_front_matter(Split(BASE + more), "post")


def problems(text: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(Split(text), "post")
    return caught.value.problems


def test_every_key_is_read() -> None:
    front_matter = parse(
        "updated: 2026-03-02\ndescription: >\n  Two\n  lines.\ntags: [A, B]\ndraft: yes\nslug: hi\n"
        "aliases: [/old/hi, older]\nimage: a.png\nimage_alt: A\nlang: pt-BR\nseries: S\n"
        "canonical: https://example.org/hi\norder: 2\n"
    )
    assert front_matter == FrontMatter.model_construct(
        title="Hello",
        date=datetime(2026, 3, 1, tzinfo=UTC),
        updated=datetime(2026, 3, 2, tzinfo=UTC),
        description="Two lines.",
        tags=["A", "B"],
        draft=True,
        slug="hi",
        aliases=["/old/hi", "/blog/older"],
        image="a.png",
        image_alt="A",
        lang="pt-BR",
        series="S",
        canonical="https://example.org/hi",
        order=2,
    )


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param("[HTTP, Python]", id="flow-list"),
        pytest.param("\n  - HTTP\n  - Python", id="block-list"),
        pytest.param("HTTP, Python", id="comma-text"),
        pytest.param("HTTP,, Python , HTTP", id="blanks-and-repetitions"),
    ],
)
def test_tags_are_a_list_or_a_text_with_commas(tags: str) -> None:
    assert parse(f"tags: {tags}\n").tags == ["HTTP", "Python"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("<!-- c -->\n---\ntitle: T\ndate: 2026-03-01\n---\nx\n", "the front matter begins on line 2", id="behind-a-comment"),
        pytest.param("# T\n\n+++\ntitle = 'T'\n+++\nx\n", "the front matter begins on line 3", id="behind-a-heading"),
        pytest.param("Title: T\nDate: 2026-03-01\nNo blank line\n", "a blank line must end the lines of front matter", id="no-blank-line"),
        pytest.param("# T\n\n---\n\nWords.\n", "give a date in front matter between two --- lines", id="a-line-across"),
    ],
)  # fmt: skip
def test_front_matter_that_is_not_found_is_looked_for(text: str, said: str) -> None:
    with pytest.raises(FrontMatterError, match="date is missing") as caught:
        parse_front_matter(split(text), "post")
    assert said in str(caught.value)


@pytest.mark.parametrize("title", ["No", "1.10", "0x1F", "null", "2026-03-01", "true", "1_000", "~"])
def test_a_title_is_read_as_text(title: str) -> None:
    assert parse_front_matter(Split(f"title: {title}\ndate: 2026-03-01\n"), "post").title == title


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        pytest.param("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), id="date-is-midnight-utc"),
        pytest.param("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC), id="zulu"),
        pytest.param("2026-03-01T00:30:00+01:00", datetime(2026, 2, 28, 23, 30, tzinfo=UTC), id="zone"),
        pytest.param("2026-03-01 09:30:00-05:00", datetime(2026, 3, 1, 14, 30, tzinfo=UTC), id="space"),
        pytest.param("'2024-02-29'", datetime(2024, 2, 29, tzinfo=UTC), id="leap-day"),
    ],
)
def test_a_date_is_read_in_utc(written: str, moment: datetime) -> None:
    assert parse_front_matter(Split(f"title: Hello\ndate: {written}\n"), "post").date == moment


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param("2026-03-01T09:00 Berlin", "is not a date", id="name-of-a-zone"),
        pytest.param("2026-02-30", "'2026-02-30' is not a date", id="impossible"),
        pytest.param("01.03.2026", "is not a date", id="german"),
        pytest.param("1 March", "is not a date", id="words"),
        pytest.param("0001-01-01T00:00:00+14:00", "is out of range", id="before-year-one"),
        pytest.param("9999-12-31T23:59:59-14:00", "is out of range", id="after-year-9999"),
        pytest.param("99999-01-01", "is not a date", id="five-digit-year"),
        pytest.param("[2026, 3, 1]", "give one, such as 2026-03-01", id="list"),
        pytest.param("x" * 200, "xxx...'", id="long-text-is-shortened"),
    ],
)
def test_a_wrong_date_is_reported(written: str, problem: str) -> None:
    ((line, reason),) = problems(f"title: Hello\ndate: {written}\n")
    assert line == 3
    assert reason.startswith("date: ")
    assert problem in reason


@pytest.mark.parametrize("key", ["unlisted", "hidden"])
def test_a_text_that_may_be_unlisted_is_in_no_list(key: str) -> None:
    front_matter = parse(f"{key}: ture\n")
    (remark,) = front_matter.remarks
    assert (front_matter.unlisted, front_matter.draft) == (True, False)
    assert remark.problem.endswith("is neither true nor false; the text is in no list until it is mended")


@pytest.mark.parametrize(
    ("more", "line", "problem"),
    [
        pytest.param("slug: '!?'", 4, "slug: '!?' has neither a letter nor a digit", id="slug"),
        pytest.param("slug: [a]", 4, "slug: ['a'] is not a text", id="slug-list"),
        pytest.param("title: again", 4, "title is given twice", id="duplicate"),
        pytest.param("tags: [a", 5, "not valid YAML", id="open-list"),
        pytest.param("x:\ta\ntags:\n  - a\n \t- b", 7, "; indent with spaces, and not with tabs", id="tab"),
        pytest.param("x: a: b", 4, "; put a value that contains a colon and a space in quotes", id="two-colons"),
        pytest.param("x: 'It's'", 4, "; put a value that contains ' in the other quotes", id="apostrophe"),
        pytest.param('x: "A "b" c"', 4, '; put a value that contains " in the other quotes', id="quotes"),
        pytest.param("x: [WIP] a", 4, "; put a value that begins with [ in quotes", id="bracket"),
        pytest.param("? [a]\n: b", 4, "a key must be a word", id="list-as-key"),
    ],
)
def test_a_wrong_value_is_reported_with_its_line(more: str, line: int, problem: str) -> None:
    found = problems(f"{BASE}{more}\n")
    assert len(found) == 1
    assert found[0][0] == line
    assert problem in found[0][1]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        pytest.param("title: [A, B]", "title: ['A', 'B'] is not a text; it is ignored", id="title-list"),
        pytest.param("title: '  '", "title: is empty; it is ignored", id="title-blank"),
        pytest.param("title: " + "x " * 200, "title: has 399 characters; at most 300 are allowed; it is shortened", id="title-long"),
        pytest.param("updated: soon", "updated: 'soon' is not a date: give a date (2026-03-01)", id="updated"),
        pytest.param("updated: [2026-03-02]", "updated: ['2026-03-02'] is not a date", id="updated-list"),
        pytest.param("expires: soon", "expires: 'soon' is not a date", id="expires"),
        pytest.param("description: {a: b}", "description: {'a': 'b'} is not a text; it is ignored", id="description-mapping"),
        pytest.param("description: " + "x" * 501, "at most 500 are allowed; it is shortened", id="description-long"),
        pytest.param("tags: [[[a]]]", "tags: [['a']] is no list of words: give a list", id="tags-nested"),
        pytest.param("tags: {a: b}", "tags: {'a': 'b'} is no list of words: give a list", id="tags-mapping"),
        pytest.param("tags: " + ",".join(map(str, range(31))), "tags: has 31 items; at most 30 are allowed; the others", id="tags-many"),
        pytest.param("aliases: {a: b}", "aliases: {'a': 'b'} is no list of words", id="aliases"),
        pytest.param("image: {width: 7}", "image: {'width': '7'} is no picture: give a path, or {src: path, alt: text}", id="image"),
        pytest.param("image_alt: [a]", "image_alt: ['a'] is not a text", id="image-alt"),
        pytest.param("audio: {a: b}", "audio: {'a': 'b'} is not a text", id="audio"),
        pytest.param("authors: [{url: /x}]", "authors: an author has no name", id="author-without-a-name"),
        pytest.param("lang: not a language", "is not a language tag", id="lang"),
        pytest.param("series: [[a]]", "series: ['a'] is not a text", id="series-nested"),
        pytest.param("canonical: /here", "is not an absolute http(s) URL", id="canonical-path"),
        pytest.param("canonical: javascript:alert(1)", "is not an absolute http(s) URL", id="canonical-script"),
        pytest.param("canonical: 'http://['", "canonical: 'http://[' is not an absolute http(s) URL", id="canonical-broken"),
        pytest.param("order: first", "order: 'first' is not a whole number; it is ignored", id="order"),
        pytest.param("order: " + "9" * 5000, "order: '9999", id="order-huge"),
        pytest.param("id: [a]", "id: ['a'] is not a text", id="id"),
    ],
)  # fmt: skip
def test_a_wrong_value_of_an_optional_key_costs_the_key_alone(more: str, problem: str) -> None:
    front_matter = parse_front_matter(Split(f"date: 2026-03-01\n{more}\n"), "post")
    (remark,) = front_matter.remarks
    assert (remark.line, problem in remark.problem) == (3, True), remark
    assert not front_matter.draft


def test_wrong_items_of_a_list_cost_these_alone() -> None:
    front_matter = parse("tags: [A, '!', B]\naliases: ['/a', 'x?y']\nauthors: [{url: /x}, Ada]\n")
    assert (front_matter.tags, front_matter.aliases) == (["A", "B"], ["/a"])
    assert [author.name for author in front_matter.authors] == ["Ada"]
    assert [remark.line for remark in front_matter.remarks] == [4, 5, 6]


@pytest.mark.parametrize(
    "key", ["draft", "published", "private", "isDraft", "is_published", "public", "publish", "dg-publish"]
)
@pytest.mark.parametrize("value", ["perhaps", "[true]", "flase"])
def test_a_text_whose_state_is_not_understood_is_a_draft(key: str, value: str) -> None:
    front_matter = parse(f"{key}: {value}\n")
    (remark,) = front_matter.remarks
    assert front_matter.draft
    assert remark.problem.startswith(f"{key}: ")
    assert remark.problem.endswith("is neither true nor false; the text is a draft until it is mended")


@pytest.mark.parametrize(
    ("more", "line", "problem"),
    [
        pytest.param(
            "updated: 2026-02-01",
            4,
            "updated is ignored: 2026-02-01 is earlier than the date, 2026-03-01",
            id="updated",
        ),
        pytest.param("dates: x", 4, "unknown key 'dates'; did you mean date?", id="near"),
        pytest.param("pub_dates: x", 4, "unknown key 'pub_dates'; did you mean pubDate?", id="near-another-programs"),
        pytest.param("Title: x", 4, "Title is not used: title is given too", id="twice"),
        pytest.param("layout: post", 4, "unknown key 'layout'; it has no meaning here", id="other"),
        pytest.param("type: post", 4, "unknown key 'type'; it has no meaning here", id="not-near-enough"),
        pytest.param("# a comment\n\nlayout: x", 6, "unknown key 'layout'", id="line-after-comment"),
        pytest.param("remarks: x", 4, "unknown key 'remarks'", id="a-name-of-our-own"),
    ],
)
def test_a_key_without_a_meaning_is_a_remark(more: str, line: int, problem: str) -> None:
    (remark,) = parse(f"{more}\n").remarks
    assert remark.line == line
    assert problem in remark.problem


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("---\ndraft: true\n", True),
        ("---\nDRAFT:   Yes   # not yet\n---\n", True),
        ("---\n'draft': \"true\"\n---\n", True),
        ("---\ntitle: [\ndraft: true\n---\n", True),
        ("---\ndraft: false\n---\ndraft: true\n", False),
        ("---\ntitle: x\n---\ndraft: true\n", False),
        ("draft: true\n", False),
        ('{\n"title": "T",\n"draft": true,\n}\n', True),
        ('{"title": "T", "published": false', True),
        ("---\ntitle: [\ndg-publish: false\n---\n", True),
        ('{"title": "T", "publish": false', True),
        ('{"title": "T", "draft": false,}\n"draft": true', False),
        ("---\nundraft: true\n---\n", False),
        ("---\nparams:\n  draft: true\n---\n", False),
    ],
)
def test_a_draft_is_recognised_though_its_front_matter_is_broken(text: str, *, draft: bool) -> None:
    assert is_marked_as_draft(text) == draft


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(Split("date: x\nlang: A B\norder: y\nfoo: z\n"), "post")
    assert [line for line, _ in caught.value.problems] == [2]
    assert sorted(line for line, _ in caught.value.remarks) == [3, 4, 5]


@pytest.mark.parametrize(
    "text",
    [
        "----\ntitle: T\n----\n", " ---\ntitle: T\n ---\n", "---js\n{\n  title: 'T'\n}\n---\n", "\u2014-\ndate: x\n\u2014-\n", "++++\ntitle = 'T'\n++++\n"
    ],
)  # fmt: skip
def test_lines_that_are_almost_those_of_front_matter_are_said(text: str) -> None:
    with pytest.raises(FrontMatterError, match="the lines around it must be ---"):
        split(text)


@pytest.mark.parametrize("text", ["----\n\nwords\n\n----\n", "-----\n# A\n\ntitle: x\n", "\u2014\n\ntitle\n"])
def test_a_rule_at_the_start_of_a_text_is_no_front_matter(text: str) -> None:
    assert split(text).dialect == "none"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("title: Hello\n", "date is missing", id="date"),
        pytest.param("title: Hello\ndate:\n", "date is missing", id="empty-date"),
        pytest.param("", "date is missing", id="nothing"),
        pytest.param("- a\n- b\n", "not a list of `key: value` lines", id="list"),
        pytest.param("just words", "not a list of `key: value` lines", id="words"),
    ],
)
def test_a_missing_key_is_reported(text: str, problem: str) -> None:
    assert any(problem in reason for _, reason in problems(text))


def test_a_page_needs_no_date() -> None:
    assert parse_front_matter(Split("title: About\n"), "page").date is None


def test_an_empty_value_counts_as_unset() -> None:
    front_matter = parse("tags:\nslug: ''\nimage:\n")
    assert (front_matter.tags, front_matter.slug, front_matter.image) == ([], None, None)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("image: {src: a.png, alt: A dot}", id="mapping"),
        pytest.param("image: a.png\nimage_alt: A dot", id="two-keys"),
        pytest.param("image: a.png\nalt: A dot", id="short-name"),
    ],
)
def test_an_image_and_its_alternative_text_have_three_notations(more: str) -> None:
    front_matter = parse(more + "\n")
    assert (front_matter.image, front_matter.image_alt) == ("a.png", "A dot")


def test_an_alias_bomb_is_refused() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    assert problems(BASE + bomb)[0][1].startswith("not valid YAML: anchors (&name) are not allowed")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("[" * 5000, id="open-brackets"),
        pytest.param("[" * 5000 + "]" * 5000, id="closed-brackets"),
        pytest.param("{a: " * 2000 + "}" * 2000, id="braces"),
        pytest.param("\n" + "".join(" " * n + "a:\n" for n in range(1, 150)), id="indentation"),
        pytest.param("- " * 4000, id="dashes"),
        pytest.param('"\\UFFFFFFFF"', id="beyond-unicode"),
        pytest.param('"\\uD800"', id="half-a-surrogate"),
        pytest.param("\x01", id="control-character"),
        pytest.param("!!python/object/apply:os.system [id]", id="python-tag"),
    ],
)
def test_hostile_yaml_is_reported_as_a_fault(value: str) -> None:
    assert problems(f"{BASE}series: {value}\n")


@pytest.mark.parametrize("key", ["title", "description", "series"])
def test_a_control_character_by_escape_is_refused(key: str) -> None:
    other_keys = "".join(
        f"{name}: {value}\n" for name, value in {"title": "x", "date": "2026-03-01"}.items() if name != key
    )
    assert problems(f'{other_keys}{key}: "a\\0b"\n')


def test_yaml_tags_are_refused() -> None:
    assert problems(f"{BASE}series: !!binary aGk=\n")[0][0] == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param(" \n\n", "the file is empty", id="blank"),
        pytest.param("---\ntitle: x", "is not closed", id="open-front-matter"),
        pytest.param("---\ntitle: x\n ---\n", "is not closed", id="indented-end"),
        pytest.param("---", "is not closed", id="only-a-line"),
        pytest.param("+++\na = 1\n", r"not closed by a second \+\+\+ line", id="open-toml"),
        pytest.param("+++\na = 1\n---\n", "TOML between", id="toml-closed-as-yaml"),
        pytest.param("---\na: 1\n+++\n", "YAML stands between", id="yaml-closed-as-toml"),
        pytest.param(f"---\n{'x' * (MAX_FRONT_MATTER_CHARACTERS + 1)}\n---\n", "longer than 16,384", id="long"),
    ],
)
def test_malformed_front_matter_is_reported(text: str, problem: str) -> None:
    with pytest.raises(FrontMatterError, match=problem) as caught:
        split(text)
    assert caught.value.problems[0][0] == 1


@pytest.mark.parametrize(
    ("text", "front_matter", "body", "line"),
    [
        pytest.param("---\na: b\n---\nBody\n", "a: b\n", "Body\n", 4, id="plain"),
        pytest.param("--- \na: b\n--- \t\n\nBody", "a: b\n", "\nBody", 4, id="trailing-blanks"),
        pytest.param("---\n---\nBody", "", "Body", 3, id="nothing-in-it"),
        pytest.param("---\na: b\n---", "a: b\n", "", 4, id="no-body"),
        pytest.param("---\na: b\n---\nx\n---\ny", "a: b\n", "x\n---\ny", 4, id="a-rule-in-the-body"),
        pytest.param("---\na: b\n---\n---\ny\n---\n", "a: b\n", "---\ny\n---\n", 4, id="rules-at-once"),
        pytest.param("---\na: b\n...\nBody", "a: b\n", "Body", 4, id="end-of-a-yaml-document"),
        pytest.param("\n\n---\na: b\n---\nBody", "a: b\n", "Body", 6, id="blank-lines-before"),
        pytest.param("---yaml\na: b\n---\nBody", "a: b\n", "Body", 4, id="named-yaml"),
        pytest.param("+++\na = 1\n+++\nBody", "a = 1\n", "Body", 4, id="toml"),
        pytest.param("---toml\na = 1\n---\nBody", "a = 1\n", "Body", 4, id="named-toml"),
        pytest.param("Title: a\n  b\n\nBody", "Title: a\n  b\n", "Body", 4, id="pelican"),
        pytest.param("Title: a\n", "Title: a\n", "", 2, id="only-pelican"),
        pytest.param("Note: a word\n\nBody", "", "Note: a word\n\nBody", 1, id="words-with-a-colon"),
        pytest.param("Title: a\nBody\n", "", "Title: a\nBody\n", 1, id="a-paragraph"),
        pytest.param("# Hello\n", "", "# Hello\n", 1, id="no-front-matter"),
    ],
)
def test_a_file_is_split_at_its_two_lines(text: str, front_matter: str, body: str, line: int) -> None:
    parts = split(text)
    assert (parts.front_matter, parts.body, parts.body_line) == (front_matter, body, line)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_split_or_refused(text: str) -> None:
    for candidate in (text, f"---\n{text}", f"---\n{text}\n---\n"):
        try:
            split(candidate)
        except FrontMatterError as problem:
            assert problem.problems  # noqa: PT017 -- both outcomes are right


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.text(alphabet="-:[]{}&*!|>'\"%@`#,? \n\tab01\\x\u2028\x85", max_size=60),
        st.builds("{}: {}\n".format, st.sampled_from([*FrontMatter.model_fields]), st.text(max_size=60)),
    )
)
def test_any_front_matter_is_read_or_refused(text: str) -> None:
    try:
        parse_front_matter(Split(BASE + text), "post")
    except FrontMatterError as problem:
        assert all(line >= 1 and reason for line, reason in problem.problems)  # noqa: PT017 -- both outcomes are right


def test_200_000_nested_brackets_do_not_crash_the_process() -> None:
    # The parser in C may overflow its stack, which would end the test run. So the test starts a process.
    script = (
        "from blog.content.front_matter import FrontMatterError, read_yaml\n"
        "try: read_yaml('title: ' + '[' * 200_000 + ']' * 200_000)\n"
        "except FrontMatterError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60, text=True)
    assert (done.returncode, done.stdout) == (0, "refused\n")


@pytest.mark.parametrize(
    ("word", "is_draft"),
    [
        ("on", True),
        ("On", True),
        ("y", True),
        ("YES", True),
        ("off", False),
        ("n", False),
        ('"no"', False),
        ("OFF", False),
    ],
)
def test_a_switch_has_the_words_of_yaml(word: str, *, is_draft: bool) -> None:
    assert parse(f"draft: {word}\n").draft is is_draft
    assert is_marked_as_draft(f"---\n{BASE}draft: {word}\n---\n") is is_draft


@pytest.mark.parametrize(("written", "tag"), [("en_US", "en-US"), ("zh_Hant_TW", "zh-Hant-TW"), ("pt-BR", "pt-BR")])
def test_a_locale_is_a_language_tag(written: str, tag: str) -> None:
    assert parse(f"lang: {written}\n").lang == tag


@pytest.mark.parametrize(
    ("written", "path"),
    [("/caf%C3%A9", "/café"), ("cafe%CC%81", "/blog/café"), ("/old%20name", "/old name"), ("/old name", "/old name")],
)
def test_an_alias_may_be_percent_encoded(written: str, path: str) -> None:
    assert parse(f'aliases: ["{written}"]\n').aliases == [path]


@pytest.mark.parametrize("written", ["/100%25", "/a%3Fb", "/a%23b", "/%2F%2Fevil.example", "/a%0Ab", "/a%5Cb"])
def test_an_alias_that_hides_a_character_is_ignored(written: str) -> None:
    assert parse(f'aliases: ["{written}"]\n').aliases == []


@pytest.mark.parametrize(
    ("more", "kept", "problem"),
    [
        ("tags: [python, '!?', C]", ["python", "C"], "tags: '!?' has neither a letter nor a digit; it is ignored"),
        ("tags: '~, python'", ["python"], "tags: '~' has neither a letter nor a digit; it is ignored"),
        ("aliases: [/old, '/?p=123']", ["/old"], "aliases: '/?p=123' is not a path such as /2019/old-name; it is ignored"),
        ("aliases: [//evil.example, b]", ["/blog/b"], "aliases: '//evil.example' is not a path such as /2019/old-name; it is ignored"),
        ("aliases: ['https://a.example/b']", [], "aliases: 'https://a.example/b' is not a path such as /2019/old-name; it is ignored"),
        ("aliases: [/a/../x, /c.d]", ["/c.d"], "aliases: '/a/../x' is not a path such as /2019/old-name; it is ignored"),
        ("aliases: [/]", [], "aliases: '/' is not a path such as /2019/old-name; it is ignored"),
    ],
)  # fmt: skip
def test_a_tag_or_an_alias_that_cannot_be_is_ignored_with_a_remark(more: str, kept: list[str], problem: str) -> None:
    front_matter = parse(f"{more}\n")
    assert (front_matter.tags if more.startswith("tags") else front_matter.aliases) == kept
    assert [(remark.line, remark.problem) for remark in front_matter.remarks] == [(4, problem)]


def test_an_alias_is_named_as_it_is_written_beside_one_that_is_ignored() -> None:
    source = f"---\n{BASE}aliases: ['/?p=1', /Old]\n---\n"
    assert written_alias(source, "/old") == "/Old"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\n" + "".join(f"k{n}: 1\n" for n in range(1900)) + "---\n", id="keys-of-yaml"),
        pytest.param("+++\n" + "".join(f"k{n}=1\n" for n in range(1900)) + "+++\n", id="keys-of-toml"),
        pytest.param("+++\n" + "a." * 8000 + "b=1\n+++\n", id="parts-of-a-key"),
        pytest.param("+++\n[" + "a." * 8000 + "b]\n+++\n", id="parts-of-a-table"),
        pytest.param("Title: T\n" + "".join(f"k{n}: 1\n" for n in range(1900)) + "\n", id="keys-of-pelican"),
        pytest.param("Title: T\na" + " " * 500_000 + "b\n\n", id="blanks-of-pelican"),
        pytest.param("---\ntitle: T\ndate: 2026-03-01 10:00" + " " * 15_000 + "x\n---\n", id="blanks-of-a-date"),
        pytest.param("---\ntitle: T\ndate: 2026-03-01" + " at" * 5_000 + "\n---\n", id="words-of-a-date"),
        pytest.param("---\ntitle: T\nimages: " + "[" * 190 + "]" * 190 + "\n---\n", id="nested-images"),
        pytest.param("\n" * 500_000 + "---\ntitle: T\n---\n", id="blank-lines"),
    ],
)
def test_hostile_front_matter_costs_little_time(text: str) -> None:
    started = time.process_time()
    try:
        parse_front_matter(split(text), "page")
    except FrontMatterError as problem:
        assert problem.problems  # noqa: PT017 -- both outcomes are right
    # The worst of these took from 5 to 50 seconds when the time was quadratic.
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: a\n---\n+++\ntitle = 'b'\n+++\n", 4),
        ("+++\ntitle = 'a'\n+++\n\n---\ntitle: b\n---\n", 5),
        ("---\ntitle: a\n---\n---\ndate: 2026-03-01\n---\n", 4),
    ],
)
def test_front_matter_behind_front_matter_is_refused(text: str, line: int) -> None:
    with pytest.raises(FrontMatterError, match="a second front matter") as caught:
        split(text)
    assert caught.value.problems[0][0] == line


def test_many_unknown_keys_are_one_remark_more_than_are_named() -> None:
    remarks = parse("".join(f"k{n}: 1\n" for n in range(100))).remarks
    assert len(remarks) == 41
    assert remarks[-1].problem == "and 60 more keys that have no meaning here"
    assert remarks[-1].line == 4 + 40
