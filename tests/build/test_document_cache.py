"""Cached documents: equal to the parsed ones, for any entry in the cache."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blog.build.document_cache import cached
from blog.content import markdown
from blog.content.document import marker
from blog.content.loader import load
from blog.machine.cache import Cache
from tests.english import label

REPOSITORY = Path(__file__).parents[2]
BODY = (
    "# Größe\n\nA [link](/blog/other) and ![a dot](dot.png), “quoted”.[^1]\n\n## A section\n\n#### Too deep\n\n"
    '<img src="a.png" width="3" height="2">\n\n```python\nprint("x")\n```\n\n```klingon\nx\n```\n\n[^1]: A note.\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _keys(folder: Path) -> list[str]:
    return sorted(file.parent.name + file.name for file in folder.rglob("*") if file.is_file())


def _stored(folder: Path, body: str, title: str) -> tuple[str, bytes]:
    """The key and the payload that parsing a text leaves in an empty cache."""
    cached(Cache(folder))(body, title, "markdown")
    (name,) = _keys(folder)
    payload = Cache(folder).get(name)
    assert payload is not None
    return name, payload


def test_a_document_from_the_cache_is_the_parsed_one(folder: Path) -> None:
    fresh = markdown.parse(BODY, "Größe")
    assert fresh.references
    assert fresh.headings
    assert fresh.anchors
    assert fresh.remarks
    assert [cached(Cache(folder))(BODY, "Größe", "markdown") for _ in range(2)] == [fresh, fresh]


def test_the_posts_of_this_repository_are_equal_from_the_cache(folder: Path) -> None:
    fresh = load(REPOSITORY / "posts")
    cold, warm = (load(REPOSITORY / "posts", parse=cached(Cache(folder))) for _ in range(2))
    assert fresh.library.posts
    assert cold == fresh
    assert warm == fresh


@settings(max_examples=60, deadline=None)
@example("", "")
@example("a\0b\x000\0[x](y)", "\0")
@example("&#xD800; &#0; \u2028 \ufffe \U0001f600", "\ud7ff")
@example('<a href="\x00">\n[x](<\x01>)', "x")
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*"#[]()!*_`<>&|\n -:\0ä^", "a.b", "\n\n", "```", "](x)", "<a href='"])).map("".join)),
       st.text(max_size=10))  # fmt: skip
def test_any_text_gives_an_equal_document_from_the_cache(
    tmp_path_factory: pytest.TempPathFactory, body: str, title: str
) -> None:
    cache = Cache(tmp_path_factory.getbasetemp() / "documents")
    fresh = markdown.parse(body, title)
    cold, warm = (cached(cache)(body, title, "markdown") for _ in range(2))
    assert (cold, warm) == (fresh, fresh)
    assert warm.html(lambda reference: reference.target, label) == fresh.html(lambda reference: reference.target, label)
    assert isinstance(warm.anchors, frozenset)


def test_a_stored_document_is_used(folder: Path) -> None:
    name, _ = _stored(folder, "A text.", "One")
    _, other = _stored(folder.with_name("elsewhere"), "Another text.", "One")
    Cache(folder).put(name, other)
    assert cached(Cache(folder))("A text.", "One", "markdown") == markdown.parse("Another text.", "One")


def test_a_stored_document_is_not_written_again(folder: Path) -> None:
    _stored(folder, BODY, "Größe")
    before = [(file, file.stat().st_ino, file.stat().st_mtime_ns) for file in folder.rglob("*")]
    cached(Cache(folder))(BODY, "Größe", "markdown")
    assert [(file, file.stat().st_ino, file.stat().st_mtime_ns) for file in folder.rglob("*")] == before


def test_the_title_is_part_of_the_key(folder: Path) -> None:
    parse = cached(Cache(folder))
    for title in ("One", "Two", "One"):
        assert parse("# One\n\nText.", title, "markdown") == markdown.parse("# One\n\nText.", title)
    assert len(_keys(folder)) == 2


def test_the_dialect_is_part_of_the_key(folder: Path) -> None:
    parse = cached(Cache(folder))
    body = '<p className="x">Text.</p>'
    for _ in range(2):
        assert parse(body, "", "markdown") == markdown.parse(body, "", "markdown")
        assert parse(body, "", "mdx") == markdown.parse(body, "", "mdx")
    assert len(_keys(folder)) == 2


def test_title_and_body_are_separate_parts_of_the_key(folder: Path) -> None:
    parse = cached(Cache(folder))
    for body, title in (("bc", "a"), ("c", "ab"), ("", "abc"), ("abc", "")):
        assert parse(body, title, "markdown") == markdown.parse(body, title)
    assert len(_keys(folder)) == 4


def test_two_caches_store_the_same_bytes(tmp_path: Path) -> None:
    body = "".join(f"## Section {number}\n\n" for number in range(50))
    assert _stored(tmp_path / "one", body, "") == _stored(tmp_path / "other", body, "")


VALID: Mapping[str, Any] = {
    "markup": "<p>poison</p>\n",
    "references": [],
    "headings": [],
    "anchors": [],
    "remarks": [],
    "words": 1,
    "summary": "poison",
}


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x80\x04N.", id="pickle"),
        pytest.param(b"\xff\xfe\xfd", id="not-utf-8"),
        pytest.param(b"<p>", id="not-json"),
        pytest.param(b"[" * 200_000, id="deeply-nested"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"{}", id="nothing-in-it"),
        pytest.param(b"1" * 5000, id="huge-number"),
        *(
            pytest.param(json.dumps({**VALID, name: value}).encode(), id=f"{name}-is-{json.dumps(value)}")
            for name, value in (
                ("markup", None), ("markup", 5), ("references", None), ("references", 5), ("references", "ab"),
                ("references", [None]), ("references", [{"kind": "link"}]), ("headings", [[]]), ("anchors", 5),
                ("references", [{"kind": "link", "target": "x", "line": 1, "more": 2}]),
                ("references", [{"kind": "link", "target": 5, "line": 1}]),
                ("references", [{"kind": "unknown", "target": "x", "line": 1}]),
                ("headings", [{"level": "two", "anchor": "x", "text": "x", "line": 1}]),
                ("anchors", [[]]), ("anchors", [5]), ("remarks", [{"line": 1, "problem": None}]),
                ("words", None), ("words", "many"), ("summary", None),
            )
        ),
        pytest.param(json.dumps({**VALID, "markup": f"<a {marker(0)}>"}).encode(), id="marker-without-a-reference"),
        pytest.param(json.dumps({name: VALID[name] for name in VALID if name != "words"}).encode(), id="no-words"),
    ],
)  # fmt: skip
def test_an_entry_with_a_valid_checksum_that_is_no_document_is_replaced(folder: Path, poison: bytes) -> None:
    name, payload = _stored(folder, BODY, "Größe")
    Cache(folder).put(name, poison)
    assert cached(Cache(folder))(BODY, "Größe", "markdown") == markdown.parse(BODY, "Größe")
    assert Cache(folder).get(name) == payload, "the entry was not replaced"


def test_an_entry_is_json_and_not_a_pickle(folder: Path) -> None:
    _, payload = _stored(folder, BODY, "Größe")
    assert isinstance(json.loads(payload), dict)
