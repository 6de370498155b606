"""Kinds of files that are served, and kinds that are refused."""

from pathlib import PurePosixPath

import pytest

from blog.content.media_types import MEDIA_TYPES, is_served, refusal

ACTIVE_TYPES = ("html", "xml", "javascript", "css", "wasm", "shockwave")


def test_only_files_with_known_extensions_are_served() -> None:
    names = ("a.png", "a.JPG", "a.tar.gz", "a.md", "a.exe", "a", ".png", "a.html", "a.svgz", "site.xsl", "a.Mjs")
    assert [is_served(PurePosixPath(name)) for name in names] == [True] * 3 + [False] * 8


def test_no_served_kind_runs_in_a_browser_except_svg_which_has_a_policy() -> None:
    types = {media_type for media_type in MEDIA_TYPES.values() if media_type != "image/svg+xml"}
    assert not [kind for kind in types if any(active in kind for active in ACTIVE_TYPES if "openxml" not in kind)]


def test_text_is_served_with_its_charset() -> None:
    assert all("charset=utf-8" in kind for kind in MEDIA_TYPES.values() if kind.startswith("text/"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("a.html", ".html files are not served: they could run script", id="html"),
        pytest.param("a.SVGZ", ".svgz files are not served: they could run script", id="svgz-in-upper-case"),
        pytest.param("a.xslt", ".xslt files are not served: they could run script", id="xslt"),
        pytest.param("a.rb", ".rb files are not served: their media type is not known", id="unknown"),
        pytest.param("Makefile", "files without an extension are not served", id="no-extension"),
    ],
)
def test_a_refusal_names_the_kind_and_the_reason(name: str, reason: str) -> None:
    assert refusal(PurePosixPath(name)).startswith(reason)
