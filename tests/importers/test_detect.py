"""Which program a source comes from."""

from pathlib import Path

import pytest

from blog.importers.detect import ENGINES, detect
from blog.importers.items import ImportRefusedError
from tests.conftest import Files, write_files


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        pytest.param({"_config.yml": ""}, "jekyll", id="jekyll"),
        pytest.param({"_posts/x.md": ""}, "jekyll", id="jekyll-without-configuration"),
        pytest.param({"hugo.toml": ""}, "hugo", id="hugo"),
        pytest.param({"config.toml": 'baseURL = "x"'}, "hugo", id="hugo-config-toml"),
        pytest.param({"config.yaml": "baseurl: x"}, "hugo", id="hugo-config-yaml"),
        pytest.param({"config/_default/hugo.toml": ""}, "hugo", id="hugo-folder"),
        pytest.param({"config.toml": 'base_url = "x"'}, "zola", id="zola"),
        pytest.param({"astro.config.mjs": ""}, "astro", id="astro"),
        pytest.param({"next.config.ts": ""}, "next", id="next"),
        pytest.param({"pelicanconf.py": ""}, "pelican", id="pelican"),
        pytest.param({".eleventy.js": "", "package.json": "{}"}, "eleventy", id="eleventy"),
        pytest.param(
            {"package.json": '{"devDependencies": {"@11ty/eleventy": "3"}}'}, "eleventy", id="eleventy-package"
        ),
        pytest.param({"package.json": '{"dependencies": {"next": "15"}}', "posts/x.md": ""}, "next", id="next-package"),
    ],
)
def test_a_folder_is_recognised_by_its_files(tmp_path: Path, files: Files, engine: str) -> None:
    assert detect(write_files(tmp_path / "x", files)) == engine


@pytest.mark.parametrize(
    ("content", "engine"),
    [
        (b'<rss xmlns:wp="http://wordpress.org/export/1.2/">', "wordpress"),
        (b'\xef\xbb\xbf {"db": []}', "ghost"),
    ],
)
def test_a_file_is_recognised_by_its_beginning(tmp_path: Path, content: bytes, engine: str) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    assert detect(path) == engine


@pytest.mark.parametrize("content", [b"", b"Hello", b"[]", b"\x00\xff"])
def test_what_is_not_recognised_names_the_programs(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    for source in (path, tmp_path):
        with pytest.raises(ImportRefusedError, match=r"--from jekyll\|hugo"):
            detect(source)


def test_a_broken_package_file_is_no_reason_to_end(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("[" * 100_000)
    with pytest.raises(ImportRefusedError):
        detect(tmp_path)


def test_the_command_offers_every_program() -> None:
    from blog.importers.command import _ENGINES  # noqa: PLC0415 -- only here

    assert _ENGINES == ENGINES
