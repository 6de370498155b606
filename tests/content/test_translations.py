"""Which texts are the same text in other languages."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.content.loader import load
from blog.content.site import Site, site_at

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def text(title: str, **keys: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in ({"date": "2026-01-01"} | keys).items() if value)
    return f"---\ntitle: {title}\n{lines}---\n\n{title}.\n"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def site(folder: Path, files: Mapping[str, str]) -> Site:
    return site_at(load(write(folder, files)).library, NOW)


def paired(folder: Path, files: Mapping[str, str]) -> set[tuple[str, ...]]:
    """The paths of each group of translations."""
    return {tuple(it.url for it in group) for group in site(folder, files).translations.values()}


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        pytest.param({"a.md": text("A"), "a.de.md": text("B")}, {("/blog/a", "/blog/a-de")}, id="by-name"),
        pytest.param(
            {"a.md": text("A"), "a.de.md": text("B", slug="be"), "a.fr.md": text("C")},
            {("/blog/a", "/blog/be", "/blog/a-fr")},
            id="own-slugs",
        ),
        pytest.param({"a.de.md": text("A"), "a.fr.md": text("B")}, {("/blog/a-de", "/blog/a-fr")}, id="no-original"),
        pytest.param(
            {"a/index.md": text("A"), "a/index.de.md": text("B")}, {("/blog/a", "/blog/a-de")}, id="bundle"
        ),
        pytest.param(
            {"pages/a.md": text("A"), "pages/a.ar.md": text("B")}, {("/a", "/a-ar")}, id="pages"
        ),
        pytest.param(
            {"2026-01-01-a.md": text("A"), "2026-01-01-a.pt-BR.md": text("B")}, {("/blog/a", "/blog/a-pt-br")}, id="dated"
        ),
        *(
            pytest.param(
                {"a.md": text("A"), "x/b.md": text("B", lang="de", translation_of=target)}, {("/blog/a", "/blog/b")}, id=target
            )
            for target in ("../a.md", "/blog/a", "a", "'/blog/A/'")
        ),
        pytest.param(
            {"a.md": text("A", translationKey="k"), "b.md": text("B", lang="de", translationKey="k")},
            {("/blog/a", "/blog/b")},
            id="a-key-in-common",
        ),
        pytest.param(
            {"a.md": text("A", translation_of="b.md"), "b.md": text("B", lang="de", translation_of="a.md")},
            {("/blog/a", "/blog/b")},
            id="both-ways",
        ),
        pytest.param(
            {
                "a.md": text("A"), "b.md": text("B", lang="de", translation_of="a.md"),
                "c.md": text("C", lang="fr", translation_of="b.md"),
            },
            {("/blog/a", "/blog/b", "/blog/c")},
            id="a-chain",
        ),
        pytest.param({"a.md": text("A"), "b.md": text("B")}, set(), id="none"),
        pytest.param({"a.md": text("A"), "a.de.md": text("B", date="2999-01-01")}, set(), id="scheduled"),
        pytest.param({"a.md": text("A"), "a.de.md": text("B", draft="true")}, set(), id="draft"),
        pytest.param({"a.md": text("A"), "b/a.de.md": text("B")}, set(), id="another-folder"),
        pytest.param({"a.md": text("A", translation_of="a.md")}, set(), id="of-itself"),
    ],
)  # fmt: skip
def test_translations_are_found(tmp_path: Path, files: Mapping[str, str], groups: set[tuple[str, ...]]) -> None:
    assert paired(tmp_path, files) == groups


def test_the_text_in_the_language_of_the_site_is_first(tmp_path: Path) -> None:
    files = {"site.yaml": "lang: fr\n", "a.md": text("A", lang="en"), "a.fr.md": text("B"), "a.de.md": text("C")}
    assert paired(tmp_path, files) == {("/blog/a-fr", "/blog/a-de", "/blog/a")}


def test_where_none_is_in_it_the_original_is_first(tmp_path: Path) -> None:
    files = {"a.md": text("A", lang="ja"), "b.md": text("B", lang="de", translation_of="a.md")}
    assert paired(tmp_path, files) == {("/blog/a", "/blog/b")}


def test_a_translation_is_not_a_related_post(tmp_path: Path) -> None:
    files = {"a.md": text("A", tags="[x]"), "a.de.md": text("B", tags="[x]"), "c.md": text("C", tags="[x]")}
    related = site(tmp_path, files).neighbours
    assert [post.slug for post in related["a"].related] == ["c"]


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        ({"a.md": text("A", lang="de", translation_of="none.md")}, ["a.md:5: translation_of 'none.md' is no text; name its file, its address or its slug"]),
        ({"a.md": text("A"), "a.en.md": text("B")}, ["a.en.md:1: is no translation: another text that it belongs to is in 'en' too; give it another lang"]),
        ({"a.de.md": text("A")}, ["a.de.md:1: is read as a text in 'de' by its name; its address ends with 'a-de'"]),
        ({"a.md": text("A"), "a.de.md": text("B")}, []),
        ({"a.md": text("A"), "a.de.md": text("B", draft="true")}, []),
    ],
)  # fmt: skip
def test_what_is_no_translation_is_said(tmp_path: Path, files: Mapping[str, str], problems: list[str]) -> None:
    warnings = load(write(tmp_path, files)).warnings
    assert [f"{it.file.name}:{it.line}: {it.problem}" for it in warnings] == problems
