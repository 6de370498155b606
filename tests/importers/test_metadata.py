"""Front matter of other programs."""

import pytest

from blog.content.front_matter import FrontMatterError
from blog.importers.metadata import Metadata, parts_of


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\ntitle: T\ntags: [a, b]\n---\nBody\n", id="yaml"),
        pytest.param("---yaml\ntitle: T\ntags: a, b\n---\nBody\n", id="yaml-by-name"),
        pytest.param("---\r\ntitle: T\r\ntags:\r\n  - a\r\n  - b\r\n---\r\nBody\r\n", id="crlf"),
        pytest.param("+++\ntitle = 'T'\ntags = ['a', 'b']\n+++\nBody\n", id="toml"),
        pytest.param("---toml\ntitle = 'T'\n[taxonomies]\ntags = ['a', 'b']\n---\nBody\n", id="toml-by-name"),
        pytest.param('---json\n{"title": "T", "tags": ["a", "b"]}\n---\nBody\n', id="json-by-name"),
        pytest.param('{\n"title": "T",\n"tags": ["a", "b"]\n}\nBody\n', id="json"),
    ],
)
def test_every_dialect_has_the_same_values_body_and_line(text: str) -> None:
    parts = parts_of(text)
    meta = Metadata(parts)
    assert (meta.text("title"), meta.words("tags"), parts.body) == ("T", ("a", "b"), "Body\n")
    assert text.splitlines()[parts.body_line - 1] == "Body"


def test_lines_of_pelican_may_go_on_indented() -> None:
    parts = parts_of("Title: A: title\nSummary: One\n    two\nTags: a, b\n\nBody\n")
    meta = Metadata(parts)
    assert (meta.text("title"), meta.text("description"), meta.words("tags")) == ("A: title", "One two", ("a", "b"))
    assert (parts.body, parts.body_line, meta.line_of("tags")) == ("Body\n", 6, 4)


@pytest.mark.parametrize(
    "text", ["Words: none here\n", "{{ template }}\n", "# Title\n\nBody\n", "-- not a fence\n", ""]
)
def test_a_text_without_metadata_is_all_body(text: str) -> None:
    assert parts_of(text).body == text


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("---\ntitle: a\n", 1, "not closed", id="open"),
        pytest.param("---\na: b\ntitle: [\n---\n", 4, "not valid YAML", id="yaml"),
        pytest.param("+++\na = 1\nb =\n+++\n", 3, "not valid TOML", id="toml"),
        pytest.param('---json\n{\n  "a": ]\n}\n---\n', 3, "not valid YAML", id="json"),
        pytest.param("---json\n" + "[" * 1_000 + "\n---\n", 2, "nested too deeply", id="deep-json"),
        pytest.param("---\n" + "a: b\n" * 10_000 + "\n---\n", 1, "longer than 16,384 characters", id="long"),
    ],
)
def test_broken_metadata_has_a_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(FrontMatterError, match=problem) as error:
        parts_of(text)
    assert error.value.problems[0][0] == line


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("draft: true", True), ("draft: yes", True), ("draft: false", False), ("published: false", True), ("published: 2019-01-02", False),
        ("status: draft", True), ("Status: Hidden", False), ("status: published", False), ("private: true", True), ("isDraft: 'yes'", True), ("isPublished: false", True), ("public: no", True), ("draft: perhaps", True), ("public: true", False), ("title: draft", False),
    ],
)  # fmt: skip
def test_a_text_is_a_draft_by_the_keys_of_other_programs(text: str, draft: bool) -> None:  # noqa: FBT001 -- a parameter
    assert Metadata(parts_of(f"---\n{text}\n---\n")).is_draft is draft


@pytest.mark.parametrize(
    ("text", "image", "alt"),
    [
        ("cover: a.png", "a.png", ""),
        ("heroImage: a.png\nheroImageAlt: A", "a.png", "A"),
        ("cover:\n  image: a.png\n  alt: A", "a.png", "A"),
        ("images: [a.png, b.png]", "a.png", ""),
        ("header:\n  x: 1\nthumbnail: a.png", "a.png", ""),
    ],
)
def test_a_picture_is_found_under_the_keys_of_other_programs(text: str, image: str, alt: str) -> None:
    meta = Metadata(parts_of(f"---\n{text}\n---\n"))
    assert (meta.text("image"), meta.text("image_alt")) == (image, alt)


@pytest.mark.parametrize(
    "text", ["author: Ada", "authors: [Ada]", "author: {name: Ada, url: /x}", "authors: [{name: Ada}]", "by: Ada"]
)
def test_an_author_is_a_name_a_list_or_a_table(text: str) -> None:
    assert Metadata(parts_of(f"---\n{text}\n---\n")).names() == ("Ada",)


def test_keys_without_a_meaning_are_listed() -> None:
    assert Metadata(parts_of("---\ntitle: T\nlayout: x\nextra:\n  mood: y\n---\n")).unknown == ["layout", "mood"]
