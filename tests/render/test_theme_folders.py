"""Theme folders: their files replace those of the same name in the theme of the package."""

from pathlib import Path

import pytest

from blog.errors import ContentError
from blog.render.theme import Theme
from blog.render.theme_folders import shipped, theme_folders, watched_folders


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "theme"
    (folder / "assets").mkdir(parents=True)
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    (folder / "assets").mkdir(parents=True)
    (folder / "page.html").write_text("shipped {% include 'part.html' %}", encoding="utf-8")
    (folder / "part.html").write_text("part", encoding="utf-8")
    (folder / "assets/site.css").write_text("a{src:url(font.woff2)}", encoding="utf-8")
    (folder / "assets/font.woff2").write_bytes(b"shipped")
    return folder


def fault(*folders: Path) -> str:
    with pytest.raises(ContentError) as caught:
        Theme(*folders).render("page.html", {})
    (fault,) = caught.value.faults
    return f"{fault.file}:{fault.line}: {fault.problem}"


def test_without_a_folder_the_theme_of_the_package_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert theme_folders(None) == (shipped(),)
    assert "site.css" in Theme(*theme_folders(None)).assets


def test_a_folder_called_templates_is_found_without_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    assert theme_folders(None) == (Path("templates"), shipped())


def test_the_folder_of_the_package_is_read_once(tmp_path: Path) -> None:
    link = tmp_path / "theme"
    link.symlink_to(shipped())
    assert theme_folders(shipped()) == (shipped(),)
    assert theme_folders(link) == watched_folders(link) == (link,)


@pytest.mark.parametrize("name", ["nowhere", "templates", "file"])
def test_a_folder_that_is_set_and_missing_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ContentError, match=rf"^{name}:1: error: there is no such folder \(BLOG_TEMPLATES_DIR\)"):
        theme_folders(Path(name))


def test_a_broken_link_called_templates_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").symlink_to("gone")
    with pytest.raises(ContentError, match="BLOG_TEMPLATES_DIR"):
        theme_folders(None)


def test_the_folder_is_watched_before_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert watched_folders(None) == (Path("templates"), shipped())


def test_a_template_replaces_the_one_of_the_same_name(own: Path, base: Path) -> None:
    (own / "part.html").write_text("own", encoding="utf-8")
    assert Theme(own, base).render("page.html", {}) == "shipped own"


def test_an_asset_replaces_the_one_of_the_same_name(own: Path, base: Path) -> None:
    (own / "assets/font.woff2").write_bytes(b"own")
    theme = Theme(own, base)
    assert theme.assets["font.woff2"] == b"own"
    assert theme.asset("font.woff2") in theme.assets["site.css"].decode()


@pytest.mark.parametrize("where", ["theme", "shipped"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\n{{ nowhere }}", id="undefined"),
        pytest.param("\n{% if %}", id="syntax"),
        pytest.param(b"\n\xff", id="not-utf-8"),
    ],
)
def test_a_fault_has_the_path_of_its_folder(own: Path, base: Path, where: str, text: str | bytes) -> None:
    path = base.parent / where / "part.html"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert fault(own, base).startswith(f"{path}:2: ")


def test_an_unreadable_file_is_a_fault_even_if_the_package_has_another(own: Path, base: Path) -> None:
    (own / "part.html").mkdir()
    assert "part.html" in fault(own, base)
    (own / "part.html").rmdir()
    (own / "assets/site.css").symlink_to("gone")
    assert str(own / "assets/site.css") in fault(own, base)


def test_a_stylesheet_with_an_unknown_url_is_reported_with_its_path(own: Path, base: Path) -> None:
    (own / "assets/own.css").write_text("a{src:url(gone.woff2)}", encoding="utf-8")
    assert fault(own, base).startswith(f"{own / 'assets/own.css'}:1: ")


def test_the_fault_of_an_unknown_template_names_both_folders(own: Path, base: Path) -> None:
    (own / "part.html").write_text("{% include 'gone.html' %}", encoding="utf-8")
    assert f"is not in {own} or {base}" in fault(own, base)
